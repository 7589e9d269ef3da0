// Package internal_test keeps the layout of the project: which package may know which, and what a package may be called.
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

// goPackage is what `go list -json` says of a package that matters here.
type goPackage struct {
	ImportPath   string
	Imports      []string // of its code
	Deps         []string // of its code, through every package in between
	TestImports  []string
	XTestImports []string
}

// arrow says what the packages at and under one path may know of.
type arrow struct {
	from string // path under internal/; it stands for what is under it too

	// only, where it is not nil, lists the packages of ours that the code may reach; its own are always allowed.
	only []string
	// never lists import paths that neither the code nor its tests may reach.
	never []string
}

// DESIGN section 3, "Arrows". .golangci.yml says the same to an editor.
var arrows = []arrow{
	{from: "clock", only: []string{}, never: []string{terraform}},
	{from: "secret", only: []string{}, never: []string{terraform}},
	{from: "rotation", only: []string{}, never: []string{terraform}},
	{from: "webhook", only: []string{}, never: []string{terraform}},
	{from: "api", only: []string{"secret"}, never: []string{terraform}},
	{from: "client", only: []string{"api", "clock", "secret"}, never: []string{internal + "platform", terraform}},
	{
		from:  "platform",
		only:  []string{"api", "clock", "rotation", "secret", "webhook"},
		never: []string{internal + "client", internal + "provider", internal + "acctest", terraform},
	},
	{from: "platform/egress", only: []string{"api", "secret"}},
	{
		from:  "provider",
		only:  []string{"api", "client", "clock", "rotation", "secret", "webhook"},
		never: []string{internal + "platform"},
	},
	{from: "canary", only: []string{}, never: []string{terraform}},
	{from: "launch", only: []string{"clock"}, never: []string{terraform}},
	{from: "tftest", only: []string{}},
	{
		from:  "cmd/quickconnectd",
		only:  []string{"api", "clock", "platform", "rotation", "secret", "webhook"},
		never: []string{internal + "client", internal + "provider", terraform},
	},
}

// terraform is the start of every module of Terraform's: the plugin framework, the plugin log, the test tools.
const terraform = "github.com/hashicorp/terraform"

// What says nothing of what is inside.
var forbiddenNames = []string{"util", "utils", "helper", "helpers", "common", "shared", "misc"}

func TestArrowsPointOneWay(t *testing.T) {
	packages := list(t)
	for _, p := range packages {
		for _, breach := range breaches(p) {
			t.Errorf("%s %s: DESIGN section 3, \"Arrows\"", p.ImportPath, breach)
		}
	}
}

func TestEveryArrowHasAPackage(t *testing.T) {
	packages := list(t)
	for _, a := range arrows {
		if !slices.ContainsFunc(packages, func(p goPackage) bool { return under(p.ImportPath, internal+a.from) }) {
			t.Errorf("there is no package internal/%s: its arrow keeps nothing", a.from)
		}
	}
}

