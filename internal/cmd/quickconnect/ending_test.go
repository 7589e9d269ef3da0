package main

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/acctest"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
)

// ending are the commands that end something, each with the phase that it needs, what it shows and what it says.
var endings = map[string]struct {
	args  string
	phase string
	shows []string
	done  string
	after string
}{
	"revoke": {
		"revoke scoped-token notifier --reason leak", api.PhaseStable,
		[]string{"1 current 2026-05-01T12:00:00Z ends at once", "owner team-messaging"},
		"all versions are revoked; on hold: false", api.PhaseRevoked,
	},
	"revoke and hold": {
		"revoke scoped-token notifier --reason leak --hold", api.PhaseStaged,
		[]string{"1 current 2026-05-01T12:00:00Z ends at once", "2 pending never ends at once"},
		"all versions are revoked; on hold: true", api.PhaseRevoked,
	},
	"revoke a version": {
		"revoke scoped-token notifier --version 1 --reason leak", api.PhaseDraining,
		[]string{"1 previous 2026-05-01T12:00:00Z ends at once", "2 current never stays valid"},
		"version 1 and every older one are revoked", api.PhaseStable,
	},
	"quarantine": {
		"quarantine scoped-token notifier --reason leak --for 7d", api.PhaseStaged,
		[]string{"1 current 2026-05-01T12:00:00Z is refused at once", "2 pending never is refused at once"},
		"is in quarantine until 2026-05-08T13:00:00Z: leak", api.PhaseStaged,
	},
	"rotate at once": {
		"rotate scoped-token notifier --at-once", api.PhaseStable,
		[]string{"1 current 2026-05-01T12:00:00Z ends after the overlap, at most 24h"},
		"version 2 was issued, and is current; version 1 ends at 2026-05-02T13:00:00Z", api.PhaseDraining,
	},
	"promote": {
		"promote scoped-token notifier", api.PhaseStaged,
		[]string{"1 current 2026-05-01T12:00:00Z ends after the overlap, at most 24h", "2 pending never becomes current"},
		"version 2 is current; version 1 ends at 2026-05-02T13:00:00Z", api.PhaseDraining,
	},
	"rollback": {
		"rollback scoped-token notifier", api.PhaseDraining,
		[]string{"1 previous 2026-05-01T12:00:00Z becomes current again", "2 current never ends at 2026-05-02T13:00:00Z"},
		"version 1 is current again, and it is on hold", api.PhaseStaged,
	},
	"cancel": {
		"cancel scoped-token notifier", api.PhaseStaged,
		[]string{"1 current 2026-05-01T12:00:00Z stays valid", "2 pending never ends at once"},
		"version 2 has ended, and it is on hold", api.PhaseStable,
	},
	"offboard": {
		"offboard team-messaging --now", api.PhaseStable,
		[]string{"notifier stable 2026-05-01T12:00:00Z no is revoked at once", "notifier 1 runtime"},
		"notifier revoked", api.PhaseRevoked,
	},
	"decommission": {
		"decommission one", api.PhaseStable,
		[]string{"notifier team-messaging no is closed", "notifier 1 runtime"},
		"notifier closed", closed,
	},
}

// closed stands for the phase of what was deleted.
const closed = "closed"

// inPhase starts a platform with the token notifier in a phase, whose first version was used.
func inPhase(t *testing.T, phase string) *operator {
	t.Helper()
	o := newOperator(t, api.RoleDeployer)
	value := o.token("notifier", o.policy("lenient"))
	o.p.As(api.RoleRuntime).Introspect(value)
	o.p.Clock.Advance(time.Hour)
	switch phase {
	case api.PhaseStaged:
		o.step("notifier", api.StepBegin)
	case api.PhaseDraining:
		o.step("notifier", api.StepRotate)
	}
	return o
}

// phase is where the token notifier stands.
func (o *operator) phase() string {
	o.t.Helper()
	return o.p.As(api.RoleDeployer).ScopedToken("notifier").Rotation.Phase
}

