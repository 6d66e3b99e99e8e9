// Command gates prints the lights that follow one another.
package main

import (
	"fmt"

	"example.com/gates/light"
)

func main() {
	for l := light.Red; ; {
		fmt.Println(l)
		if l = l.Next(); l == light.Red {
			return
		}
	}
}
