// Package internal_test enforces the layout of the project: which package may import which, and names of packages.
package internal_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"io/fs"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

const (
	module   = "github.com/quickconnect/terraform-provider-quickconnect"
	internal = module + "/internal/"
)

// goPackage has the fields of `go list -json` that these tests read.
type goPackage struct {
	ImportPath   string
	Imports      []string // of its code
	Deps         []string // of its code, through every package in between
	TestImports  []string
	XTestImports []string
}

// arrow lists what the packages at and under a path may import.
type arrow struct {
	from string // path under internal/; it stands for what is under it too

	// only, where it is not nil, lists the packages of ours that the code may reach; its own are always allowed.
	only []string
	// never lists import paths that neither the code nor its tests may reach.
	never []string
}

// The arrows of docs/architecture.md. .golangci.yml repeats them for editors.
var arrows = []arrow{
	{from: "clock", only: []string{}, never: []string{terraform}},
	{from: "secret", only: []string{}, never: []string{terraform}},
	{from: "rotation", only: []string{}, never: []string{terraform}},
	{from: "webhook", only: []string{}, never: []string{terraform}},
	{from: "guardrail", only: []string{"api", "secret"}, never: []string{terraform}},
	{from: "finding", only: []string{"api", "secret"}, never: []string{terraform}},
	{from: "api", only: []string{"secret"}, never: []string{terraform}},
	{from: "view", only: []string{"api", "secret"}, never: []string{terraform}},
	{from: "report", only: []string{"api", "secret", "view"}, never: []string{terraform}},
	{from: "client", only: []string{"api", "clock", "secret"}, never: []string{internal + "platform", terraform}},
	{
		from:  "platform",
		only:  []string{"api", "clock", "finding", "guardrail", "rotation", "secret", "view", "webhook"},
		never: []string{internal + "client", internal + "provider", internal + "acctest", terraform},
	},
	{from: "platform/egress", only: []string{"api", "clock", "secret"}},
	{
		from:  "provider",
		only:  []string{"api", "client", "clock", "guardrail", "rotation", "secret", "webhook"},
		never: []string{internal + "platform"},
	},
	{from: "canary", only: []string{}, never: []string{terraform}},
	{from: "launch", only: []string{"clock"}, never: []string{terraform}},
	{from: "oidctest", only: []string{"launch", "clock"}, never: []string{terraform}},
	{from: "tftest", only: []string{}},
	{
		from: "cmd/quickconnectd",
		only: []string{
			"api", "client", "clock", "export", "finding", "guardrail", "platform", "rotation", "secret", "view", "webhook",
		},
		never: []string{internal + "provider", terraform},
	},
	{
		from:  "cmd/quickconnect",
		only:  []string{"api", "client", "clock", "report", "secret", "view"}, // the client has the clock
		never: []string{internal + "platform", internal + "provider", terraform},
	},
	{
		from:  "export",
		only:  []string{"api", "client", "clock", "secret"},
		never: []string{internal + "platform", internal + "provider", terraform},
	},
}

// terraform is the start of every module of Terraform's: the plugin framework, the plugin log, the test tools.
const terraform = "github.com/hashicorp/terraform"

// These names do not tell what a package does.
var forbiddenNames = []string{"util", "utils", "helper", "helpers", "common", "shared", "misc"}

func TestArrowsPointOneWay(t *testing.T) {
	packages := list(t)
	for _, p := range packages {
		for _, breach := range breaches(p) {
			t.Errorf("%s %s: docs/architecture.md, \"Arrows\"", p.ImportPath, breach)
		}
	}
}

func TestEveryArrowHasAPackage(t *testing.T) {
	packages := list(t)
	for _, a := range arrows {
		if !slices.ContainsFunc(packages, func(p goPackage) bool { return under(p.ImportPath, internal+a.from) }) {
			t.Errorf("there is no package internal/%s: delete its arrow", a.from)
		}
	}
}