// A command that ends something shows what, and does it after a yes alone.
func TestEndingCommandsAsk(t *testing.T) {
	t.Parallel()
	for name, tc := range endings {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			o := inPhase(t, tc.phase)
			refused := func(why string) {
				t.Helper()
				o.p.ForgetRequests()
				r := o.run(tc.args).want(exitRefused, append([]string{"nothing was done", why}, tc.shows...)...)
				if r.stdout != "" {
					t.Errorf("it printed %s", r.stdout)
				}
				o.p.Wrote(t)
				if got := o.phase(); got != tc.phase {
					t.Errorf("the phase is %s", got)
				}
			}
			refused("there is no terminal to ask at")
			o.terminal = true
			for _, answer := range []string{"", "\n", "y\n", "no\n"} {
				o.stdin = answer
				refused("the answer was not yes")
			}
			o.stdin = "yes\n"
			o.run(tc.args).want(exitDone, append(tc.shows, "Go on? Type yes:", tc.done)...)
			if tc.after == closed {
				o.run("show scoped-token notifier").want(exitNoChange, "was closed at")
				return
			}
			if got := o.phase(); got != tc.after {
				t.Errorf("the phase is %s, want %s", got, tc.after)
			}
		})
	}
}

// --yes needs no terminal, and shows the same. The standard output has the object alone.
func TestEndingCommandsInScripts(t *testing.T) {
	t.Parallel()
	o := inPhase(t, api.PhaseStaged)
	r := o.run("promote scoped-token notifier --yes --output json").want(exitDone, "2 pending never becomes current")
	if got := decode[api.ScopedToken](r); *got.Rotation.CurrentVersion != 2 {
		t.Errorf("current is %d", *got.Rotation.CurrentVersion)
	}
}

// Every command that ends something is in the table, and no other takes --yes.
func TestEveryEndingCommandIsTested(t *testing.T) {
	t.Parallel()
	tested := map[string]bool{}
	for _, tc := range endings {
		tested[strings.Fields(tc.args)[0]] = true
	}
	for _, c := range commands() {
		if asks := c.Flags().Lookup("yes") != nil; asks != tested[c.Name()] {
			t.Errorf("%s: asks: %t, in the table: %t", c.Name(), asks, tested[c.Name()])
		}
	}
}

// What had ended before is no success.
func TestNothingToEnd(t *testing.T) {
	t.Parallel()
	o := inPhase(t, api.PhaseStable)
	for line, says := range map[string]string{
		"promote scoped-token notifier":  "has no pending version (phase stable)",
		"cancel scoped-token notifier":   "has no pending version (phase stable)",
		"rollback scoped-token notifier": "has no previous version (phase stable)",
	} {
		o.p.ForgetRequests()
		o.run(line+" --yes").want(exitNoChange, "nothing was done", says)
		o.p.Wrote(t)
	}
	const reason = " scoped-token notifier --reason leak "
	o.run("release-quarantine"+reason).want(exitNoChange, "nothing was done", "is not in quarantine")
	o.run("quarantine"+reason+"--yes --for soon").want(exitRefused, "--for must be a duration")
	o.run("quarantine"+reason+"--yes --until soon").want(exitRefused, "--until must be a time")
	o.run("quarantine"+reason+"--yes").want(exitDone, "is in quarantine until")
	o.run("quarantine"+reason+"--yes").want(exitNoChange, "nothing was done", "is in quarantine already, since")
	o.run("show scoped-token notifier").want(exitDone, "in quarantine", "leak")
	o.run("release-quarantine"+reason).want(exitDone, "its versions are accepted again")
	const revoke = "revoke scoped-token notifier --reason leak --yes"
	o.run(revoke+" --version 9").want(exitFailed, "nothing was done", "has no version 9")
	o.run(revoke).want(exitDone)
	o.p.ForgetRequests()
	o.run(revoke).want(exitNoChange, "nothing was done", "has no valid version")
	o.run(revoke+" --version 1").want(exitNoChange, "version 1 of", "had ended before")
	o.p.Wrote(t)
	o.run(revoke+" --hold").want(exitDone, "on hold: true") // that it did not have
	o.run(revoke+" --hold").want(exitNoChange, "has no valid version")
	o.run("rotate scoped-token notifier").want(exitFailed, "on hold since")
	o.run("release scoped-token notifier --reason over").want(exitDone)
	o.run("rotate scoped-token notifier").want(exitDone, "version 2 was issued, and is current")
	o.run("rotate scoped-token notifier").want(exitDone, "version 3 was issued, and is pending until")
	o.run(revoke+" --version 3").want(exitRefused, "version 3 is pending", "quickconnect cancel")
	o.run("rotate scoped-token notifier").want(exitFailed, "promote it, cancel it, or wait")
}

