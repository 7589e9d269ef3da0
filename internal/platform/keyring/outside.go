package keyring

import (
	"context"
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/clock"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/keyring/transit"
)

// OutsideKey names a key of a key-management service, and says how to log in.
type OutsideKey = transit.Key

// ParseOutside reads the URI of a key outside.
func ParseOutside(uri string) (OutsideKey, error) { return transit.Parse(uri) }

// IsUnreachable reports whether an error is an outage of a key-management service.
func IsUnreachable(err error) bool { return transit.IsUnreachable(err) }

// IsRefused reports whether an error is a refusal of a key-management service, which no waiting ends.
func IsRefused(err error) bool { return transit.IsRefused(err) }

// isOutside reports whether an error is of a key-management service, or of a caller who did not wait for it.
func isOutside(ctx context.Context, err error) bool {
	return err != nil && (transit.IsError(err) || ctx.Err() != nil)
}

// AskAgain is how long a service is not asked that did not answer: everything would wait for it.
const AskAgain = 5 * time.Second

// Outside says how keys outside are used.
type Outside struct {
	Clock clock.Clock
	// Login is how to log in for the same key, in place of what the file says; nil: as the file says.
	Login *OutsideKey
	// Outage is how long data keys may be used that cannot be unwrapped again in an outage.
	Outage time.Duration
}

// DefaultOutage is how long an outage is bridged, unless the operator says otherwise.
const DefaultOutage = time.Hour

// outsides has the services of the keys outside.
type outsides struct {
	took *prometheus.HistogramVec

	guard    sync.Mutex
	use      Outside
	services map[OutsideKey]*service
}

func newKeyring(dir string) *Keyring {
	return &Keyring{dir: dir, outsides: outsides{
		use: Outside{Clock: clock.System(), Outage: DefaultOutage}, services: map[OutsideKey]*service{},
		took: prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Name:    "quickconnect_kms_call_seconds",
			Help:    "Calls of the key-management service, by operation and outcome, and how long they took.",
			Buckets: []float64{.005, .01, .025, .05, .1, .25, .5, 1, 2.5, 5},
		}, []string{"operation", "outcome"}),
	}}
}

// Use says how keys outside are used from now on.
func (o *outsides) Use(outside Outside) {
	o.guard.Lock()
	defer o.guard.Unlock()
	o.use, o.services = outside, map[OutsideKey]*service{}
}

// SetOutage sets how long data keys may be used that cannot be unwrapped again in an outage.
func (o *outsides) SetOutage(d time.Duration) {
	o.guard.Lock()
	defer o.guard.Unlock()
	o.use.Outage = d
}

// Outage returns how long data keys may be used that cannot be unwrapped again in an outage.
func (o *outsides) Outage() time.Duration {
	o.guard.Lock()
	defer o.guard.Unlock()
	return o.use.Outage
}

// Metrics counts the calls of key-management services.
func (o *outsides) Metrics() prometheus.Collector { return o.took }

// service returns the service of a key.
func (o *outsides) service(key OutsideKey) (*service, error) {
	o.guard.Lock()
	defer o.guard.Unlock()
	if by := o.use.Login; by != nil && by.Same(key) {
		key = *by
	}
	if known := o.services[key]; known != nil {
		return known, nil
	}
	client, err := transit.New(key, transit.Options{
		Clock: o.use.Clock, Jitter: rand.Float64,
		Observe: func(operation, outcome string, took time.Duration) {
			o.took.WithLabelValues(operation, outcome).Observe(took.Seconds())
		},
	})
	if err != nil {
		return nil, err
	}
	made := &service{client: client, clock: o.use.Clock}
	o.services[key] = made
	return made, nil
}

// Reach asks the service of the newest key whether it seals. It does nothing where that key is in the file.
func (k *Keyring) Reach(ctx context.Context) error {
	kek, err := k.kek(k.Newest())
	if err != nil {
		return err
	}
	if of, ok := kek.(remote); ok {
		_, err = of.EncryptWithContext(ctx, []byte("quickconnect"), []byte("probe"))
	}
	return err
}

// OutsideOf returns the key outside that is the KEK with a number, and its version; 0 for a key of the file.
func (k *Keyring) OutsideOf(number int64) (key OutsideKey, version int64, err error) {
	k.mu.Lock()
	defer k.mu.Unlock()
	found, err := k.entry(number)
	return found.key, found.version, err
}

