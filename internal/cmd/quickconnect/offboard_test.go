package main

import (
	"strings"
	"testing"
	"time"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/acctest"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/client"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/secret"
)

// provider returns a client with the user agent of the Terraform provider.
func (o *operator) provider() *client.Client {
	o.t.Helper()
	c, err := client.New(client.Config{
		Endpoint: o.p.URL, Token: secret.New(o.p.Token(api.RoleDeployer)), UserAgent: providerAgent + "test",
	})
	if err != nil {
		o.t.Fatal(err)
	}
	return c
}

// A person leaves who has a token by hand, a token that the provider made, and a connector on which others depend.
func TestOffboard(t *testing.T) {
	t.Parallel()
	const person = "person@example.com"
	o := newOperator(t, api.RoleDeployer)
	by := o.p.As(api.RoleDeployer).Client()
	policy := acctest.TheFixture().Policies[0]
	connector, err := by.Connectors().Create(t.Context(), api.ConnectorCreate{
		Name: "own", Owner: person, Type: "custom",
		Credentials: map[string]secret.Value{"api_key": secret.New("correct-horse-battery")},
	})
	if err != nil {
		t.Fatal(err)
	}
	create := func(c *client.Client, name, owner string) string {
		t.Helper()
		made, err := c.ScopedTokens().Create(t.Context(), api.ScopedTokenCreate{
			RotatedCreate: api.RotatedCreate{Name: name, Owner: owner}, ConnectorID: connector.ID,
			Scopes: []string{"messages:send"}, RotationPolicyID: &policy,
		})
		if err != nil {
			t.Fatal(err)
		}
		return made.ID
	}
	byHand, managed := create(by, "by-hand", person), create(o.provider(), "managed", person)
	create(by, "of-another", "team-other")
	o.p.As(api.RoleRuntime).Introspect(o.value("by-hand", 1))
	phase := func(id string) api.ScopedToken {
		t.Helper()
		found, err := by.ScopedTokens().Get(t.Context(), id)
		if err != nil {
			t.Fatal(err)
		}
		return *found
	}

	shows := []string{
		"offboard person@example.com, tenant " + acctest.Tenant, byHand + " by-hand stable",
		managed + " managed stable never the provider's create stays: change the configuration",
		"by-hand 1 runtime", "On connector own depends the scoped token of-another", `owner = "NEW OWNER"`,
		`resource "quickconnect_scoped_token" with name = "managed"`,
	}
	o.run("offboard "+person).want(exitNoChange, append(shows, "nothing was done: left are 1 to be changed in the "+
		"configuration, 2 to be ended with --ends-at or --now")...)
	end := o.p.Clock.Now().Add(7 * 24 * time.Hour).UTC().Format(time.RFC3339)
	o.run("offboard "+person+" --ends-at "+end).want(exitRefused, "there is no terminal to ask at")
	if phase(byHand).ExpiresAt != nil {
		t.Fatal("the token has an end before anybody agreed")
	}
	o.run("offboard "+person+" --yes --ends-at "+end).want(exitDone, append(shows, byHand+" by-hand ends at "+end,
		"1 of 3 got an end; left are 1 to be changed in the configuration, 1 that only --now ends.")...)
	if got := phase(byHand); got.ExpiresAt == nil || *got.ExpiresAt != end {
		t.Errorf("the token by hand is %+v", got)
	}
	if got := phase(managed); got.ExpiresAt != nil || got.Rotation.Phase != api.PhaseStable {
		t.Errorf("the token of Terraform was changed: %+v", got)
	}
	o.run("offboard "+person+" --yes --ends-at "+end).want(exitNoChange, "nothing: it has ended, or ends before")
	got := decode[[]leaving](o.run("offboard " + person + " --yes --now --output json").want(exitDone))
	if len(got) != 3 || got[0].Action != leavesRevoked || !got[0].Done || got[2].Done || got[2].Change == "" {
		t.Errorf("got %+v", got)
	}
	if phase(byHand).Rotation.Phase != api.PhaseRevoked || phase(managed).Rotation.Phase != api.PhaseStable {
		t.Error("--now has ended something else than the token by hand")
	}
	o.run("offboard nobody@example.com --yes --now").want(exitNoChange, "owns no credential")
	for line, says := range map[string]string{
		"offboard":                                  "give one owner",
		"offboard a b":                              "give one owner",
		"offboard " + o.value("managed", 1):         "give one owner",
		"offboard x --now --ends-at " + end:         "not both",
		"offboard x --ends-at tomorrow":             "--ends-at must be a time",
		"offboard x --ends-at 2026-04-30T00:00:00Z": "--ends-at is in the past",
	} {
		o.run(line).want(exitRefused, says)
	}
	o.as(api.RoleAuditor)
	if r := o.run("offboard " + person + " --yes --now").want(exitNoChange); strings.Contains(r.stderr, "Error") {
		t.Errorf("got %s", r.stderr)
	}
}

// Who may not end something is told before the question, and by the name of the permission.
func TestRefusedBeforeTheQuestion(t *testing.T) {
	t.Parallel()
	o := newOperator(t, api.RoleDeployer)
	o.token("notifier", o.policy("lenient"))
	o.step("notifier", api.StepBegin)
	o.terminal, o.stdin = true, "yes\n"
	for _, c := range []struct{ role, line, permission string }{
		{api.RoleSecurity, "offboard team-messaging --ends-at 2026-06-01T00:00:00Z", api.PermissionWrite},
		{api.RoleSecurity, "decommission one", api.PermissionWrite},
		{api.RoleSecurity, "promote scoped-token notifier", api.PermissionWrite},
		{api.RoleSecurity, "cancel scoped-token notifier", api.PermissionWrite},
		{api.RoleSecurity, "rotate scoped-token notifier --at-once", api.PermissionWrite},
		{api.RoleAuditor, "offboard team-messaging --now", api.PermissionContain},
		{api.RoleAuditor, "revoke scoped-token notifier --reason leak", api.PermissionContain},
		{api.RoleAuditor, "quarantine scoped-token notifier --reason leak", api.PermissionContain},
	} {
		o.as(c.role)
		o.p.ForgetRequests()
		r := o.run(c.line).want(exitRefused, "nothing was done: this needs the permission \""+c.permission+"\"",
			"roles that have it: operator, deployer")
		if strings.Contains(r.stderr, "Go on?") {
			t.Errorf("%s asks first:\n%s", c.line, r.stderr)
		}
		o.p.Wrote(t)
	}
	o.as(api.RoleSecurity)
	o.run("quarantine scoped-token notifier --reason leak --until 2026-04-30T00:00:00Z").want(exitRefused,
		"--until is in the past")
	o.run("quarantine scoped-token notifier --reason leak").want(exitDone)
	o.as(api.RoleDeployer)
	r := o.run("release-quarantine scoped-token notifier --reason over").want(exitFailed,
		"only who has set it and the role security can release it. Use the token of such a principal")
	if strings.Contains(r.stderr, "permission") {
		t.Errorf("no permission is missing:\n%s", r.stderr)
	}
	o.as(api.RoleAuditor)
	r = o.run("hold scoped-token notifier --reason x").want(exitFailed, "needs the permission \"contain\"")
	if n := strings.Count(r.stderr, "permission"); n != 1 {
		t.Errorf("the permission is named %d times:\n%s", n, r.stderr)
	}
}
