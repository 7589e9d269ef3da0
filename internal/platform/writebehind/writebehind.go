// Package writebehind has the audit events of what changes nothing: introspections and failed authentications. No
// answer waits for them. What happens to one credential from one network is one event a minute at most, which counts
// the rest.
package writebehind

import (
	"context"
	"errors"
	"maps"
	"net/netip"
	"slices"
	"sync"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/store"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/txn"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/uses"
)

// Actions of the events.
const (
	ActionIntrospect   = "introspect"
	ActionAuthenticate = "authenticate" // which failed
)

const (
	// most is how many credentials, networks, actors and outcomes are told apart. Each takes about 500 bytes.
	most = 50_000
	// batch is how many events are written in one transaction.
	batch = 200
)

// Event is one introspection or failed authentication.
type Event struct {
	Action  string
	Of      store.Ref // the credential
	Version int64     // of the credential; 0 where that is not known
	From    netip.Addr
	Refusal string // why it was refused; empty where it was accepted
	By      txn.Caller
	At      time.Time
}

// place is where at most one event is written each minute.
type place struct {
	action  string
	of      store.Ref
	network netip.Prefix
}

// key is what events have in common that are counted in one: an event says of one actor that it was accepted, or
// refused.
type key struct {
	place
	actor   string
	refused bool
}

// Log keeps events until they are written. It is safe for concurrent use.
type Log struct {
	runner *txn.Runner
	max    int

	notLetIn *prometheus.CounterVec

	mu     sync.Mutex
	kept   map[key]*sum
	last   map[place]time.Time // when an event was written, as long as the place has sums
	lost   int64
	failed int64
}

// New returns a log without events.
func New(runner *txn.Runner) *Log {
	return &Log{
		runner: runner, max: most, notLetIn: newNotLetIn(), kept: map[key]*sum{}, last: map[place]time.Time{},
	}
}

// Unknown counts a failed authentication with a token that is nobody's.
func (l *Log) Unknown() { l.notLetIn.WithLabelValues("unknown").Inc() }

// Note keeps an event. Where there is no room it is lost, and counted.
func (l *Log) Note(e Event) {
	if e.Action == ActionAuthenticate {
		l.notLetIn.WithLabelValues(e.Refusal).Inc()
	}
	k := key{place{e.Action, e.Of, uses.Network(e.From)}, e.By.Actor, e.Refusal != ""}
	l.mu.Lock()
	defer l.mu.Unlock()
	s := l.kept[k]
	if s == nil {
		if len(l.kept) >= l.max {
			l.lost++
			return
		}
		s = &sum{}
		l.kept[k] = s
	}
	s.add(e)
}

// Flush writes the events that are due; with all, every one. Those that cannot be written wait for the next time.
func (l *Log) Flush(ctx context.Context, all bool) error {
	now := l.runner.Clock.Now()
	var failed []error
	for scope, due := range l.due(now, all) {
		for some := range slices.Chunk(due, batch) {
			failed = append(failed, l.write(ctx, scope, some, now))
		}
	}
	return errors.Join(failed...)
}

// due returns what is to be written, by its environment, and forgets what was not seen for long. Of what is due at one
// place it takes what waits longest; the others have their turn in the minutes that follow.
func (l *Log) due(now time.Time, all bool) map[store.Scope][]key {
	l.mu.Lock()
	defer l.mu.Unlock()
	out := map[store.Scope][]key{}
	next := map[place]key{}
	for k, s := range l.kept {
		switch {
		case s.isOver(now):
			delete(l.kept, k)
			if since := now.Sub(l.last[k.place]); since < 0 || since >= whereAccepted {
				delete(l.last, k.place) // where another sum is kept, it was not written for as long
			}
		case !s.due(now, all):
		case all:
			out[k.of.Scope] = append(out[k.of.Scope], k)
		case paced(now, l.last[k.place]):
			if other, ok := next[k.place]; !ok || s.first.Before(l.kept[other].first) {
				next[k.place] = k
			}
		}
	}
	for p, k := range next {
		out[p.of.Scope] = append(out[p.of.Scope], k)
	}
	return out
}

// paced reports whether a place may have another event.
func paced(now, last time.Time) bool {
	since := now.Sub(last)
	return last.IsZero() || since < 0 || since >= whereRefused
}

func (l *Log) write(ctx context.Context, scope store.Scope, some []key, now time.Time) error {
	written := make(map[key]sum, len(some))
	l.mu.Lock()
	for _, k := range some {
		written[k] = l.kept[k].copied()
	}
	l.mu.Unlock()
	err := l.runner.TryUpdate(ctx, txn.Caller{Scope: scope}, func(tx *txn.Tx) error {
		for _, k := range some {
			s := written[k]
			if err := tx.AuditEvent(ctx, s.event(k)); err != nil {
				return err
			}
		}
		return nil
	})
	l.mu.Lock()
	defer l.mu.Unlock()
	if err != nil {
		l.failed++
		return err
	}
	for k, s := range written {
		l.kept[k].wrote(&s, now)
		l.last[k.place] = now
	}
	return nil
}

// Counts returns how many events wait, how many were lost, and how often a write failed.
func (l *Log) Counts() (waiting, lost, failed int64) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for s := range maps.Values(l.kept) {
		waiting += s.count()
	}
	return waiting, l.lost, l.failed
}
