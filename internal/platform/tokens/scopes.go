package tokens

import (
	"context"
	"slices"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/connectors"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/consents"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/problem"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/store"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/txn"
)

// allowedScopes returns what a token may do: what it has, what its connector allows and what was consented to have in
// common. consent is nil where the connector has none.
func allowedScopes(t *token, c *store.Connector, consent *store.Consent) []string {
	scopes := effectiveScopes(t.Scopes, c.AllowedScopes)
	if consent != nil {
		scopes = within(scopes, consents.Scopes(consent))
	}
	return scopes
}

// refusedByConsent returns why the consent of a connector makes a token inactive; empty where it does not. The versions
// of the token stay as they are, so that the same values are accepted again under another consent.
func refusedByConsent(t *token, c *store.Connector, consent *store.Consent) string {
	switch {
	case consent == nil:
		return ""
	case !consents.Counts(consent):
		return RefusedConsent
	case len(allowedScopes(t, c, consent)) == 0:
		return RefusedNotConsented
	}
	return ""
}

// consentTo reads the consent of a token's connector; nil where it has none. It refuses one that makes the token
// inactive, to a principal that may know why.
func consentTo(ctx context.Context, tx *txn.Tx, t *token, c *store.Connector) (*store.Consent, error) {
	consent, err := consents.Of(ctx, tx, c.ConsentID)
	if err != nil {
		return nil, err
	}
	switch refusedByConsent(t, c, consent) {
	case RefusedConsent:
		return nil, problem.New(api.CodeConflict, "", "the consent %s of the connector %q was revoked, so the scoped "+
			"token %q is inactive; ask for another consent (POST /v1/consents), and set consent_id of the connector to it",
			consent.ID, c.Name, t.Name)
	case RefusedNotConsented:
		return nil, problem.New(api.CodeConflict, "", "none of the scopes of the scoped token %q is among those that the "+
			"consent %s of the connector %q grants, so the token is inactive; ask for another consent (POST /v1/consents), "+
			"and set consent_id of the connector to it", t.Name, consent.ID, c.Name)
	}
	return consent, nil
}

// within narrows scopes to others, of which none means that nothing is left.
func within(scopes, others []string) []string {
	if others == nil {
		others = []string{}
	}
	return effectiveScopes(scopes, others)
}

// effectiveScopes returns what the scopes of a token and of its connector have in common. Where one of them has a:* and
// the other a:b, that is a:b.
func effectiveScopes(scopes, allowed []string) []string {
	if allowed == nil {
		return slices.Sorted(slices.Values(scopes))
	}
	var out []string
	for _, s := range scopes {
		if api.ScopeAllowed(s, allowed) {
			out = append(out, s)
			continue
		}
		for _, a := range allowed {
			if api.ScopeAllowed(a, []string{s}) {
				out = append(out, a)
			}
		}
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// inactiveReason returns why the connector of a token makes it inactive; empty where it does not.
func inactiveReason(ctx context.Context, tx *txn.Tx, t *token) (string, error) {
	c, err := connectors.Read(ctx, tx, t.ConnectorID)
	if err != nil {
		return "", err
	}
	if !c.Enabled {
		return RefusedConnector, nil
	}
	consent, err := consents.Of(ctx, tx, c.ConsentID)
	if err != nil {
		return "", err
	}
	return refusedByConsent(t, c, consent), nil
}
