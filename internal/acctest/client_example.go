package acctest

import (
	"os"
	"path/filepath"
	"testing"
)

// BuildClientExample builds the service of examples/clients and returns the program. Its own tests run first.
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
	for _, args := range [][]string{{"test", "./..."}, {"build", "-o", "notifier", "."}} {
		if err := runIn(dir, "go", args...); err != nil {
			tb.Fatal(err)
		}
	}
	return filepath.Join(dir, "notifier")
}
