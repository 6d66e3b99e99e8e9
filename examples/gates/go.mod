module example.com/gates

go 1.26.8

tool golang.org/x/tools/cmd/stringer

require (
	golang.org/x/mod v0.34.0 // indirect
	golang.org/x/sync v0.20.0 // indirect
	golang.org/x/tools v0.43.0 // indirect
)
