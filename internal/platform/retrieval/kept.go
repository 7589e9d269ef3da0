package retrieval

import (
	"sync"
	"time"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/store"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/rotation"
)

// by is who used which version.
type by struct {
	scope                      store.Scope
	connector, token, consumer string
	version                    int64
}

// use is one use or more of a version by a consumer.
type use struct {
	by
	at, again time.Time // the last one, and when the consumer was told to come back
	count     int64
}

// row is the key of the stored row.
func (b by) row() *store.Retrieval {
	return &store.Retrieval{
		ConnectorID: b.connector,
		Retrieval:   rotation.Retrieval{Token: b.token, Consumer: b.consumer, Version: b.version},
	}
}

// kept has the uses that are not written yet. There is at most one for each row that is stored, so it needs no limit of
// its own.
type kept struct {
	mu   sync.Mutex
	uses map[by]use
	rows map[by]*store.Retrieval // as they were stored last; a row may be missing here
}

// maxRows is how many stored rows are kept in memory at most.
const maxRows = 50_000

func newKept() *kept { return &kept{uses: map[by]use{}, rows: map[by]*store.Retrieval{}} }

// row returns the stored row, or nil if it is not known here.
func (k *kept) row(b by) *store.Retrieval {
	k.mu.Lock()
	defer k.mu.Unlock()
	return k.rows[b]
}

func (k *kept) remember(b by, row *store.Retrieval) {
	k.mu.Lock()
	defer k.mu.Unlock()
	if len(k.rows) >= maxRows {
		k.rows = map[by]*store.Retrieval{}
	}
	k.rows[b] = row
}

func (k *kept) forget(b by) {
	k.mu.Lock()
	defer k.mu.Unlock()
	delete(k.rows, b)
}

func (k *kept) add(u use) {
	k.mu.Lock()
	defer k.mu.Unlock()
	if before, ok := k.uses[u.by]; ok {
		u = joined(before, u)
	}
	k.uses[u.by] = u
}

// take removes the uses of one row.
func (k *kept) take(b by) (u use, ok bool) {
	k.mu.Lock()
	defer k.mu.Unlock()
	u, ok = k.uses[b]
	delete(k.uses, b)
	return u, ok
}

func (k *kept) all() []by {
	k.mu.Lock()
	defer k.mu.Unlock()
	out := make([]by, 0, len(k.uses))
	for b := range k.uses {
		out = append(out, b)
	}
	return out
}

func joined(a, b use) use {
	out := use{by: a.by, at: a.at, again: a.again, count: a.count + b.count}
	if b.at.After(out.at) {
		out.at = b.at
	}
	if b.again.After(out.again) {
		out.again = b.again
	}
	return out
}
