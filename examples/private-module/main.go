// Private-module greets with a module that not everybody may read.
package main

import (
	"fmt"

	"git.example.com/acme/greet"
)

func main() { fmt.Println(greet.Hello("gopher")) }
