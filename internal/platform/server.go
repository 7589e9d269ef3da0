// Package platform is the reference platform: an http.Handler over a store, and the loops of the background work.
// It only puts the domains together. Each domain is a package of its own, and docs/architecture.md shows which package
// may use which.
package platform

import (
	"context"
	"crypto/ecdsa"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/netip"
	"sync"
	"time"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/clock"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/access"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/approvals"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/audit"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/claims"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/connectors"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/consents"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/credentials"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/deliveries"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/egress"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/exchange"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/findings"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/governance"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/httpapi"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/identity"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/inventory"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/journal"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/keyring"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/limits"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/login"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/oauth"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/people"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/policies"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/principals"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/retrieval"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/runs"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/sessions"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/store"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/tokens"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/tombstones"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/txn"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/webhooks"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/workload"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/writebehind"
)

// Config has what a platform works with. Store and Keyring are required.
type Config struct {
	Store   *store.Store
	Keyring *keyring.Keyring
	Clock   clock.Clock    // nil: the machine's
	Logger  *slog.Logger   // nil: silence
	Random  io.Reader      // of tokens and ids; nil: crypto/rand
	Sweep   time.Duration  // how often Run looks for passed deadlines, deliveries and probes; 0: every second
	Egress  egress.Config  // how endpoints are connected to; the zero value is what production uses
	Limits  *limits.Config // nil: the defaults
	// TrustedIssuers are issuers of JWTs that may be in a private network; nil: all must be public.
	TrustedIssuers []string
	// EgressAddresses are published for receivers that filter by address; nil: not stated.
	EgressAddresses []string
	// FetchAgain is after how long consumers of credentials are told to come back; 0: the default.
	FetchAgain time.Duration
	// LeakKeys sign reports of leaked values, by their identifiers; nil: no report is taken.
	LeakKeys map[string]*ecdsa.PublicKey
	// Journal has outside of the database what a backup may lack; nil for none.
	Journal *journal.File
	// PublicURL is where browsers find the platform, without a path; empty: there is no console, and nobody signs in.
	PublicURL string
	// NoMetrics leaves /metrics out of the API: Server.Metrics is served elsewhere.
	NoMetrics bool
}

// Server serves the API. It is safe for concurrent use.
type Server struct {
	handler   http.Handler
	metrics   http.Handler
	deliverer *deliveries.Deliverer
	prober    *webhooks.Prober
	refresher *oauth.Refresher
	signedIn  *sessions.Sessions
	sweeper   *sweeper
	census    *census
	keeper    *keeper
	confirmer *confirmer
	interval  time.Duration
	refusals  *httpapi.Refusals
}

// domain is one part of the API.
type domain interface{ Mount(r *httpapi.Router) }

// New makes a server over a store, which may be empty: its keys are made when they are first needed.
func New(ctx context.Context, c Config) (*Server, error) {
	if c.Store == nil || c.Keyring == nil {
		return nil, errors.New("a platform needs a store and a keyring")
	}
	if c.Clock == nil {
		c.Clock = clock.System()
	}
	if c.Logger == nil {
		c.Logger = slog.New(slog.DiscardHandler)
	}
	if c.Limits == nil {
		defaults := limits.Default()
		c.Limits = &defaults
	}
	if c.Random == nil {
		c.Random = rand.Reader
	}
	if c.Sweep <= 0 {
		c.Sweep = time.Second
	}
	runner, err := txn.Open(ctx, c.Store, c.Keyring, c.Clock, c.Random)
	if err != nil {
		return nil, err
	}
	runner.Watch.LogTo(c.Logger)
	runner.Journal = c.Journal
	if err := upgradeSealed(ctx, runner, c.Logger); err != nil {
		return nil, err
	}
	if err := bindRows(ctx, runner, c.Logger); err != nil {
		return nil, err
	}
	if leader, leads := c.Store.Serving.Lead(ctx); leads { // otherwise another process serves, and runs renew theirs
		if err := claims.Extend(leader, runner); err != nil && !errors.Is(err, store.ErrNotLeader) {
			return nil, fmt.Errorf("extend the leases of runs: %w", err)
		}
	}
	s, err := assemble(c, runner) //nolint:contextcheck // requests bring a context of their own
	if err != nil {
		return nil, err
	}
	if err := credentials.BeginUses(ctx, s.sweeper.engine); err != nil {
		return nil, fmt.Errorf("note that uses are recorded: %w", err)
	}
	return s, nil
}

