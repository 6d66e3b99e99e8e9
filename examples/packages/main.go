// Command packages runs git with its own arguments.
package main

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
)

func main() {
	git := exec.Command("git", os.Args[1:]...)
	git.Stdin, git.Stdout, git.Stderr = os.Stdin, os.Stdout, os.Stderr
	err := git.Run()
	var exit *exec.ExitError
	if errors.As(err, &exit) {
		os.Exit(exit.ExitCode())
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}
