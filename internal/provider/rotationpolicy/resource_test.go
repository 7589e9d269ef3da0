package rotationpolicy_test

import (
	"maps"
	"net/http"
	"strings"
	"testing"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/acctest"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/client"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/tftest"
)

// scene is a platform and the Terraform of the policy "quarterly".
type scene struct {
	*acctest.Platform
	tf *tftest.Terraform
}

func start(t *testing.T) *scene {
	t.Helper()
	t.Parallel()
	p := acctest.StartFixture(t)
	return &scene{p, p.Terraform(api.RotationPolicies.Terraform)}
}

// patch returns the members of the one PATCH since the last call.
func (s *scene) patch(t *testing.T) map[string]any {
	t.Helper()
	writes := s.Writes()
	if len(writes) != 1 || writes[0].Method != http.MethodPatch {
		t.Fatalf("the platform was asked %v, want one PATCH", writes)
	}
	return writes[0].Fields()
}

func base() tftest.Config { return tftest.Config{"name": "quarterly", "interval": "90d"} }

func TestLife(t *testing.T) {
	s := start(t)
	tf := s.tf
	tf.Run(base())
	id := s.As(api.RoleDeployer).RotationPolicy("quarterly").ID
	tf.Expect(tf.State, "overlap=24h", "max_stage=7d", "require_acknowledgement=true", "on_stage_timeout=cancel",
		"max_age=<null>", "quiet_period=<null>", "id="+id)
	tftest.Silent(t, tf, base())

	// Everything changes in place, and only what changed is sent.
	all := tftest.Config{
		"name": "monthly", "interval": "30d", "overlap": "2h", "max_stage": "1d", "max_age": "40d", "quiet_period": "1h",
		"require_acknowledgement": false, "on_stage_timeout": "promote", "description": "for all",
		"labels": map[string]any{"a": "1"},
	}
	p := tf.Plan(all)
	if p.Replaces {
		t.Error("a change replaces the policy")
	}
	tf.Expect(p.Planned, "id="+id, "created_at=2026-05-01T12:00:00Z")
	tf.Keep(p, nil)
	tftest.Silent(t, tf, all)
	s.ForgetRequests()
	tf.Run(all.With("overlap", "3h"))
	if last := s.patch(t); len(last) != 1 || last["overlap"] != "3h" {
		t.Errorf("the patch was %v", last)
	}

	// Removed is null or the default.
	tf.Run(base())
	tf.Expect(tf.State, "overlap=24h", "max_age=<null>", "quiet_period=<null>", "require_acknowledgement=true",
		"description=<null>", "labels=<null>")
	if last := s.patch(t); last["max_age"] != nil || last["overlap"] != "24h" {
		t.Errorf("the patch was %v", last)
	}

	tftest.Must(t, tf.Destroy())
	if s.As(api.RoleDeployer).Find(api.KindRotationPolicies, "quarterly", &api.RotationPolicy{}) {
		t.Error("not destroyed")
	}
}

func TestSameDurationIsNoDifference(t *testing.T) {
	s := start(t)
	tf := s.tf
	tf.Run(base().With("max_age", "20w").With("overlap", "1d"))
	s.ForgetRequests()
	same := tftest.Config{"name": "quarterly", "interval": "12w6d", "max_age": "140d", "overlap": "24h"}
	tftest.Silent(t, tf, same)
	tftest.Silent(t, tf, same.With("overlap", nil)) // the default means the same
	tf.Run(same.With("name", "renamed"))
	if p := s.patch(t); len(p) != 1 {
		t.Errorf("the patch was %v", p)
	}
	// Changed on the platform to a text that means the same.
	s.As(api.RoleDeployer).Patch(api.KindRotationPolicies, "renamed",
		map[string]any{"max_age": "3360h"}).Want(http.StatusOK)
	tftest.Silent(t, tf, same.With("name", "renamed"))
	s.As(api.RoleDeployer).Patch(api.KindRotationPolicies, "renamed",
		map[string]any{"max_age": "200d"}).Want(http.StatusOK)
	if !tf.Plan(same.With("name", "renamed")).Changes {
		t.Error("a change on the platform goes unnoticed")
	}
}

