// Guidetables writes the tables of the guides that are made of the code, in place:
//
//	go run ./internal/cmd/guidetables templates/guides
package main

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
)

func main() {
	if err := run(os.Args[1:], os.WriteFile); err != nil {
		fmt.Fprintln(os.Stderr, "guidetables:", err)
		os.Exit(1)
	}
}

// table is a place in a guide: a comment that names the table, the table, and a comment that ends it.
var table = regexp.MustCompile(`(?s)<!-- table: ([a-z-]+) -->\n\n(.*?)<!-- table: end -->\n`)

// tables makes each table, by the name that a guide has for it.
var tables = map[string]func() string{
	"presets": presets, "reasons": reasons, "roles": roles, "scopes": scopes,
}

// run writes the guides of a directory whose tables are not what the code says.
func run(args []string, write func(name string, data []byte, perm os.FileMode) error) error {
	if len(args) != 1 {
		return fmt.Errorf("want one directory, got %d arguments", len(args))
	}
	guides, err := filepath.Glob(filepath.Join(args[0], "*.md"))
	if err != nil {
		return err
	}
	for _, guide := range guides {
		text, err := os.ReadFile(guide) //nolint:gosec // make names the directory
		if err != nil {
			return err
		}
		fresh, err := filled(string(text))
		if err != nil {
			return fmt.Errorf("%s: %w", guide, err)
		}
		if fresh == string(text) {
			continue
		}
		if err := write(guide, []byte(fresh), 0o644); err != nil {
			return err
		}
	}
	return nil
}

// filled returns a guide with its tables made anew.
func filled(text string) (fresh string, err error) {
	fresh = table.ReplaceAllStringFunc(text, func(found string) string {
		name := table.FindStringSubmatch(found)[1]
		rows, there := tables[name]
		if !there {
			err = fmt.Errorf("there is no table %q", name)
			return found
		}
		return "<!-- table: " + name + " -->\n\n" + rows() + "\n<!-- table: end -->\n"
	})
	return fresh, err
}
