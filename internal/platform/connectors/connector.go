package connectors

import (
	"context"
	"errors"
	"maps"
	"time"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/guardrail"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/consents"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/credentials"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/guardrails"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/httpapi"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/keys"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/problem"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/store"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/txn"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/rotation"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/secret"
)

// connector is a stored connector with the rules that hold for its credentials.
type connector struct {
	*store.Connector
	policy     rotation.Policy
	consent    *store.Consent    // nil: it has none, or one that was granted a moment ago
	retrievals []store.Retrieval // by its consumers
	refresh    *store.Refresh    // of its access token; nil unless its type is oauth2 and it has credentials
}

// load reads a connector. Its one deadline is the end of a quarantine.
func (h *Handler) load(ctx context.Context, tx *txn.Tx, id string) (*connector, error) {
	c, err := load(ctx, tx, id)
	if err != nil {
		return nil, err
	}
	return c, h.engine.Settle(ctx, tx, c)
}

// load reads a connector as it is stored.
func load(ctx context.Context, tx *txn.Tx, id string) (*connector, error) {
	record, err := Read(ctx, tx, id)
	if errors.Is(err, store.ErrNotFound) {
		return nil, httpapi.NotFound(api.Connectors, tx.Scope)
	}
	if err != nil {
		return nil, err
	}
	c, err := withPolicy(ctx, tx, record)
	if err != nil {
		return nil, err
	}
	if err := c.readRefresh(ctx, tx); err != nil {
		return nil, err
	}
	retrievals, err := tx.Retrievals(ctx, tx.Scope, id, id)
	c.retrievals = retrievals[id]
	return c, err
}

// Read reads a connector for a decision about access.
func Read(ctx context.Context, tx *txn.Tx, id string) (*store.Connector, error) {
	c, err := tx.Connector(ctx, tx.Scope, id)
	if err != nil {
		return nil, err
	}
	bound, err := tx.Keys.Rows().Connector(c)
	return c, tx.CheckBound(ctx, bound, err)
}

// bind binds the columns of a connector that was just written to its row.
func (c *connector) bind(ctx context.Context, tx *txn.Tx) error {
	bound, err := tx.Keys.Rows().Connector(c.Connector)
	return tx.Bind(ctx, bound, err)
}

// Named reads the connector that a request refers to.
func Named(ctx context.Context, tx *txn.Tx, id string) (*store.Connector, error) {
	c, err := Read(ctx, tx, id)
	if errors.Is(err, store.ErrNotFound) {
		return nil, problem.New(api.CodeInvalid, "/connector_id",
			"connector_id names no connector of tenant %s, environment %s", tx.Scope.Tenant, tx.Scope.Environment)
	}
	return c, err
}

// ForNewUse is Named for an object that does not refer to the connector yet. One that is deleting takes no new users.
func ForNewUse(ctx context.Context, tx *txn.Tx, id string) (*store.Connector, error) {
	c, err := Named(ctx, tx, id)
	if err == nil && !c.DeletingSince.IsZero() {
		return nil, problem.Deleting("/connector_id", api.Connectors, c.Name, id, c.DeletingSince)
	}
	return c, err
}

// Parts serves the engine.
func (c *connector) Parts() credentials.Parts {
	return credentials.Parts{
		Kind: api.Connectors, Object: &c.Object, Credential: &c.Credential, Policy: c.policy, Owner: c.Owner,
	}
}

// Save stores the connector. Credentials that are not valid any more lose their digest, so nothing recognises them, and
// the access token that was got with them.
func (c *connector) Save(ctx context.Context, tx *txn.Tx) error {
	if _, valid := c.Credential.Current(); !valid {
		c.Digest = ""
		if err := c.forgetRefresh(ctx, tx); err != nil {
			return err
		}
	}
	if err := tx.UpdateConnector(ctx, c.Connector); err != nil {
		return err
	}
	return c.bind(ctx, tx)
}

// touch counts a change and saves.
func (c *connector) touch(ctx context.Context, tx *txn.Tx) error {
	c.Parts().Touch()
	return c.Save(ctx, tx)
}

// Disable disables a connector that the engine has loaded. It reports whether that changed anything.
func Disable(ctx context.Context, tx *txn.Tx, o credentials.Object) (changed bool, err error) {
	c, ok := o.(*connector)
	if !ok || !c.Enabled {
		return false, nil
	}
	before := c.Show(tx.Now)
	c.Enabled = false
	if err := c.touch(ctx, tx); err != nil {
		return false, err
	}
	return true, tx.Audit(ctx, txn.ActionUpdate, api.Connectors.Path, c.ID, httpapi.Differences(before, c.Show(tx.Now)))
}

