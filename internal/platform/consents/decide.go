package consents

import (
	"slices"
	"time"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/store"
)

// State returns the state of a consent at a moment. Only a request depends on the time: a granted consent has no end.
func State(c *store.Consent, now time.Time) string {
	switch {
	case !c.RevokedAt.IsZero():
		return api.ConsentRevoked
	case c.Decision != "":
		return c.Decision
	case !now.Before(c.ExpiresAt):
		return api.ConsentExpired
	}
	return api.ConsentRequested
}

// Counts reports whether a consent allows anything: it was granted, and not revoked.
func Counts(c *store.Consent) bool { return c.Decision == api.ConsentGranted && c.RevokedAt.IsZero() }

// Scopes lists the scopes that a consent allows; none where it does not count.
func Scopes(c *store.Consent) []string {
	if !Counts(c) {
		return []string{}
	}
	return c.Granted
}

// Reason is why something cannot be done with a consent; empty where it can.
type Reason string

// The reasons.
const (
	ReasonDecided    Reason = "decided"     // a person has decided before
	ReasonExpired    Reason = "expired"     // nobody decided in time
	ReasonNoScopes   Reason = "no_scopes"   // a grant of nothing is a refusal
	ReasonNotAsked   Reason = "not_asked"   // a scope that nobody has read about
	ReasonNotGranted Reason = "not_granted" // it allows nothing
	ReasonOtherType  Reason = "other_type"  // it is for connectors of another type
	ReasonRevoked    Reason = "revoked"     // it was granted once
)

// MayDecide says why a decision about a request is refused. No scopes stand for a refusal of the request.
func MayDecide(c *store.Consent, decision string, scopes []string, now time.Time) Reason {
	asked := func(scope string) bool {
		return slices.ContainsFunc(c.Asked, func(a api.ConsentScope) bool { return a.Scope == scope })
	}
	switch state := State(c, now); {
	case state == api.ConsentExpired:
		return ReasonExpired
	case state != api.ConsentRequested:
		return ReasonDecided
	case decision == api.DecisionGrant && len(scopes) == 0:
		return ReasonNoScopes
	case slices.ContainsFunc(scopes, func(s string) bool { return !asked(s) }):
		return ReasonNotAsked
	}
	return ""
}

// MayRevoke says why a consent cannot be revoked.
func MayRevoke(c *store.Consent) Reason {
	switch {
	case c.Decision != api.ConsentGranted:
		return ReasonNotGranted
	case !c.RevokedAt.IsZero():
		return ReasonRevoked
	}
	return ""
}

// MayServe says why a connector of a type cannot have a consent.
func MayServe(c *store.Consent, connectorType string) Reason {
	switch {
	case !c.RevokedAt.IsZero():
		return ReasonRevoked
	case !Counts(c):
		return ReasonNotGranted
	case c.ConnectorType != connectorType:
		return ReasonOtherType
	}
	return ""
}