func TestInvalidConfigurationIsAnErrorOnTheAttribute(t *testing.T) {
	tf := start(t).tf
	for name, tt := range map[string]struct {
		config tftest.Config
		at     string
	}{
		"90 days":               {base().With("interval", "90 days"), "interval"},
		"interval of nothing":   {base().With("interval", "0s"), "interval"},
		"no interval":           {base().With("interval", nil), "interval"},
		"overlap too long":      {base().With("overlap", "31d"), "overlap"},
		"max_stage too long":    {base().With("max_stage", "31d"), "max_stage"},
		"max_stage of nothing":  {base().With("max_stage", "0s"), "max_stage"},
		"max_age of interval":   {base().With("max_age", "90d"), "max_age"},
		"max_age is malformed":  {base().With("max_age", "4 months"), "max_age"},
		"on_stage_timeout":      {base().With("on_stage_timeout", "panic"), "on_stage_timeout"},
		"quiet_period":          {base().With("quiet_period", "0s"), "quiet_period"},
		"interval unknown":      {base().With("interval", tftest.Unknown).With("overlap", "31d"), "overlap"},
		"other durations known": {base().With("overlap", tftest.Unknown).With("max_age", "1d"), "max_age"},
	} {
		t.Run(name, func(t *testing.T) {
			d := tf.Plan(tt.config).Diags
			if !strings.Contains(d.Errors(), `AttributeName("`+tt.at+`")`) && !strings.Contains(d.Errors(),
				`"`+tt.at+`" is required`) {
				t.Errorf("got %q, want an error on %s", d.Errors(), tt.at)
			}
			if len(d) != 1 {
				t.Errorf("%d diagnostics for one mistake: %s", len(d), d.Errors())
			}
		})
	}
	unknown := base()
	for name := range maps.Keys(tftest.Config{
		"interval": 0, "overlap": 0, "max_stage": 0, "max_age": 0,
		"on_stage_timeout": 0, "quiet_period": 0, "require_acknowledgement": 0,
	}) {
		unknown[name] = tftest.Unknown
	}
	if errs := tf.Plan(unknown).Diags.Errors(); errs != "" {
		t.Error(errs)
	}
}

// user makes a scoped token that refers to the policy "quarterly".
func (s *scene) user() (policyID string) {
	by := s.As(api.RoleDeployer)
	id := by.RotationPolicy("quarterly").ID
	by.Create(api.KindScopedTokens, map[string]any{
		"name": "notifier", "owner": "team-a", "connector_id": acctest.TheFixture().Connectors[0],
		"scopes": []string{"messages:send"}, "rotation_policy_id": id,
	}).Want(http.StatusCreated)
	return id
}

// TestDeletedWithItsLastUser: the destroy of a policy in use succeeds, and says who uses it.
func TestDeletedWithItsLastUser(t *testing.T) {
	s := start(t)
	s.tf.Run(base())
	id := s.user()
	d := s.tf.Destroy()
	tftest.Says(t, d.Warnings(), `Rotation policy "quarterly": deleted as soon as 1 object stops using it`,
		`scoped token "notifier"`, "POST /v1/rotation-policies/"+id+"/undelete", "role operator or deployer")
	if d.Errors() != "" || !s.tf.State.IsNull() {
		t.Errorf("errors %q, state %s", d.Errors(), s.tf.State)
	}
	s.tf.Run(base()) // the name is free
	if made := s.tf.Get(s.tf.State, "id"); made == id {
		t.Error("the policy that is deleting was adopted")
	}
	s.As(api.RoleDeployer).Delete(api.KindScopedTokens, "notifier").Want(http.StatusNoContent)
	if _, err := s.As(api.RoleDeployer).Client().RotationPolicies().Get(t.Context(), id); !client.IsNotFound(err) {
		t.Errorf("after its last user: %v", err)
	}
}

// TestDeletedOutsideWhileInUse: a plan neither replaces the policy nor goes on with it in silence.
func TestDeletedOutsideWhileInUse(t *testing.T) {
	s := start(t)
	s.tf.Run(base())
	id, policies := s.user(), s.As(api.RoleDeployer).Client().RotationPolicies()
	if _, err := policies.DeleteWhenUnused(t.Context(), id); err != nil {
		t.Fatal(err)
	}
	tftest.Says(t, s.tf.Refresh().Warnings(), `"quarterly" was deleted outside of this state`, `scoped token "notifier"`,
		"undelete")
	if p := s.tf.Plan(base()); p.Changes {
		t.Errorf("the plan changes it: %s", p.Planned)
	}
	tftest.Says(t, s.tf.Apply(s.tf.Plan(base().With("interval", "80d")), nil).Errors(), "undelete it first")

	if _, err := policies.Undelete(t.Context(), id, "quarterly"); err != nil {
		t.Fatal(err)
	}
	s.tf.Run(base().With("interval", "80d"))
	if w := s.tf.Refresh().Warnings(); w != "" {
		t.Errorf("after the undelete: %s", w)
	}
	if _, err := policies.DeleteWhenUnused(t.Context(), id); err != nil {
		t.Fatal(err)
	}
	if d := s.tf.Destroy(); d.Errors() != "" {
		t.Errorf("destroyed once more: %s", d.Errors())
	}
}

func TestImport(t *testing.T) {
	c := base().With("max_age", "100d")
	s := start(t)
	s.tf.Run(c)
	for _, id := range []string{"quarterly", s.tf.Get(s.tf.State, "id")} {
		tf := s.Terraform(api.RotationPolicies.Terraform)
		tftest.Must(t, tf.Import(id))
		tftest.Silent(t, tf, c)
	}
}

func TestDataSource(t *testing.T) {
	s := start(t)
	s.tf.Run(base())
	v, d := s.tf.Read(tftest.Config{"name": "quarterly"})
	tftest.Must(t, d)
	s.tf.Expect(v, "id="+s.tf.Get(s.tf.State, "id"), "interval=90d", "overlap=24h")
}
