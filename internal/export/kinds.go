package export

import (
	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
)

// described begins the lines of an object with those that every kind has.
func described(o api.Object) attributes {
	var a attributes
	a.text("name", o.Name)
	if o.Description != nil && *o.Description != "" { // an import takes an empty one for none
		a.text("description", *o.Description)
	}
	a.pairs("labels", o.Labels)
	return a
}

func policy(p *api.RotationPolicy) ([]attribute, bool) {
	a := described(p.Object)
	a.text("interval", p.Interval)
	a.unlessDefault("overlap", p.Overlap, api.DefaultOverlap)
	a.unlessDefault("max_stage", p.MaxStage, api.DefaultMaxStage)
	a.optionalText("max_age", p.MaxAge)
	a.flag("require_acknowledgement", p.RequireAcknowledgement, api.DefaultRequireAcknowledgement)
	a.unlessDefault("on_stage_timeout", p.OnStageTimeout, api.DefaultOnStageTimeout)
	a.optionalText("quiet_period", p.QuietPeriod)
	return a, p.DeletingSince != nil
}

func connector(c *api.Connector) ([]attribute, bool) {
	a := described(c.Object)
	a.text("owner", c.Owner)
	a.text("type", c.Type)
	a.pairs("settings", c.Settings)
	a.texts("allowed_scopes", c.AllowedScopes)
	a.flag("enabled", c.Enabled, true)
	a.optionalText("consent_id", c.ConsentID)
	a.optionalReference("rotation_policy_id", c.RotationPolicyID)
	if c.Version != nil {
		a.note("credentials_wo is not exported. The platform keeps the credentials that it has.")
	}
	a.optionalText("credentials_expire_at", c.CredentialsExpireAt)
	a.optionalText("certified_until", c.CertifiedUntil)
	return a, c.DeletingSince != nil
}

// rotated adds the lines that scoped tokens and signing secrets have.
func (a *attributes) rotated(r api.Rotated) {
	a.text("owner", r.Owner)
	a.pairs("rotate_when_changed", r.RotateWhenChanged)
	a.number("minimum_version", r.MinimumVersion)
	a.flag("deletion_protection", r.DeletionProtection, false)
	a.optionalText("certified_until", r.CertifiedUntil)
}

func token(t *api.ScopedToken) ([]attribute, bool) {
	a := described(t.Object)
	a.rotated(t.Rotated)
	a.reference("connector_id", t.ConnectorID)
	a.texts("scopes", t.Scopes)
	a.texts("allowed_cidrs", t.AllowedCIDRs)
	a.optionalText("expires_at", t.ExpiresAt)
	a.optionalReference("rotation_policy_id", t.RotationPolicyID)
	a.number("rate_limit_per_minute", t.RateLimitPerMinute)
	a.optionalText("unused_expiry", t.UnusedExpiry)
	return a, false
}

func endpoint(e *api.WebhookEndpoint) ([]attribute, bool) {
	a := described(e.Object)
	a.reference("connector_id", e.ConnectorID)
	a.optionalText("url", e.URL)
	if e.URL == nil {
		a.secret("url_wo", "The secret URL, on "+e.URLHost+",")
	}
	a.texts("event_types", e.EventTypes)
	a.flag("enabled", e.Enabled, true)
	if e.HeadersDigest != nil {
		a.note("headers_wo is not exported. The platform keeps the headers that it has.")
	}
	a.optionalText("ca_certificate", e.CACertificate)
	a.optionalText("client_certificate", e.ClientCertificate)
	if e.ClientKeyDigest != nil {
		a.note("client_key_wo is not exported. The platform keeps the key that it has.")
	}
	a.number("rate_limit_per_second", e.RateLimitPerSecond)
	return a, e.DeletingSince != nil
}

func signingSecret(s *api.SigningSecret) ([]attribute, bool) {
	a := described(s.Object)
	a.rotated(s.Rotated)
	a.reference("endpoint_id", s.EndpointID)
	a.unlessDefault("algorithm", s.Algorithm, api.DefaultAlgorithm)
	a.reference("rotation_policy_id", s.RotationPolicyID)
	if s.SecretDigest != nil {
		a.note("secret_wo is not exported. The platform keeps the secret that it has.")
	}
	return a, false
}

func workloadIdentity(w *api.WorkloadIdentity) ([]attribute, bool) {
	a := described(w.Object)
	a.text("owner", w.Owner)
	a.text("role", w.Role)
	a.text("preset", w.Preset)
	a.unlessDefault("issuer", w.Issuer, api.IssuerOf(w.Preset))
	a.text("audience", w.Audience)
	a.pairs("claims", w.Claims)
	a.unlessDefault("max_ttl", w.MaxTTL, api.DefaultMaxTTL)
	a.texts("allowed_cidrs", w.AllowedCIDRs)
	a.optionalText("jwks", w.JWKS)
	return a, false
}
