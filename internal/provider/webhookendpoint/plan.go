package webhookendpoint

import (
	"context"
	"fmt"
	"time"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/resource"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/provider/tfkit"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/provider/tfkit/writeonly"
)

// ModifyPlan refuses a state of another environment, which a plan without a refresh would not notice. It decides
// whether the values of the write-only arguments are sent. It warns where the platform has disabled the endpoint, or no
// delivery is accepted.
func (r *endpointResource) ModifyPlan(
	ctx context.Context,
	req resource.ModifyPlanRequest,
	resp *resource.ModifyPlanResponse,
) {
	defer r.Guard(ctx, api.WebhookEndpoints, req, resp)
	if req.State.Raw.IsNull() {
		r.PlanHome(ctx, &resp.Plan, &resp.Diagnostics)
		return
	}
	if !r.BelongsHere(ctx, req.Private, req.State, &resp.Diagnostics) || req.Plan.Raw.IsNull() {
		return
	}
	var config, plan, state model
	resp.Diagnostics.Append(req.Config.Get(ctx, &config)...)
	resp.Diagnostics.Append(req.Plan.Get(ctx, &plan)...)
	resp.Diagnostics.Append(req.State.Get(ctx, &state)...)
	notePlanned(ctx, resp.Private, config, &resp.Diagnostics)
	if resp.Diagnostics.HasError() {
		return
	}
	if tfkit.Moved(plan.ConnectorID, state.ConnectorID) ||
		tfkit.ReplacesName(plan.NamePrefix, state.NamePrefix, state.Name) {
		return // a replacement: it begins without a history, and everything is sent
	}
	a := argumentsOf(ctx, r.Session(), req.Private, config, plan, state, &resp.Diagnostics)
	// What the framework leaves open is no difference by itself: a name_prefix may be the beginning of the name.
	resp.Diagnostics.Append(resp.Plan.Set(ctx, plan.withDigestsOf(state))...)
	differs := !resp.Plan.Raw.Equal(req.State.Raw)
	for _, s := range a.all() {
		differs = differs || s.decision != writeonly.Keep || s.removed
		r.warn(&resp.Diagnostics, s, state)
	}
	if differs {
		resp.Diagnostics.Append(resp.Plan.Set(ctx, a.plan(plan, state))...)
	}
	warnOfDeliveries(ctx, req.Private, plan, state, a.url.decision != writeonly.Keep, &resp.Diagnostics)
}

var reasons = map[writeonly.Why]string{
	writeonly.Missing: "The platform has none. The configured value is sent.",
	writeonly.Number:  "%s_version changed. The configured value is sent.",
	writeonly.LowerNumber: "%s_version is lower than at the last apply. The configured value is sent all the same: " +
		"check that it is not an old configuration.",
	writeonly.Configuration: "The configured value changed since the last apply. It is sent.",
	writeonly.Platform: "The value was changed on the platform since the last apply. The configured one is sent and " +
		"replaces it.",
	writeonly.Both: "The value changed since the last apply, both in the configuration and on the platform. The " +
		"configured one is sent and replaces the platform's.",
	writeonly.Different: "The configured value is not the one that the platform has, and no earlier apply tells which " +
		"side changed. The configured one is sent and replaces the platform's.",
}

// warn says why a value is sent, or that it is not.
func (r *endpointResource) warn(diags *diag.Diagnostics, s supplied, state model) {
	argument, name := s.what+"_wo", state.Name.String()
	at := path.Root(argument)
	if writeonly.Unseen(s.facts) {
		r.Session().WarnUnseen(diags)
	}
	switch {
	case s.decision == writeonly.Send:
		text := reasons[s.because]
		if s.because == writeonly.Number || s.because == writeonly.LowerNumber {
			text = fmt.Sprintf(text, argument)
		}
		diags.AddAttributeWarning(at, argument+" will be sent", "Webhook endpoint "+name+": "+text)
	case s.removed:
		diags.AddAttributeWarning(at, "Headers will be removed", "Webhook endpoint "+name+": "+argument+
			" is empty, so deliveries have no headers but the platform's own.")
	case s.because == writeonly.Adopted && s.facts.Applied != nil && s.facts.Applied.Number == nil &&
		s.facts.Value != "" && s.facts.Value != s.facts.Platform:
		diags.AddAttributeWarning(at, argument+" is taken over", fmt.Sprintf("Webhook endpoint %s was imported and has a "+
			"value, but no number on the platform: %s_version is adopted. The configured value differs from the "+
			"platform's and is NOT sent; raise %[2]s_version to send it.", name, argument))
	}
}

// warnOfDeliveries says that the platform has disabled the endpoint, or that no delivery is accepted. A plan with
// nothing to do is silent, so there is no warning about an endpoint that the configuration disables as well.
func warnOfDeliveries(
	ctx context.Context, private tfkit.PrivateReader, plan, state model, sendsURL bool, diags *diag.Diagnostics,
) {
	disabled := tfkit.LoadPrivate[api.Disabled](ctx, private, disabledKey, diags)
	failing := tfkit.LoadPrivate[api.Failing](ctx, private, failingKey, diags)
	if !plan.Enabled.ValueBool() {
		return
	}
	at := path.Root("url")
	if state.URL.IsNull() {
		at = path.Root("url_wo")
	}
	switch {
	case disabled != nil && !state.Enabled.ValueBool():
		diags.AddAttributeWarning(
			path.Root("enabled"),
			fmt.Sprintf("Webhook endpoint %s was disabled", state.Name.String()),
			fmt.Sprintf("At %s it answered the event %s with 410 (gone), and the platform disabled it. This plan "+
				"enables it again, and what waits is delivered, that event included. "+
				"If the receiver is gone for good, set enabled = false, or remove the endpoint.",
				rfc3339(disabled.At), disabled.By),
		)
	case failing != nil && state.Enabled.ValueBool() && plan.URL.Equal(state.URL) && !sendsURL:
		diags.AddAttributeWarning(
			at,
			fmt.Sprintf("Deliveries to %s are not accepted", state.Name.String()),
			fmt.Sprintf("None was accepted since %s. The last attempt, at %s: %s. Each event is tried for about "+
				"three days; the first one that is accepted ends this warning, "+
				"and POST /v1/%[4]s/%[5]s/test-events sends one. The records of all: GET /v1/%[4]s/%[5]s/deliveries. "+
				"After a repair, POST /v1/%[4]s/%[5]s/redeliver sends what waits, or what has failed.",
				rfc3339(failing.Since), rfc3339(failing.At), failing.Detail, kind.Path, state.ID.ValueString()),
		)
	}
}

func rfc3339(t time.Time) string { return t.UTC().Format(time.RFC3339) }
