// Package platform is the reference platform: an http.Handler over a store. It decides nothing about rotation (package
// rotation does) and nothing about SQL (package store does): it authenticates, validates, keeps the two in one
// transaction with their audit events, and speaks the contract of package api.
package platform

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"sync"
	"time"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/clock"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/egress"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/keyring"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/store"
)

// Config says what a platform works with. Store and Keyring are required.
type Config struct {
	Store   *store.Store
	Keyring *keyring.Keyring
	Clock   clock.Clock   // nil: the machine's
	Logger  *slog.Logger  // nil: silence
	Random  io.Reader     // of tokens and ids; nil: crypto/rand
	Sweep   time.Duration // how often Run looks for passed deadlines, deliveries and probes; 0: every second
	Egress  egress.Config // how endpoints are connected to; the zero value is what production uses
}

// Platform serves the API. It is safe for concurrent use.
type Platform struct {
	store   *store.Store
	clock   clock.Clock
	log     *slog.Logger
	random  *source
	vault   *vault
	metrics *metrics
	running *busy // by idempotency key
	courier *courier
	probing *busy // on request, by the id of the endpoint: nobody makes the platform flood a receiver
	egress  *egress.Client
	sweep   time.Duration
	handler http.Handler

	forgetMu sync.Mutex
	forgotAt time.Time
}

// New makes a platform over a store, which may be empty: its keys are made when they are first needed.
func New(ctx context.Context, c Config) (*Platform, error) {
	if c.Store == nil || c.Keyring == nil {
		return nil, errors.New("a platform needs a store and a keyring")
	}
	if c.Clock == nil {
		c.Clock = clock.System()
	}
	if c.Logger == nil {
		c.Logger = slog.New(slog.DiscardHandler)
	}
	if c.Random == nil {
		c.Random = rand.Reader
	}
	if c.Sweep <= 0 {
		c.Sweep = time.Second
	}
	random := newSource(c.Random)
	vault, err := openVault(ctx, c.Store, c.Keyring, random, c.Clock.Now())
	if err != nil {
		return nil, fmt.Errorf("open the keys of the platform: %w", err)
	}
	p := &Platform{
		store: c.Store, clock: c.Clock, log: c.Logger, random: random, vault: vault,
		metrics: newMetrics(), running: newBusy(), courier: newCourier(), probing: newBusy(), egress: egress.New(c.Egress), sweep: c.Sweep,
	}
	if p.handler, err = p.routes(); err != nil { //nolint:contextcheck // requests bring a context of their own
		return nil, err
	}
	return p, nil
}

// ServeHTTP answers one request.
func (p *Platform) ServeHTTP(w http.ResponseWriter, r *http.Request) { p.handler.ServeHTTP(w, r) }
