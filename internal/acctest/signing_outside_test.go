package acctest_test

import (
	"maps"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/acctest"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
)

// What somebody deleted outside is created again and nothing else is touched: the secret with its next number, the endpoint as another one. Whoever has no right to
// see it, or looks at another environment, is never told to create it.
func TestSigningDeletedOutside(t *testing.T) {
	s := newSigning(t)
	k := acctest.NewSink(t)
	operator := s.p.As(api.RoleOperator)
	s.tf.Config(policy("") + hooks(s.h.URL, "") + signingHandover(k))
	s.tf.Apply()
	s.staged()

	operator.Delete(api.KindSigningSecrets, "orders").Want(http.StatusNoContent)
	for name, tc := range map[string]struct{ token, environment, says string }{
		"refused token":          {"qcp_000000000000000000000000000000000000", acctest.Environment, "Token refused"},
		"token of another place": {s.p.NewToken("production", api.RoleDeployer, 0), acctest.Environment, "Token of another tenant or environment"},
		"another environment":    {s.p.NewToken("production", api.RoleOperator, 0), "production", "Object of another environment"},
	} {
		s.tf.Set("QUICKCONNECT_TOKEN", tc.token)
		s.tf.Set("QUICKCONNECT_ENVIRONMENT", tc.environment)
		if s.tf.Plan(1).Has(tc.says).Contains("will be created") {
			t.Errorf("%s: the plan creates it", name)
		}
	}
	s.tf.Set("QUICKCONNECT_TOKEN", s.p.Token(api.RoleDeployer))
	s.tf.Set("QUICKCONNECT_ENVIRONMENT", acctest.Environment)

	s.tf.Plan(2).Has(theSigning+" will be created", "sink_secret.orders will be updated in-place", "1 to add, 1 to change, 0 to destroy")
	s.tf.Apply()
	s.want(3, map[string]any{"phase": "stable", "current_version": 3.0, "next_version": 4.0})
	if version, _ := k.Last(); version != 3 {
		t.Errorf("the sink was last given version %d, want 3", version)
	}
	s.tf.Plan(0).Silent()
	s.know(3)
	s.deliver(3)

	operator.Delete(api.KindSigningSecrets, "orders").Want(http.StatusNoContent)
	operator.Delete(api.KindWebhookEndpoints, "orders").Want(http.StatusNoContent)
	s.tf.Plan(2).Has(theEndpoint+" will be created", theSigning+" will be created", "2 to add, 1 to change, 0 to destroy")
	s.tf.Apply()
	s.want(4, nil)
	s.tf.Plan(0).Silent()
	s.know(4)
	s.deliver(4)
}

// Every version revoked outside, in whatever phase: a new one is issued in place. Where one remains, it is the current one and the plan is silent.
func TestSigningRevokedOutside(t *testing.T) {
	for name, tc := range map[string]struct {
		more   string
		before func(*signing)
		revoke api.RevokeRequest
		left   float64 // version after the next apply
		issued bool
	}{
		"stable":              {"", func(*signing) {}, everyVersion, 2, true},
		"staged":              {"", (*signing).staged, everyVersion, 3, true},
		"draining":            {"", (*signing).draining, below(3), 3, true},
		"staged, below 2":     {"", (*signing).staged, below(2), 2, false},
		"draining, below 2":   {"", (*signing).draining, below(2), 2, false},
		"keys, staged, below": {ed25519Keys, (*signing).staged, below(2), 2, false},
	} {
		t.Run(name, func(t *testing.T) {
			s := startSigning(t, "", tc.more)
			tc.before(s)
			s.verb(api.RoleSecurity, "revoke", tc.revoke)
			if tc.issued {
				s.tf.Plan(2).Has(theSigning+" will be updated in-place", `"revoked" -> "stable"`, "will be issued", "If it must stay dead")
			} else {
				s.tf.Plan(0).Silent()
			}
			s.tf.Apply()
			s.want(tc.left, map[string]any{"phase": "stable", "current_version": tc.left, "pending_version": nil, "previous_version": nil})
			s.tf.Plan(0).Silent()
			s.know(int64(tc.left))
			s.deliver(int64(tc.left))
		})
	}
}

