package acctest_test

import (
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/acctest"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
)

// downstream is anything that looks at the version: it must not be touched by what is no rotation.
const downstream = `
resource "terraform_data" "version" {
  input = quickconnect_scoped_token.notifier.version
}
`

// scene is one test in the middle of which the world moves.
type scene struct {
	t  *testing.T
	p  *acctest.Platform
	tf *acctest.CLI
	s  *acctest.Sink
}

// config makes this policy and this token the configuration, with the sink and what else looks at the version.
func (c *scene) config(policy, more string) {
	c.t.Helper()
	c.tf.Config(policy + notifier(more) + handover(c.s) + downstream)
}

// use lets the value that was delivered last be used.
func (c *scene) use() {
	c.t.Helper()
	_, value := c.s.Last()
	c.p.As(api.RoleRuntime).Introspect(value)
}

// staged applies until the first rotation is begun.
func (c *scene) staged() {
	c.t.Helper()
	c.p.Clock.Advance(30 * day)
	c.tf.Apply()
}

// planEdit saves a plan that changes these attributes of the token and takes no step: version and rotation stay as they are,
// known, and nothing downstream is touched.
func (c *scene) planEdit(attributes ...string) {
	c.t.Helper()
	c.tf.SavePlan("edit.tfplan")
	plan := c.tf.Changes("edit.tfplan")
	change := plan[token]
	if got := slices.Sorted(slices.Values(append(changed(change), unknown(change)...))); change.Action() != "update" || !slices.Equal(got, attributes) {
		c.t.Errorf("the plan is to %s the token, changing %v; want an update of %v", change.Action(), got, attributes)
	}
	for _, name := range []string{"version", "rotation"} {
		if diff := cmp.Diff(change.Change.Before[name], change.Change.After[name]); diff != "" || change.Change.After[name] == nil {
			c.t.Errorf("the plan moves %s, which it has no reason to (-before +after):\n%s", name, diff)
		}
	}
	for _, address := range []string{theSink, "terraform_data.version"} {
		if action := plan[address].Action(); action != "no-op" {
			c.t.Errorf("the plan is to %s %s", action, address)
		}
	}
}

