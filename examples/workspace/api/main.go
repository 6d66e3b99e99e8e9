// Command api prints a greeting from another module of the workspace.
package main

import (
	"fmt"

	"example.com/workspace/greet"
)

func main() {
	fmt.Println(greet.To("workspace"))
}
