package internal_test

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/scanner"
	"go/token"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// platformMayImport lists, for each package of the platform, the packages of the platform that it may import. What is
// absent may import none. .golangci.yml says the same to an editor, and docs/architecture.md to a reader.
var platformMayImport = map[string][]string{
	"store":   nil,
	"keyring": nil,
	"egress":  nil,
	"problem": nil,

	"keys":        {"store", "keyring"},
	"txn":         {"problem", "keys", "store", "keyring"},
	"access":      {"txn", "problem", "keys", "store", "keyring"},
	"httpapi":     {"access", "txn", "problem", "keys", "store"},
	"credentials": {"txn", "problem", "keys", "store", "keyring"},
	"lifecycle":   {"credentials", "httpapi", "access", "txn", "problem", "keys"},

	"identity":   domain(),
	"connectors": domain(),
	"policies":   domain(),
	"principals": domain(),
	"tokens":     domain("connectors"),
	"webhooks":   domain("connectors", "egress"),
	"deliveries": domain("webhooks", "egress"),
}

// domain lists what the package of a domain may import: what every domain stands on, and these.
func domain(besides ...string) []string {
	return append([]string{
		"lifecycle", "credentials", "httpapi", "access", "txn", "problem", "keys", "store", "keyring",
	}, besides...)
}

func TestPlatformArrows(t *testing.T) {
	seen := map[string]bool{}
	for _, p := range list(t) {
		if name, ok := strings.CutPrefix(p.ImportPath, internal+"platform/"); ok {
			seen[name] = true
		}
		for _, breach := range platformBreaches(p) {
			t.Errorf("%s %s: docs/architecture.md, \"Arrows\"", p.ImportPath, breach)
		}
	}
	for name := range platformMayImport {
		if !seen[name] {
			t.Errorf("there is no package internal/platform/%s: its arrows keep nothing", name)
		}
	}
}

// A rule that nothing can break keeps nothing.
func TestPlatformBreachesAreSeen(t *testing.T) {
	const platform = internal + "platform"
	for name, tc := range map[string]struct {
		from, to string
		want     int
	}{
		"the server imports a domain":       {platform, platform + "/tokens", 0},
		"a domain imports what it may":      {platform + "/tokens", platform + "/credentials", 0},
		"tokens look up connectors":         {platform + "/tokens", platform + "/connectors", 0},
		"connectors import tokens":          {platform + "/connectors", platform + "/tokens", 1},
		"tokens import webhooks":            {platform + "/tokens", platform + "/webhooks", 1},
		"tokens connect to receivers":       {platform + "/tokens", platform + "/egress", 1},
		"webhooks import deliveries":        {platform + "/webhooks", platform + "/deliveries", 1},
		"a domain imports the server":       {platform + "/tokens", platform, 1},
		"credentials import HTTP":           {platform + "/credentials", platform + "/httpapi", 1},
		"a transaction knows who may":       {platform + "/txn", platform + "/access", 1},
		"a problem reads the store":         {platform + "/problem", platform + "/store", 1},
		"the store imports keys":            {platform + "/store", platform + "/keys", 1},
		"a package that nobody has entered": {platform + "/console", platform + "/store", 1},
		"a package outside":                 {internal + "acctest", platform + "/store", 0},
	} {
		t.Run(name, func(t *testing.T) {
			got := platformBreaches(goPackage{ImportPath: tc.from, Imports: []string{tc.to}})
			if len(got) != tc.want {
				t.Errorf("got %q, want %d", got, tc.want)
			}
		})
	}
}

// platformBreaches says which imports of a package of the platform go against its arrows.
func platformBreaches(p goPackage) (found []string) {
	name, ok := strings.CutPrefix(p.ImportPath, internal+"platform/")
	if !ok {
		return nil
	}
	for _, path := range p.Imports {
		if !under(path, internal+"platform") {
			continue
		}
		to := strings.TrimPrefix(path, internal+"platform/")
		if !slices.Contains(platformMayImport[name], to) {
			found = append(found, "must not import "+path)
		}
	}
	return found
}

// Limits of the platform's production code. Code is counted in lines that hold a token, files and functions from their
// first to their last line.
const (
	maxPackageCode   = 2000
	maxFileLines     = 300
	maxFunctionLines = 60
	maxMethods       = 20
)

// allowed lists what is over a limit, with the reason: "path of the file" or "package.Receiver".
var allowed = map[string]string{
	"store.Tx": "one method per statement; each needs the same transaction, and a domain cannot write SQL without it",
}

