module git.example.com/acme/hello

go 1.26.8

require git.example.com/acme/greet v1.0.0
