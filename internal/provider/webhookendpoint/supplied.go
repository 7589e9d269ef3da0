package webhookendpoint

import (
	"context"

	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/provider/tfkit"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/provider/tfkit/writeonly"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/secret"
)

// values are the configured values of the write-only arguments. Nil is not configured, or not known yet. Headers that
// are empty are removed.
type values struct {
	url       *secret.Value
	headers   map[string]secret.Value
	clientKey *secret.Value
}

func valuesOf(config model) values {
	return values{
		url: textOf(config.URLWO), headers: headersOf(config.HeadersWO), clientKey: textOf(config.ClientKeyWO),
	}
}

func textOf(v types.String) *secret.Value {
	if v.ValueString() == "" { // null and unknown, too
		return nil
	}
	s := secret.New(v.ValueString())
	return &s
}

func headersOf(m types.Map) map[string]secret.Value {
	if m.IsNull() || m.IsUnknown() {
		return nil
	}
	out := make(map[string]secret.Value, len(m.Elements()))
	for name, v := range m.Elements() {
		s, isString := v.(types.String)
		if !isString || s.IsUnknown() || s.IsNull() {
			return nil
		}
		out[name] = secret.New(s.ValueString())
	}
	return out
}

// supplied is one write-only argument: what is configured, what the platform has, and what becomes of it.
type supplied struct {
	what     string // the argument without _wo
	facts    writeonly.Facts
	decision writeonly.Decision
	because  writeonly.Why
	removed  bool // headers_wo is empty: what the platform has is removed
}

// mayBeSent reports whether an apply may send the value, whatever this plan finds. An argument that is neither
// configured nor on the platform stays out of the plan.
func (s supplied) mayBeSent() bool {
	return (s.facts.Configured || s.facts.Platform != "") && writeonly.MaySend(s.facts)
}

// arguments are the write-only arguments of an endpoint.
type arguments struct{ url, headers, clientKey supplied }

func (a arguments) all() []supplied { return []supplied{a.url, a.headers, a.clientKey} }

// argumentsOf decides about every write-only argument. It depends on configuration, prior state, private state and the
// comparison key, and on nothing else.
func argumentsOf(
	ctx context.Context, p *tfkit.Session, private tfkit.PrivateReader, config, plan, state model, diags *diag.Diagnostics,
) arguments {
	v, id := valuesOf(config), state.ID.ValueString()
	of := func(what string, configured attr.Value, number types.Int64, digest types.String) supplied {
		return supplied{what: what, facts: writeonly.Facts{
			Configured: !configured.IsNull(), Number: number, Platform: digest.ValueString(),
			Applied: loadApplied(ctx, private, what, diags),
		}}
	}
	out := arguments{
		url:       of(api.EndpointURL, config.URLWO, plan.URLWOVersion, state.URLDigest),
		headers:   of(api.EndpointHeaders, config.HeadersWO, plan.HeadersWOVersion, state.HeadersDigest),
		clientKey: of(api.EndpointClientKey, config.ClientKeyWO, plan.ClientKeyWOVersion, state.ClientKeyDigest),
	}
	text := func(s *supplied, value *secret.Value) {
		if value != nil {
			s.facts.Value = p.DigestsOfText(api.EndpointDigestKind(s.what), id, *value).Like(s.facts.Platform)
			s.facts.Blind = p.Blind()
		}
	}
	text(&out.url, v.url)
	text(&out.clientKey, v.clientKey)
	if len(v.headers) > 0 {
		digests := p.Digests(api.EndpointDigestKind(api.EndpointHeaders), id, v.headers)
		out.headers.facts.Value = digests.Like(out.headers.facts.Platform)
		out.headers.facts.Blind = p.Blind()
	}
	for _, s := range []*supplied{&out.url, &out.headers, &out.clientKey} {
		s.decision, s.because = writeonly.Decide(s.facts)
	}
	if v.headers != nil && len(v.headers) == 0 {
		out.headers.removed = out.headers.facts.Platform != ""
		out.headers.decision, out.headers.because = writeonly.Keep, writeonly.Nothing
	}
	return out
}

