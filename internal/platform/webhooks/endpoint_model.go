package webhooks

import (
	"context"
	"errors"
	"time"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/httpapi"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/problem"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/store"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/txn"
)

// expandEndpoint makes an endpoint of what the caller sent.
func expandEndpoint(ctx context.Context, tx *txn.Tx, b *api.WebhookEndpointCreate) (*store.WebhookEndpoint, error) {
	object, err := httpapi.NewObject(ctx, tx, api.WebhookEndpoints, httpapi.Naming{Name: b.Name, Prefix: b.NamePrefix},
		b.Description, b.Labels)
	if err != nil {
		return nil, err
	}
	if (b.URL == nil) == (b.SecretURL == nil) {
		return nil, problem.Refused("/url", errors.New("must be there, or secret_url: exactly one of the two"))
	}
	return &store.WebhookEndpoint{
		Object: object, ConnectorID: b.ConnectorID, URL: httpapi.ValueOr(b.URL, ""), EventTypes: b.EventTypes,
		Enabled:       httpapi.ValueOr(b.Enabled, true),
		SecretURL:     store.EndpointSecret{Number: b.URLWOVersion},
		Headers:       store.EndpointSecret{Number: b.HeadersWOVersion},
		ClientKey:     store.EndpointSecret{Number: b.ClientKeyWOVersion},
		CACertificate: b.CACertificate, ClientCertificate: b.ClientCertificate, RateLimit: b.RateLimitPerSecond,
	}, nil
}

func mergeEndpoint(to *store.WebhookEndpoint, p *api.WebhookEndpointPatch) error {
	if err := httpapi.PatchRequired(&to.Name, p.Name, "/name"); err != nil {
		return err
	}
	if err := mergeURL(to, p); err != nil {
		return err
	}
	if err := httpapi.PatchRequired(&to.Enabled, p.Enabled, "/enabled"); err != nil {
		return err
	}
	httpapi.PatchNullable(&to.Description, p.Description)
	httpapi.PatchDefault(&to.Labels, p.Labels, nil)
	httpapi.PatchDefault(&to.EventTypes, p.EventTypes, nil)
	httpapi.PatchNullable(&to.SecretURL.Number, p.URLWOVersion)
	httpapi.PatchNullable(&to.Headers.Number, p.HeadersWOVersion)
	httpapi.PatchNullable(&to.CACertificate, p.CACertificate)
	httpapi.PatchNullable(&to.ClientCertificate, p.ClientCertificate)
	httpapi.PatchNullable(&to.ClientKey.Number, p.ClientKeyWOVersion)
	httpapi.PatchNullable(&to.RateLimit, p.RateLimitPerSecond)
	return nil
}

// mergeURL applies a new url, which takes the place of a secret one.
func mergeURL(to *store.WebhookEndpoint, p *api.WebhookEndpointPatch) error {
	switch {
	case p.URL.Value != nil && p.SecretURL != nil:
		return problem.Refused("/url", errors.New("must not be there together with secret_url"))
	case p.URL.Value != nil:
		to.URL, to.SecretURL = *p.URL.Value, store.EndpointSecret{Number: to.SecretURL.Number}
	case p.URL.Set && p.SecretURL == nil && !to.SecretURL.Set():
		return problem.Refused("/url", errors.New("must not be null without a secret_url in its place"))
	}
	return nil
}

func checkEndpoint(e *store.WebhookEndpoint) error {
	if err := httpapi.CheckObject(&e.Object); err != nil {
		return err
	}
	if e.EventTypes != nil && len(e.EventTypes) == 0 {
		return problem.Refused("/event_types", errors.New("must have at least one entry; "+
			"leave it out to get events of every type, or set enabled to false to get none"))
	}
	for field, certificates := range map[string]*string{
		"/ca_certificate": e.CACertificate, "/client_certificate": e.ClientCertificate,
	} {
		if certificates == nil {
			continue
		}
		if err := api.CheckCertificates(*certificates); err != nil {
			return problem.Refused(field, err)
		}
	}
	if e.RateLimit != nil {
		if err := api.CheckEndpointRate(*e.RateLimit); err != nil {
			return problem.Refused("/rate_limit_per_second", err)
		}
	}
	return httpapi.CheckSet("event_types", e.EventTypes, api.MaxEventTypes, api.CheckEventTypes)
}

func flattenEndpoint(e *store.WebhookEndpoint, now time.Time) api.WebhookEndpoint {
	out := api.WebhookEndpoint{
		Object: httpapi.FlattenObject(&e.Object), Deletion: httpapi.FlattenDeletion(&e.Object),
		Uses:        httpapi.FlattenUses(&e.Object, now, e.ConnectorID),
		ConnectorID: e.ConnectorID, URLHost: api.EndpointHost(e.URL),
		EventTypes: e.EventTypes, Enabled: e.Enabled,
		URLDigest: httpapi.TextOrNull(e.SecretURL.Digest), URLWOVersion: e.SecretURL.Number,
		HeadersDigest: httpapi.TextOrNull(e.Headers.Digest), HeadersWOVersion: e.Headers.Number,
		CACertificate: e.CACertificate, ClientCertificate: e.ClientCertificate,
		ClientKeyDigest: httpapi.TextOrNull(e.ClientKey.Digest), ClientKeyWOVersion: e.ClientKey.Number,
		RateLimitPerSecond: e.RateLimit,
	}
	if !e.SecretURL.Set() {
		out.URL = &e.URL
	}
	if d := e.Disabled; d != nil {
		out.Disabled = &api.Disabled{Reason: d.Reason, At: d.At.UTC(), By: d.By}
	}
	if e.PausedUntil.After(now) {
		out.PausedUntil = httpapi.UTC(e.PausedUntil)
	}
	if f := e.Failing; !f.Since.IsZero() {
		out.Failing = &api.Failing{Since: f.Since.UTC(), At: f.At.UTC(), Detail: f.Detail}
	}
	return out
}
