package store

import (
	"context"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
)

// Connector is one integration with an outside service. Its credentials are versions of Credential; the values are
// sealed secrets.
type Connector struct {
	Object
	Owner                string
	Type                 string // never changes
	Settings             map[string]string
	AllowedScopes        []string // nil: no limit; empty: no scope at all
	Enabled              bool
	RotationPolicyID     string // empty: none
	CredentialsWOVersion *int64
	Digest               string // of the current credentials; empty: none
	Credential           Credential
}

var (
	readConnectors = readings(objectColumns+`, o.owner, o.type, o.settings, o.allowed_scopes, o.enabled, o.rotation_policy_id,
		o.credentials_wo_version, o.digest, `+credentialColumns, `connectors o JOIN credentials c ON c.id = o.id`)
	insertConnector = statement(`INSERT INTO connectors (tenant, environment, id, name, description, labels, created_at, etag,
		owner, type, settings, allowed_scopes, enabled, rotation_policy_id, credentials_wo_version, digest)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16)`)
	updateConnector = statement(`UPDATE connectors SET name = $4, description = $5, labels = $6, etag = $7, owner = $8, settings = $9,
		allowed_scopes = $10, enabled = $11, rotation_policy_id = $12, credentials_wo_version = $13, digest = $14
		WHERE tenant = $1 AND environment = $2 AND id = $3`)
	deleteConnector = statement(`DELETE FROM connectors WHERE tenant = $1 AND environment = $2 AND id = $3`)
)

func scanConnector(row scanner) (*Connector, error) {
	var c Connector
	var h holdColumns
	dest := append(c.columns(), &c.Owner, &c.Type, textJSON(&c.Settings), textJSON(&c.AllowedScopes), &c.Enabled,
		emptyIfNull(&c.RotationPolicyID), &c.CredentialsWOVersion, &c.Digest)
	err := row.Scan(append(dest, c.Credential.columns(&h)...)...)
	c.Credential.Hold = h.hold()
	return &c, err
}

// InsertConnector stores a new connector with its credential state.
func (tx *Tx) InsertConnector(ctx context.Context, c *Connector) error {
	_, err := tx.exec(ctx, insertConnector, append(c.values(), c.Owner, c.Type, textJSON(&c.Settings), textJSON(&c.AllowedScopes),
		truth(c.Enabled), nullIfEmpty(c.RotationPolicyID), c.CredentialsWOVersion, c.Digest)...)
	if err == nil {
		err = tx.insertCredential(ctx, c.Scope, api.KindConnectors, c.ID, &c.Credential)
	}
	return failed("storing", api.KindConnectors, c.ID, err)
}

// Connector reads one connector.
func (tx *Tx) Connector(ctx context.Context, scope Scope, id string) (*Connector, error) {
	c, err := one(ctx, tx, readConnectors, scope, id, scanConnector)
	if err == nil {
		err = tx.readVersions(ctx, id, &c.Credential)
	}
	if err != nil {
		return nil, failed("reading", api.KindConnectors, id, err)
	}
	return c, nil
}

// Connectors reads a page of connectors.
func (tx *Tx) Connectors(ctx context.Context, scope Scope, list List) ([]*Connector, error) {
	cs, err := page(ctx, tx, readConnectors, scope, list, scanConnector)
	if err == nil {
		ids := make([]string, len(cs))
		for i, c := range cs {
			ids[i] = c.ID
		}
		err = tx.readVersionsOfPage(ctx, scope, api.KindConnectors, ids, func(i int) *Credential { return &cs[i].Credential })
	}
	if err != nil {
		return nil, failed("listing", api.KindConnectors, "", err)
	}
	return cs, nil
}

// UpdateConnector stores a connector that was read in the same transaction and then changed.
func (tx *Tx) UpdateConnector(ctx context.Context, c *Connector) error {
	err := tx.execOne(ctx, updateConnector, c.Scope.Tenant, c.Scope.Environment, c.ID, c.Name, c.Description, textJSON(&c.Labels), c.Etag,
		c.Owner, textJSON(&c.Settings), textJSON(&c.AllowedScopes), truth(c.Enabled), nullIfEmpty(c.RotationPolicyID), c.CredentialsWOVersion, c.Digest)
	if err == nil {
		err = tx.updateCredential(ctx, c.Scope, c.ID, &c.Credential)
	}
	return failed("updating", api.KindConnectors, c.ID, err)
}

// DeleteConnector removes a connector with its versions and secrets, unless tokens refer to it.
func (tx *Tx) DeleteConnector(ctx context.Context, scope Scope, id string) error {
	err := tx.execOne(ctx, deleteConnector, scope.Tenant, scope.Environment, id)
	if err == nil {
		err = tx.deleteCredential(ctx, scope, id)
	}
	return failed("deleting", api.KindConnectors, id, err)
}
