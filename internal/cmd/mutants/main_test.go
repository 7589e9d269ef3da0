package main

import (
	"os"
	"path/filepath"
	"testing"
	"time"
)

const code = `package p

func Positive(n int) bool { return n > 0 }

func Unused(n int) bool { return n > 10 }
`

const test = `package p

import "testing"

func TestPositive(t *testing.T) {
	if Positive(0) {
		t.Error("0 is positive")
	}
}
`

// A mutant is killed if a test fails, and survives otherwise. The code on disk does not change.
func TestTrial(t *testing.T) {
	dir := t.TempDir()
	for name, content := range map[string]string{"go.mod": "module p\n\ngo 1.26\n", "p.go": code, "p_test.go": test} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	t.Chdir(dir)
	sites, err := findSites([]string{"."})
	if err != nil {
		t.Fatal(err)
	}
	var results []string
	for _, m := range choose(sites, 10, 1) {
		result, err := (trial{limit: time.Minute, uses: map[string]string{}}).try(t.Context(), m)
		if err != nil {
			t.Fatal(err)
		}
		results = append(results, result)
	}
	if len(results) != 2 || results[0] != killed || results[1] != survived {
		t.Errorf("the results are %q, want the first killed and the second to survive", results)
	}
	if after, err := os.ReadFile("p.go"); err != nil || string(after) != code {
		t.Error("the code was changed on disk")
	}
}

func TestSameSeedChoosesSameMutants(t *testing.T) {
	const source = `package p

func f(a, b int) bool {
	if a == b && a > 1 {
		return a+b < 3
	}
	return false
}
`
	sites, err := sitesIn("p.go", []byte(source))
	if err != nil {
		t.Fatal(err)
	}
	if len(sites) != 6 {
		t.Fatalf("found %d places, want 6: %v", len(sites), sites)
	}
	a, b := choose(sites, 3, 7), choose(sites, 3, 7)
	for i := range a {
		if a[i] != b[i] {
			t.Errorf("mutant %d is %v, then %v", i, a[i], b[i])
		}
	}
}

func TestNoCodeIsAnError(t *testing.T) {
	if _, err := findSites([]string{t.TempDir()}); err == nil {
		t.Error("a directory without code is no error")
	}
}
