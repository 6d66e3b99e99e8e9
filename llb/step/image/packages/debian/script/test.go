package script

import (
	"io/fs"
	"strconv"
)

// test evaluates the arguments of test and [.
func test(sh *shell, args []string) (int, error) {
	p := &expression{sh: sh, args: args}
	yes := len(args) > 0 && p.or()
	if p.err == nil && len(p.args) > 0 {
		p.err = sh.fail(sh.line, "gohull does not know the condition "+clip(p.args[0]))
	}
	if yes {
		return 0, p.err
	}
	return 1, p.err
}

// expression is what is left of a condition.
type expression struct {
	sh   *shell
	args []string
	err  error
}

func (p *expression) next() string {
	if len(p.args) == 0 {
		return ""
	}
	word := p.args[0]
	p.args = p.args[1:]
	return word
}

func (p *expression) or() bool {
	yes := p.and()
	for len(p.args) > 0 && p.args[0] == "-o" {
		p.next()
		other := p.and()
		yes = yes || other
	}
	return yes
}

func (p *expression) and() bool {
	yes := p.not()
	for len(p.args) > 0 && p.args[0] == "-a" {
		p.next()
		other := p.not()
		yes = yes && other
	}
	return yes
}

func (p *expression) not() bool {
	if len(p.args) > 1 && p.args[0] == "!" {
		p.next()
		return !p.not()
	}
	return p.primary()
}

func (p *expression) primary() bool {
	if len(p.args) > 2 && isBinary(p.args[1]) {
		a, op, b := p.next(), p.next(), p.next()
		return p.compare(a, op, b)
	}
	if len(p.args) > 1 && p.args[0] == "(" {
		p.next()
		yes := p.or()
		p.next()
		return yes
	}
	if len(p.args) > 1 && len(p.args[0]) == 2 && p.args[0][0] == '-' && p.args[1] != "-a" && p.args[1] != "-o" {
		op := p.next()
		return p.unary(op, p.next())
	}
	return p.next() != ""
}

func isBinary(op string) bool {
	switch op {
	case "=", "==", "!=", "-eq", "-ne", "-lt", "-le", "-gt", "-ge":
		return true
	}
	return false
}

func (p *expression) compare(a, op, b string) bool {
	switch op {
	case "=", "==":
		return a == b
	case "!=":
		return a != b
	}
	x, errX := strconv.Atoi(a)
	y, errY := strconv.Atoi(b)
	if errX != nil || errY != nil {
		return false
	}
	return map[string]bool{"-eq": x == y, "-ne": x != y, "-lt": x < y, "-le": x <= y, "-gt": x > y, "-ge": x >= y}[op]
}

func (p *expression) unary(op, arg string) bool {
	switch op {
	case "-n":
		return arg != ""
	case "-z":
		return arg == ""
	case "-t":
		return false
	case "-L", "-h":
		info, err := p.sh.lstat(arg)
		return err == nil && info.Mode()&fs.ModeSymlink != 0
	}
	info, err := p.sh.stat(arg)
	if err != nil {
		return false
	}
	switch op {
	case "-e", "-r", "-w":
		return true
	case "-f":
		return info.Mode().IsRegular()
	case "-d":
		return info.IsDir()
	case "-x":
		return info.Mode().Perm()&0o111 != 0
	case "-s":
		return info.Size() > 0
	case "-u":
		return info.Mode()&fs.ModeSetuid != 0
	case "-b", "-c", "-p", "-S":
		return false
	}
	p.err = p.sh.fail(p.sh.line, "gohull does not know the condition "+op)
	return false
}