// assemble puts the domains together.
func assemble(c Config, runner *txn.Runner) (*Server, error) {
	metrics := newMetrics(runner.Watch)
	engine := credentials.New(runner, metrics.Settled)
	changes := httpapi.NewChanges(runner, *c.Limits, c.Logger)
	waker := deliveries.NewWaker()
	out := egress.New(c.Egress)
	refresher := oauth.New(oauth.Config{Runner: runner, Egress: out, Log: c.Logger, Refreshed: metrics.Refresh})
	hooks := webhooks.New(webhooks.Config{
		Engine: engine, Changes: changes, Runner: runner, Egress: out, Log: c.Logger,
		Probed: metrics.Probe, Changed: waker.Wake,
	})
	uses := access.NewUses()
	behind := writebehind.New(runner)
	refusals := httpapi.NewRefusals(metrics, runner.Clock.Now, c.Logger)
	router := httpapi.NewRouter(httpapi.Config{
		Runner: runner, Metrics: metrics, Limiter: limits.New(*c.Limits), Refusals: refusals, Uses: uses, Behind: behind,
		Log: c.Logger,
	})
	scoped := tokens.New(engine, changes, runner, behind)
	bearers := tokens.NewBearers(scoped)
	fetches := retrieval.New(engine, runner, bearers, refresher, c.FetchAgain)
	verifier := newVerifier(c, runner, metrics)
	exchanges := exchange.New(engine, bearers, verifier, c.Logger)
	found := findings.New(runner, engine, changes, c.LeakKeys)
	signedIn := newSessions(c, runner, verifier)
	mount(router,
		connectors.New(engine, changes, refresher.CheckTokenURL),
		scoped, fetches, exchanges, hooks,
		policies.New(engine, changes), identity.New(runner, c.EgressAddresses), principals.New(runner, changes),
		audit.New(runner), inventory.New(engine),
		governance.New(runner, changes), consents.New(runner, changes, c.PublicURL),
		workload.New(runner, changes, verifier.CheckIssuer), people.New(runner, changes),
		approvals.New(runner, changes), runs.New(runner), tombstones.New(runner), found, login.New(signedIn),
		deliveries.New(engine, changes, waker),
	)
	checkReady(router, runner, c.Keyring)
	watchMetrics(metrics, runner, engine, uses)
	counted := &census{runner: runner, log: c.Logger}
	metrics.Add(behind, counted, c.Keyring.Metrics())
	handler, err := router.Handler(!c.NoMetrics)
	if err != nil {
		return nil, err
	}
	mountConsole(c, router, handler, runner, verifier, signedIn)
	deliverer := deliveries.NewDeliverer(deliveries.Config{
		Engine: engine, Runner: runner, Webhooks: hooks, Waker: waker, Log: c.Logger, Attempted: metrics.Delivery,
		TakenOver: takenOver(metrics),
	})
	return &Server{
		handler: handler, metrics: metrics.Handler(), deliverer: deliverer, prober: hooks.Prober, interval: c.Sweep,
		refusals: refusals, census: counted, signedIn: signedIn, refresher: refresher, confirmer: &confirmer{runner, engine},
		keeper: newKeeper(c, runner), sweeper: &sweeper{
			runner: runner, engine: engine, uses: uses, fetches: fetches, exchanges: exchanges, behind: behind,
			signer: &audit.Signer{Runner: runner}, database: &databaseWatch{runner: runner, log: c.Logger}, log: c.Logger,
			findings: found, restored: &restoreWatch{restored: runner.Restored, log: c.Logger},
		},
	}, nil
}

