module example.com/hello

go 1.26.8

require (
	github.com/go-chi/chi/v5 v5.2.2
	golang.org/x/text v0.30.0
)