// A rule that nothing can break keeps nothing.
func TestBreachesAreSeen(t *testing.T) {
	for name, tc := range map[string]struct {
		p    goPackage
		want int
	}{
		"pure package imports ours": {goPackage{ImportPath: internal + "rotation", Imports: []string{internal + "clock"}, Deps: []string{internal + "clock"}}, 1},
		"api may import secret":     {goPackage{ImportPath: internal + "api", Imports: []string{internal + "secret"}, Deps: []string{internal + "secret", "net/http"}}, 0},
		"api imports clock":         {goPackage{ImportPath: internal + "api", Deps: []string{internal + "clock"}}, 1},
		"client reaches platform through another": {goPackage{
			ImportPath: internal + "client", Imports: []string{internal + "api"}, Deps: []string{internal + "api", internal + "platform/store"},
		}, 1},
		"client imports Terraform":        {goPackage{ImportPath: internal + "client", Deps: []string{terraform + "-plugin-framework/types"}}, 1},
		"client's test imports platform":  {goPackage{ImportPath: internal + "client", XTestImports: []string{internal + "platform"}}, 1},
		"client's test uses acctest":      {goPackage{ImportPath: internal + "client", XTestImports: []string{internal + "acctest", internal + "client"}}, 0},
		"platform imports provider":       {goPackage{ImportPath: internal + "platform/store", Deps: []string{internal + "provider/tfkit"}}, 1},
		"platform imports the plugin log": {goPackage{ImportPath: internal + "platform", Deps: []string{terraform + "-plugin-log/tflog"}}, 1},
		"platform imports its own":        {goPackage{ImportPath: internal + "platform", Deps: []string{internal + "platform/keyring"}}, 0},
		"kind imports kind":               {goPackage{ImportPath: internal + "provider/connector", Imports: []string{internal + "provider/scopedtoken"}, Deps: []string{internal + "provider/scopedtoken"}}, 1},
		"kind's test imports kind":        {goPackage{ImportPath: internal + "provider/connector", TestImports: []string{internal + "provider/scopedtoken"}}, 1},
		"kind imports a part of tfkit":    {goPackage{ImportPath: internal + "provider/connector", Imports: []string{internal + "provider/tfkit/writeonly"}}, 0},
		"a part of tfkit imports a kind":  {goPackage{ImportPath: internal + "provider/tfkit/writeonly", Imports: []string{internal + "provider/connector"}}, 1},
		"kind imports tfkit":              {goPackage{ImportPath: internal + "provider/connector", Imports: []string{internal + "provider/tfkit"}}, 0},
		"kind's test imports the kind":    {goPackage{ImportPath: internal + "provider/connector", XTestImports: []string{internal + "provider/connector"}}, 0},
		"tfkit imports a kind":            {goPackage{ImportPath: internal + "provider/tfkit", Imports: []string{internal + "provider/connector"}}, 1},
		"kind imports rotate":             {goPackage{ImportPath: internal + "provider/connector", Imports: []string{internal + "provider/rotate"}}, 0},
		"rotate imports tfkit and the rules": {goPackage{
			ImportPath: internal + "provider/rotate", Imports: []string{internal + "provider/tfkit", internal + "rotation"},
		}, 0},
		"rotate imports a kind":             {goPackage{ImportPath: internal + "provider/rotate", Imports: []string{internal + "provider/connector"}}, 1},
		"tfkit imports rotate":              {goPackage{ImportPath: internal + "provider/tfkit", Imports: []string{internal + "provider/rotate"}}, 1},
		"provider imports its kinds":        {goPackage{ImportPath: internal + "provider", Imports: []string{internal + "provider/connector"}}, 0},
		"provider's test imports platform":  {goPackage{ImportPath: internal + "provider/connector", TestImports: []string{internal + "platform"}}, 1},
		"the program imports the client":    {goPackage{ImportPath: internal + "cmd/quickconnectd", Deps: []string{internal + "client"}}, 1},
		"acctest may import all":            {goPackage{ImportPath: internal + "acctest", Deps: []string{internal + "platform", internal + "provider"}}, 0},
		"tftest imports ours":               {goPackage{ImportPath: internal + "tftest", Deps: []string{internal + "provider"}}, 1},
		"code imports tftest":               {goPackage{ImportPath: module, Imports: []string{internal + "tftest"}}, 1},
		"code imports acctest":              {goPackage{ImportPath: module, Imports: []string{internal + "acctest"}}, 1},
		"another package with a like name":  {goPackage{ImportPath: internal + "clientele", Deps: []string{internal + "platform"}}, 0},
		"the provider's program":            {goPackage{ImportPath: module, Deps: []string{internal + "provider", internal + "client"}}, 0},
		"the provider's program, shortcuts": {goPackage{ImportPath: module, Deps: []string{internal + "platform"}}, 1},
	} {
		t.Run(name, func(t *testing.T) {
			if got := breaches(tc.p); len(got) != tc.want {
				t.Errorf("got %d breaches, want %d: %q", len(got), tc.want, got)
			}
		})
	}
}

func TestNoPackageIsCalledUtils(t *testing.T) {
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
			t.Errorf("%s: name a directory after what is in it", path)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if seen < 5 {
		t.Fatalf("looked at %d directories: this is not the root of the project", seen)
	}
}

// breaches says which arrows a package goes against, one sentence for each import.
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
	cmd := exec.CommandContext(t.Context(), "go", "list", "-e", "-json=ImportPath,Imports,Deps,TestImports,XTestImports", module+"/...")
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
		t.Fatalf("go list found %d packages: this is not the root of the project", len(packages))
	}
	return packages
}
