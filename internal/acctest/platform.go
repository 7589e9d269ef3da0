// Package acctest is what acceptance tests are made of: the platform, in process behind a fake clock and a faulty
// network or as a process of its own, the real Terraform CLI, a provider that receives secrets, and a search for
// secrets that leaked.
//
//	p, tf := acctest.Start(t)
//	tf.Config(`resource "quickconnect_rotation_policy" "p" { … }`)
//	tf.Apply()
//	p.Clock.Advance(90 * 24 * time.Hour)
//	tf.Plan(2).Has("a rotation is due")
package acctest

import (
	"context"
	"crypto/ecdsa"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"testing"
	"time"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/clock"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/launch"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/pgtest"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/access"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/egress"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/keyring"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/limits"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/store"
)

// Where the tests' principals belong, unless a test says otherwise.
const (
	Tenant      = "acme"
	Environment = "staging"
	// Production is the other environment of the tenant.
	Production = "production"
)

// databaseFile is the name of the database in a data directory.
const databaseFile = "quickconnect.db"

// Epoch is where the fake clock stands when a platform starts.
var Epoch = time.Date(2026, time.May, 1, 12, 0, 0, 0, time.UTC)

// Platform is the real platform over a real database, inside the test's process: behind a fake clock, and a network
// that fails on demand.
type Platform struct {
	// Clock is the platform's clock. It moves only when the test moves it.
	Clock *clock.Fake
	// URL is the endpoint, behind the faults. It stays the same over restarts.
	URL string
	// DataDir has the database and the keyring.
	DataDir string

	t      testing.TB
	url    string // of the database in PostgreSQL; empty: it is a file in DataDir
	proxy  *proxy
	log    *launch.Buffer
	store  *store.Store
	keys   *keyring.Keyring
	served *platform.Server
	tokens map[string]string
	// direct is an endpoint that goes round the faults and the log.
	direct  string
	clients clients

	leakKeys map[string]*ecdsa.PublicKey
}

// Start gives a test a platform of its own and a CLI that is set up for it, as deployer. It skips the test without
// TF_ACC.
func Start(tb testing.TB) (*Platform, *CLI) {
	tb.Helper()
	c := NewCLI(tb)
	p := StartPlatform(tb)
	c.Use(p)
	return p, c
}

// Use points the CLI at a platform, as deployer.
func (c *CLI) Use(p *Platform) {
	c.t.Helper()
	c.Set("QUICKCONNECT_ENDPOINT", p.URL)
	c.Set("QUICKCONNECT_TENANT", Tenant)
	c.Set("QUICKCONNECT_ENVIRONMENT", Environment)
	c.Set("QUICKCONNECT_TOKEN", p.Token("deployer"))
}

// StartPlatform starts a platform with the environments staging and production of the tenant acme. It ends with the
// test.
func StartPlatform(tb testing.TB) *Platform {
	tb.Helper()
	made, err := empty()
	if err != nil {
		tb.Fatal(err)
	}
	return made.start(tb)
}

// StartPlatformOn starts a platform over a data directory, which may be empty, at this time. It ends with the test.
func StartPlatformOn(tb testing.TB, dataDir string, at time.Time) *Platform {
	tb.Helper()
	return startPlatform(tb, dataDir, "", at)
}

// StartPlatformOnPostgres starts a platform over a database of PostgreSQL, with the environments of StartPlatform. It
// ends with the test.
func StartPlatformOnPostgres(tb testing.TB) *Platform {
	tb.Helper()
	p := startPlatform(tb, tb.TempDir(), pgtest.Shared(tb).Empty(tb), Epoch)
	p.tokens["deployer"] = p.Bootstrap(Tenant, Environment, Production)[Environment]
	return p
}

// StartPlatformMoved is StartPlatformOn after the database moved to a URL.
func StartPlatformMoved(tb testing.TB, dataDir, url string, at time.Time) *Platform {
	tb.Helper()
	return startPlatform(tb, dataDir, url, at)
}

func startPlatform(tb testing.TB, dataDir, url string, at time.Time) *Platform {
	tb.Helper()
	p := &Platform{
		Clock: clock.NewFake(at), DataDir: dataDir, url: url, t: tb, proxy: &proxy{}, log: &launch.Buffer{},
		tokens: map[string]string{},
	}
	p.open()
	tb.Cleanup(func() { _ = p.store.Close() })
	server := httptest.NewServer(p.proxy)
	tb.Cleanup(server.Close)
	p.URL = server.URL
	direct := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		p.handler().ServeHTTP(w, r)
	}))
	tb.Cleanup(direct.Close)
	p.direct = direct.URL
	return p
}

