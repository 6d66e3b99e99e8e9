// Command static-cgo asks SQLite, a library in C, a question in SQL and prints the
// answer's first column.
package main

import (
	"database/sql"
	"errors"
	"fmt"
	"os"

	_ "github.com/mattn/go-sqlite3"
)

func main() {
	if err := ask(os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func ask(args []string) error {
	if len(args) != 1 {
		return errors.New("usage: static-cgo QUESTION, as in: static-cgo 'select sqlite_version()'")
	}
	db, err := sql.Open("sqlite3", ":memory:")
	if err != nil {
		return err
	}
	defer db.Close()
	rows, err := db.Query(args[0])
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		var answer string
		if err := rows.Scan(&answer); err != nil {
			return err
		}
		fmt.Println(answer)
	}
	return rows.Err()
}
