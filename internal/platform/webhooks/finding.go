package webhooks

import (
	"fmt"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/webhook"
)

// describe says in words what a probe found out.
func describe(f webhook.Finding, version int64, first, control Result) string {
	alone := fmt.Sprintf("an event signed by version %d alone", version)
	switch f {
	case webhook.Proven:
		return fmt.Sprintf("%s got %d, one signed by a random key got %d: the receiver uses the version",
			alone, first.Status, control.Status)
	case webhook.NotAccepted:
		return fmt.Sprintf("%s got %d: the receiver does not have the version yet", alone, first.Status)
	case webhook.NotEnforced:
		return fmt.Sprintf("%s got %d, but one signed by a random key got %d, too: "+
			"the receiver does not verify signatures", alone, first.Status, control.Status)
	}
	if webhook.NeedsControl(first.Status) {
		return fmt.Sprintf("%s got %d, but the result of one signed by a random key shows nothing: %s",
			alone, first.Status, describeResult(control))
	}
	return fmt.Sprintf("%s shows nothing: %s", alone, describeResult(first))
}

// describeResult says in words what came of an event that shows nothing. A 410 to a probe has no consequence, so it is
// not called gone.
func describeResult(r Result) string {
	if r.Status != 0 {
		return fmt.Sprintf("the endpoint answered %d", r.Status)
	}
	return r.Detail
}
