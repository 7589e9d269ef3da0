package tokens

import (
	"time"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/problem"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/store"
)

// Reasons why a value is refused, for the audit.
const (
	RefusedEnded       = "ended"
	RefusedClosed      = "closed" // its token was deleted
	RefusedQuarantined = "quarantined"
	RefusedAddress     = "address"
	RefusedConnector   = "connector_disabled"
	RefusedConsent     = "consent_revoked"
	RefusedNoScopes    = "no_scopes" // of an exchange alone
	// RefusedNotConsented is of a token that has no scope among those that were consented to.
	RefusedNotConsented = "not_consented"
)

// inQuarantine refuses what a token cannot do in quarantine, to a principal that may know why.
func inQuarantine(t *token, what string) error {
	q := t.Credential.Quarantine
	return problem.New(api.CodeQuarantined, "", "the scoped token %q is in quarantine since %s, until %s, so %s; release "+
		"the quarantine, or raise minimum_version to issue another version", t.Name, q.At.UTC().Format(time.RFC3339),
		q.Until.UTC().Format(time.RFC3339), what)
}

func disabled(t *token, c *store.Connector) error {
	return problem.New(api.CodeConflict, "", "the connector %q of the scoped token %q is disabled, so no access token is "+
		"accepted; enable it first", c.Name, t.Name)
}
