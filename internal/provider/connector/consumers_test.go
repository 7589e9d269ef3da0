package connector_test

import (
	"strings"
	"testing"
	"time"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/acctest"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/tftest"
)

// service makes a token that may fetch the credentials, and returns the service that has its value.
func (s *scene) service() *acctest.Caller {
	s.t.Helper()
	by := s.As(api.RoleDeployer)
	by.Create(api.KindScopedTokens, map[string]any{
		"name": "reader", "owner": "team-a", "connector_id": s.ID(), "scopes": []string{api.ScopeReadCredentials},
		"expires_at": "2030-01-01T00:00:00Z",
	})
	return s.AsToken(by.RevealOf(api.KindScopedTokens, "reader", 1))
}

func (s *scene) fetch(by *acctest.Caller) {
	s.t.Helper()
	by.Do("GET", api.Connectors.Route(s.ID(), "credentials"), nil).Want(200)
}

// A plan says that services still use the old credentials, and then that these may be revoked. No attribute moves.
func TestPlanFollowsThePreviousUse(t *testing.T) {
	c := base().With("credentials_wo_version", 1).With("credentials_wo", credentials("one"))
	s := created(t, c)
	service := s.service()
	s.fetch(service)
	tftest.Silent(t, s.tf, c)
	if p := s.tf.Plan(c); p.Diags.Warnings() != "" {
		t.Errorf("before a replacement: %s", p.Diags.Warnings())
	}

	c = c.With("credentials_wo_version", 2).With("credentials_wo", credentials("two"))
	s.tf.Run(c)
	warns := func(want string) {
		t.Helper()
		s.tf.Refresh()
		tftest.Empty(t, s.tf, c)
		if got := s.tf.Plan(c).Diags.Warnings(); !strings.Contains(got, want) || want == "" && got != "" {
			t.Errorf("the plan warns %q, want %q", got, want)
		}
	}
	warns("are still used by 192.0.2.1 (version 1, last fetched at ")
	data, d := s.tf.Read(tftest.Config{"name": "mail"})
	if len(d) != 0 {
		t.Fatal(d.Errors(), d.Warnings())
	}
	s.tf.Expect(data, "safe_to_revoke_previous=false")
	tftest.Says(t, s.tf.Get(data, "previous_in_use_by"), `"consumer":"192.0.2.1"`, `"scoped_token_name":"reader"`,
		`"version":1`)
	s.fetch(service)
	warns("")
	s.Clock.Advance(6 * time.Minute)
	warns("version 2: the earlier ones may be revoked at the third party")
	data, _ = s.tf.Read(tftest.Config{"name": "mail"})
	s.tf.Expect(data, "safe_to_revoke_previous=true")

	// The next replacement takes the old hint away, also from a plan that does not refresh.
	c = c.With("credentials_wo_version", 3).With("credentials_wo", credentials("three"))
	tftest.Must(t, s.tf.Apply(s.tf.Plan(c), c))
	if got := s.tf.PlanOnly(c).Diags.Warnings(); !strings.Contains(got, "Old credentials in use") {
		t.Errorf("after the next replacement the plan warns %q", got)
	}
}

// The end at the third party counts as it is written, and the same moment is no difference.
func TestCredentialsExpireAt(t *testing.T) {
	c := configured("one").With("credentials_expire_at", "2026-06-01T12:00:00Z")
	s := created(t, c)
	s.tf.Expect(s.tf.State, "credentials_expire_at=2026-06-01T12:00:00Z", "credentials_due_at=2026-05-31T12:00:00Z")
	tftest.Silent(t, s.tf, c.With("credentials_expire_at", "2026-06-01T14:00:00+02:00"))
	s.tf.Run(c.With("credentials_expire_at", "2026-07-01T12:00:00Z"))
	s.tf.Expect(s.tf.State, "credentials_due_at=2026-06-30T12:00:00Z", "version=1")
	s.Clock.Advance(61 * 24 * time.Hour)
	s.tf.Refresh()
	c = c.With("credentials_expire_at", "2026-07-01T12:00:00Z")
	tftest.Says(t, s.tf.Plan(c).Diags.Warnings(), "or ended at the third party (2026-07-01T12:00:00Z)")
	tftest.Says(t, s.tf.Plan(c.With("credentials_expire_at", "soon")).Diags.Errors(), "must be a date")
}
