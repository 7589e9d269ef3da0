package acctest_test

import (
	"testing"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/acctest"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
)

func below(n int64) api.RevokeRequest { return api.RevokeRequest{Below: &n, Reason: "leaked"} }

var everyVersion = api.RevokeRequest{All: true, Reason: "leaked"}

// wantDelivered fails the test unless the sink was given so many values, the last of which is accepted as this version.
func wantDelivered(t *testing.T, p *acctest.Platform, s *acctest.Sink, deliveries int, version int64) {
	t.Helper()
	if n := len(s.All()); n != deliveries {
		t.Fatalf("the sink was given %d values, want %d", n, deliveries)
	}
	got, value := s.Last()
	if answer := p.As(api.RoleDeployer).Introspect(value); got != version || !answer.Active || answer.Version != version {
		t.Fatalf("the sink was last given version %d, accepted: %v, as version %d; want version %d, accepted", got, answer.Active, answer.Version, version)
	}
}

// A token revoked outside, in whatever phase, is issued anew in place, and the sink has the new value after the same apply.
func TestRevokedTokenIsReissued(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		rotate, use bool // begin a rotation first; and let the new version be used, so that the next apply promotes it
		by          string
		request     api.RevokeRequest
		last        int64 // the version that the token had last
	}{
		"stable":          {by: api.RoleSecurity, request: everyVersion, last: 1},
		"stable, below 2": {by: api.RoleSecurity, request: below(2), last: 1},
		"staged":          {rotate: true, by: api.RoleSecurity, request: everyVersion, last: 2},
		"draining":        {rotate: true, use: true, by: api.RoleOperator, request: below(3), last: 2},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p, tf := acctest.Start(t)
			s := acctest.NewSink(t)
			tf.Config(policy("") + notifier("") + handover(s))
			tf.Apply()
			if tc.rotate {
				p.Clock.Advance(30 * day)
				tf.Apply()
			}
			if tc.use {
				_, value := s.Last()
				p.As(api.RoleRuntime).Introspect(value)
				tf.Apply()
			}
			_, old := s.Last()
			delivered := len(s.All())

			p.As(tc.by).Verb(api.KindScopedTokens, "notifier", "revoke", tc.request).Want(200)
			if p.As(api.RoleDeployer).Introspect(old).Active {
				t.Fatal("a revoked value is accepted")
			}
			tf.SavePlan("reissue.tfplan").Has(token+" will be updated in-place", `"revoked" -> "stable"`, "Warning:", theSink+" will be updated in-place")
			plan := tf.Changes("reissue.tfplan")
			if got := plan[token].Change.After["version"]; got != float64(tc.last+1) {
				t.Errorf("the plan shows version %v, want %d", got, tc.last+1)
			}
			if got := plan[theSink].Change.After["value_wo_version"]; got != float64(tc.last+1) {
				t.Errorf("the plan hands over version %v, want %d", got, tc.last+1)
			}
			tf.ApplyPlan("reissue.tfplan")
			wantDelivered(t, p, s, delivered+1, tc.last+1)
			wantRotation(t, tf, float64(tc.last+1), map[string]any{"phase": "stable", "due": "none", "current_version": float64(tc.last + 1), "next_version": float64(tc.last + 2)})
			if p.As(api.RoleDeployer).Introspect(old).Active {
				t.Error("the revoked value is accepted again")
			}
			tf.Plan(0).Silent()
		})
	}
}

// Where a valid version remains, it is the current one and nothing has to be issued; the state learns it and the plan is clean.
func TestRevokedBelowNewestIsNoChange(t *testing.T) {
	t.Parallel()
	for name, used := range map[string]bool{"staged": false, "draining": true} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p, tf := acctest.Start(t)
			s := acctest.NewSink(t)
			tf.Config(policy("") + notifier("") + handover(s))
			tf.Apply()
			_, old := s.Last()
			p.Clock.Advance(30 * day)
			tf.Apply()
			if used {
				_, value := s.Last()
				p.As(api.RoleRuntime).Introspect(value)
				tf.Apply()
			}
			p.As(api.RoleSecurity).Verb(api.KindScopedTokens, "notifier", "revoke", below(2)).Want(200)
			if p.As(api.RoleDeployer).Introspect(old).Active {
				t.Error("the revoked value is accepted")
			}
			tf.Plan(0).Silent()
			tf.Apply()
			wantDelivered(t, p, s, 2, 2)
			wantRotation(t, tf, 2, map[string]any{"phase": "stable", "due": "none", "current_version": 2.0, "pending_version": nil, "previous_version": nil, "next_version": 3.0})
		})
	}
}

// The owner of a value may revoke that one value (RFC 7009). The only one there was is issued anew.
func TestRevokedValueIsReissued(t *testing.T) {
	t.Parallel()
	p, tf := acctest.Start(t)
	s := acctest.NewSink(t)
	tf.Config(policy("") + notifier("") + handover(s))
	tf.Apply()
	_, value := s.Last()
	p.AsToken(value).RevokeValue(value).Want(200)
	tf.Plan(2).Has("~ version = 1 -> 2")
	tf.Apply()
	wantDelivered(t, p, s, 2, 2)
	tf.Plan(0).Silent()
}

// A token that was revoked or deleted outside, or everything deleted outside, does not stand in the way of a destroy, though an
// ephemeral resource in the configuration wants its value.
func TestDestroyAfterRevocationOrDeletion(t *testing.T) {
	t.Parallel()
	for name, breakIt := range map[string]func(security, operator *acctest.Caller){
		"revoked": func(security, _ *acctest.Caller) {
			security.Verb(api.KindScopedTokens, "notifier", "revoke", everyVersion).Want(200)
		},
		"token deleted":      func(_, operator *acctest.Caller) { operator.Delete(api.KindScopedTokens, "notifier").Want(204) },
		"everything deleted": func(_, operator *acctest.Caller) { deleteEverything(operator) },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p, tf := acctest.Start(t)
			s := acctest.NewSink(t)
			tf.Config(policy("") + notifier("") + handover(s))
			tf.Apply()
			breakIt(p.As(api.RoleSecurity), p.As(api.RoleOperator))
			tf.Destroy()
			for _, kind := range []string{api.KindScopedTokens, api.KindConnectors, api.KindRotationPolicies} {
				if n := p.As(api.RoleAuditor).Count(kind); n != 0 {
					t.Errorf("%d %s are left", n, kind)
				}
			}
			if left := tf.Objects(); len(left) != 0 {
				t.Errorf("%d objects are left in the state", len(left))
			}
			if n := len(s.All()); n != 0 {
				t.Errorf("the sink still has %d values", n)
			}
		})
	}
}

func deleteEverything(operator *acctest.Caller) {
	operator.Delete(api.KindScopedTokens, "notifier").Want(204)
	operator.Delete(api.KindConnectors, "slack").Want(204)
	operator.Delete(api.KindRotationPolicies, "monthly").Want(204)
}
