package acctest_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/acctest"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
)

func TestDeletionProtection(t *testing.T) {
	t.Parallel()
	p, tf := acctest.Start(t)
	deployer := p.As(api.RoleDeployer)
	tf.Config(policy("") + notifier("deletion_protection = true"))
	tf.Apply()
	before := standing(t, p)

	// Whatever would end the token is refused before anything is applied.
	tf.Plan(1, "-destroy").Has("Scoped token protected from deletion", "deletion_protection")
	tf.Run("destroy", "-auto-approve").Want(1).Has("Scoped token protected from deletion")
	tf.Config(policy("") + strings.Replace(notifier("deletion_protection = true"), "connector_id       = quickconnect_connector.slack.id", `connector_id       = "con_01KQHPHXG00YAJDTX1KCFJMM9Z"`, 1))
	tf.Plan(1).Has("Scoped token protected from deletion", "replaces")
	tf.Config(policy(""))
	tf.ApplyFails().Has("Scoped token protected from deletion")
	deployer.Delete(api.KindScopedTokens, "notifier").WantProblem(api.CodeConflict)
	if after := standing(t, p); after != before {
		t.Errorf("the token is not what it was\nbefore: %s\nafter:  %s", before, after)
	}

	tf.Config(policy("") + notifier(""))
	tf.Apply()
	tf.Destroy()
	if n := deployer.Count(api.KindScopedTokens); n != 0 {
		t.Errorf("the platform has %d tokens, want none", n)
	}
}

// Where the state does not know of the protection, the platform refuses.
func TestDeletionProtectionSetMeanwhile(t *testing.T) {
	t.Parallel()
	p, tf := acctest.Start(t)
	tf.Config(policy("") + notifier(""))
	tf.Apply()
	tf.SavePlan("destroy.tfplan", "-destroy")
	p.As(api.RoleOperator).Patch(api.KindScopedTokens, "notifier", map[string]any{"deletion_protection": true}).Want(http.StatusOK)
	tf.ApplyPlanFails("destroy.tfplan").Has("is protected", "deletion_protection")
	if _, ok := tf.Objects()[token]; !ok {
		t.Error("the token is gone from the state, though it is still there")
	}
	if state := p.As(api.RoleAuditor).ScopedToken("notifier").Rotation.Phase; state != api.PhaseStable {
		t.Errorf("the token is in phase %s, want stable: a refused deletion ends no version", state)
	}
}