// A description is edited, and before the plan is applied the world moves. The apply edits the description and nothing else; what
// has moved is the next plan's.
func TestEditWhileTheWorldMoves(t *testing.T) {
	t.Parallel()
	const monthly = "overlap = \"24h\"\nmax_stage = \"7d\"\n"
	for name, tc := range map[string]struct {
		policy, token string
		before        func(*scene)
		meanwhile     func(*scene)
		code          int      // of the next plan
		has           []string // in the next plan
		version       int64    // after the next apply, in the state and with the sink
	}{
		"a rotation falls due": {
			before:    func(c *scene) { c.p.Clock.Advance(29 * day) },
			meanwhile: func(c *scene) { c.p.Clock.Advance(2 * day) },
			code:      2, has: []string{"~ version = 1 -> 2", `"stable" -> "staged"`}, version: 2,
		},
		"a rotation in one step falls due": {
			policy:    "require_acknowledgement = false",
			meanwhile: func(c *scene) { c.p.Clock.Advance(300 * day) },
			code:      2, has: []string{"~ version = 1 -> 2", `"stable" -> "draining"`}, version: 2,
		},
		"a promotion falls due": {
			before:    (*scene).staged,
			meanwhile: (*scene).use,
			code:      2, has: []string{`"staged" -> "draining"`}, version: 2,
		},
		"the platform promotes": {
			before:    (*scene).staged,
			meanwhile: func(c *scene) { c.use(); c.p.Clock.Advance(7 * day) },
			version:   2,
		},
		"the stage ends": {
			before:    (*scene).staged,
			meanwhile: func(c *scene) { c.p.Clock.Advance(7 * day) },
			code:      2, has: []string{"~ version = 1 -> 3", `"stable" -> "staged"`}, version: 3,
		},
		"the overlap ends": {
			before:    func(c *scene) { c.staged(); c.use(); c.tf.Apply() },
			meanwhile: func(c *scene) { c.p.Clock.Advance(day) },
			version:   2,
		},
		"the previous version becomes quiet": {
			policy:    `quiet_period = "1h"`,
			before:    func(c *scene) { c.staged(); c.use(); c.tf.Apply() },
			meanwhile: func(c *scene) { c.p.Clock.Advance(time.Hour) },
			code:      2, has: []string{`"draining" -> "stable"`}, version: 2,
		},
		"the token expires": {
			token:     `expires_at = "2026-05-10T00:00:00Z"`,
			meanwhile: func(c *scene) { c.p.Clock.Advance(15 * day) },
			has:       []string{"Warning:", "has expired"},
		},
		"somebody revokes": {
			meanwhile: func(c *scene) {
				c.p.As(api.RoleSecurity).Verb(api.KindScopedTokens, "notifier", "revoke", everyVersion).Want(200)
			},
			code: 2, has: []string{"~ version = 1 -> 2", `"revoked" -> "stable"`}, version: 2,
		},
		"somebody holds": {
			meanwhile: func(c *scene) {
				c.p.As(api.RoleSecurity).Verb(api.KindScopedTokens, "notifier", "hold", api.HoldRequest{Reason: "under investigation"}).Want(200)
			},
			has: []string{"Warning:", "under investigation"}, version: 1,
		},
		"somebody rotates": {
			meanwhile: func(c *scene) { c.p.As(api.RoleOperator).Step("notifier", api.StepBegin, api.StepRequest{}) },
			code:      2, has: []string{"~ value_wo_version = 1 -> 2"}, version: 2,
		},
		"somebody edits the same": {
			meanwhile: func(c *scene) {
				c.p.As(api.RoleOperator).Patch(api.KindScopedTokens, "notifier", map[string]any{"description": "Theirs.", "owner": "team-notifier"}).Want(200)
			},
			version: 1,
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p, tf := acctest.Start(t)
			c := &scene{t, p, tf, acctest.NewSink(t)}
			c.config(policy(monthly+tc.policy), tc.token)
			tf.Apply()
			if tc.before != nil {
				tc.before(c)
			}
			c.config(policy(monthly+tc.policy), tc.token+"\ndescription = \"Sends the alerts.\"")
			c.planEdit("description")
			delivered := len(c.s.All())
			tc.meanwhile(c)
			tf.ApplyPlan("edit.tfplan")
			if got := tf.State(token)["description"]; got != "Sends the alerts." {
				t.Errorf("the description is %v", got)
			}
			if got := p.As(api.RoleAuditor).ScopedToken("notifier").Description; got == nil || *got != "Sends the alerts." {
				t.Error("the description was not edited on the platform")
			}
			if n := len(c.s.All()); n != delivered {
				t.Errorf("the edit delivered %d values", n-delivered)
			}
			next := tf.Plan(tc.code).Has(tc.has...)
			if tc.code == 0 && len(tc.has) == 0 {
				next.Silent()
			}
			tf.Apply()
			if tc.version != 0 {
				version, value := c.s.Last()
				if answer := p.As(api.RoleDeployer).Introspect(value); version != tc.version || answer.Version != tc.version {
					t.Errorf("the sink has version %d, accepted as %d; want %d", version, answer.Version, tc.version)
				}
				wantRotation(t, tf, float64(tc.version), nil)
			}
			tf.Plan(0)
		})
	}
}

// What is deleted between plan and apply cannot be edited any more. The apply says so, and the next plan creates it again.
func TestEditOfWhatSomebodyDeletes(t *testing.T) {
	t.Parallel()
	p, tf := acctest.Start(t)
	c := &scene{t, p, tf, acctest.NewSink(t)}
	c.config(policy(""), "")
	tf.Apply()
	c.config(policy(""), `description = "Sends the alerts."`)
	c.planEdit("description")
	p.As(api.RoleOperator).Delete(api.KindScopedTokens, "notifier").Want(204)
	tf.ApplyPlanFails("edit.tfplan").Has("Cannot change scoped token", "Run terraform plan again")
	tf.Plan(2).Has(token + " will be created")
	tf.Apply()
	wantDelivered(t, p, c.s, 2, 2)
	tf.Plan(0).Silent()
}
