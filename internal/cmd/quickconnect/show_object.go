package main

import (
	"context"
	"strconv"
	"strings"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
)

// endpoint reads the webhook endpoint that a target names.
func (s *session) endpoint(ctx context.Context, t target) (*api.WebhookEndpoint, error) {
	if t.id == "" {
		return s.client.WebhookEndpoints().ByName(ctx, t.name)
	}
	return s.client.WebhookEndpoints().Get(ctx, t.id)
}

func (s *session) showEndpoint(ctx context.Context, t target) error {
	e, err := s.endpoint(ctx, t)
	if err != nil {
		return err
	}
	fields := append(commonFields(e.Object, api.WebhookEndpoints),
		field{"connector", e.ConnectorID}, field{"url", e.ShownURL()},
		field{"event types", strings.Join(e.EventTypes, " ")}, field{"enabled", strconv.FormatBool(e.Enabled)},
		field{"paused until", momentOr(e.PausedUntil, "")})
	if d := e.Disabled; d != nil {
		fields = append(fields, field{"disabled", "since " + moment(d.At) + " by the platform: " + d.Reason})
	}
	if f := e.Failing; f != nil {
		fields = append(fields, field{"failing", "since " + moment(f.Since) + ": " + f.Detail})
	}
	return s.out.object(e, fields)
}

func (s *session) showPolicy(ctx context.Context, t target) error {
	policies := s.client.RotationPolicies()
	get, key := policies.Get, t.id
	if key == "" {
		get, key = policies.ByName, t.name
	}
	p, err := get(ctx, key)
	if err != nil {
		return err
	}
	return s.out.object(p, append(commonFields(p.Object, api.RotationPolicies),
		field{"interval", p.Interval}, field{"overlap", p.Overlap}, field{"max stage", p.MaxStage},
		field{"max age", textOr(p.MaxAge)}, field{"quiet period", textOr(p.QuietPeriod)},
		field{"require acknowledgement", strconv.FormatBool(p.RequireAcknowledgement)},
		field{"on stage timeout", p.OnStageTimeout}))
}

func (s *session) showIdentity(ctx context.Context, t target) error {
	identities := s.client.WorkloadIdentities()
	get, key := identities.Get, t.id
	if key == "" {
		get, key = identities.ByName, t.name
	}
	w, err := get(ctx, key)
	if err != nil {
		return err
	}
	return s.out.object(w, append(commonFields(w.Object, api.WorkloadIdentities),
		field{"owner", w.Owner}, field{"role", w.Role}, field{"preset", w.Preset}, field{"issuer", w.Issuer},
		field{"audience", w.Audience}, field{"max ttl", w.MaxTTL}, field{"last used", momentOr(w.LastUsedAt, "never")}))
}
