package store

import "context"

// DigestUses counts the digests that begin in the same way.
type DigestUses struct {
	Connectors, SigningSecrets, EndpointValues int64
	RevokedSecrets                             int64 // signing secrets that have revoked values
}

// These read whole tables, for an operator: they are prepared where they are used.
const (
	countConnectorDigests = `SELECT COUNT(*) FROM connectors WHERE tenant = $1 AND environment = $2
		AND digest LIKE $3`
	countSecretDigests = `SELECT COUNT(*) FROM secrets s JOIN credentials c ON c.id = s.credential_id
		WHERE c.tenant = $1 AND c.environment = $2 AND s.digest LIKE $3`
	countEndpointDigests = `SELECT COUNT(*) FROM webhook_endpoints WHERE tenant = $1 AND environment = $2
		AND (url_digest LIKE $3 OR headers_digest LIKE $3 OR client_key_digest LIKE $3)`
	countRevokedDigests = `SELECT COUNT(*) FROM signing_secrets WHERE tenant = $1 AND environment = $2
		AND revoked_secrets LIKE $3`
)

// DigestUses counts the digests of a scope that begin with a text, which has no wildcard of LIKE.
func (tx *Tx) DigestUses(ctx context.Context, scope Scope, prefix string) (u DigestUses, err error) {
	for _, c := range []struct {
		statement, pattern string
		to                 *int64
	}{
		{countConnectorDigests, prefix + "%", &u.Connectors},
		{countSecretDigests, prefix + "%", &u.SigningSecrets},
		{countEndpointDigests, prefix + "%", &u.EndpointValues},
		{countRevokedDigests, `%"` + prefix + "%", &u.RevokedSecrets},
	} {
		if err == nil {
			err = tx.one(ctx, c.statement, []any{scope.Tenant, scope.Environment, c.pattern}, c.to)
		}
	}
	return u, failed("counting", "digests", "", err)
}
