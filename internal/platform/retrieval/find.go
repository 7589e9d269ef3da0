package retrieval

import (
	"context"
	"errors"
	"time"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/access"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/connectors"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/keys"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/oauth"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/problem"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/store"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/tokens"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/txn"
)

// held is what a token that may have the credentials of a connector gets, still sealed.
type held struct {
	token     *tokens.Known
	connector *store.Connector
	number    int64 // of the version
	sealed    []byte
	refresh   *store.Refresh // of the access token; nil unless the type is oauth2
}

// pastDeadline reports whether a deadline has passed that has to be settled first.
func (h *held) pastDeadline(now time.Time) bool {
	return h.token.PastDeadline(now) || h.connector.Credential.PastDeadline(now)
}

// retrieved is what a consumer is to get.
type retrieved struct {
	*held
	accepted *tokens.Presented
	use      use
	stored   *store.Retrieval // nil: the consumer has not fetched this version
	answer   *keys.Credentials
}

// open opens the credentials, or the access token that the platform has got with them. Outside of a transaction, tx is
// nil.
func (r *retrieved) open(ctx context.Context, k *keys.Keys, tx *store.Tx) (err error) {
	if r.refresh != nil {
		return r.openAccessToken(ctx, k, tx)
	}
	r.answer, err = keys.OpenCredentials(ctx, k, tx, r.sealed, r.connector.Scope, r.connector.ID, r.number)
	if err == nil {
		r.answer.FetchAgainAt = r.use.again
	}
	return err
}

// find decides whether the caller may have the credentials, and opens them: by what was verified before where nothing
// was changed since.
func (h *Handler) find(ctx context.Context, caller *access.Request, id, consumer string) (*retrieved, error) {
	key := h.runner.Keys.MemoryHash(caller.Bearer) + id
	if known, ok := h.held.Find(key, caller.State); ok && !known.pastDeadline(caller.State.Now) &&
		!h.mayBeRenewed(known, caller.State.Now) {
		out, err := h.retrieved(caller, h.withLatest(known), consumer, caller.State.Now)
		if err != nil {
			return nil, err
		}
		if err := out.needsToken(); err != nil {
			return nil, err
		}
		if out.stored = h.kept.row(out.use.by); out.stored != nil {
			err := out.open(ctx, h.runner.Keys, nil)
			if !errors.Is(err, store.ErrNotFound) {
				return out, err
			}
			// The data key was retired during this request. What is stored now is sealed under a newer one.
		}
	}
	var out *retrieved
	err := h.engine.View(ctx, caller.Caller(), func(tx *txn.Tx) error {
		known, err := h.read(ctx, tx, caller, id)
		if err != nil {
			return err
		}
		if out, err = h.retrieved(caller, known, consumer, tx.Now); err != nil {
			return err
		}
		if err := out.needsToken(); err != nil {
			return err
		}
		out.stored, err = tx.Retrieval(ctx, tx.Scope, out.use.row())
		if errors.Is(err, store.ErrNotFound) {
			out.stored, err = nil, nil
		}
		if err != nil {
			return err
		}
		return out.open(ctx, tx.Keys, tx.Tx)
	})
	if err != nil {
		return nil, err
	}
	h.held.Keep(key, caller.State, out.held)
	if out.stored != nil {
		h.kept.remember(out.use.by, out.stored)
	}
	return out, nil
}

// retrieved decides by the time what a consumer gets now.
func (h *Handler) retrieved(caller *access.Request, known *held, consumer string, now time.Time) (*retrieved, error) {
	out := &retrieved{held: known, accepted: known.token.Accept(caller.Address, now)}
	if out.accepted == nil {
		return nil, h.bearers.Refuse(caller, known.token, now)
	}
	out.use = use{
		by: by{
			scope: caller.Caller().Scope, connector: known.connector.ID, token: out.accepted.ID(), consumer: consumer,
			version: known.number,
		},
		at: now, again: now.Add(h.fetchAgain).UTC(), count: 1,
	}
	if known.refresh != nil {
		out.use.version = known.refresh.Supplied
		out.use.again = oauth.FetchAgain(known.refresh, now, out.use.again).UTC()
	}
	return out, nil
}

// read decides whether the caller may have the credentials, and reads them.
func (h *Handler) read(ctx context.Context, tx *txn.Tx, caller *access.Request, id string) (*held, error) {
	known, err := h.bearers.LookUp(ctx, tx, caller)
	if err != nil {
		return nil, err
	}
	token := known.Accept(caller.Address, tx.Now)
	if token == nil {
		return nil, h.bearers.Refuse(caller, known, tx.Now)
	}
	if token.ConnectorID() != id {
		return nil, problem.New(api.CodeForbidden, "",
			"the scoped token of this request belongs to another connector; it fetches the credentials of its own only")
	}
	if !token.Has(api.ScopeReadCredentials) {
		return nil, problem.New(api.CodeForbidden, "", "this needs the scope %s: name it in the token's scopes and, if the "+
			"connector has allowed_scopes, there too; a wildcard does not cover it", api.ScopeReadCredentials)
	}
	c, err := connectors.Read(ctx, tx, id)
	if err != nil {
		return nil, err
	}
	current, ok := c.Credential.Current()
	if !ok {
		return nil, problem.New(api.CodeConflict, "",
			"the connector %q has no credentials now: they were never set, or they were revoked; set new ones", c.Name)
	}
	if q := c.Credential.Quarantine; q.Covers(current.Number) {
		return nil, problem.New(api.CodeQuarantined, "", "the credentials of the connector %q are in quarantine since %s, "+
			"until %s, and are given to nobody; set new ones, or release them", c.Name, q.At.UTC().Format(time.RFC3339),
			q.Until.UTC().Format(time.RFC3339))
	}
	if c.Type == api.TypeOAuth2 { // what is sealed stays in the platform
		refresh, err := tx.Refresh(ctx, tx.Scope, id)
		return &held{token: known, connector: c, number: current.Number, refresh: refresh}, err
	}
	sealed, err := tx.Secret(ctx, id, current.Number)
	return &held{token: known, connector: c, number: current.Number, sealed: sealed}, err
}
