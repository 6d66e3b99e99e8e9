package scan

import (
	"bytes"
	"go/ast"
	"go/parser"
	"go/token"
	"slices"
	"strconv"

	"github.com/gohull/gohull/llb/step"
)

// loadLocation is the function of the package time that reads a time zone's
// file.
const loadLocation = "LoadLocation"

// withoutFile are the names for which it reads none.
var withoutFile = []string{"", "UTC", "Local"}

// zones notes the first use of a function that loads a time zone by its name.
func (n *notes) zones(h head) {
	if h.importOf("time").line == 0 {
		return
	}
	data, err := readAll(n.fsys, h.file)
	if err != nil || !bytes.Contains(data, []byte(loadLocation)) {
		return
	}
	fset := token.NewFileSet()
	f, _ := parser.ParseFile(fset, h.file, data, 0) // what is wrong with it, the compiler says better
	if f == nil {
		return
	}
	if at := loadsZone(f); at.IsValid() {
		p := fset.PositionFor(at, false)
		n.add(step.NoteZones, h, imported{line: p.Line, col: p.Column}, "time."+loadLocation)
	}
}

// loadsZone returns the first place of a file that may load a time zone from a file.
func loadsZone(f *ast.File) token.Pos {
	name := timeName(f)
	first, harmless := token.NoPos, map[ast.Expr]bool{}
	ast.Inspect(f, func(node ast.Node) bool {
		if call, ok := node.(*ast.CallExpr); ok && isLoad(call.Fun, name) && len(call.Args) == 1 {
			text, known := constant(call.Args[0])
			harmless[call.Fun] = known && slices.Contains(withoutFile, text)
		}
		if x, ok := node.(ast.Expr); ok && isLoad(x, name) && !harmless[x] && !first.IsValid() {
			first = x.Pos()
		}
		return !first.IsValid()
	})
	return first
}

// timeName returns what a file calls the package time: "." where it imports its
// names, and "" or "_" where it uses none.
func timeName(f *ast.File) string {
	for _, spec := range f.Imports {
		if spec.Path.Value != `"time"` && spec.Path.Value != "`time`" {
			continue
		}
		if spec.Name != nil {
			return spec.Name.Name
		}
		return "time"
	}
	return ""
}

// isLoad reports whether an expression is the function itself. A variable that
// is called like the package has an object.
func isLoad(x ast.Expr, timeName string) bool {
	switch x := x.(type) {
	case *ast.SelectorExpr:
		pkg, ok := x.X.(*ast.Ident)
		return ok && pkg.Name == timeName && pkg.Obj == nil && x.Sel.Name == loadLocation
	case *ast.Ident:
		return timeName == "." && x.Name == loadLocation && x.Obj == nil
	}
	return false
}

// constant returns the value of a string literal, or of a constant of the file that
// is one.
func constant(x ast.Expr) (string, bool) {
	switch x := x.(type) {
	case *ast.BasicLit:
		text, err := strconv.Unquote(x.Value)
		return text, err == nil && x.Kind == token.STRING
	case *ast.ParenExpr:
		return constant(x.X)
	case *ast.Ident:
		return constantOf(x)
	}
	return "", false
}

func constantOf(x *ast.Ident) (string, bool) {
	if x.Obj == nil || x.Obj.Kind != ast.Con {
		return "", false
	}
	spec, ok := x.Obj.Decl.(*ast.ValueSpec)
	if !ok {
		return "", false
	}
	i := slices.IndexFunc(spec.Names, func(n *ast.Ident) bool { return n.Name == x.Name })
	if i < 0 || i >= len(spec.Values) {
		return "", false
	}
	return constant(spec.Values[i])
}
