package gofiles

import (
	"fmt"
	"strings"
	"testing"
)

func TestDirectives(t *testing.T) {
	const src = `package p

//go:generate go tool stringer -type=Pill
//go:generate	go run -mod=mod ./internal/gen "a b" c
//go:generate -command gen go run ../gen.go
//go:generate gen -o $GOFILE
//go:generate protoc "unfinished
//go:generate mockgen .
	//go:generate indented
//go:generated no
// go:generate no
//go:generate
`
	const want = `3 [go tool stringer -type=Pill] tool stringer run 
4 [go run -mod=mod ./internal/gen a b c] tool  run ./internal/gen
6 [go run ../gen.go -o $GOFILE] tool  run ../gen.go
8 [mockgen .] tool  run 
`
	var got strings.Builder
	for _, d := range Directives([]byte(src)) {
		tool, _ := d.Tool()
		run, _ := d.Run()
		fmt.Fprintf(&got, "%d %s tool %s run %s\n", d.Line, d.Words, tool, run)
	}
	if got.String() != want {
		t.Errorf("got\n%s\nwant\n%s", got.String(), want)
	}
}
