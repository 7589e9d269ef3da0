package connectors

import (
	"context"
	"errors"
	"maps"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/credentials"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/httpapi"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/keys"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/store"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/txn"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/rotation"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/secret"
)

// readRefresh reads how the platform does with the access token of a connector of type oauth2.
func (c *connector) readRefresh(ctx context.Context, tx *txn.Tx) (err error) {
	if c.Type != api.TypeOAuth2 {
		return nil
	}
	c.refresh, err = tx.Refresh(ctx, tx.Scope, c.ID)
	if errors.Is(err, store.ErrNotFound) {
		return nil // it has no credentials
	}
	return err
}

// resetRefresh begins anew where credentials or settings of a connector of type oauth2 were set: a failure may have
// been due to them. It forgets the access token of what was there before. before is nil for a new connector.
func (c *connector) resetRefresh(ctx context.Context, tx *txn.Tx, before *store.Connector) error {
	current, ok := c.Credential.Current()
	if c.Type != api.TypeOAuth2 || !ok {
		return c.forgetRefresh(ctx, tx)
	}
	next := &store.Refresh{
		Scope: c.Scope, ConnectorID: c.ID, Version: current.Number, Supplied: current.Number, Generation: 1,
		Status: api.RefreshPending, NextAt: tx.Now,
	}
	if last := c.refresh; last != nil {
		if last.Version == current.Number && before != nil && maps.Equal(before.Settings, c.Settings) {
			return nil
		}
		next.Generation = last.Generation + 1
		if last.Version == current.Number {
			next.Supplied = last.Supplied
		}
	}
	c.refresh = next
	return tx.PutRefresh(ctx, next)
}

// forgetRefresh forgets the access token of a connector that has none to have any more.
func (c *connector) forgetRefresh(ctx context.Context, tx *txn.Tx) error {
	if c.refresh == nil {
		return nil
	}
	c.refresh = nil
	return tx.DeleteRefresh(ctx, c.ID)
}

// refreshFailed reports whether the platform has given up on the credentials.
func (c *connector) refreshFailed() bool {
	return c.refresh != nil && c.refresh.Status == api.RefreshFailed
}

// keepRenewed returns credentials that were supplied, with the refresh token that has replaced the one among them, if
// one has. Once refreshing has failed, they are taken as they are.
func (c *connector) keepRenewed(
	ctx context.Context, tx *txn.Tx, values map[string]secret.Value,
) (map[string]secret.Value, error) {
	current, ok := c.Credential.Current()
	if !ok || c.refresh == nil || c.refreshFailed() {
		return values, nil
	}
	sealed, err := tx.Secret(ctx, c.ID, current.Number)
	if err != nil {
		return nil, err
	}
	grant, err := keys.OpenGrant(ctx, tx.Keys, tx.Tx, sealed, tx.Bound(c.ID, current.Number))
	if err != nil {
		return nil, err
	}
	return grant.Supplied(values), nil
}

// Renew stores the refresh token that has replaced the one of a grant as a new version, and returns its number. What
// the configuration supplied is still the same, so the digest stays, and the etag too: nothing that somebody has set
// has changed.
func Renew(
	ctx context.Context, tx *txn.Tx, id string, grant *keys.Grant, refreshToken secret.Value,
) (number int64, err error) {
	c, err := load(ctx, tx, id)
	if err != nil {
		return 0, err
	}
	after, done, ok := rotation.Renew(c.Credential.Credential, tx.Now)
	if !ok {
		return 0, store.ErrNotFound
	}
	issue := func(ctx context.Context, number int64) error {
		sealed, err := keys.SealRenewed(ctx, tx.Keys, tx.Tx, grant, refreshToken, tx.Bound(id, number))
		if err != nil {
			return err
		}
		return tx.PutSecret(ctx, id, store.Sealed{Number: number, Value: sealed})
	}
	if err := credentials.Record(ctx, tx, c.Parts(), after, []rotation.Transition{done}, issue); err != nil {
		return 0, err
	}
	return done.Issued, c.Save(ctx, tx)
}

// version returns the version that somebody set, of which consumers have the credentials or an access token; 0 for
// none.
func (c *connector) version() int64 {
	current, ok := c.Credential.Current()
	switch {
	case !ok:
		return 0
	case c.refresh != nil:
		return c.refresh.Supplied
	}
	return current.Number
}

// flattenRefresh shows the status of the access token, and why it is not current.
func flattenRefresh(r *store.Refresh) (status, reason *string) {
	if r == nil {
		return nil, nil
	}
	return &r.Status, httpapi.TextOrNull(r.Reason)
}
