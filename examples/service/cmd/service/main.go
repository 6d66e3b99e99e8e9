// Command service shows what the image config gives a program: arguments,
// environment, a working directory with files, and a health check.
package main

import (
	"flag"
	"fmt"
	"log"
	"net/http"
	"os"
)

var (
	stage = "development" // set by the linker
	quiet = false         // set by the build tag
)

func main() {
	addr := flag.String("addr", ":8080", "address to listen on")
	check := flag.Bool("check", false, "ask the running service how it is")
	flag.Parse()
	if *check {
		os.Exit(ask(*addr))
	}
	http.HandleFunc("GET /", answer)
	http.HandleFunc("GET /healthz", func(w http.ResponseWriter, _ *http.Request) { fmt.Fprintln(w, "ok") })
	if !quiet {
		log.Printf("listening on %s", *addr)
	}
	log.Fatal(http.ListenAndServe(*addr, nil))
}

func answer(w http.ResponseWriter, _ *http.Request) {
	entries, err := os.ReadDir("migrations")
	if err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
		return
	}
	fmt.Fprintf(w, "stage %s, log level %s, user %d, %d migrations\n", stage, os.Getenv("LOG_LEVEL"), os.Getuid(), len(entries))
}

// ask is the health check's exit code.
func ask(addr string) int {
	resp, err := http.Get("http://localhost" + addr + "/healthz")
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	defer resp.Body.Close()
	if resp.StatusCode != http.StatusOK {
		return 1
	}
	return 0
}