// inUse is the connector as what others refer to.
func (c *connector) inUse(save func() error, now time.Time) httpapi.InUse {
	return httpapi.InUse{
		Kind: api.Connectors, Object: &c.Object, Save: save, Show: func() any { return c.Show(now) },
	}
}

// Show serves the engine.
func (c *connector) Show(now time.Time) any { return c.flatten(now) }

// subject is what the rules of the environment look at, with the credentials that come with a write.
func (c *connector) subject(supplied map[string]secret.Value) guardrail.Subject {
	s := guardrails.Connector(c.Connector, c.policy)
	s.Values = guardrails.Supplied("credentials", supplied)
	return s
}

// patchMetadata applies the members of a patch that are plain metadata, and checks the whole connector.
func (c *connector) patchMetadata(
	ctx context.Context, tx *txn.Tx, before *store.Connector, p *api.ConnectorPatch, tokenURL func(string) error,
) (err error) {
	if err := merge(c.Connector, p); err != nil {
		return err
	}
	if err := check(c.Connector); err != nil {
		return err
	}
	if c.Type != before.Type || !maps.Equal(c.Settings, before.Settings) {
		if err := checkSettings(c.Connector, tokenURL); err != nil {
			return err
		}
	}
	if c.ConsentID != before.ConsentID || c.Type != before.Type {
		if err := consents.CheckFor(ctx, tx, c.ConsentID, c.Type); err != nil {
			return err
		}
		c.consent = nil
	}
	if c.policy, err = credentials.PolicyNamed(ctx, tx, c.RotationPolicyID, before.RotationPolicyID); err != nil {
		return err
	}
	if c.Name == before.Name {
		return nil
	}
	if err := httpapi.CheckNameFree(ctx, tx, api.Connectors, c.Name); err != nil {
		return err
	}
	return credentials.Renamed(ctx, tx, c.Parts())
}

// clearCredentials ends the credentials, and reports whether there were any. It does not save.
func (c *connector) clearCredentials(ctx context.Context, tx *txn.Tx) (bool, error) {
	after, done, err := rotation.Clear(c.Credential.Credential, tx.Actor, tx.Now)
	if err != nil || len(done) == 0 {
		return false, err
	}
	return true, credentials.Record(ctx, tx, c.Parts(), after, done, nil)
}

// replaceCredentials makes credentials the current ones, and reports whether that made a new version. The same
// credentials again make none: a secret does not get younger because it is sent once more. They are checked for another
// type nevertheless. It does not save.
func (c *connector) replaceCredentials(
	ctx context.Context, tx *txn.Tx, oldType string, values map[string]secret.Value,
) (bool, error) {
	comparison, err := tx.Keys.Comparison(ctx, tx.Tx, tx.Scope)
	if err != nil {
		return false, err
	}
	same, err := c.has(comparison, values)
	same = same && !c.refreshFailed() // the same ones again are a request to try again
	if err != nil || same && c.Type == oldType {
		return false, err
	}
	if wrong, err := keys.CheckCredentials(c.Type, c.Settings, values); wrong != "" {
		return false, problem.New(api.CodeInvalid, problem.Pointer("credentials", wrong), "credentials: %s %v", wrong, err)
	} else if err != nil {
		return false, problem.Refused("/credentials", err)
	}
	if same {
		return false, nil
	}
	digest, err := keys.CredentialsDigest(comparison.Newest(), c.ID, values)
	if err != nil {
		return false, err
	}
	after, done, err := rotation.Replace(c.Credential.Credential, tx.Actor, tx.Now)
	if err != nil {
		return false, err
	}
	if values, err = c.keepRenewed(ctx, tx, values); err != nil {
		return false, err
	}
	c.Digest = digest
	issue := func(ctx context.Context, number int64) error {
		sealed, err := tx.Keys.SealCredentials(ctx, tx.Tx, values, tx.Bound(c.ID, number))
		if err != nil {
			return err
		}
		return tx.PutSecret(ctx, c.ID, store.Sealed{Number: number, Value: sealed})
	}
	return true, credentials.Record(ctx, tx, c.Parts(), after, []rotation.Transition{done}, issue)
}

// has reports whether the connector has these credentials already, by the key that its digest was made with.
func (c *connector) has(comparison keys.Comparison, values map[string]secret.Value) (bool, error) {
	key, known := comparison.Of(c.Digest)
	if !known {
		return false, nil
	}
	digest, err := keys.CredentialsDigest(key, c.ID, values)
	return digest == c.Digest, err
}
