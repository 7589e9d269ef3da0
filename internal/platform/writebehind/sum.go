package writebehind

import (
	"maps"
	"slices"
	"strconv"
	"time"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/store"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/txn"
)

// The least time between two events about the same. What was accepted all the time is in the uses of the credential
// too, so an hour is enough.
const (
	whereRefused  = time.Minute
	whereAccepted = time.Hour
)

// sum is what happened since the last event about the same.
type sum struct {
	written     time.Time // when that was; zero for never
	first, last time.Time
	accepted    int64
	refused     map[string]int64 // by the reason
	version     int64            // of the last one
	by          txn.Caller       // of the last one
}

func (s *sum) add(e Event) {
	if s.count() == 0 {
		s.first = e.At
	}
	s.last, s.version, s.by = e.At, e.Version, e.By
	if e.Refusal == "" {
		s.accepted++
		return
	}
	if s.refused == nil {
		s.refused = map[string]int64{}
	}
	s.refused[e.Refusal]++
}

func (s *sum) count() int64 {
	n := s.accepted
	for _, refused := range s.refused {
		n += refused
	}
	return n
}

// due reports whether an event is to be written now. The first one is written at once.
func (s *sum) due(now time.Time, all bool) bool {
	interval := whereAccepted
	if len(s.refused) > 0 {
		interval = whereRefused
	}
	since := now.Sub(s.written)
	return s.count() > 0 && (all || s.written.IsZero() || since < 0 || since >= interval)
}

// isOver reports whether nothing is to be known of it any more.
func (s *sum) isOver(now time.Time) bool {
	since := now.Sub(s.written)
	return s.count() == 0 && (since < 0 || since >= whereAccepted)
}

func (s *sum) copied() sum {
	out := *s
	out.refused = maps.Clone(s.refused)
	return out
}

// wrote takes away what an event has. More may have happened meanwhile.
func (s *sum) wrote(of *sum, now time.Time) {
	s.written, s.first = now, of.last
	s.accepted -= of.accepted
	for reason, n := range of.refused {
		if s.refused[reason] -= n; s.refused[reason] == 0 {
			delete(s.refused, reason)
		}
	}
}

// event is the audit event. It names who came last.
func (s *sum) event(k key) store.AuditEvent {
	detail := map[string]string{
		"count": strconv.FormatInt(s.count(), 10), "first_at": s.first.UTC().Format(time.RFC3339),
	}
	if k.network.IsValid() {
		detail["network"] = k.network.String()
	}
	for _, reason := range slices.Sorted(maps.Keys(s.refused)) {
		detail["refused_"+reason] = strconv.FormatInt(s.refused[reason], 10)
	}
	outcome := api.OutcomeSuccess
	if len(s.refused) > 0 {
		outcome = api.OutcomeFailure
	}
	return store.AuditEvent{
		Action: k.action, Kind: k.of.Kind, ObjectID: k.of.ID, Version: s.version, Outcome: outcome, At: s.last,
		Actor: s.by.Actor, Role: s.by.Role, Workload: s.by.Workload, Address: s.by.Address, UserAgent: s.by.UserAgent,
		Detail: detail,
	}
}
