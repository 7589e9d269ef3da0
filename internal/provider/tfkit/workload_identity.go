package tfkit

import (
	"errors"
	"fmt"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/client"
)

// whereReasonIs says who can find out why an exchange was refused.
const whereReasonIs = "The reason is in the audit trail of the environment, as action refuse_exchange: the data " +
	"source quickconnect_audit_events reads it, and who operates the platform reads it with quickconnectd audit " +
	"export. The event has the request id of the first refusal; what repeats within a minute for the same reason is " +
	"counted in the next one"

// explainWorkload explains a request that has no access token to be sent with.
func explainWorkload(e *client.Error, w *client.WorkloadError) (summary, text string) {
	const unsent = "Nothing was concluded about any object: the state stays as it is."
	outcome := ""
	if e.Attempts > 1 {
		outcome = unknownOutcome(e) // an attempt before may have been carried out
	}
	var exchange *client.Error
	switch {
	case !errors.As(w.Cause, &exchange):
		return "No JWT for the workload identity", sentences(fmt.Sprintf("The provider acts as workload identity %q, "+
			"and needs a JWT to show that this run may", w.Identity), w.Cause.Error(), unsent, outcome)
	case exchange.Code != api.CodeInvalidGrant:
		summary, text = explain(exchange, Subject{}, api.Identity{})
		if summary == "" {
			summary = "No access token"
		}
		return summary, sentences(fmt.Sprintf("The JWT from %s could not be exchanged for an access token of workload "+
			"identity %q", w.Source, w.Identity), text, outcome)
	}
	what := fmt.Sprintf("The platform does not exchange the JWT from %s for an access token of workload identity %q",
		w.Source, w.Identity)
	if !client.IsID(w.Identity) {
		what += fmt.Sprintf(" in tenant %q, environment %q", w.Tenant, w.Environment)
	}
	advice := "Compare that with issuer, audience and claims of the identity, and check that the identity exists " +
		"in this environment, and that its allowed_cidrs have the address of this machine. The platform's answer is the " +
		"same for every reason. " + whereReasonIs
	if w.Ended {
		advice = "The JWT has ended, so no identity takes it. "
		if w.Advice != "" {
			advice += w.Advice
		} else {
			advice += "Check what makes the JWT, and the clock of this machine"
		}
	}
	text = sentences(what, "The JWT says: "+w.JWT, advice, unsent, outcome)
	if exchange.RequestID != "" {
		text += "\n\nRequest id of the exchange: " + exchange.RequestID
	}
	return "JWT refused for the workload identity", text
}

// explainUnauthenticated explains a refusal of the token that the request carried.
func explainUnauthenticated(e *client.Error, identity api.Identity) (summary, text string) {
	whose := ""
	switch {
	case identity.Name != "":
		whose = fmt.Sprintf("When this run began, it was the token of %q in tenant %q, environment %q", identity.Name,
			identity.Tenant, identity.Environment)
	case identity.Tenant != "":
		whose = fmt.Sprintf("The configuration says tenant %q, environment %q", identity.Tenant, identity.Environment)
	}
	if e.Exchanged {
		return "Access token refused", sentences(e.Detail, "The platform has just exchanged the JWT of the workload "+
			"identity, and does not accept the access token. Check that the identity still exists, and that its "+
			"allowed_cidrs have the address from which the platform sees this machine", whose)
	}
	return "Token refused", sentences(e.Detail, "The platform does not accept the provider's token", whose,
		"Get a new one from the operator of the platform and set it in the provider's token argument or in "+
			"QUICKCONNECT_TOKEN")
}