func TestPlatformSizes(t *testing.T) {
	files := map[string][]string{}
	err := filepath.WalkDir("platform", func(path string, _ fs.DirEntry, err error) error {
		if err == nil && filepath.Ext(path) == ".go" && !strings.HasSuffix(path, "_test.go") {
			files[filepath.Dir(path)] = append(files[filepath.Dir(path)], path)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	if len(files) < 10 {
		t.Fatalf("found %d packages: this is not the platform", len(files))
	}
	for dir, paths := range files {
		sources := map[string][]byte{}
		for _, path := range paths {
			source, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			sources[path] = source
		}
		for _, finding := range oversized(t, filepath.Base(dir), sources) {
			t.Error(finding)
		}
	}
}

func TestOversizeIsSeen(t *testing.T) {
	lines := func(n int, text string) string { return strings.Repeat(text+"\n", n) }
	methods := func(n int) (out string) {
		for i := range n {
			out += fmt.Sprintf("func (t *T) m%d() {}\n", i)
		}
		return out
	}
	for name, tc := range map[string]struct {
		source string
		want   int
	}{
		"small":                  {"package p\n" + methods(1), 0},
		"a long file":            {"package p\n" + lines(maxFileLines, "//"), 1},
		"a file at the limit":    {"package p\n" + lines(maxFileLines-1, "//"), 0},
		"a long function":        {"package p\nfunc f() {\n" + lines(maxFunctionLines-1, "//") + "}\n", 1},
		"a function of the most": {"package p\nfunc f() {\n" + lines(maxFunctionLines-2, "//") + "}\n", 0},
		"many methods":           {"package p\ntype T struct{}\n" + methods(maxMethods+1), 1},
		"methods at the limit":   {"package p\ntype T struct{}\n" + methods(maxMethods), 0},
		"a package of much code": {"package p\n" + lines(maxPackageCode, "var _ int"), 2}, // its file is long too
		"a package of comments":  {"package p\n" + lines(maxPackageCode, "//"), 1},
	} {
		t.Run(name, func(t *testing.T) {
			if got := oversized(t, "p", map[string][]byte{"p.go": []byte(tc.source)}); len(got) != tc.want {
				t.Errorf("got %q, want %d", got, tc.want)
			}
		})
	}
}

// oversized says what of a package is over a limit.
func oversized(t *testing.T, name string, sources map[string][]byte) (found []string) {
	t.Helper()
	code := 0
	methods := map[string]int{}
	for path, source := range sources {
		code += codeLines(source)
		if n := strings.Count(string(source), "\n"); n > maxFileLines && allowed[path] == "" {
			found = append(found, fmt.Sprintf("%s has %d lines, more than %d", path, n, maxFileLines))
		}
		set := token.NewFileSet()
		file, err := parser.ParseFile(set, path, source, parser.SkipObjectResolution)
		if err != nil {
			t.Fatal(err)
		}
		for _, decl := range file.Decls {
			f, ok := decl.(*ast.FuncDecl)
			if !ok {
				continue
			}
			if n := set.Position(f.End()).Line - set.Position(f.Pos()).Line + 1; n > maxFunctionLines {
				found = append(found, fmt.Sprintf("%s: %s has %d lines, more than %d", path, f.Name.Name, n, maxFunctionLines))
			}
			if f.Recv != nil {
				methods[name+"."+receiver(f.Recv.List[0].Type)]++
			}
		}
	}
	if code > maxPackageCode {
		found = append(found, fmt.Sprintf("package %s has %d lines of code, more than %d", name, code, maxPackageCode))
	}
	for of, n := range methods {
		if n > maxMethods && allowed[of] == "" {
			found = append(found, fmt.Sprintf("%s has %d methods, more than %d", of, n, maxMethods))
		}
	}
	return found
}

// codeLines counts the lines that hold anything but a comment.
func codeLines(source []byte) int {
	set := token.NewFileSet()
	file := set.AddFile("", set.Base(), len(source))
	var s scanner.Scanner
	s.Init(file, source, nil, 0)
	held := map[int]bool{}
	for {
		pos, tok, text := s.Scan()
		if tok == token.EOF {
			return len(held)
		}
		if tok == token.SEMICOLON && text == "\n" {
			continue
		}
		first := file.Line(pos)
		for line := range strings.Count(text, "\n") + 1 { // a raw string may have many
			held[first+line] = true
		}
	}
}

func receiver(expr ast.Expr) string {
	switch e := expr.(type) {
	case *ast.StarExpr:
		return receiver(e.X)
	case *ast.IndexExpr:
		return receiver(e.X)
	case *ast.Ident:
		return e.Name
	}
	return ""
}