func (p *Platform) open() {
	p.t.Helper()
	ctx := context.WithoutCancel(p.t.Context())
	opened, err := p.openStore(ctx)
	if err != nil {
		p.t.Fatal(err)
	}
	ring, err := keyring.Create(p.DataDir)
	if err != nil {
		p.t.Fatal(err)
	}
	logger := slog.New(slog.NewJSONHandler(p.log, &slog.HandlerOptions{Level: slog.LevelDebug}))
	// The receivers of the tests are on this machine.
	served, err := platform.New(ctx, platform.Config{
		Store: opened, Keyring: ring, Clock: p.Clock, Logger: logger, LeakKeys: p.leakKeys,
		Egress: egress.Config{AllowPrivate: true},
		// The clock of a test stands still, and a limit that is reached would stay so.
		Limits: &limits.Config{},
	})
	if err != nil {
		p.t.Fatal(err)
	}
	p.store, p.keys, p.served = opened, ring, served
	p.proxy.serve(served)
}

func (p *Platform) openStore(ctx context.Context) (*store.Store, error) {
	if p.url == "" {
		return store.Open(ctx, filepath.Join(p.DataDir, databaseFile))
	}
	opened, err := store.OpenPostgres(ctx, p.url)
	if err != nil {
		return nil, err
	}
	return opened, opened.Serving.Join(ctx, p.t.Name())
}

// Restart stops the platform and starts another one over the same files. The clock goes on.
func (p *Platform) Restart() {
	p.t.Helper()
	if err := p.store.Close(); err != nil {
		p.t.Fatal(err)
	}
	p.open()
}

// Deliver makes every attempt to deliver an event that is due now, as the platform's process does by itself.
func (p *Platform) Deliver() {
	p.t.Helper()
	if err := p.served.Deliver(p.t.Context()); err != nil {
		p.t.Fatal(err)
	}
}

// Probe makes every probe of a receiver that is due now, as the platform's process does by itself.
func (p *Platform) Probe() {
	p.t.Helper()
	if err := p.served.Probe(p.t.Context()); err != nil {
		p.t.Fatal(err)
	}
}

// Refresh makes every refresh of an access token that is due now, as the platform's process does by itself.
func (p *Platform) Refresh() {
	p.t.Helper()
	if err := p.served.Refresh(p.t.Context()); err != nil {
		p.t.Fatal(err)
	}
}

// Token returns the token of a principal with this role in the environment staging.
func (p *Platform) Token(role string) string {
	p.t.Helper()
	if p.tokens[role] == "" {
		p.tokens[role] = p.NewToken(Environment, role, 0)
	}
	return p.tokens[role]
}

// NewToken makes a principal and returns its token, which ends after ttl; 0 is never.
func (p *Platform) NewToken(environment, role string, ttl time.Duration) string {
	p.t.Helper()
	token, err := access.CreatePrincipal(p.t.Context(), p.store, p.keys, p.Clock, store.Scope{
		Tenant:      Tenant,
		Environment: environment,
	}, role, role, ttl)
	if err != nil {
		p.t.Fatal(err)
	}
	return token.Expose()
}

// Bootstrap makes another tenant and returns each environment's deployer token.
func (p *Platform) Bootstrap(tenant string, environments ...string) map[string]string {
	p.t.Helper()
	made, err := access.Bootstrap(p.t.Context(), p.store, p.keys, p.Clock, tenant, environments, 0)
	if err != nil {
		p.t.Fatal(err)
	}
	tokens := map[string]string{}
	for environment, token := range made {
		tokens[environment] = token.Expose()
	}
	return tokens
}

// As returns someone with this role who calls the API by hand.
func (p *Platform) As(role string) *Caller {
	p.t.Helper()
	return p.AsToken(p.Token(role))
}

// AsToken returns the owner of this token who calls the API by hand.
func (p *Platform) AsToken(token string) *Caller { return &Caller{t: p.t, p: p, token: token} }

// Fail asks choose about every request that arrives from outside what is to happen to it. Nil ends all faults.
func (p *Platform) Fail(choose func(Request) Fault) {
	p.proxy.mu.Lock()
	defer p.proxy.mu.Unlock()
	p.proxy.fault = choose
}

// AfterEach calls look after each request that was carried out, before its answer leaves, one call at a time, until the
// end of the test. It waits for the call of another one that is under way. look must not call it.
func (p *Platform) AfterEach(look func()) {
	p.proxy.lookBy(look)
	p.t.Cleanup(func() { p.proxy.lookBy(nil) })
}

// Requests returns what has arrived from outside since the start, or since the last call of ForgetRequests, oldest
// first. Requests about runs are left out.
func (p *Platform) Requests() []Request {
	p.proxy.mu.Lock()
	defer p.proxy.mu.Unlock()
	all := make([]Request, 0, len(p.proxy.log))
	for _, r := range p.proxy.log {
		all = append(all, *r)
	}
	return all
}

// ForgetRequests empties the log of requests.
func (p *Platform) ForgetRequests() {
	p.proxy.mu.Lock()
	defer p.proxy.mu.Unlock()
	p.proxy.log = nil
}

// Log returns what the platform has logged, over all its starts.
func (p *Platform) Log() string { return p.log.String() }

func (p *Platform) handler() http.Handler {
	p.proxy.mu.Lock()
	defer p.proxy.mu.Unlock()
	return p.proxy.target
}
