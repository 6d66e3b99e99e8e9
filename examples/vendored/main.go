// Command vendored prints an identifier made by a vendored module.
package main

import (
	"fmt"

	"github.com/google/uuid"
)

func main() {
	fmt.Println(uuid.NewSHA1(uuid.NameSpaceURL, []byte("https://example.com/vendored")))
}