func mount(router *httpapi.Router, all ...domain) {
	for _, d := range all {
		d.Mount(router)
	}
}

// checkReady adds what /readyz checks.
func checkReady(router *httpapi.Router, r *txn.Runner, ring *keyring.Keyring) {
	router.Check("database", databaseCheck(r.Store))
	router.Check("clock", clockCheck(r.Watch))
	router.Check("restore", restoreCheck(r.Restored))
	router.Check("keys", keysCheck(ring, r.Clock))
	router.Check("queue", queueCheck(r))
	if r.Journal != nil {
		router.Check("journal", journalCheck(r.Journal))
	}
	if r.Store.Shared() {
		router.Check("leader", leaderCheck(r.Store))
	}
}

// newVerifier makes what verifies the JWTs of workloads.
func newVerifier(c Config, runner *txn.Runner, metrics *httpapi.Metrics) *workload.Verifier {
	v := workload.NewVerifier(workload.Config{
		Egress: c.Egress, Trusted: c.TrustedIssuers, Clock: runner.Clock, Log: c.Logger,
	})
	metrics.Gauge("quickconnect_issuer_keys_age_seconds", "Age of the oldest keys that are in use because their issuer "+
		"could not be reached when they were last to be fetched; 0 where there are none. They are used for 24 hours.", nil,
		func() float64 { return v.KeysAge().Seconds() })
	return v
}

// ServeHTTP answers one request.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) { s.handler.ServeHTTP(w, r) }

// Metrics serves the metrics alone, to be bound to an address of its own.
func (s *Server) Metrics() http.Handler { return s.metrics }

// RefusedConnection counts and logs a connection that was closed because its address has too many.
func (s *Server) RefusedConnection(from netip.Addr) { s.refusals.Connection(from) }

// Run delivers events, probes receivers, refreshes access tokens, checks sessions, counts credentials and sweeps
// until the context ends.
func (s *Server) Run(ctx context.Context) {
	var loops sync.WaitGroup
	for _, loop := range []func(context.Context, time.Duration){s.sweeper.run, s.census.run, s.keeper.run} {
		loops.Go(func() { loop(ctx, s.interval) })
	}
	loops.Go(func() { s.confirmer.runner.Restored.WhileConfirmed(ctx, s.interval, s.send) })
	loops.Wait()
	s.sweeper.writeLast(context.WithoutCancel(ctx)) // the last deliveries are uses too
}

// send delivers events, probes receivers, refreshes access tokens and checks sessions until the context ends.
func (s *Server) send(ctx context.Context) {
	var loops sync.WaitGroup
	for _, loop := range []func(context.Context, time.Duration){
		s.deliverer.Run, s.prober.Run, s.refresher.Run, s.signedIn.Run,
	} {
		loops.Go(func() { loop(ctx, s.interval) })
	}
	loops.Wait()
}

// Sweep writes what this process has in memory. The one that leads settles every deadline that has passed, and deletes
// what is no longer kept.
func (s *Server) Sweep(ctx context.Context) error { return s.sweeper.sweep(ctx) }

// KeepKeys unwraps data keys again that are about to be fresh no more, and asks an idle key-management service.
func (s *Server) KeepKeys(ctx context.Context) { s.keeper.keep(ctx) }

// Count counts the credentials that need attention, for the metrics, unless that was done less than a minute ago.
func (s *Server) Count(ctx context.Context) error { return s.census.take(ctx) }

// Deliver makes every attempt that is due, those that fall due meanwhile included, and returns when it has made them.
func (s *Server) Deliver(ctx context.Context) error { return s.confirmed(ctx, s.deliverer.Deliver) }

// Refresh gets and renews the access tokens of connectors that are due, if this process leads, and returns when it has
// done so.
func (s *Server) Refresh(ctx context.Context) error { return s.confirmed(ctx, s.refresher.Due) }

// Probe makes the probes that are due, and returns when it has made them.
func (s *Server) Probe(ctx context.Context) error { return s.confirmed(ctx, s.prober.Probe) }