// What changes while the operator reads is not ended.
func TestChangedMeanwhile(t *testing.T) {
	t.Parallel()
	o := inPhase(t, api.PhaseStable)
	o.p.Fail(acctest.Once(`POST revoke if `+strings.Trim(o.p.As(api.RoleDeployer).ScopedToken("notifier").Etag, `"`),
		func() { o.step("notifier", api.StepBegin) }))
	o.run("revoke scoped-token notifier --reason leak --yes").want(exitFailed, "Somebody changed it since it was shown")
	if got := o.phase(); got != api.PhaseStaged {
		t.Errorf("the phase is %s", got)
	}
}

// The platform's guards are the command's: an unused version needs --force, and that a reason.
func TestPromoteUnseen(t *testing.T) {
	t.Parallel()
	o := newOperator(t, api.RoleDeployer)
	o.token("notifier", acctest.TheFixture().Policies[0])
	o.step("notifier", api.StepBegin)
	o.run("promote scoped-token notifier --yes").want(exitFailed, "version 2 has not been seen in use", "Nothing was done")
	o.run("promote scoped-token notifier --yes --force").want(exitRefused, "--reason must say why")
	o.run("promote scoped-token notifier --yes --force --reason tested").want(exitDone, "version 2 is current")
}

// Who uses a credential is shown before it ends.
// TestConsumersAreShown: a consumer that is still at the older version is seen before that version ends.
func TestConsumersAreShown(t *testing.T) {
	t.Parallel()
	o := newOperator(t, api.RoleDeployer)
	value := o.token("notifier", acctest.TheFixture().Policies[0])
	o.run("revoke scoped-token notifier --reason leak").want(exitRefused, "No use of these versions is known.")
	o.p.As(api.RoleRuntime).Introspect(value)
	o.p.Clock.Advance(time.Hour)
	o.run("show scoped-token notifier").want(exitDone, "VERSION USED BY HOW LAST USED USES", "1 runtime, ",
		"introspection 2026-05-01T12:00:00Z 1")
	o.run("revoke scoped-token notifier --reason leak --yes").want(exitDone, "1 runtime, ",
		"introspection 2026-05-01T12:00:00Z 1")
}

func TestUsersAreShown(t *testing.T) {
	t.Parallel()
	o := newOperator(t, api.RoleDeployer)
	deployer := o.p.As(api.RoleDeployer)
	fixture := acctest.TheFixture()
	for kind, body := range map[string]map[string]any{
		api.KindSigningSecrets: {
			"name": "orders", "owner": "team-orders", "endpoint_id": fixture.Endpoints[1],
			"rotation_policy_id": fixture.Policies[0],
		},
		api.KindConnectors: {
			"name": "chat", "owner": "team-messaging", "type": "custom",
			"credentials": map[string]string{"token": "xoxb-of-the-test"},
		},
	} {
		deployer.Create(kind, body).Want(http.StatusCreated)
	}
	deployer.Create(api.KindScopedTokens, map[string]any{
		"name": "fetcher", "owner": "team-messaging", "connector_id": deployer.Connector("chat").ID,
		"scopes": []string{api.ScopeReadCredentials}, "rotation_policy_id": fixture.Policies[0],
	}).Want(http.StatusCreated)
	o.as(api.RoleSecurity)
	o.run("revoke signing-secret orders --reason leak --yes").want(exitDone,
		"It signs what is delivered to webhook endpoint two, https://hooks.example.com/two.", "owner team-orders")
	o.run("revoke connector chat --reason leak --yes").want(exitDone,
		"Scoped tokens that may fetch these credentials: fetcher.", "all versions are revoked")
	o.run("revoke connector one --reason leak --yes").want(exitNoChange, "has no valid version")
	o.run("rotate connector chat").want(exitRefused, "no KIND of this command")
}
