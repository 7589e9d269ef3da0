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
	"strings"
	"testing"
)

// Limits of production code; those of packages and of methods hold for the platform. Code is counted in lines that hold
// a token, files and functions from their first to their last line.
const (
	maxPackageCode   = 2000
	maxFileLines     = 300
	maxFunctionLines = 60
	maxMethods       = 20
)

const attributeTable = "a table: one entry per attribute"

// allowed lists what is over a limit, with the reason: "path of the file", "path of the file function", "package" or
// "package.Receiver".
var allowed = map[string]string{
	"provider/connector/schema.go resourceSchema":     attributeTable,
	"provider/signingsecret/schema.go Schema":         attributeTable,
	"provider/provider_schema.go configurationSchema": attributeTable,
	"provider/tfkit/diagnostics.go explainCode":       "a table: one case per error code",
	"store":    "every statement of every domain: a second package could not use the transaction",
	"store.Tx": "one method per statement; each needs the same transaction, and a domain cannot write SQL without it",
}

func TestSizes(t *testing.T) {
	files := map[string][]string{}
	err := filepath.WalkDir(".", func(path string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if entry.IsDir() && entry.Name() == "testdata" {
			return fs.SkipDir
		}
		if filepath.Ext(path) == ".go" && !strings.HasSuffix(path, "_test.go") {
			files[filepath.Dir(path)] = append(files[filepath.Dir(path)], path)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if len(files) < 30 {
		t.Fatalf("found %d packages: this is not the project", len(files))
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
		found := oversizedFiles(t, sources)
		if under(dir, "platform") {
			found = append(found, oversizedPackage(t, filepath.Base(dir), sources)...)
		}
		for _, finding := range found {
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
			sources := map[string][]byte{"p.go": []byte(tc.source)}
			got := append(oversizedFiles(t, sources), oversizedPackage(t, "p", sources)...)
			if len(got) != tc.want {
				t.Errorf("got %q, want %d", got, tc.want)
			}
		})
	}
}

// oversizedFiles describes which files and functions exceed a limit.
func oversizedFiles(t *testing.T, sources map[string][]byte) (found []string) {
	t.Helper()
	for path, source := range sources {
		if n := strings.Count(string(source), "\n"); n > maxFileLines && allowed[path] == "" {
			found = append(found, fmt.Sprintf("%s has %d lines, more than %d", path, n, maxFileLines))
		}
		set := token.NewFileSet()
		for _, f := range functions(t, set, path, source) {
			name := path + " " + f.Name.Name
			n := set.Position(f.End()).Line - set.Position(f.Pos()).Line + 1
			if n > maxFunctionLines && allowed[name] == "" {
				found = append(found, fmt.Sprintf("%s has %d lines, more than %d", name, n, maxFunctionLines))
			}
		}
	}
	return found
}

// oversizedPackage describes how a package and its receivers exceed a limit.
func oversizedPackage(t *testing.T, name string, sources map[string][]byte) (found []string) {
	t.Helper()
	code := 0
	methods := map[string]int{}
	for path, source := range sources {
		code += codeLines(source)
		for _, f := range functions(t, token.NewFileSet(), path, source) {
			if f.Recv != nil {
				methods[name+"."+receiver(f.Recv.List[0].Type)]++
			}
		}
	}
	if code > maxPackageCode && allowed[name] == "" {
		found = append(found, fmt.Sprintf("package %s has %d lines of code, more than %d", name, code, maxPackageCode))
	}
	for of, n := range methods {
		if n > maxMethods && allowed[of] == "" {
			found = append(found, fmt.Sprintf("%s has %d methods, more than %d", of, n, maxMethods))
		}
	}
	return found
}

func functions(t *testing.T, set *token.FileSet, path string, source []byte) (found []*ast.FuncDecl) {
	t.Helper()
	file, err := parser.ParseFile(set, path, source, parser.SkipObjectResolution)
	if err != nil {
		t.Fatal(err)
	}
	for _, decl := range file.Decls {
		if f, ok := decl.(*ast.FuncDecl); ok {
			found = append(found, f)
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
