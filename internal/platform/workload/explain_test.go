package workload

import (
	"go/ast"
	"go/parser"
	"go/token"
	"strconv"
	"strings"
	"testing"
)

// Every reason has a meaning, and none has two.
func TestEveryReasonHasAMeaning(t *testing.T) {
	file, err := parser.ParseFile(token.NewFileSet(), "decide.go", nil, 0)
	if err != nil {
		t.Fatal(err)
	}
	want := map[string]int{}
	ast.Inspect(file, func(n ast.Node) bool {
		if spec, ok := n.(*ast.ValueSpec); ok && strings.HasPrefix(spec.Names[0].Name, "Reason") {
			literal, _ := spec.Values[0].(*ast.BasicLit)
			text, err := strconv.Unquote(literal.Value)
			if err != nil {
				t.Fatal(err)
			}
			want[text]++
		}
		return true
	})
	for _, m := range Meanings() {
		want[m.Reason]--
		if m.Says == "" || m.Do == "" {
			t.Errorf("%s says nothing", m.Reason)
		}
	}
	for reason, n := range want {
		if n != 0 {
			t.Errorf("%s has %d meanings, want 1", reason, 1-n)
		}
	}
}
