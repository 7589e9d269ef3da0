package main

import (
	"cmp"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// mutant is one change of one file.
type mutant struct {
	file       string
	line       int
	start, end int // offsets of what is replaced
	old, text  string
}

// String names the place and the change on one line.
func (m mutant) String() string {
	return fmt.Sprintf("%s:%d\t%s -> %s", m.file, m.line, oneLine(m.old), oneLine(m.text))
}

func oneLine(s string) string {
	if s = strings.Join(strings.Fields(s), " "); len(s) > 60 {
		return s[:60] + "…"
	}
	return s
}

// swapped has for an operator the one that a mutant puts in its place.
var swapped = map[token.Token]string{
	token.EQL: "!=", token.NEQ: "==", token.LSS: "<=", token.LEQ: "<", token.GTR: ">=", token.GEQ: ">",
	token.LAND: "||", token.LOR: "&&", token.ADD: "-", token.SUB: "+",
}

// findSites finds every change that can be made in the Go files of the directories; test files are left out.
func findSites(dirs []string) ([]mutant, error) {
	var all []mutant
	for _, dir := range dirs {
		files, err := filepath.Glob(filepath.Join(dir, "*.go"))
		if err != nil {
			return nil, fmt.Errorf("list %s: %w", dir, err)
		}
		for _, file := range files {
			if strings.HasSuffix(file, "_test.go") {
				continue
			}
			source, err := os.ReadFile(file)
			if err != nil {
				return nil, fmt.Errorf("read a source file: %w", err)
			}
			found, err := sitesIn(file, source)
			if err != nil {
				return nil, err
			}
			all = append(all, found...)
		}
	}
	if len(all) == 0 {
		return nil, fmt.Errorf("%s: no code to change", strings.Join(dirs, ", "))
	}
	return all, nil
}

func sitesIn(file string, source []byte) ([]mutant, error) {
	set := token.NewFileSet()
	parsed, err := parser.ParseFile(set, file, source, 0)
	if err != nil {
		return nil, fmt.Errorf("parse a source file: %w", err)
	}
	var found []mutant
	add := func(from, to token.Pos, text func(old string) string) {
		start, end := set.Position(from).Offset, set.Position(to).Offset
		old := string(source[start:end])
		found = append(found, mutant{file, set.Position(from).Line, start, end, old, text(old)})
	}
	for _, declared := range parsed.Decls {
		function, ok := declared.(*ast.FuncDecl)
		if !ok || function.Body == nil {
			continue
		}
		ast.Inspect(function.Body, func(n ast.Node) bool {
			switch n := n.(type) {
			case *ast.BinaryExpr:
				if other, ok := swapped[n.Op]; ok {
					add(n.OpPos, n.OpPos+token.Pos(len(n.Op.String())), func(string) string { return other })
				}
			case *ast.IfStmt:
				add(n.Cond.Pos(), n.Cond.End(), func(old string) string { return "!(" + old + ")" })
			case *ast.ExprStmt: // a call whose result is not used
				add(n.Pos(), n.End(), func(string) string { return "" })
			case *ast.AssignStmt: // what is called on the right side is still called
				if n.Tok == token.ASSIGN && len(n.Lhs) == 1 {
					add(n.Lhs[0].Pos(), n.Lhs[0].End(), func(string) string { return "_" })
				}
			}
			return true
		})
	}
	return found, nil
}

// choose draws count mutants, in the order of the code.
func choose(sites []mutant, count int, seed uint64) []mutant {
	random := rand.New(rand.NewPCG(seed, seed)) //nolint:gosec // the same seed must choose the same mutants
	chosen := slices.Clone(sites)
	random.Shuffle(len(chosen), func(i, j int) { chosen[i], chosen[j] = chosen[j], chosen[i] })
	chosen = chosen[:min(count, len(chosen))]
	slices.SortFunc(chosen, func(a, b mutant) int {
		return cmp.Or(cmp.Compare(a.file, b.file), cmp.Compare(a.start, b.start))
	})
	return chosen
}
