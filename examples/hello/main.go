// Command hello is a small HTTP service: it greets in the language that the
// client prefers, on the port in $PORT, else 8080.
package main

import (
	"cmp"
	"fmt"
	"log"
	"net/http"
	"os"
	"runtime"

	"github.com/go-chi/chi/v5"
	"github.com/go-chi/chi/v5/middleware"
	"golang.org/x/text/language"
)

var greetings = map[language.Tag]string{
	language.English: "Hello",
	language.German:  "Hallo",
	language.French:  "Bonjour",
	language.Spanish: "Hola",
}

var matcher = language.NewMatcher([]language.Tag{
	language.English, language.German, language.French, language.Spanish,
})

func greet(w http.ResponseWriter, r *http.Request) {
	tag, _ := language.MatchStrings(matcher, r.Header.Get("Accept-Language"))
	base, _ := tag.Base()
	greeting := greetings[language.Make(base.String())]
	fmt.Fprintf(w, "%s from %s on %s/%s\n", greeting, runtime.Version(), runtime.GOOS, runtime.GOARCH)
}

func main() {
	r := chi.NewRouter()
	r.Use(middleware.Logger)
	r.Get("/", greet)
	addr := ":" + cmp.Or(os.Getenv("PORT"), "8080")
	log.Printf("listening on %s", addr)
	log.Fatal(http.ListenAndServe(addr, r))
}
