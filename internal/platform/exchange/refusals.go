package exchange

import (
	"context"
	"errors"
	"net/netip"
	"strconv"
	"sync"
	"time"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/credentials"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/limits"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/store"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/txn"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/workload"
)

const (
	// foldInterval is the least time between two events about the same refusals.
	foldInterval = time.Minute
	// mostFolded is how many kinds of refusals are told apart by their network. Beyond that, networks are one.
	mostFolded = 1000
)

// sameRefusals is what refusals have in common that are counted in one event.
type sameRefusals struct {
	subject store.Ref
	network string
	why     workload.Refusal
}

// counted is what is known of the same refusals since their last event.
type counted struct {
	at   time.Time // of that event
	more int64     // refusals since then
	last txn.Caller
	name string // of an identity that there is not, as the last of them had it
}

// refusals folds refusals of the same subject, network and reason within a minute, and loses none of them. It is safe
// for concurrent use.
type refusals struct {
	mu   sync.Mutex
	kept map[sameRefusals]*counted
}

func newRefusals() *refusals { return &refusals{kept: map[sameRefusals]*counted{}} }

// key is what a refusal is counted under.
func (r *refusals) key(subject store.Ref, from netip.Addr, why workload.Refusal) sameRefusals {
	key := sameRefusals{subject, limits.Network(from), why}
	r.mu.Lock()
	defer r.mu.Unlock()
	if _, known := r.kept[key]; !known && len(r.kept) >= mostFolded {
		key.network = ""
	}
	return key
}

// due returns the count of the event that is to be written of a refusal; 0 for none, as the refusal is to be folded.
func (r *refusals) due(key sameRefusals, now time.Time) int64 {
	r.mu.Lock()
	defer r.mu.Unlock()
	c := r.kept[key]
	switch {
	case c == nil:
		return 1
	case now.Sub(c.at) >= 0 && now.Sub(c.at) < foldInterval:
		return 0
	}
	return c.more + 1
}

// note keeps a refusal after its transaction: folded, or in an event of this count.
func (r *refusals) note(key sameRefusals, count int64, now time.Time, by txn.Caller, name string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	c := r.kept[key]
	if c == nil {
		c = &counted{at: now}
		r.kept[key] = c
	}
	c.more++
	if count > 0 {
		c.at, c.more = now, max(0, c.more-count)
	}
	c.last, c.name = by, name
}

// ended returns the refusals whose minute is over, and forgets those of which nothing is left to write.
func (r *refusals) ended(now time.Time, all bool) (left []sameRefusals) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for key, c := range r.kept {
		switch since := now.Sub(c.at); {
		case !all && since >= 0 && since < foldInterval:
		case c.more == 0:
			delete(r.kept, key)
		default:
			left = append(left, key)
		}
	}
	return left
}

func (r *refusals) of(key sameRefusals) counted {
	r.mu.Lock()
	defer r.mu.Unlock()
	if c := r.kept[key]; c != nil {
		return *c
	}
	return counted{}
}

// wrote notes that an event has these refusals.
func (r *refusals) wrote(key sameRefusals, count int64, now time.Time) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if c := r.kept[key]; c != nil {
		c.at, c.more = now, max(0, c.more-count)
	}
}

// auditRefusals adds the event of one or more refusals. tx acts on behalf of the last caller that was refused.
func auditRefusals(ctx context.Context, tx *txn.Tx, key sameRefusals, count int64, name string) error {
	detail := map[string]string{
		"reason": key.why.Reason, "address": tx.Address, "refused": strconv.FormatInt(count, 10),
	}
	for member, text := range map[string]string{"claim": key.why.Claim, "keys": key.why.Keys, "name": name} {
		if text != "" {
			detail[member] = text
		}
	}
	return tx.AuditEvent(ctx, store.AuditEvent{
		Action: actionRefused, Kind: key.subject.Kind, ObjectID: key.subject.ID, Outcome: api.OutcomeFailure, Detail: detail,
	})
}

// Flush writes the refusals that were folded, and whose minute is over; with all, every one.
func (h *Handler) Flush(ctx context.Context, all bool) error {
	var now time.Time
	err := h.engine.View(ctx, txn.Caller{}, func(tx *txn.Tx) error {
		now = tx.Now
		return nil
	})
	if err != nil {
		return err
	}
	var failed []error
	for _, key := range h.refusals.ended(now, all) {
		failed = append(failed, writeLeft(ctx, h.engine, h.refusals, key))
	}
	return errors.Join(failed...)
}

func writeLeft(ctx context.Context, engine *credentials.Engine, r *refusals, key sameRefusals) error {
	left := r.of(key)
	if left.more == 0 {
		return nil
	}
	return engine.TryUpdate(ctx, left.last, func(tx *txn.Tx) error {
		tx.OnCommit(func() { r.wrote(key, left.more, tx.Now) })
		return auditRefusals(ctx, tx, key, left.more, left.name)
	})
}
