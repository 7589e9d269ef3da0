package webhookendpoint

import (
	"testing"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/acctest/core"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
)

// While nothing is accepted every plan says so, and has nothing to do for it. Who moves the endpoint, or switches it
// off, has seen to it.
func TestWarningAboutFailingDeliveries(t *testing.T) {
	f, tf := created(t, base())
	f.endpoint.Failing = &api.Failing{Since: start, At: start, Detail: "the endpoint answered 401"}
	p := tf.Plan(base())
	core.Says(
		t,
		p.Diags.Warnings(),
		`AttributeName("url")`,
		`Deliveries to "orders" are not accepted`,
		"None was accepted since 2026-05-01T12:00:00Z",
		"the endpoint answered 401",
		"/v1/webhook-endpoints/"+theID+"/deliveries",
	)
	if p.Changes {
		t.Error("a warning is no change")
	}
	for _, seenTo := range []string{"url", "enabled"} {
		c := base().With("url", "https://other.example.com/")
		if seenTo == "enabled" {
			c = base().With("enabled", false)
		}
		if w := tf.Plan(c).Diags.Warnings(); w != "" {
			t.Errorf("%s: %s", seenTo, w)
		}
	}
	f.endpoint.Failing = nil
	core.Silent(t, tf, base())
}
