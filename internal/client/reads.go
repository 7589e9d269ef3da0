package client

import (
	"context"
	"sync"
)

// reads collapses the reads of one kind in one refresh. The first are single. Then one walk through the list serves the
// rest: every object once, because a second read of an object belongs to another refresh.
type reads[T object] struct {
	first  int // how many reads are single
	writes *writes

	mu     sync.Mutex
	seen   map[string]bool // what this refresh has read
	stamp  uint64          // of the writes that were before what follows
	single int             // how many reads were single
	walk   *walk[T]        // nil: not begun. One that failed stays, and serves nothing.
}

func newReads[T object](first int, w *writes) *reads[T] {
	return &reads[T]{first: first, writes: w, seen: map[string]bool{}}
}

// pagesOf reads the list of a kind, and calls visit with each page.
type pagesOf[T any] func(ctx context.Context, visit func([]T)) error

// read returns an object from the walk of this refresh. It returns nil for an object that has to be read by itself: it
// is among the first, or the walk did not bring it, or this process has changed something since the walk began.
func (r *reads[T]) read(ctx context.Context, id string, pages pagesOf[T]) *T {
	w := r.walkFor(ctx, id, pages)
	if w == nil {
		return nil
	}
	found := w.wait(ctx, id)
	if r.writes.now() != w.stamp {
		return nil
	}
	return found
}

// walkFor returns the walk that a read waits for, and begins it where it is time; nil for a single read.
func (r *reads[T]) walkFor(ctx context.Context, id string, pages pagesOf[T]) *walk[T] {
	r.mu.Lock()
	defer r.mu.Unlock()
	now := r.writes.now()
	if r.seen[id] { // another refresh
		clear(r.seen)
		r.restart(now)
	}
	if now != r.stamp {
		r.restart(now)
	}
	r.seen[id] = true
	if r.walk != nil {
		return r.walk
	}
	if r.single < r.first {
		r.single++
		return nil
	}
	r.walk = begin(ctx, now, pages)
	return r.walk
}

// restart begins anew: nothing that was read before serves any read.
func (r *reads[T]) restart(stamp uint64) {
	if r.walk != nil {
		r.walk.cancel()
	}
	r.stamp, r.single, r.walk = stamp, 0, nil
}

// walk is one way through the list of a kind.
type walk[T object] struct {
	stamp  uint64 // of the writes when it began
	cancel context.CancelFunc

	mu      sync.Mutex
	items   map[string]*T // what was read and not served
	reached string        // the id up to which everything was read
	ended   bool
	changed chan struct{} // closed with the next page, and at the end
}

// begin begins a walk, which outlives the read that it begins with.
func begin[T object](ctx context.Context, stamp uint64, pages pagesOf[T]) *walk[T] {
	ctx, cancel := context.WithCancel(context.WithoutCancel(ctx))
	w := &walk[T]{stamp: stamp, cancel: cancel, items: map[string]*T{}, changed: make(chan struct{})}
	go func() {
		defer cancel()
		_ = pages(ctx, w.add) // what it did not bring is read by itself, and says what is wrong
		w.end()
	}()
	return w
}

func (w *walk[T]) add(page []T) {
	w.mu.Lock()
	defer w.mu.Unlock()
	for i := range page {
		item := page[i] // by itself, so that what was served is freed
		id := item.AsObject().ID
		w.items[id] = &item
		w.reached = max(w.reached, id)
	}
	close(w.changed)
	w.changed = make(chan struct{})
}

func (w *walk[T]) end() {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.ended = true
	close(w.changed)
}

// wait waits until the walk has come to an object, and takes it. It returns nil where the walk does not bring it, which
// proves nothing about the object. Terraform ends all reads together, so a read that ends early ends the walk.
func (w *walk[T]) wait(ctx context.Context, id string) *T {
	for {
		item, over, changed := w.take(id)
		if item != nil || over {
			return item
		}
		select {
		case <-changed:
		case <-ctx.Done():
			w.cancel()
			return nil
		}
	}
}

func (w *walk[T]) take(id string) (item *T, over bool, changed <-chan struct{}) {
	w.mu.Lock()
	defer w.mu.Unlock()
	item = w.items[id]
	delete(w.items, id)
	return item, w.ended || id <= w.reached, w.changed
}
