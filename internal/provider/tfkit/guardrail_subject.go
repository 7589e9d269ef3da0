package tfkit

import (
	"context"
	"maps"
	"slices"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/guardrail"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/secret"
)

// suppliedArguments are the write-only arguments, by the members of a request that they are sent as. A value is sent
// where its digest is not known in the plan.
var suppliedArguments = map[string]struct{ argument, digest string }{
	"credentials": {"credentials_wo", "credentials_digest"},
	"secret":      {"secret_wo", "secret_digest"},
	"secret_url":  {"url_wo", "url_digest"},
	"headers":     {"headers_wo", "headers_digest"},
	"client_key":  {"client_key_wo", "client_key_digest"},
}

// memberOf is the member of a request that a JSON pointer leads into.
func memberOf(field string) string {
	member, _, _ := strings.Cut(strings.TrimPrefix(field, "/"), "/")
	return member
}

// attributeAt is the attribute of a JSON pointer, not the element: elements of sets have no position.
func attributeAt(field string) (path.Path, string) {
	member := memberOf(field)
	if s, ok := suppliedArguments[member]; ok {
		member = s.argument
	}
	return path.Root(member), member
}

// reading reads an attribute of a plan, a state or a configuration; nil where its kind does not have it, or it is null.
type reading func(name string) attr.Value

func readingOf(ctx context.Context, get func(context.Context, path.Path, any) diag.Diagnostics) reading {
	return func(name string) attr.Value {
		var v attr.Value
		if d := get(ctx, path.Root(name), &v); d.HasError() || v == nil || v.IsNull() {
			return nil
		}
		return v
	}
}

func (r reading) text(name string) string {
	s, _ := r(name).(types.String)
	return s.ValueString()
}

func (r reading) texts(name string) []string {
	s, _ := r(name).(types.Set)
	out := StringSlice(s)
	slices.Sort(out)
	return out
}

// subject is what the rules look at of an object. interval finds that of a rotation policy by its id.
func (r reading) subject(kind api.Kind, interval func(id string) string) guardrail.Subject {
	labels, _ := r("labels").(types.Map)
	acknowledged, _ := r("require_acknowledgement").(types.Bool)
	expires, _ := api.ParseExpiry(r.text("expires_at")) // the attribute's validator reports a mistake
	policy := r.text("rotation_policy_id")
	own := r.text("interval")
	if kind != api.RotationPolicies {
		own = interval(policy)
	}
	s := guardrail.Subject{
		Kind: kind.Path, Name: r.text("name"), Labels: StringMap(labels), Owner: r.text("owner"), Type: r.text("type"),
		Scopes: r.texts("scopes"), CIDRs: r.texts("allowed_cidrs"), ExpiresAt: expires,
		HasConsent: r.text("consent_id") != "", HasSecret: r.text("credentials_digest") != "",
		FollowsPolicy: policy != "", Acknowledged: acknowledged.ValueBool(), OnTimeout: r.text("on_stage_timeout"),
	}
	s.Interval, _ = api.ParseDuration(own)
	s.Overlap, _ = api.ParseDuration(r.text("overlap"))
	for _, name := range []string{
		"labels", "owner", "type", "scopes", "allowed_cidrs", "expires_at", "rotation_policy_id", "consent_id", "interval",
		"overlap", "require_acknowledgement", "on_stage_timeout",
	} {
		if unknown(r(name)) {
			s.Unknown = append(s.Unknown, name)
		}
	}
	return s
}

// supplied are the values of a configuration that a plan sends. A plan that leaves open whether it sends a value sends
// none that the object has already.
func (r reading) supplied(planned reading, has func(member string, v attr.Value) bool) (out []guardrail.Value) {
	for _, member := range slices.Sorted(maps.Keys(suppliedArguments)) {
		of := suppliedArguments[member]
		digest, value := planned(of.digest), r(of.argument)
		if digest == nil || !digest.IsUnknown() || has(member, value) {
			continue
		}
		switch v := value.(type) {
		case types.String:
			if !v.IsUnknown() {
				out = append(out, guardrail.Value{Field: "/" + member, Secret: secret.New(v.ValueString())})
			}
		case types.Map:
			for _, key := range slices.Sorted(maps.Keys(v.Elements())) {
				if e, ok := v.Elements()[key].(types.String); ok && !e.IsUnknown() && !e.IsNull() {
					out = append(out, guardrail.Value{Field: "/" + member + "/" + key, Secret: secret.New(e.ValueString())})
				}
			}
		}
	}
	return out
}

// unknown reports whether a plan does not know a value, or a part of it.
func unknown(v attr.Value) bool {
	switch v := v.(type) {
	case nil:
		return false
	case types.Set:
		return v.IsUnknown() || slices.ContainsFunc(v.Elements(), unknown)
	case types.Map:
		return v.IsUnknown() || slices.ContainsFunc(slices.Collect(maps.Values(v.Elements())), unknown)
	}
	return v.IsUnknown()
}
