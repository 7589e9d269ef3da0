package writeonly

import (
	"context"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/hashicorp/terraform-plugin-framework/diag"
)

// private is a private state.
type private map[string][]byte

func (p private) GetKey(_ context.Context, key string) ([]byte, diag.Diagnostics) { return p[key], nil }

func (p private) SetKey(_ context.Context, key string, value []byte) diag.Diagnostics {
	p[key] = value
	return nil
}

func load(t *testing.T, p private) *Applied {
	t.Helper()
	var diags diag.Diagnostics
	a := LoadApplied(t.Context(), p, &diags)
	if diags.HasError() {
		t.Fatal(diags)
	}
	return a
}

func TestAppliedOfAnswer(t *testing.T) {
	digest := mine
	for name, c := range map[string]struct {
		digest *string
		number *int64
		want   Applied
	}{
		"with a value and a number": {&digest, number(7), Applied{Digest: mine, Number: number(7)}},
		"with a value":              {&digest, nil, Applied{Digest: mine}},
		"with nothing":              {nil, nil, Applied{}},
		"with a number":             {nil, number(7), Applied{Number: number(7)}},
	} {
		t.Run(name, func(t *testing.T) {
			var diags diag.Diagnostics
			p := private{}
			AppliedOf(c.digest, c.number).Store(t.Context(), p, &diags)
			if diff := cmp.Diff(&c.want, load(t, p)); diff != "" || diags.HasError() {
				t.Errorf("%s %v", diff, diags)
			}
		})
	}
}

// States that are out there have the note in this form: to read it differently would send every secret once more, or
// none.
func TestFormOfTheNote(t *testing.T) {
	for text, want := range map[string]*Applied{
		`{"digest":"k1:mine","number":7}`:                     left(mine, 7),
		`{"digest":"k1:mine","number":null}`:                  left(mine, 0),
		`{"digest":"","number":null,"imported":true}`:         found("", 0),
		`{"digest":"k1:theirs","number":2,"imported":true}`:   found(theirs, 2),
		`{"digest":"k1:theirs","number":2,"imported":"true"}`: nil, // cannot be read: none
		`{`: nil,
		``:  nil,
	} {
		if diff := cmp.Diff(want, load(t, private{"applied": []byte(text)})); diff != "" {
			t.Errorf("%s: %s", text, diff)
		}
	}
	var diags diag.Diagnostics
	p := private{}
	left(mine, 0).Store(t.Context(), p, &diags)
	if got := string(p["applied"]); got != `{"digest":"k1:mine","number":null}` {
		t.Error(got)
	}
}

// Every read calls StoreImported; only the first one after an import has something to note.
func TestOnlyFirstReadOfImportIsStored(t *testing.T) {
	var diags diag.Diagnostics
	p := private{}
	first, later := left(mine, 2), left(theirs, 3)
	first.StoreImported(t.Context(), p, p, &diags)
	if diff := cmp.Diff(found(mine, 2), load(t, p)); diff != "" {
		t.Errorf("the first read: %s", diff)
	}
	if first.Imported {
		t.Error("the answer itself was marked")
	}
	later.StoreImported(t.Context(), p, p, &diags)
	if diff := cmp.Diff(found(mine, 2), load(t, p)); diff != "" {
		t.Errorf("a later read: %s", diff)
	}
	later.Store(t.Context(), p, &diags)
	first.StoreImported(t.Context(), p, p, &diags)
	if diff := cmp.Diff(left(theirs, 3), load(t, p)); diff != "" {
		t.Errorf("a read after an apply: %s", diff)
	}
	if diags.HasError() {
		t.Error(diags)
	}
}
