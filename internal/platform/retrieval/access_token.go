package retrieval

import (
	"context"
	"errors"
	"time"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/access"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/keyring"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/keys"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/oauth"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/store"
)

// endedError is the error of a connector of type oauth2 that has no access token now.
type endedError struct {
	refresh *store.Refresh
	name    string
	cause   error // what a consumer is told, unless the platform gets one
}

func (e *endedError) Error() string { return e.cause.Error() }

// withLatest returns what is held with the access token that the platform has by now. Renewing one changes nothing that
// decides about access, so what is held outlives it.
func (h *Handler) withLatest(known *held) *held {
	if known.refresh == nil {
		return known
	}
	out := *known
	out.refresh = h.refresher.Latest(known.refresh)
	return &out
}

// mayBeRenewed reports whether the access token is to be renewed by now, and another process may have done so, of which
// this one does not know.
func (h *Handler) mayBeRenewed(known *held, now time.Time) bool {
	if known.refresh == nil || !h.runner.Store.Shared() {
		return false
	}
	latest := h.refresher.Latest(known.refresh)
	return !now.Before(latest.RenewAt)
}

// needsToken returns a *endedError where the consumer is to get an access token, and there is none.
func (r *retrieved) needsToken() error {
	if r.refresh == nil {
		return nil
	}
	if err := oauth.Usable(r.refresh, r.connector.Name, r.use.at); err != nil {
		return &endedError{refresh: r.refresh, name: r.connector.Name, cause: err}
	}
	return nil
}

func (r *retrieved) openAccessToken(ctx context.Context, k *keys.Keys, tx *store.Tx) (err error) {
	b := keyring.Bound{
		Tenant: r.refresh.Tenant, Environment: r.refresh.Environment, Credential: r.connector.ID,
		Version: r.refresh.Version,
	}
	r.answer, err = keys.OpenAccessToken(ctx, k, tx, r.refresh.Sealed, b, r.use.at)
	if err == nil {
		r.answer.Version, r.answer.FetchAgainAt = r.refresh.Supplied, r.use.again
	}
	return err
}

// findFresh is find, and gets an access token first where the connector has none. Usually the platform has renewed it
// long before.
func (h *Handler) findFresh(ctx context.Context, caller *access.Request, id, consumer string) (*retrieved, error) {
	found, err := h.find(ctx, caller, id, consumer)
	var ended *endedError
	if !errors.As(err, &ended) {
		return found, err
	}
	ref := store.Ref{Scope: ended.refresh.Scope, Kind: api.KindConnectors, ID: id}
	if err := h.refresher.Refresh(ctx, ref); err != nil {
		return nil, err
	}
	caller.State = h.runner.State(ctx) // the refresh may have changed what decides
	if found, err = h.find(ctx, caller, id, consumer); errors.As(err, &ended) {
		return nil, ended.cause
	}
	return found, err
}
