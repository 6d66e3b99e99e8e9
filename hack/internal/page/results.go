package page

import (
	"encoding/json"
	"fmt"
	"os"
)

// ReadResults reads what a page is made of from a JSON file.
func ReadResults[T any](name string) (results T, err error) {
	data, err := os.ReadFile(name)
	if err != nil {
		return results, err
	}
	if err := json.Unmarshal(data, &results); err != nil {
		return results, fmt.Errorf("%s: %w", name, err)
	}
	return results, nil
}

// WriteResults writes what ReadResults reads.
func WriteResults(name string, results any) error {
	data, err := json.MarshalIndent(results, "", "\t")
	if err != nil {
		return err
	}
	return os.WriteFile(name, append(data, '\n'), 0o644)
}
