// Package monorepo makes the project that many teams have: ten services in
// one module, with what they share and with real dependencies.
package monorepo

import (
	_ "embed"
	"os"
	"path/filepath"
	"strings"

	"golang.org/x/tools/txtar"
)

//go:embed shop.txtar
var shop []byte

// placeholder stands for a service's name in the archive.
const placeholder = "service0"

var services = []string{
	"accounts", "billing", "catalog", "delivery", "inventory",
	"notify", "orders", "payments", "search", "users",
}

// Mains are the services' main packages, as the go command takes them.
func Mains() []string {
	var mains []string
	for _, s := range services {
		mains = append(mains, "./cmd/"+s)
	}
	return mains
}

// Write writes the module to a directory.
func Write(dir string) error {
	for _, f := range txtar.Parse(shop).Files {
		names := services
		if !strings.Contains(f.Name, placeholder) {
			names = []string{""} // once, and as it is
		}
		for _, name := range names {
			if err := write(dir, f, name); err != nil {
				return err
			}
		}
	}
	return nil
}

func write(dir string, f txtar.File, service string) error {
	name := filepath.Join(dir, strings.ReplaceAll(f.Name, placeholder, service))
	if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
		return err
	}
	return os.WriteFile(name, []byte(strings.ReplaceAll(string(f.Data), placeholder, service)), 0o644)
}
