// Package memory has the keys that were unwrapped a short time ago, so that no key-encryption key is asked at each use.
package memory

import (
	"maps"
	"sync"
	"time"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/keyring"
)

// TTL is how long a key stays in memory unwrapped.
const TTL = 5 * time.Minute

// maxUnwrapped is how many keys stay in memory at most.
const maxUnwrapped = 10_000

// Memory has unwrapped keys. The zero value has none. It is safe for concurrent use. A data key is found by its header,
// which no other data key ever has: not even where the transaction that made the first was rolled back. Other keys are
// found by what they are sealed as.
type Memory struct {
	mu   sync.Mutex
	keys map[any]Entry
}

// Entry is an unwrapped key: a data key, or a key of the platform.
type Entry struct {
	DataKey  *keyring.DataKey
	Platform any // a key of the platform; nil for a data key

	// Of what a key outside of the machine has wrapped.
	Outside bool
	Number  int64  // of the KEK
	Wrapped []byte // of a data key

	until, used time.Time
}

// fresh reports whether a key may be used without asking. A key of the platform that was opened with a key outside may
// as long as the process lives: it opens no value, and without it nobody could revoke one.
func (u Entry) fresh(now time.Time) bool {
	return now.Before(u.until) && u.until.Sub(now) <= TTL || u.Outside && u.Platform != nil
}

// past is how long ago a key was fresh.
func (u Entry) past(now time.Time) time.Duration { return now.Sub(u.until) }

// DataKey returns a data key that is fresh; nil for none.
func (m *Memory) DataKey(h keyring.Header, now time.Time) *keyring.DataKey {
	return m.find(h, now).DataKey
}

// PlatformKey returns a key of the platform that is fresh; nil for none.
func (m *Memory) PlatformKey(id string, now time.Time) any { return m.find(id, now).Platform }

func (m *Memory) find(id any, now time.Time) Entry {
	m.mu.Lock()
	defer m.mu.Unlock()
	found, ok := m.keys[id]
	switch {
	case !ok:
	case found.fresh(now):
		found.used = now
		m.keys[id] = found
		return found
	case !found.Outside:
		delete(m.keys, id)
	}
	return Entry{}
}

// Stale returns a data key that is fresh no more, and that may be used as long as the key-management service is out.
func (m *Memory) Stale(h keyring.Header, now time.Time, outage time.Duration) *keyring.DataKey {
	m.mu.Lock()
	defer m.mu.Unlock()
	found := m.keys[h]
	if past := found.past(now); !found.Outside || past < 0 || past >= outage {
		return nil
	}
	found.used = now
	m.keys[h] = found
	return found.DataKey
}

// Drop drops every data key under a KEK, because its service refuses the platform.
func (m *Memory) Drop(number int64) {
	m.mu.Lock()
	defer m.mu.Unlock()
	maps.DeleteFunc(m.keys, func(_ any, u Entry) bool { return u.Outside && u.Platform == nil && u.Number == number })
}

// Forget drops the data keys of an owner.
func (m *Memory) Forget(owner keyring.Owner) {
	m.mu.Lock()
	defer m.mu.Unlock()
	maps.DeleteFunc(m.keys, func(_ any, u Entry) bool { return u.DataKey != nil && u.DataKey.Owner == owner })
}

// Keep keeps a key that was unwrapped just now. A data key is found by its header, another key by a text.
func (m *Memory) Keep(id any, u Entry, now time.Time) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.keys == nil {
		m.keys = map[any]Entry{}
	}
	if len(m.keys) >= maxUnwrapped {
		m.makeRoom()
	}
	u.until, u.used = now.Add(TTL), now
	m.keys[id] = u
}

// makeRoom drops a tenth of the keys, whichever: they are unwrapped again when they are needed. What was opened with a
// key outside for the platform stays.
func (m *Memory) makeRoom() {
	left := maxUnwrapped / 10
	maps.DeleteFunc(m.keys, func(_ any, u Entry) bool {
		if left == 0 || u.Outside && u.Platform != nil {
			return false
		}
		left--
		return true
	})
}

// Ending returns the data keys outside that are fresh no longer than ahead, and were used within the time of an outage.
// It drops those that no outage makes usable any more.
func (m *Memory) Ending(now time.Time, ahead, outage time.Duration) map[keyring.Header]Entry {
	m.mu.Lock()
	defer m.mu.Unlock()
	out := map[keyring.Header]Entry{}
	for id, u := range m.keys {
		header, ok := id.(keyring.Header)
		switch {
		case !ok || !u.Outside:
		case u.past(now) >= outage:
			delete(m.keys, id)
		case u.past(now) > -ahead && now.Sub(u.used) < outage:
			out[header] = u
		}
	}
	return out
}

// Renew makes a data key fresh again, unless it was dropped meanwhile; without one, it drops it.
func (m *Memory) Renew(h keyring.Header, key *keyring.DataKey, now time.Time) {
	m.mu.Lock()
	defer m.mu.Unlock()
	found, ok := m.keys[h]
	if ok && key != nil {
		found.DataKey, found.until = key, now.Add(TTL)
		m.keys[h] = found
		return
	}
	delete(m.keys, h)
}
