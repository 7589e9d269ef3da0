package main

import (
	"slices"
	"strings"
	"testing"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
)

// Without --kind, a filter selects the kinds that have it. With --kind, one that does not fit is an error.
func TestSelectionOfAnExport(t *testing.T) {
	for _, tc := range []struct {
		e    exported
		want []api.Kind
		says string
	}{
		{e: exported{}, want: api.Kinds()},
		{e: exported{filters: []string{"label=a"}}, want: api.Kinds()},
		{
			e:    exported{filters: []string{"owner=team-a", "expires_within=30d"}},
			want: []api.Kind{api.Connectors, api.ScopedTokens},
		},
		{
			e:    exported{kinds: []string{"connectors"}, filters: []string{"owner=team-a"}},
			want: []api.Kind{api.Connectors},
		},
		{
			e:    exported{kinds: []string{"connectors", "rotation-policies"}, filters: []string{"owner=team-a"}},
			says: "fits only --kind connectors, scoped-tokens, signing-secrets",
		},
		{e: exported{filters: []string{"connector_id=con_1", "endpoint_id=wep_1"}}, says: "no kind has every --filter"},
		{e: exported{filters: []string{"label=a", "label=b"}}, says: "a second time"},
		{e: exported{kinds: []string{"colours"}}, says: "is no kind"},
	} {
		kinds, _, err := tc.e.selection()
		if !slices.Equal(kinds, tc.want) || (err != nil) != (tc.says != "") ||
			err != nil && !strings.Contains(err.Error(), tc.says) {
			t.Errorf("%+v: got %v, %v", tc.e, kinds, err)
		}
	}
}

// An export replaces no file.
func TestExportIntoAFile(t *testing.T) {
	e := exported{out: t.TempDir() + "/found.tf"}
	if err := e.store([]byte("first"), nil); err != nil {
		t.Fatal(err)
	}
	if err := e.store([]byte("second"), nil); err == nil || !strings.Contains(err.Error(), "nothing was written") {
		t.Errorf("got %v", err)
	}
}