// plan puts the computed attributes of the values into a plan that has a difference: as they are, or unknown where an
// apply may change them. A write-only value may differ between plan and apply, which plans again.
func (a arguments) plan(plan, state model) model {
	digest := func(s supplied, old types.String) types.String {
		if s.decision != writeonly.Keep || s.removed || s.mayBeSent() {
			return types.StringUnknown()
		}
		return old
	}
	plan.URLDigest = digest(a.url, state.URLDigest)
	plan.HeadersDigest = digest(a.headers, state.HeadersDigest)
	plan.ClientKeyDigest = digest(a.clientKey, state.ClientKeyDigest)
	plan.URLHost = state.URLHost
	switch {
	case plan.URL.IsUnknown():
		plan.URLDigest, plan.URLHost = types.StringUnknown(), types.StringUnknown()
	case !plan.URL.IsNull(): // it takes the place of a URL that is a secret
		plan.URLDigest, plan.URLHost = types.StringNull(), types.StringValue(api.EndpointHost(plan.URL.ValueString()))
	case plan.URLDigest.IsUnknown():
		plan.URLHost = types.StringUnknown()
	}
	switch {
	case plan.ClientCertificate.IsUnknown():
		plan.ClientKeyDigest = types.StringUnknown()
	case plan.ClientCertificate.IsNull(): // its key goes with it
		plan.ClientKeyDigest = types.StringNull()
	}
	return plan
}

// sent are the values that an apply sends: those that differ, unless the plan shows their digest. That is a promise
// that nothing is sent.
func (a arguments) sent(plan, config model) (v values) {
	configured := valuesOf(config)
	if a.url.decision != writeonly.Keep && plan.URLDigest.IsUnknown() {
		v.url = configured.url
	}
	if (a.headers.decision != writeonly.Keep || a.headers.removed) && plan.HeadersDigest.IsUnknown() {
		v.headers = configured.headers
	}
	if a.clientKey.decision != writeonly.Keep && plan.ClientKeyDigest.IsUnknown() {
		v.clientKey = configured.clientKey
	}
	return v
}

// notePlanned notes for each argument whether a plan sees no value, as writeonly.NotePlanned does for one argument.
func notePlanned(ctx context.Context, p tfkit.PrivateWriter, config model, diags *diag.Diagnostics) {
	for what, isNull := range map[string]bool{
		api.EndpointURL: config.URLWO.IsNull(), api.EndpointHeaders: config.HeadersWO.IsNull(),
		api.EndpointClientKey: config.ClientKeyWO.IsNull(),
	} {
		tfkit.StorePrivate(ctx, p, plannedKeyOf(what), &isNull, diags)
	}
}

// withoutIgnored is a configuration without the values that the plan of the update did not see: ignore_changes names
// them, and none is sent.
func (m model) withoutIgnored(ctx context.Context, p tfkit.PrivateReader, diags *diag.Diagnostics) model {
	ignored := func(what string) bool {
		isNull := tfkit.LoadPrivate[bool](ctx, p, plannedKeyOf(what), diags)
		return isNull != nil && *isNull
	}
	if ignored(api.EndpointURL) {
		m.URLWO = types.StringNull()
	}
	if ignored(api.EndpointHeaders) {
		m.HeadersWO = types.MapNull(types.StringType)
	}
	if ignored(api.EndpointClientKey) {
		m.ClientKeyWO = types.StringNull()
	}
	return m
}

func plannedKeyOf(what string) string { return "planned_null_" + what }

// keyOf is the key of the note about what the last apply left of a value.
func keyOf(what string) string { return "applied_" + what }

func loadApplied(
	ctx context.Context, p tfkit.PrivateReader, what string, diags *diag.Diagnostics,
) *writeonly.Applied {
	return tfkit.LoadPrivate[writeonly.Applied](ctx, p, keyOf(what), diags)
}

// appliedOf returns the notes that an answer of the platform makes.
func appliedOf(e *api.WebhookEndpoint) map[string]*writeonly.Applied {
	return map[string]*writeonly.Applied{
		api.EndpointURL:       writeonly.AppliedOf(e.URLDigest, e.URLWOVersion),
		api.EndpointHeaders:   writeonly.AppliedOf(e.HeadersDigest, e.HeadersWOVersion),
		api.EndpointClientKey: writeonly.AppliedOf(e.ClientKeyDigest, e.ClientKeyWOVersion),
	}
}

// keep stores what an apply left of the values that are now those of the configuration: they were sent, adopted, or
// found to be the same; or there are none any more.
func (a arguments) keep(
	ctx context.Context, p tfkit.PrivateWriter, sent api.WebhookEndpointPatch, answer *api.WebhookEndpoint,
	diags *diag.Diagnostics,
) {
	notes := appliedOf(answer)
	was := map[string]bool{
		api.EndpointURL: sent.SecretURL != nil, api.EndpointHeaders: sent.Headers != nil,
		api.EndpointClientKey: sent.ClientKey != nil,
	}
	for _, s := range a.all() {
		left := notes[s.what]
		switch {
		case was[s.what], left.Digest == "":
		case s.because == writeonly.Adopted, writeonly.Settled(s.facts):
			left = left.Unsent(s.facts)
		default:
			continue
		}
		tfkit.StorePrivate(ctx, p, keyOf(s.what), left, diags)
	}
}
