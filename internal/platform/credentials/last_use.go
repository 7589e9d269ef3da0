package credentials

import (
	"context"
	"sync"
	"time"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/store"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/txn"
)

// lastUseBatch is how many last uses are written in one transaction.
const lastUseBatch = 200

// lastUses has the last use of versions until it is written. Such a use is no evidence: it changes nothing but
// the time of the last use, so no request waits for its write.
type lastUses struct {
	mu    sync.Mutex
	max   int
	of    map[store.Ref]map[int64]time.Time // by number
	count int
	lost  int
}

func newLastUses(most int) *lastUses {
	return &lastUses{max: most, of: map[store.Ref]map[int64]time.Time{}}
}

func (l *lastUses) note(ref store.Ref, number int64, at time.Time) {
	l.mu.Lock()
	defer l.mu.Unlock()
	before, known := l.of[ref][number]
	switch {
	case known && !at.After(before):
		return
	case !known && l.count >= l.max:
		l.lost++
		return
	case !known:
		l.count++
	}
	if l.of[ref] == nil {
		l.of[ref] = map[int64]time.Time{}
	}
	l.of[ref][number] = at
}

// show puts the uses that are not written yet into a credential that was read.
func (l *lastUses) show(ref store.Ref, c *store.Credential) {
	l.mu.Lock()
	defer l.mu.Unlock()
	numbers := l.of[ref]
	if len(numbers) == 0 {
		return
	}
	for i, v := range c.Versions {
		if at := numbers[v.Number]; at.After(v.LastUsedAt) {
			c.Versions[i].LastUsedAt = at
		}
	}
	for _, at := range numbers {
		if at.After(c.LastUsedAt) {
			c.LastUsedAt = at
		}
	}
}

// lastUse is the last use of one version.
type lastUse struct {
	ref    store.Ref
	number int64
	at     time.Time
}

func (l *lastUses) some(most int) []lastUse {
	l.mu.Lock()
	defer l.mu.Unlock()
	var out []lastUse
	for ref, numbers := range l.of {
		for number, at := range numbers {
			if len(out) == most {
				return out
			}
			out = append(out, lastUse{ref, number, at})
		}
	}
	return out
}

// drop forgets uses that were written. A version that was used again meanwhile stays.
func (l *lastUses) drop(written []lastUse) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, u := range written {
		if l.of[u.ref][u.number].Equal(u.at) {
			delete(l.of[u.ref], u.number)
			l.count--
		}
		if len(l.of[u.ref]) == 0 {
			delete(l.of, u.ref)
		}
	}
}

func (l *lastUses) waiting() (count, lost int) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.count, l.lost
}

// Used notes that a version was used. Every read of the object shows it at once, and WriteUses writes it soon.
func (e *Engine) Used(ref store.Ref, number int64, at time.Time) { e.last.note(ref, number, at) }

// writeLastUses writes the last uses so far, and not those that come meanwhile. Those that cannot be written stay.
func (e *Engine) writeLastUses(ctx context.Context) error {
	count, _ := e.last.waiting()
	for written := 0; written < count; written += lastUseBatch {
		uses := e.last.some(lastUseBatch)
		err := e.runner.TryUpdate(ctx, txn.Caller{}, func(tx *txn.Tx) error {
			for _, u := range uses {
				if err := tx.MarkUsedAlone(ctx, u.ref.ID, u.number, u.at); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			return err
		}
		e.last.drop(uses)
	}
	return nil
}