func TestPackageNames(t *testing.T) {
	const root = ".."
	seen := 0
	err := filepath.WalkDir(root, func(path string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if !entry.IsDir() || path == root {
			return nil
		}
		if strings.HasPrefix(entry.Name(), ".") || entry.Name() == "bin" {
			return fs.SkipDir
		}
		seen++
		if slices.Contains(forbiddenNames, entry.Name()) {
			t.Errorf("%s: name the directory after its contents", path)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if seen < 5 {
		t.Fatalf("looked at %d directories: not the root of the project", seen)
	}
}

// breaches describes each import that goes against an arrow.
func breaches(p goPackage) []string {
	var found []string
	code := sorted(p.Imports, p.Deps)
	tests := sorted(p.TestImports, p.XTestImports)

	for _, a := range arrows {
		if !under(p.ImportPath, internal+a.from) {
			continue
		}
		for _, path := range code {
			switch {
			case under(path, internal+a.from):
			case matches(path, a.never):
				found = append(found, "must not reach "+path)
			case strings.HasPrefix(path, internal) && a.only != nil && !a.allows(path):
				found = append(found, "reaches "+path+", which is not among "+strings.Join(a.only, ", "))
			}
		}
		for _, path := range tests {
			if matches(path, a.never) && !strings.HasPrefix(path, terraform) {
				found = append(found, "has a test that imports "+path)
			}
		}
	}

	if p.ImportPath == module {
		for _, path := range code {
			if under(path, internal+"platform") || under(path, internal+"acctest") || under(path, internal+"tftest") {
				found = append(found, "must not reach "+path)
			}
		}
	}

	// terraform-plugin-testing starts the CLI eight times or more for each step. acctest has the few journeys for that.
	if !under(p.ImportPath, internal+"acctest") {
		for _, path := range sorted(p.Imports, p.TestImports, p.XTestImports) {
			if under(path, terraform+"-plugin-testing") {
				found = append(found, "imports "+path)
			}
		}
	}

	// The kinds may import rotate and tfkit, and rotate may import tfkit. Otherwise the provider's packages do not import
	// each other.
	if from, ok := strings.CutPrefix(p.ImportPath, internal+"provider/"); ok {
		for _, path := range sorted(p.Imports, p.TestImports, p.XTestImports) {
			to, ok := strings.CutPrefix(path, internal+"provider/")
			if ok && to != from && !under(to, "tfkit") && (to != "rotate" || under(from, "tfkit")) {
				found = append(found, "imports "+path)
			}
		}
	}
	return found
}

func (a arrow) allows(path string) bool {
	return slices.ContainsFunc(a.only, func(name string) bool { return under(path, internal+name) })
}

// under reports whether path is the package parent or one below it.
func under(path, parent string) bool {
	return path == parent || strings.HasPrefix(path, parent+"/")
}

func matches(path string, forbidden []string) bool {
	return slices.ContainsFunc(forbidden, func(f string) bool {
		return under(path, f) || f == terraform && strings.HasPrefix(path, terraform)
	})
}

func sorted(lists ...[]string) []string {
	all := slices.Concat(lists...)
	slices.Sort(all)
	return slices.Compact(all)
}

// list asks the go command for every package of the module.
func list(t *testing.T) []goPackage {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), "go", "list", "-e", "-json=ImportPath,Imports,Deps,TestImports,XTestImports",
		module+"/...")
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("go list: %v\n%s", err, stderr.String())
	}
	var packages []goPackage
	for decoder := json.NewDecoder(bytes.NewReader(out)); ; {
		var p goPackage
		if err := decoder.Decode(&p); errors.Is(err, io.EOF) {
			break
		} else if err != nil {
			t.Fatal(err)
		}
		packages = append(packages, p)
	}
	if len(packages) < 5 {
		t.Fatalf("go list found %d packages: not the root of the project", len(packages))
	}
	return packages
}
