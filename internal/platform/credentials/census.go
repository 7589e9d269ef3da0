package credentials

import (
	"context"
	"fmt"
	"time"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/store"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/txn"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/rotation"
)

// censusPage is how many credentials are counted in one transaction.
const censusPage = 500

// Group is the credentials of one kind in one environment.
type Group struct {
	Scope store.Scope
	Kind  string // its path
}

// Tally is how many credentials of a group need attention.
type Tally struct{ Due, Overdue, Waiting, Held, Quarantined int }

func (t *Tally) add(a rotation.Attention) {
	for _, c := range []struct {
		to  *int
		yes bool
	}{
		{&t.Due, a.Due},
		{&t.Overdue, a.Overdue},
		{&t.Waiting, a.Waiting},
		{&t.Held, a.Held},
		{&t.Quarantined, a.Quarantined},
	} {
		if c.yes {
			*c.to++
		}
	}
}

// Census counts the credentials that need attention, in pages: it may see an object before a change and another one
// after it. A group without a credential is not in it.
func Census(ctx context.Context, r *txn.Runner) (map[Group]Tally, error) {
	all := map[Group]Tally{}
	for after := ""; ; {
		var page []*store.Counted
		err := r.View(ctx, txn.Caller{}, func(tx *txn.Tx) (err error) {
			if page, err = tx.CountedAfter(ctx, after, censusPage); err != nil {
				return err
			}
			for _, c := range page {
				a, err := AttentionOf(ctx, tx.As(txn.Caller{Scope: c.Ref.Scope}), c)
				if err != nil {
					return fmt.Errorf("count %s %s: %w", c.Ref.Kind, c.Ref.ID, err)
				}
				group := Group{c.Ref.Scope, c.Ref.Kind}
				tally := all[group]
				tally.add(a)
				all[group] = tally
			}
			return nil
		})
		if err != nil || len(page) < censusPage {
			return all, err
		}
		after = page[len(page)-1].Ref.ID
	}
}

// AttentionOf returns why somebody should look at a credential of the transaction's scope.
func AttentionOf(ctx context.Context, tx *txn.Tx, c *store.Counted) (rotation.Attention, error) {
	policy, err := Policy(ctx, tx, c.PolicyID)
	if err != nil || c.Ref.Kind != api.KindConnectors {
		return rotation.AttentionAt(c.Credential.Credential, policy, tx.Now), err
	}
	var expiry time.Time
	if c.ExpireAt != nil {
		if expiry, err = api.ParseExpiry(*c.ExpireAt); err != nil {
			return rotation.Attention{}, err
		}
	}
	return rotation.ConnectorAttentionAt(c.Credential.Credential, policy, expiry, tx.Now), nil
}