// service is a key-management service, and what is known of how it is. It asks one that does not answer only once in a
// while.
type service struct {
	client *transit.Client
	clock  clock.Clock

	mu           sync.Mutex
	sealed       record // how sealing went last
	opened       record // how opening went last
	askedAgainAt time.Time
}

// record is how the last call of a kind went.
type record struct {
	failed error // nil: it worked
	since  time.Time
	at     time.Time // of the last call
}

func (r *record) note(err error, now time.Time) {
	if err != nil && r.failed == nil {
		r.since = now
	}
	r.failed, r.at = err, now
}

// ask makes one call, unless the service did not answer a moment ago.
func (s *service) ask(r *record, do func() error) error {
	if err := s.silent(); err != nil {
		return err
	}
	err := do()
	s.mu.Lock()
	defer s.mu.Unlock()
	switch now := s.clock.Now(); {
	case transit.IsUnreachable(err), transit.IsRefused(err):
		r.note(err, now)
		s.askedAgainAt = now
	case err == nil, transit.IsError(err): // where one ciphertext does not open, the service works
		r.note(nil, now)
		for _, of := range []*record{&s.sealed, &s.opened} {
			if transit.IsUnreachable(of.failed) {
				of.failed = nil
			}
		}
	}
	return err
}

// silent returns the error of a service that did not answer a moment ago. One caller asks it again after that.
func (s *service) silent() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	failed := s.opened.failed
	if !transit.IsUnreachable(failed) {
		failed = s.sealed.failed
	}
	if !transit.IsUnreachable(failed) {
		return nil
	}
	now := s.clock.Now()
	if passed := now.Sub(s.askedAgainAt); passed >= 0 && passed < AskAgain {
		return failed
	}
	s.askedAgainAt = now
	return nil
}

// pin returns the newest version of the key, or with rotate a new one.
func (s *service) pin(ctx context.Context, rotate bool) (version int64, err error) {
	if rotate {
		version, err = s.client.Rotate(ctx)
	} else {
		version, err = s.client.Newest(ctx)
	}
	if err != nil {
		err = fmt.Errorf("pin a version of %s: %w", s.client.Key().Short(), err)
	}
	return version, err
}

// remote is a KEK outside: a version of a key of a service.
type remote struct {
	*service

	version int64
}

// EncryptWithContext implements KEK.
func (r remote) EncryptWithContext(ctx context.Context, plain, associated []byte) (sealed []byte, err error) {
	err = r.ask(&r.sealed, func() (err error) {
		sealed, err = r.client.Encrypt(ctx, r.version, plain, associated)
		return err
	})
	return sealed, err
}

// DecryptWithContext implements KEK.
func (r remote) DecryptWithContext(ctx context.Context, sealed, associated []byte) (plain []byte, err error) {
	err = r.ask(&r.opened, func() (err error) {
		plain, err = r.client.Decrypt(ctx, sealed, associated)
		return err
	})
	return plain, err
}

// ServiceState is how a key-management service is, as its last calls show.
type ServiceState struct {
	Key    string    // its URI, without how to log in
	Failed error     // of the last call; nil: it works
	Since  time.Time // when that began
	Opens  bool      // the last call that opened something worked
	At     time.Time // of the last call; zero: there was none
}

// Services returns how the services are that were asked, in the order of their keys.
func (o *outsides) Services() (all []ServiceState) {
	o.guard.Lock()
	services := slices.Collect(maps.Values(o.services))
	o.guard.Unlock()
	for _, s := range services {
		all = append(all, s.state())
	}
	slices.SortFunc(all, func(a, b ServiceState) int { return strings.Compare(a.Key, b.Key) })
	return all
}

func (s *service) state() ServiceState {
	s.mu.Lock()
	defer s.mu.Unlock()
	out := ServiceState{Key: s.client.Key().Short(), Opens: s.opened.failed == nil, At: s.opened.at}
	worse := s.opened
	if worse.failed == nil {
		worse = s.sealed
	}
	if s.sealed.at.After(out.At) {
		out.At = s.sealed.at
	}
	out.Failed, out.Since = worse.failed, worse.since
	return out
}
