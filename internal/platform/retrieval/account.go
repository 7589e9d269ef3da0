package retrieval

import (
	"context"
	"errors"
	"strconv"
	"time"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/access"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/problem"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/store"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/txn"
)

const (
	auditInterval = time.Hour
	// margin is how much later than promised the stored time may be. Within it a retrieval writes nothing, and a crash
	// loses no promise.
	margin = time.Minute

	// maxRetrievals is how many consumers and versions of one token are kept. A consumer chooses its name, so there must
	// be a limit.
	maxRetrievals = 1000

	// UnusedRetention is how long a consumer is listed that does not come back.
	UnusedRetention = 90 * 24 * time.Hour
	// MovedRetention is how long the use of an earlier version is kept of a consumer that has fetched a later one.
	MovedRetention = 7 * 24 * time.Hour

	actionRetrieve = "retrieve"
)

// mustWrite reports whether a use must be in the database before it is answered. Every other use is counted in memory
// and written soon.
func mustWrite(stored *store.Retrieval, u use) bool {
	return stored == nil || u.again.After(stored.FetchAgainAt) || !u.at.Before(stored.AuditedAt.Add(auditInterval))
}

// account records a use. A consumer that has fetched this version before is served even where nothing can be written.
func (h *Handler) account(ctx context.Context, r *retrieved) error {
	if !mustWrite(r.stored, r.use) {
		h.kept.add(r.use)
		return nil
	}
	err := h.write(ctx, access.CallerOf(ctx), r.use)
	if r.stored != nil && errors.Is(err, store.ErrUnavailable) {
		h.kept.add(r.use)
		return nil
	}
	return err
}

// Flush writes the uses that are kept. Those that cannot be written are kept for the next time.
func (h *Handler) Flush(ctx context.Context) error {
	var failed []error
	for _, b := range h.kept.all() {
		u, ok := h.kept.take(b)
		if !ok {
			continue
		}
		caller := txn.Caller{Scope: b.scope, Actor: b.token}
		err := h.write(ctx, caller, u)
		refused := (*problem.Error)(nil)
		switch {
		case err == nil, errors.Is(err, store.ErrReferenced): // the connector was deleted meanwhile
		case errors.As(err, &refused): // its row was forgotten meanwhile, and there is no room for another
		case errors.Is(err, store.ErrUnavailable):
			h.kept.add(u)
			return err
		default:
			h.kept.add(u)
			failed = append(failed, err)
		}
	}
	return errors.Join(failed...)
}

// write adds a use to the stored row in a transaction of its own.
func (h *Handler) write(ctx context.Context, caller txn.Caller, u use) error {
	var row *store.Retrieval
	err := h.engine.TryUpdate(ctx, caller, func(tx *txn.Tx) (err error) {
		row, err = write(ctx, tx, u)
		return err
	})
	if err == nil {
		h.kept.remember(u.by, row)
	} else {
		h.kept.forget(u.by)
	}
	return err
}

// write adds a use to the stored row, and audits the first of each hour.
func write(ctx context.Context, tx *txn.Tx, u use) (*store.Retrieval, error) {
	row, err := tx.Retrieval(ctx, u.scope, u.row())
	if errors.Is(err, store.ErrNotFound) {
		if err := checkRoom(ctx, tx, u); err != nil {
			return nil, err
		}
		row = u.row()
		row.FirstAt = u.at
		err = tx.PruneRetrievals(ctx, u.scope, row, tx.Now)
	}
	if err != nil {
		return nil, err
	}
	row.Count += u.count
	row.LastAt = u.at
	if u.again.After(row.FetchAgainAt) {
		row.FetchAgainAt = u.again.Add(margin)
	}
	if !u.at.Before(row.AuditedAt.Add(auditInterval)) {
		detail := map[string]string{
			"version": strconv.FormatInt(u.version, 10), "consumer": u.consumer,
			"retrievals": strconv.FormatInt(row.Count-row.AuditedCount, 10),
		}
		if err := tx.AuditEvent(ctx, store.AuditEvent{
			At: u.at, Actor: u.token, Action: actionRetrieve, Kind: api.Connectors.Path, ObjectID: u.connector,
			Version: u.version, Detail: detail,
		}); err != nil {
			return nil, err
		}
		row.AuditedAt, row.AuditedCount = u.at, row.Count
	}
	return row, tx.WriteRetrieval(ctx, u.scope, row)
}

func checkRoom(ctx context.Context, tx *txn.Tx, u use) error {
	n, err := tx.CountRetrievals(ctx, u.scope, u.connector, u.token)
	if err == nil && n >= maxRetrievals {
		err = problem.New(api.CodeConflict, "", "the scoped token of this request has %d consumers by now; give each "+
			"service one name in the header %s that stays the same, instead of one for each of its instances",
			n, api.HeaderConsumer)
	}
	return err
}
