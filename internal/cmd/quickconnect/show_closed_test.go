package main

import (
	"strings"
	"testing"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
)

// A credential that was deleted is still named, by its name, its id and its value, and its absence is the exit code.
func TestShowsWhatWasClosed(t *testing.T) {
	o := newOperator(t, api.RoleDeployer)
	o.token("notifier", o.policy("monthly"))
	value := o.value("notifier", 1)
	by := o.p.As(api.RoleDeployer)
	id := by.ScopedToken("notifier").ID
	if err := by.Client().ScopedTokens().Delete(t.Context(), id); err != nil {
		t.Fatal(err)
	}
	for _, line := range []string{"show scoped-token notifier", "show " + id} {
		o.run(line).want(exitNoChange, "owner team-messaging", "closed by", "last version 1", "was closed at")
	}
	o.run("show scoped-token another").want(exitFailed)
	o.run("decommission one --yes")
	if r := o.run("show connector one").want(exitNoChange, "name one", "was closed at"); strings.Contains(r.stdout,
		"last version") || strings.Contains(r.stdout, "connector    one") {
		t.Errorf("a connector belongs to no other, and this one had no credentials:\n%s", r.stdout)
	}
	o.stdin = value
	o.run("identify").want(exitDone, "closed at", "why ended closed", "state revoked")
}
