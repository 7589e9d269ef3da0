package main

import (
	"io/fs"
	"strings"
	"testing"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
)

// The guides in the repository have the tables of this code.
func TestGuidesAreCurrent(t *testing.T) {
	err := run([]string{"../../../templates/guides"}, func(name string, _ []byte, _ fs.FileMode) error {
		t.Errorf("%s is out of date: make generate", name)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

// A table that is out of date is made anew, and what is around it stays.
func TestFilled(t *testing.T) {
	const begin, end = "before\n<!-- table: presets -->\n\n", "\n<!-- table: end -->\nafter\n"
	got, err := filled(begin + "| old |\n" + end)
	if err != nil || got != begin+presets()+end {
		t.Errorf("%v: %s", err, got)
	}
	if again, err := filled(got); err != nil || again != got {
		t.Errorf("a second run changes it: %v: %s", err, again)
	}
	if _, err := filled("<!-- table: none -->\n\n<!-- table: end -->\n"); err == nil {
		t.Error("a table that does not exist is no error")
	}
}

// The table says of each block which roles are the least ones. TestRoles of the provider tries whether that is so.
func TestRoleTable(t *testing.T) {
	for _, row := range []string{
		"| `resource \"quickconnect_connector\"` | `auditor` | `operator` | `operator` |\n",
		"| `resource \"quickconnect_workload_identity\"`, its `role` is `auditor` or `runtime` | `auditor` | " +
			"`deployer` or `security` | `deployer` or `security` |\n",
		"| `resource \"quickconnect_workload_identity\"`, its `role` is `security` | `auditor` | `security` | `security` |\n",
		"| `resource \"quickconnect_environment_policy\"` | `auditor` | `security` | `security` |\n",
		"| `data \"quickconnect_identity\"` | `auditor` or `runtime` |",
		"| `ephemeral \"quickconnect_access_token\"` | `planner` | `planner` | `planner` |\n",
		"| `action \"quickconnect_hold\"` | `operator` or `security` | `operator` or `security` | – |\n",
	} {
		if !strings.Contains(roles(), row) {
			t.Errorf("%s does not have %s", roles(), row)
		}
	}
	if strings.Contains(roles(), `data "quickconnect_connector`) {
		t.Error("a data source that needs what its resource needs has a row")
	}
}

// The table has every scope of the catalogue with its area and its access class.
func TestScopeTable(t *testing.T) {
	if n := strings.Count(scopes(), "\n"); n != len(api.ScopeCatalogue())+2 {
		t.Errorf("%d lines for %d scopes", n, len(api.ScopeCatalogue()))
	}
	const row = "| `messages:send` | Send messages. | messages | write |\n"
	if !strings.Contains(scopes(), row) {
		t.Errorf("%s does not have %s", scopes(), row)
	}
}

// The table names every preset, its issuer and its required claims. What is said of a preset by hand are claims that an
// identity of it may have.
func TestPresetTable(t *testing.T) {
	rows := strings.Split(presets(), "\n")[2:]
	for i, name := range api.Presets() {
		p, _ := api.PresetOf(name)
		for _, word := range append(strings.Fields(p.RequiredClaims()), name, p.Issuer) {
			if !strings.Contains(rows[i], strings.TrimSuffix(word, ",")) {
				t.Errorf("%s: %q does not name %s", name, rows[i], word)
			}
		}
		say, there := ofPreset[name]
		if !there || (say.required == "") != (p.RequiredClaims() != "") {
			t.Errorf("%s requires %q, and the table says %q by hand", name, p.RequiredClaims(), say.required)
		}
		for _, path := range say.besides {
			if err := api.CheckClaimPath(path); err != nil {
				t.Errorf("%s: %s %v", name, path, err)
			}
		}
	}
}
