package main

import (
	"testing"
	"time"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/acctest"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
)

func TestShow(t *testing.T) {
	t.Parallel()
	o := newOperator(t, api.RoleDeployer)
	value := o.token("notifier", acctest.TheFixture().Policies[0])
	o.p.As(api.RoleRuntime).Introspect(value)
	o.p.Clock.Advance(time.Hour)
	o.step("notifier", api.StepBegin)
	o.value("notifier", 2)
	o.as(api.RoleAuditor)

	o.run("show scoped-token notifier").want(exitDone, "kind scoped token", "owner team-messaging", "environment staging",
		"phase staged", "VERSION STATE ISSUED LAST USED ENDS", "1 current 2026-05-01T12:00:00Z 2026-05-01T12:00:00Z -",
		"2 pending 2026-05-01T13:00:00Z never")
	id := o.p.As(api.RoleDeployer).ScopedToken("notifier").ID
	got := decode[struct {
		Object   api.ScopedToken
		Versions []api.Version
	}](o.run("show " + id + " --output json").want(exitDone))
	if got.Object.ID != id || len(got.Versions) != 2 || got.Versions[0].LastUsedAt == nil {
		t.Errorf("got %+v", got)
	}
	for line, says := range map[string]string{
		"connector one":         "credentials missing",
		"webhook-endpoints two": "url https://hooks.example.com/two",
		"rotation-policy one":   "interval 90d",
	} {
		o.run("show "+line).want(exitDone, says)
		o.run("show "+line+" --output json").want(exitDone, `"id": "`)
	}
}

func TestIdentify(t *testing.T) {
	t.Parallel()
	o := newOperator(t, api.RoleAuditor)
	o.stdin = o.token("notifier", acctest.TheFixture().Policies[0]) + "\n"
	id := o.p.As(api.RoleDeployer).ScopedToken("notifier").ID
	o.run("identify").want(exitDone, "form scoped token", "checksum ok", "kind scoped-tokens", "id "+id,
		"owner team-messaging", "environment staging", "state current", "version 1")
	got := decode[api.Identification](o.run("identify --output json").want(exitDone))
	if !got.Found || got.ID != id {
		t.Errorf("got %+v", got)
	}

	o.as(api.RoleSecurity)
	o.run("quarantine scoped-token notifier --yes --reason leak").want(exitDone)
	const why = "in quarantine since 2026-05-01T12:00:00Z until 2026-05-15T12:00:00Z by security: leak"
	o.run("identify").want(exitDone, "state current", why)
	o.run("show scoped-token notifier").want(exitDone, "1 current, in quarantine", why)
	o.run("inventory --kind scoped-tokens").want(exitDone, "stable, in quarantine until 2026-05-15T12:00:00Z")

	for value, says := range map[string]string{
		"qct_0123456789ABCDEFGHIJKLMNOPQRST1orz2V": "the checksum is wrong",
		"qcp_0123456789ABCDEFGHIJKLMNOPQRST1orz2V": "nothing in tenant acme, environment staging has or had this value",
		"hunter2hunter2": "try each environment",
	} {
		o.secret(value, value)
		o.stdin = value
		o.run("identify").want(exitNoChange, says)
	}
}

// The form of a value is known without a platform.
func TestIdentifyOffline(t *testing.T) {
	t.Parallel()
	o := newOperator(t, api.RoleAuditor)
	o.env = nil
	for value, want := range map[string]struct {
		code int
		says string
	}{
		"qcp_0123456789ABCDEFGHIJKLMNOPQRST1orz2V": {exitDone, "form token of a principal checksum ok"},
		"qcp_0123456789ABCDEFGHIJKLMNOPQRST1orz2W": {exitNoChange, "the platform never made this value"},
		"whsec_MDEyMzQ1Njc4OUFCQ0RFRkdISUpLTE1O":   {exitDone, "form signing secret"},
		"hunter2hunter2":                           {exitNoChange, "no form of the platform"},
	} {
		o.secret(value, value)
		o.stdin = value
		o.p.ForgetRequests()
		o.run("identify --offline").want(want.code, want.says)
		if n := len(o.p.Requests()); n != 0 {
			t.Errorf("%d requests were sent", n)
		}
	}
}

func TestHoldAndRelease(t *testing.T) {
	t.Parallel()
	o := newOperator(t, api.RoleSecurity)
	o.token("notifier", acctest.TheFixture().Policies[0])
	for _, object := range []string{"scoped-token notifier", "connector one"} {
		o.run("release "+object+" --reason none").want(exitNoChange, "nothing was done", "is not on hold")
		o.run("hold "+object, "--reason", "incident 42").want(exitDone, "is on hold: incident 42")
		o.run("hold "+object+" --reason again").want(exitNoChange, "is on hold already", "by security: incident 42")
		o.run("release "+object+" --reason over --output json").want(exitDone, `"hold": null`)
	}
}
