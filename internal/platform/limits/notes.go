package limits

import (
	"sync"
	"time"
)

// noteInterval is the least time between two lines of the log about one caller and one limit.
const noteInterval = time.Minute

// Notes decides which refusals are worth a line of the log. It is safe for concurrent use.
type Notes struct {
	mu    sync.Mutex
	kept  map[note]*noted
	swept time.Time
}

type note struct {
	limit  Limit
	caller string
}

type noted struct {
	at    time.Time
	since int64 // refusals since then
}

// NewNotes returns notes of nothing.
func NewNotes() *Notes { return &Notes{kept: map[note]*noted{}} }

// Worth notes a refusal. It reports whether it is worth a line, and how many there were since the last line, with this
// one.
func (n *Notes) Worth(limit Limit, caller string, now time.Time) (worth bool, count int64) {
	n.mu.Lock()
	defer n.mu.Unlock()
	if due(&n.swept, now) {
		for key, last := range n.kept {
			if !last.within(now, 2*noteInterval) {
				delete(n.kept, key)
			}
		}
	}
	key := note{limit, caller}
	last, known := n.kept[key]
	if !known {
		if len(n.kept) >= mostKept {
			key = note{limit: limit, caller: crowd}
			last = n.kept[key]
		}
		if last == nil {
			n.kept[key] = &noted{at: now}
			return true, 1
		}
	}
	last.since++
	if last.within(now, noteInterval) {
		return false, 0
	}
	count = last.since
	*last = noted{at: now}
	return true, count
}

func (l *noted) within(now time.Time, d time.Duration) bool {
	since := now.Sub(l.at)
	return since >= 0 && since < d
}
