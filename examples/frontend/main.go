// Command frontend serves a web front end that is part of it.
package main

import (
	"cmp"
	"embed"
	"io/fs"
	"log"
	"net/http"
	"os"
)

//go:embed web/dist
var web embed.FS

func main() {
	dist, err := fs.Sub(web, "web/dist")
	if err != nil {
		log.Fatal(err)
	}
	port := cmp.Or(os.Getenv("PORT"), "8080")
	log.Fatal(http.ListenAndServe(":"+port, http.FileServerFS(dist)))
}
