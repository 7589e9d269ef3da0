package store

import (
	"context"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/store/column"
)

// Connector is one integration with an outside service. Its credentials are the versions of Credential; their values
// are sealed secrets.
type Connector struct {
	Object
	Owner                string
	Type                 string
	Settings             map[string]string
	AllowedScopes        []string // nil: no limit; empty: no scope at all
	Enabled              bool
	ConsentID            string // empty: none
	RotationPolicyID     string // empty: none
	CredentialsWOVersion *int64
	CredentialsExpireAt  *string // as the user wrote it
	CertifiedUntil       *string // as the user wrote it
	Digest               string  // of the current credentials; empty: none
	Credential           Credential
}

var (
	connectors = newReader(api.KindConnectors, `o.owner, o.type, o.settings, o.allowed_scopes,
		o.enabled, COALESCE(o.rotation_policy_id, ''), o.credentials_wo_version,
		o.credentials_expire_at, o.digest, o.certified_until, o.consent_id, `+credentialColumns,
		`connectors o JOIN credentials c ON c.id = o.id`, scanConnector,
		"owner")
	insertConnector = statement(`INSERT INTO connectors (tenant, environment, id, name, description, labels, created_at,
		etag, owner, type, settings, allowed_scopes, enabled, rotation_policy_id, credentials_wo_version,
		credentials_expire_at, digest, certified_until, consent_id)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19)`)
	updateConnector = statement(`UPDATE connectors SET name = $4, description = $5, labels = $6, etag = $7, owner = $8,
		type = $9, settings = $10, allowed_scopes = $11, enabled = $12, rotation_policy_id = $13,
		credentials_wo_version = $14, credentials_expire_at = $15, digest = $16, certified_until = $17,
		consent_id = $18
		WHERE tenant = $1 AND environment = $2 AND id = $3`)
	deleteConnector = statement(`DELETE FROM connectors WHERE tenant = $1 AND environment = $2 AND id = $3`)
)

func scanConnector(row scanner) (*Connector, error) {
	var c Connector
	var marks markColumns
	dest := append([]any{
		&c.Owner, &c.Type, column.JSON(&c.Settings), column.JSON(&c.AllowedScopes), &c.Enabled,
		&c.RotationPolicyID, &c.CredentialsWOVersion, &c.CredentialsExpireAt, &c.Digest,
		&c.CertifiedUntil, &c.ConsentID,
	}, c.Credential.columns(&marks)...)
	err := c.scan(row, api.KindConnectors, dest...)
	c.Credential.setMarks(marks)
	return &c, err
}

// changing returns the values that an update can change, besides those of the Object and of the Credential.
func (c *Connector) changing() []any {
	return []any{
		c.Owner, c.Type, column.JSON(&c.Settings), column.JSON(&c.AllowedScopes), column.Bool(c.Enabled),
		column.NullIfEmpty(c.RotationPolicyID), c.CredentialsWOVersion, c.CredentialsExpireAt, c.Digest,
		c.CertifiedUntil, c.ConsentID,
	}
}

// InsertConnector stores a new connector with its credential.
func (tx *Tx) InsertConnector(ctx context.Context, c *Connector) error {
	_, err := tx.exec(ctx, insertConnector, append(c.inserted(), c.changing()...)...)
	if err == nil {
		err = tx.insertCredential(ctx, c.Scope, api.KindConnectors, c.ID, &c.Credential)
	}
	return failed("storing", api.KindConnectors, c.ID, err)
}

// Connector reads one connector.
func (tx *Tx) Connector(ctx context.Context, scope Scope, id string) (*Connector, error) {
	return connectors.one(ctx, tx, scope, id, func(c *Connector) error {
		return tx.readParts(ctx, scope, id, &c.Credential)
	})
}

// Connectors reads a page of connectors.
func (tx *Tx) Connectors(ctx context.Context, scope Scope, list List) ([]*Connector, error) {
	return connectors.page(ctx, tx, scope, list, func(page []*Connector) error {
		byID := make(map[string]*Credential, len(page))
		for _, c := range page {
			byID[c.ID] = &c.Credential
		}
		return tx.readPartsOfPage(ctx, scope, api.KindConnectors, byID)
	})
}

// UpdateConnector stores a changed connector, which was read in the same transaction.
func (tx *Tx) UpdateConnector(ctx context.Context, c *Connector) error {
	err := tx.execOne(ctx, updateConnector, append(c.updated(), c.changing()...)...)
	if err == nil {
		err = tx.updateCredential(ctx, c.Scope, c.ID, &c.Credential)
	}
	return failed("updating", api.KindConnectors, c.ID, err)
}

// DeleteConnector deletes a connector with its versions and secrets. It returns ErrReferenced if an object refers to
// it.
func (tx *Tx) DeleteConnector(ctx context.Context, scope Scope, id string) error {
	return tx.deleteWithCredential(ctx, deleteConnector, scope, api.KindConnectors, id)
}
