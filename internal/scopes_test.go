package internal_test

import (
	"io/fs"
	"path/filepath"
	"regexp"
	"slices"
	"testing"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
)

var (
	scopeList = regexp.MustCompile(`(?:^|[\s"])(?:allowed_)?scopes"?\s*[=:]\s*\[([^\]]*)\]`)
	quoted    = regexp.MustCompile(`"([^"]*)"`)
)

// TestExamplesUseTheScopeCatalogue: an example that is copied gets no warning of an unknown scope.
func TestExamplesUseTheScopeCatalogue(t *testing.T) {
	seen := 0
	for _, root := range []string{"../examples", "../templates", "../docs", "../README.md"} {
		err := filepath.WalkDir(root, func(path string, entry fs.DirEntry, err error) error {
			if err != nil || entry.IsDir() || !slices.Contains([]string{".tf", ".hcl", ".md", ".tmpl"}, filepath.Ext(path)) {
				return err
			}
			for _, list := range scopeList.FindAllStringSubmatch(readText(t, path), -1) {
				for _, scope := range quoted.FindAllStringSubmatch(list[1], -1) {
					seen++
					if !api.ScopeKnown(scope[1]) {
						t.Errorf("%s: %s", path, api.UnknownScope(scope[1]))
					}
				}
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	if seen < 20 {
		t.Errorf("only %d scopes were seen", seen)
	}
}
