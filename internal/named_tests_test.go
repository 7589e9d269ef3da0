package internal_test

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// namedTest is a test in a document: its name, and the directory of its package.
var namedTest = regexp.MustCompile("`(Test[A-Za-z0-9]+)` in `([a-z0-9/]+)`")

// TestNamedTestsExist finds every test that the guide about the OWASP list names, and one at least for each risk.
func TestNamedTestsExist(t *testing.T) {
	text := readText(t, filepath.Join("..", "templates", "guides", "nhi-top-10.md"))
	for risk := range 10 {
		line := regexp.MustCompile(fmt.Sprintf(`(?m)^\| NHI%d .*$`, risk+1)).FindString(text)
		if !namedTest.MatchString(line) {
			t.Errorf("risk %d has no line with a test", risk+1)
		}
	}
	found := namedTest.FindAllStringSubmatch(text, -1)
	if all := strings.Count(text, "`Test"); all != len(found) {
		t.Errorf("%d tests are named, and %d with a directory", all, len(found))
	}
	for _, test := range found {
		if !hasTest(t, filepath.Join("..", test[2]), test[1]) {
			t.Errorf("%s has no test %s", test[2], test[1])
		}
	}
}

func hasTest(t *testing.T, dir, name string) bool {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(dir, "*_test.go"))
	if err != nil {
		t.Fatal(err)
	}
	for _, file := range files {
		code, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		if strings.Contains(string(code), "\nfunc "+name+"(t *testing.T)") {
			return true
		}
	}
	return false
}
