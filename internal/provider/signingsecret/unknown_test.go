package signingsecret_test

import (
	"regexp"
	"testing"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/acctest"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/tftest"
)

// What a plan of the same apply makes is unknown in this plan: the policy, the trigger, the secret. A creation can be
// planned with all of it.
func TestCreationWithUnknowns(t *testing.T) {
	s := start(t)
	tf := s.tf
	p := tf.Plan(tftest.Config{
		"name": "orders", "owner": "team-a", "endpoint_id": tftest.Unknown, "rotation_policy_id": tftest.Unknown,
		"secret_wo":         tftest.Unknown,
		"secret_wo_version": tftest.Unknown, "rotate_when_changed": tftest.Unknown, "minimum_version": tftest.Unknown,
	})
	tftest.Must(t, p.Diags)
	c := supplied("a").With("secret_wo_version", 1).With("rotate_when_changed",
		tftest.Triggers("a", "1")).With("minimum_version", 4)
	tf.Keep(p, c)
	s.wrote("POST sends a")
	tf.Expect(tf.State, "version=4")
	tftest.Silent(t, tf, c)
}

func TestPolicyThatIsMadeInTheSameApply(t *testing.T) {
	for name, c := range map[string]tftest.Config{
		"issued": base(), "key pair": keyPair(),
		"supplied, by number": supplied("a").With("secret_wo_version", 1),
	} {
		t.Run(name, func(t *testing.T) {
			s, tf := created(t, c)
			p := tf.Plan(c.With("rotation_policy_id", tftest.Unknown))
			s.closed(p)
			tf.Expect(p.Planned, "rotation_policy_id=<unknown>", "public_keys="+tf.Get(tf.State, "public_keys"))
			tf.Keep(p, c.With("rotation_policy_id", acctest.TheFixture().Policies[1]))
			s.wrote("PATCH")
			tf.Expect(tf.State, "rotation_policy_id="+acctest.TheFixture().Policies[1], "version=1")
		})
	}
	// Compared by its value, a supplied secret may be another one by then.
	s, tf := created(t, supplied("a"))
	p := tf.Plan(supplied("a").With("rotation_policy_id", tftest.Unknown))
	s.leftOpen(p)
	moved := supplied("b").With("rotation_policy_id", acctest.TheFixture().Policies[1])
	tf.Keep(p, moved)
	s.wrote("PATCH")
	tf.Keep(tf.Plan(moved), nil) // it was left to this plan, because the policy was another one
	s.wrote("POST rotation/begin if 2 sends b")
}

// An unknown minimum_version may turn out to revoke the supplied secret that the configuration still has. That is an
// error of the apply.
func TestUnknownMinimumVersionOfASuppliedSecret(t *testing.T) {
	s, tf := created(t, supplied("a"))
	p := tf.Plan(supplied("a").With("minimum_version", tftest.Unknown))
	s.leftOpen(p)
	tftest.Says(t, tf.Apply(p, supplied("a").With("minimum_version", 2)).Errors(), "The same value again")
	s.wrote()
}

var key = regexp.MustCompile(`"comparison_keys":\[[^\]]*\]`)

// Without the comparison key a configured value counts as equal, and it is never sent on a guess.
func TestWithoutComparisonKey(t *testing.T) {
	s, tf := created(t, supplied("a"))
	s.Fail(func(r acctest.Request) acctest.Fault {
		if r.Path == "/v1/identity" {
			return acctest.Edit(func(body string) string { return key.ReplaceAllString(body, `"comparison_keys":[]`) })
		}
		return acctest.Pass()
	})
	blind := s.Terraform(api.SigningSecrets.Terraform)
	blind.State, blind.Private = tf.State, tf.Private
	plan := blind.Plan(supplied("b"))
	tftest.Says(t, plan.Diags.Warnings(), "Secrets are not compared", "count as equal")
	tftest.Silent(t, blind, supplied("b")) // it warned once in this run
	s.wrote()
	tftest.Silent(t, tf, supplied("a"))
	// By its number it can be told.
	blind.Keep(blind.Plan(supplied("b").With("secret_wo_version", 1)), nil)
	s.wrote("PATCH if 1", "POST rotation/begin if 2 sends b")
}