// Whatever is changed outside, the next plan shows exactly that, one apply puts it right in place, no version moves and no delivery fails.
func TestSigningDriftIsPutRightInPlace(t *testing.T) {
	s := startSigning(t, "", `
  description         = "Signs what is ordered."
  labels              = { stage = "test" }
  rotate_when_changed = { incident = "none" }
`)
	operator := s.p.As(api.RoleOperator)
	s.tf.Plan(0).Silent()
	type outside struct{ endpoint, secret map[string]any }
	endpoint, secret := operator.WebhookEndpoint("orders"), operator.SigningSecret("orders")
	for _, c := range []outside{
		{map[string]any{"url": "https://hooks.example.com/theirs"}, map[string]any{"description": "Somebody else's."}},
		{map[string]any{"event_types": nil}, map[string]any{"labels": nil}},
		{map[string]any{"event_types": []string{"message.failed"}}, map[string]any{"owner": "somebody-else"}},
		{map[string]any{"enabled": false}, map[string]any{"deletion_protection": true}},
		{map[string]any{"description": "", "labels": map[string]string{}}, map[string]any{"minimum_version": 1, "secret_wo_version": 7}},
		{map[string]any{"name": "renamed"}, map[string]any{"name": "renamed"}},
		{nil, map[string]any{"rotate_when_changed": map[string]string{"incident": "none", "other": "x"}}},
	} {
		if c.endpoint != nil {
			operator.Patch(api.KindWebhookEndpoints, "orders", c.endpoint).Want(http.StatusOK)
		}
		operator.Patch(api.KindSigningSecrets, "orders", c.secret).Want(http.StatusOK)
		s.tf.SavePlan("right.tfplan")
		planned := s.tf.Changes("right.tfplan")
		for address, patch := range map[string]map[string]any{theEndpoint: c.endpoint, theSigning: c.secret} {
			if got, want := changed(planned[address]), slices.Sorted(maps.Keys(patch)); !slices.Equal(got, want) || len(unknown(planned[address])) > 0 {
				t.Errorf("%s: the plan changes %v and leaves %v open, want %v alone", address, got, unknown(planned[address]), want)
			}
		}
		s.tf.ApplyPlan("right.tfplan")
		s.tf.Plan(0).Silent()
		nowEndpoint, nowSecret := operator.WebhookEndpoint("orders"), operator.SigningSecret("orders")
		nowEndpoint.Etag, nowSecret.Etag = endpoint.Etag, secret.Etag
		if diff := cmp.Diff(endpoint, nowEndpoint) + cmp.Diff(secret, nowSecret); diff != "" {
			t.Fatalf("the platform is not as it was (-before +after), after %+v:\n%s", c, diff)
		}
	}
	s.deliver(1)
}

// While it is protected, nothing that would end it is planned: not a destroy, not another algorithm, not another endpoint, also where that is not known yet.
func TestSigningDeletionProtection(t *testing.T) {
	const protected = "deletion_protection = true\n"
	s := startSigning(t, "", protected)
	s.staged()
	before := s.standing()
	s.tf.Plan(1, "-destroy").Has("Signing secret protected from deletion", "deletion_protection")
	s.tf.Run("destroy", "-auto-approve").Want(1).Has("Signing secret protected from deletion")
	s.tf.Plan(1, "-replace="+theEndpoint).Has("Signing secret protected from deletion", "replaces")
	s.config("", protected+ed25519Keys)
	s.tf.Plan(1).Has("Signing secret protected from deletion", "replaces")
	s.tf.Config(policy("") + strings.Replace(hooks(s.h.URL, protected), "= quickconnect_webhook_endpoint.orders.id", `= "wep_01KQHPHXG00YAJDTX1KCFJMM9Z"`, 1))
	s.tf.Plan(1).Has("Signing secret protected from deletion", "replaces")
	s.tf.Config(policy(""))
	s.tf.ApplyFails().Has("Signing secret protected from deletion")
	s.p.As(api.RoleOperator).Delete(api.KindSigningSecrets, "orders").WantProblem(api.CodeConflict)
	if after := s.standing(); after != before {
		t.Errorf("it is not what it was\nbefore: %s\nafter:  %s", before, after)
	}
	s.deliver(1, 2)

	// Rotations, and the emergency, go on.
	s.config("", protected+minimumVersion(2))
	s.tf.Apply()
	s.want(2, map[string]any{"phase": "stable"})
	s.config("", minimumVersion(2))
	s.tf.Apply()
	s.tf.Destroy()
}

// Where the state does not know of the protection, the platform refuses, and the endpoint stays with it.
func TestSigningDeletionProtectionSetMeanwhile(t *testing.T) {
	s := startSigning(t, "", "")
	s.tf.SavePlan("destroy.tfplan", "-destroy")
	s.p.As(api.RoleOperator).Patch(api.KindSigningSecrets, "orders", map[string]any{"deletion_protection": true}).Want(http.StatusOK)
	s.tf.ApplyPlanFails("destroy.tfplan").Has("is protected", "deletion_protection")
	s.deliver(1)
	if objects := s.tf.Objects(); len(objects) != 4 {
		t.Errorf("%d objects are in the state, want all four", len(objects))
	}
}

// Neither a hold nor a revocation nor a receiver that is gone is in the way of a destroy, though an ephemeral resource wants the value.
func TestSigningDestroyInAnyState(t *testing.T) {
	for name, before := range map[string]func(*signing){
		"staged":   (*signing).staged,
		"draining": (*signing).draining,
		"on hold":  (*signing).hold,
		"revoked":  (*signing).revoked,
		"deleted": func(s *signing) {
			s.p.As(api.RoleOperator).Delete(api.KindSigningSecrets, "orders").Want(http.StatusNoContent)
		},
		"gone": func(s *signing) {
			s.h.Answer(func(acctest.HookEvent) int { return http.StatusGone })
			s.send()
			s.p.Deliver()
		},
	} {
		t.Run(name, func(t *testing.T) {
			s := newSigning(t)
			s.tf.Config(policy("") + hooks(s.h.URL, "") + signingHandover(acctest.NewSink(t)))
			s.tf.Apply()
			s.know(1)
			before(s)
			s.tf.Destroy()
			for _, kind := range []string{api.KindWebhookEndpoints, api.KindSigningSecrets, api.KindConnectors, api.KindRotationPolicies} {
				if n := s.p.As(api.RoleAuditor).Count(kind); n != 0 {
					t.Errorf("%d %s are left", n, kind)
				}
			}
		})
	}
}
