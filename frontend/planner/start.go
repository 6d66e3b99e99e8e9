package planner

import (
	"fmt"
	"path"
	"slices"
	"strings"

	"github.com/gohull/gohull/frontend/diag"
	"github.com/gohull/gohull/frontend/layout"
	"github.com/gohull/gohull/frontend/spec"
	"github.com/gohull/gohull/llb/plan"
)

// validateStart reports a program to start that is not in the image. Only of
// scratch all files are known.
func (p placing) validateStart(tree *layout.Tree, programs []plan.Binary) {
	if !p.scratch {
		return
	}
	run := p.spec.Run
	p.validateProgram("run.entrypoint", run.Entrypoint.Args, tree, programs)
	if run.Entrypoint.Word.Value == "none" {
		p.validateProgram("run.args", run.Args, tree, programs)
	}
	if run.Healthcheck != nil {
		p.validateProgram("run.healthcheck.test", run.Healthcheck.Test, tree, programs)
	}
}

func (p placing) validateProgram(key string, command []spec.String, tree *layout.Tree, programs []plan.Binary) {
	if len(command) == 0 {
		return
	}
	if name := command[0].Value; !path.IsAbs(name) || tree.Has(name) || p.mounted(name) {
		return
	}
	p.errs.Add(diag.Diagnostic{
		At:      command[0].At,
		Message: fmt.Sprintf("%s: the image has no %s", key, command[0].Value),
		Hint:    startHint(command[0].Value, programs),
	})
}

func startHint(missing string, programs []plan.Binary) string {
	if slices.Contains([]string{"sh", "bash", "ash", "dash", "zsh"}, path.Base(missing)) {
		return "name a base that has a shell, such as alpine"
	}
	var names []string
	for _, b := range programs {
		names = append(names, b.Path)
	}
	return "its programs: " + strings.Join(names, ", ")
}

// mounted reports whether a path is in a volume, which a container may bring.
func (p placing) mounted(name string) bool {
	for _, v := range p.spec.Run.Volumes {
		if strings.HasPrefix(path.Clean(name)+"/", path.Clean(v.Value)+"/") {
			return true
		}
	}
	return false
}
