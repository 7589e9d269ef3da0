package provider_test

import (
	"strings"
	"testing"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/acctest"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/tftest"
)

// A revoked consent is a warning of every plan, and no change. Another consent ends it.
func TestRevokedConsentIsAWarning(t *testing.T) {
	t.Parallel()
	p := acctest.StartFixture(t)
	ada := p.Consenter()
	first := ada.Grants("messages:send")
	tf := p.Terraform(api.Connectors.Terraform)
	c := tftest.Config{"name": "chat", "owner": "team-a", "type": "custom", "consent_id": first}
	tf.Run(c)
	ada.Revokes(first)
	w, plan := tf.Refresh().Warnings(), tf.Plan(c)
	if plan.Changes || !strings.Contains(w, "Consent was revoked") {
		t.Errorf("changes %v, warnings %s", plan.Changes, w)
	}
	c = c.With("consent_id", ada.Grants("messages:send"))
	tf.Run(c)
	if w := tf.Refresh().Warnings(); strings.Contains(w, "Consent") {
		t.Errorf("after another consent: %s", w)
	}
}
