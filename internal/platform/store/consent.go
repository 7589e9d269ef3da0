package store

import (
	"context"
	"time"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/store/column"
)

// Consent is what people were asked to agree to for connectors of one type, and what they decided.
type Consent struct {
	Object        // without a name
	ConnectorType string
	Purpose       string
	Asked         []api.ConsentScope // with the words that were shown
	TextVersion   string
	RequestedBy   string
	ExpiresAt     time.Time // of the request; a granted consent has no end
	Decision      string    // api.ConsentGranted or api.ConsentRefused; empty: nobody has decided
	Granted       []string
	DecidedBy     string
	DecidedAt     time.Time
	RevokedBy     string
	RevokedAt     time.Time // zero: it was not revoked

	// The names of who did it, read with the consent; empty where they are not known.
	RequestedByName, DecidedByName, RevokedByName string
}

const kindConsent = "consent"

const selectConsent = `SELECT tenant, environment, id, created_at, etag, connector_type, purpose, asked, text_version,
	requested_by, expires_at, decision, granted, decided_by, decided_at, revoked_by, revoked_at FROM consents `

var (
	consentByID   = statement(selectConsent + `WHERE tenant = $1 AND environment = $2 AND id = $3`)
	consentsPage  = statement(selectConsent + `WHERE tenant = $1 AND environment = $2 AND id > $3 ORDER BY id LIMIT $4`)
	insertConsent = statement(`INSERT INTO consents (tenant, environment, id, created_at, etag, connector_type, purpose,
		asked, text_version, requested_by, expires_at, decision, granted, decided_by, decided_at, revoked_by, revoked_at)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17)`)
	updateConsent = statement(`UPDATE consents SET etag = $4, decision = $5, granted = $6, decided_by = $7,
		decided_at = $8, revoked_by = $9, revoked_at = $10 WHERE tenant = $1 AND environment = $2 AND id = $3`)
)

func (tx *Tx) consents(ctx context.Context, text string, args ...any) (found []*Consent, err error) {
	err = tx.each(ctx, text, args, func(row scanner) error {
		var c Consent
		err := row.Scan(&c.Scope.Tenant, &c.Scope.Environment, &c.ID, column.Time(&c.CreatedAt), &c.Etag,
			&c.ConnectorType, &c.Purpose, column.JSON(&c.Asked), &c.TextVersion, &c.RequestedBy,
			column.Time(&c.ExpiresAt), &c.Decision, column.JSON(&c.Granted), &c.DecidedBy, column.Time(&c.DecidedAt),
			&c.RevokedBy, column.Time(&c.RevokedAt))
		found = append(found, &c)
		return err
	})
	return found, err
}

// Consent reads one consent, without the names of who asked and decided.
func (tx *Tx) Consent(ctx context.Context, scope Scope, id string) (*Consent, error) {
	found, err := tx.consents(ctx, consentByID, scope.Tenant, scope.Environment, id)
	if err == nil && len(found) == 0 {
		err = ErrNotFound
	}
	if err != nil {
		return nil, failed("reading", kindConsent, id, err)
	}
	return found[0], nil
}

// Consents reads a page of the consents of an environment, without the names of who asked and decided.
func (tx *Tx) Consents(ctx context.Context, scope Scope, list List) ([]*Consent, error) {
	found, err := tx.consents(ctx, consentsPage, scope.Tenant, scope.Environment, list.After, list.Limit)
	return found, failed("listing", kindConsent, "", err)
}

// ReadNames reads the names of who asked, decided and revoked.
func (tx *Tx) ReadNames(ctx context.Context, c *Consent) (err error) {
	if c.RequestedByName, err = tx.PrincipalName(ctx, c.Scope, c.RequestedBy); err != nil || c.DecidedBy == "" {
		return err
	}
	if c.DecidedByName, err = tx.PrincipalName(ctx, c.Scope, c.DecidedBy); err != nil || c.RevokedBy == "" {
		return err
	}
	c.RevokedByName, err = tx.PrincipalName(ctx, c.Scope, c.RevokedBy)
	return err
}

// InsertConsent stores a new request for consent.
func (tx *Tx) InsertConsent(ctx context.Context, c *Consent) error {
	_, err := tx.exec(ctx, insertConsent, c.Scope.Tenant, c.Scope.Environment, c.ID, column.Micros(c.CreatedAt), c.Etag,
		c.ConnectorType, c.Purpose, column.JSON(&c.Asked), c.TextVersion, c.RequestedBy, column.Micros(c.ExpiresAt),
		c.Decision, column.JSON(&c.Granted), c.DecidedBy, column.Micros(c.DecidedAt), c.RevokedBy,
		column.Micros(c.RevokedAt))
	return failed("storing", kindConsent, c.ID, err)
}

// UpdateConsent stores what was decided.
func (tx *Tx) UpdateConsent(ctx context.Context, c *Consent) error {
	return failed("updating", kindConsent, c.ID, tx.execOne(ctx, updateConsent, c.Scope.Tenant, c.Scope.Environment,
		c.ID, c.Etag, c.Decision, column.JSON(&c.Granted), c.DecidedBy, column.Micros(c.DecidedAt), c.RevokedBy,
		column.Micros(c.RevokedAt)))
}
