package platform

import (
	"context"
	"time"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/store"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/rotation"
)

// work is one transaction on behalf of somebody: what happens in it happens together, at one moment.
type work struct {
	random    *source
	vault     *vault
	tx        *store.Tx
	scope     store.Scope
	now       time.Time
	actor     string
	requestID string
	settled   []string                   // steps that deadlines took in this transaction, for the metrics
	policies  map[string]rotation.Policy // read already
}

// view reads, on behalf of the caller. What read finds to be past its deadline is settled first, each in a transaction
// of its own, and read once more.
func (p *Platform) view(ctx context.Context, read func(*work) ([]store.Ref, error)) error {
	for {
		var due []store.Ref
		err := p.store.View(ctx, func(tx *store.Tx) (err error) {
			due, err = read(p.workOf(ctx, tx))
			return err
		})
		if err != nil || len(due) == 0 {
			return err
		}
		for _, ref := range due {
			if err := p.settle(ctx, ref); err != nil {
				return err
			}
		}
	}
}

// update writes, on behalf of the caller, and counts what was settled on the way once it is committed.
func (p *Platform) update(ctx context.Context, do func(*work) error) error {
	var w *work
	err := p.store.Update(ctx, func(tx *store.Tx) error {
		w = p.workOf(ctx, tx)
		return do(w)
	})
	if err == nil {
		for _, step := range w.settled {
			p.metrics.settled.WithLabelValues(step).Inc()
		}
	}
	return err
}

func (p *Platform) workOf(ctx context.Context, tx *store.Tx) *work {
	c := callOf(ctx)
	w := &work{random: p.random, vault: p.vault, tx: tx, now: p.clock.Now(), actor: c.actor(), requestID: c.id}
	if c.principal != nil {
		w.scope = c.principal.Scope
	}
	return w
}
