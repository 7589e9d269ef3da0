package keys

import (
	"maps"
	"sync"
	"time"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/keyring"
)

// dataKeyTTL is how long a key stays in memory unwrapped.
const dataKeyTTL = 5 * time.Minute

// maxUnwrapped is how many keys stay in memory at most.
const maxUnwrapped = 10_000

// memory has the keys that were unwrapped a short time ago. A data key is found by its header, which no other data key
// ever has: not even where the transaction that made the first was rolled back. Other keys are found by what they are
// sealed as.
type memory struct {
	mu   sync.Mutex
	keys map[any]unwrapped
}

type unwrapped struct {
	dataKey *keyring.DataKey
	key     *SymmetricKey
	until   time.Time

	// Of what a key outside of the machine has wrapped.
	outside bool
	number  int64     // of the KEK
	wrapped []byte    // of a data key
	used    time.Time // last
}

// fresh reports whether a key may be used without asking. A key of the platform that was opened with a key outside may
// as long as the process lives: it opens no value, and without it nobody could revoke one.
func (u unwrapped) fresh(now time.Time) bool {
	return now.Before(u.until) && u.until.Sub(now) <= dataKeyTTL || u.outside && u.key != nil
}

// past is how long ago a key was fresh.
func (u unwrapped) past(now time.Time) time.Duration { return now.Sub(u.until) }

func (m *memory) dataKey(h keyring.Header, now time.Time) *keyring.DataKey {
	return m.find(h, now).dataKey
}

func (m *memory) symmetric(id string, now time.Time) *SymmetricKey { return m.find(id, now).key }

func (m *memory) find(id any, now time.Time) unwrapped {
	m.mu.Lock()
	defer m.mu.Unlock()
	found, ok := m.keys[id]
	switch {
	case !ok:
	case found.fresh(now):
		found.used = now
		m.keys[id] = found
		return found
	case !found.outside:
		delete(m.keys, id)
	}
	return unwrapped{}
}

// stale returns a data key that is fresh no more, and that may be used as long as the key-management service is out.
func (m *memory) stale(h keyring.Header, now time.Time, outage time.Duration) *keyring.DataKey {
	m.mu.Lock()
	defer m.mu.Unlock()
	found := m.keys[h]
	if past := found.past(now); !found.outside || past < 0 || past >= outage {
		return nil
	}
	found.used = now
	m.keys[h] = found
	return found.dataKey
}

// drop drops every data key under a KEK, because its service refuses the platform.
func (m *memory) drop(number int64) {
	m.mu.Lock()
	defer m.mu.Unlock()
	maps.DeleteFunc(m.keys, func(_ any, u unwrapped) bool { return u.outside && u.key == nil && u.number == number })
}

// forget drops the data keys of an owner.
func (m *memory) forget(owner keyring.Owner) {
	m.mu.Lock()
	defer m.mu.Unlock()
	maps.DeleteFunc(m.keys, func(_ any, u unwrapped) bool { return u.dataKey != nil && u.dataKey.Owner == owner })
}

func (m *memory) keep(id any, u unwrapped, now time.Time) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.keys == nil {
		m.keys = map[any]unwrapped{}
	}
	if len(m.keys) >= maxUnwrapped {
		m.makeRoom()
	}
	u.until, u.used = now.Add(dataKeyTTL), now
	m.keys[id] = u
}

// makeRoom drops a tenth of the keys, whichever: they are unwrapped again when they are needed. What was opened with a
// key outside for the platform stays.
func (m *memory) makeRoom() {
	left := maxUnwrapped / 10
	maps.DeleteFunc(m.keys, func(_ any, u unwrapped) bool {
		if left == 0 || u.outside && u.key != nil {
			return false
		}
		left--
		return true
	})
}

// ending returns the data keys outside that are fresh no longer than ahead, and were used within the time of an outage.
// It drops those that no outage makes usable any more.
func (m *memory) ending(now time.Time, ahead, outage time.Duration) map[keyring.Header]unwrapped {
	m.mu.Lock()
	defer m.mu.Unlock()
	out := map[keyring.Header]unwrapped{}
	for id, u := range m.keys {
		header, ok := id.(keyring.Header)
		switch {
		case !ok || !u.outside:
		case u.past(now) >= outage:
			delete(m.keys, id)
		case u.past(now) > -ahead && now.Sub(u.used) < outage:
			out[header] = u
		}
	}
	return out
}

// renew makes a data key fresh again, unless it was dropped meanwhile; without one, it drops it.
func (m *memory) renew(h keyring.Header, key *keyring.DataKey, now time.Time) {
	m.mu.Lock()
	defer m.mu.Unlock()
	found, ok := m.keys[h]
	if ok && key != nil {
		found.dataKey, found.until = key, now.Add(dataKeyTTL)
		m.keys[h] = found
		return
	}
	delete(m.keys, h)
}
