package acctest

import (
	"os"
	"path/filepath"
	"testing"
)

// BuildClientExample builds the service of examples/clients and returns the program.
func BuildClientExample(tb testing.TB) string {
	tb.Helper()
	root, err := Root()
	if err != nil {
		tb.Fatal(err)
	}
	dir := tb.TempDir()
	if err := os.CopyFS(dir, os.DirFS(filepath.Join(root, "examples", "clients", "go"))); err != nil {
		tb.Fatal(err)
	}
	program := filepath.Join(dir, "quickconnect-notifier")
	if err := runIn(dir, "go", "build", "-o", program, "./notifier"); err != nil {
		tb.Fatal(err)
	}
	return program
}
