package oauth

import (
	"context"
	"errors"
	"time"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/connectors"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/keys"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/store"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/txn"
)

// begun is a refresh whose intent is stored.
type begun struct {
	attempt  string
	row      *store.Refresh
	settings map[string]string
	grant    *keys.Grant
}

// result is what came of a request. It is kept until it is stored.
type result struct {
	begun
	outcome outcome
	granted *keys.Granted // nil unless the outcome is refreshed
	at      time.Time
}

// refresh makes one request, between the storing of its intent and of its outcome. An outcome that could not be stored
// is stored first.
func (r *Refresher) refresh(ctx context.Context, ref store.Ref) error {
	res := r.takeUnsaved(ref.ID)
	if res == nil {
		attempt, err := r.lease(ctx, ref)
		if err != nil || attempt == "" {
			return err
		}
		b, err := r.begin(ctx, ref, attempt)
		if err != nil || b == nil {
			r.Runner.Store.Leases.End(ctx, leaseKind, ref.ID, attempt)
			return err
		}
		res = &result{begun: *b}
		res.granted, res.outcome = r.requester.request(ctx, b.settings, b.grant, r.Runner.Clock.Now())
		res.at = r.Runner.Clock.Now()
		r.Refreshed(res.outcome.kind)
	}
	err := r.store(ctx, ref, res)
	if err != nil {
		r.mu.Lock()
		r.unsaved[ref.ID] = res
		r.mu.Unlock()
		return err
	}
	r.Runner.Store.Leases.End(ctx, leaseKind, ref.ID, res.attempt)
	return nil
}

func (r *Refresher) takeUnsaved(id string) *result {
	r.mu.Lock()
	defer r.mu.Unlock()
	res := r.unsaved[id]
	delete(r.unsaved, id)
	return res
}

// begin decides whether the authorization server is asked, and stores the intent of an attempt, which must still have
// its lease.
func (r *Refresher) begin(ctx context.Context, ref store.Ref, attempt string) (b *begun, err error) {
	err = r.Runner.TryUpdate(ctx, callerIn(ref.Scope), func(tx *txn.Tx) error {
		b = nil
		if ours, err := tx.HasLease(ctx, leaseKind, ref.ID, attempt); err != nil || !ours {
			return err
		}
		row, c, err := read(ctx, tx, ref.ID)
		if err != nil || row == nil {
			return err
		}
		sealed, err := tx.Secret(ctx, ref.ID, row.Version)
		if err != nil {
			return err
		}
		grant, err := keys.OpenGrant(ctx, tx.Keys, tx.Tx, sealed, tx.Bound(ref.ID, row.Version))
		if err != nil {
			return err
		}
		next, act := decide(*row, grant.Refreshes(), tx.Now)
		switch act {
		case actNothing, actFailed:
			tx.OnCommit(func() { r.remember(row) }) // another process may have stored it
			return nil
		case actLost:
			return r.put(ctx, tx, &next)
		}
		b = &begun{attempt: attempt, row: &next, settings: c.Settings, grant: grant}
		return r.put(ctx, tx, &next)
	})
	return b, err
}

// read reads the row of a connector that has credentials for it. A nil row says that there is nothing to refresh.
func read(ctx context.Context, tx *txn.Tx, id string) (*store.Refresh, *store.Connector, error) {
	c, err := connectors.Read(ctx, tx, id)
	if errors.Is(err, store.ErrNotFound) {
		return nil, nil, nil // deleted meanwhile
	}
	if err != nil {
		return nil, nil, err
	}
	row, err := tx.Refresh(ctx, tx.Scope, id)
	if errors.Is(err, store.ErrNotFound) {
		return nil, nil, nil
	}
	if err != nil {
		return nil, nil, err
	}
	if current, ok := c.Credential.Current(); !ok || c.Type != api.TypeOAuth2 || current.Number != row.Version {
		return nil, nil, nil
	}
	return row, c, nil
}

// store stores the outcome of a request. It tries for a while: a refresh token that is not stored is lost.
func (r *Refresher) store(ctx context.Context, ref store.Ref, res *result) error {
	ctx, cancel := context.WithTimeout(ctx, storeLimit)
	defer cancel()
	for {
		err := r.Runner.Update(ctx, callerIn(ref.Scope), func(tx *txn.Tx) error { return r.save(ctx, tx, res) })
		if !errors.Is(err, store.ErrUnavailable) {
			return err
		}
		timer := time.NewTimer(storePause)
		select {
		case <-timer.C:
		case <-ctx.Done():
			timer.Stop()
			return err
		}
	}
}

// save writes the outcome into the row, and the refresh token that replaces the used one as a new version. Where
// credentials or settings were set meanwhile, the outcome is of no use any more. Where another process has taken the
// refresh over, a failure is none, and what was granted counts as long as that one was granted nothing.
func (r *Refresher) save(ctx context.Context, tx *txn.Tx, res *result) error {
	id := res.row.ConnectorID
	row, _, err := read(ctx, tx, id)
	if err != nil || row == nil || row.Generation != res.row.Generation || row.Version != res.row.Version {
		return err
	}
	if ours, err := tx.HasLease(ctx, leaseKind, id, res.attempt); err != nil || !ours && res.granted == nil {
		return err
	}
	next := after(*row, res.outcome, res.grant.Refreshes(), res.at)
	if res.granted != nil {
		if res.granted.Replaces(res.grant) {
			next.Version, err = connectors.Renew(ctx, tx, id, res.grant, res.granted.RefreshToken)
			if err != nil {
				return err
			}
		}
		next.Sealed, err = keys.SealAccessToken(ctx, tx.Keys, tx.Tx, res.granted, next.ExpiresAt, tx.Bound(id, next.Version))
		if err != nil {
			return err
		}
	}
	return r.put(ctx, tx, &next)
}

// actionFailed is the action of the audit that says that a connector is not refreshed any more.
const actionFailed = "refresh_failed"

// put stores a row, which this process knows from then on. It audits a failure.
func (r *Refresher) put(ctx context.Context, tx *txn.Tx, row *store.Refresh) error {
	if row.Status == api.RefreshFailed {
		detail := map[string]string{"reason": row.Reason}
		if err := tx.AuditEvent(ctx, store.AuditEvent{
			Action: actionFailed, Kind: api.Connectors.Path, ObjectID: row.ConnectorID, Outcome: api.OutcomeFailure,
			Detail: detail,
		}); err != nil {
			return err
		}
	}
	tx.OnCommit(func() { r.remember(row) })
	return tx.PutRefresh(ctx, row)
}

func (r *Refresher) remember(row *store.Refresh) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.latest[row.ConnectorID] = row
}
