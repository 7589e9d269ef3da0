package platform_test

import (
	"bytes"
	"crypto/ecdsa"
	"log/slog"
	"net/http/httptest"
	"net/netip"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/clock"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/pgtest"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/egress"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/journal"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/keyring"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/limits"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/store"
)

var (
	epoch   = time.Date(2026, 5, 1, 12, 0, 0, 0, time.UTC)
	staging = store.Scope{Tenant: "acme", Environment: "staging"}
)

// world is a platform with a database file, an HTTP server and a fake clock.
type world struct {
	t        testing.TB
	dir      string
	url      string // of the database; empty: it is a file in dir
	clock    *clock.Fake
	log      *buffer
	store    *store.Store
	keyring  *keyring.Keyring
	outside  *keyring.Outside // how keys outside are used; nil: as by default
	p        *platform.Server
	names    *resolver                   // what endpoints' host names resolve to
	trusted  []string                    // issuers that may be in a private network; from the next open on
	private  bool                        // private endpoints are allowed
	leakKeys map[string]*ecdsa.PublicKey // that sign reports of leaks
	journal  *journal.File               // from the next open on; nil: none
	tune     func(*egress.Config)        // changes how endpoints are connected to, from the next open on; nil: nothing
	limits   *limits.Config              // of requests and objects; from the next open on
	server   *httptest.Server
	tokens   map[string]string // role -> token of a principal in acme/staging
	foreign  map[string]string // environment of another scope -> token of a deployer
	created  *int              // how many objects create has made, for unique names
}

// buffer is a log that is safe for concurrent use.
type buffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (b *buffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.b.Write(p)
}

func (b *buffer) String() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.b.String()
}

// in returns the same world for a subtest. A failure fails the subtest.
func (w *world) in(t *testing.T) *world {
	t.Helper()
	sub := *w
	sub.t = t
	return &sub
}

func newWorld(tb testing.TB) *world {
	tb.Helper()
	seedOnce.Do(func() { seeded = newSeed(tb) })
	w := &world{
		t: tb, dir: tb.TempDir(), clock: clock.NewFake(epoch), log: &buffer{}, tokens: seeded.tokens, foreign: seeded.foreign,
		names: &resolver{answers: map[string][][]netip.Addr{}}, private: true, created: new(int),
		// The clock of a test stands still, and a limit that is reached would stay so: a test that needs one sets it.
		limits: &limits.Config{},
	}
	for name, content := range seeded.files {
		if err := os.WriteFile(filepath.Join(w.dir, name), content, 0o600); err != nil {
			tb.Fatal(err)
		}
	}
	if onPostgres {
		w.url = pgtest.Shared(tb).Copy(tb, seedTemplate, nil)
	}
	w.open()
	tb.Cleanup(func() { w.close() })
	return w
}

func (w *world) open() {
	w.t.Helper()
	var err error
	if w.keyring, err = keyring.Create(w.dir); err != nil {
		w.t.Fatal(err)
	}
	if w.outside != nil {
		w.keyring.Use(*w.outside)
	}
	if w.store, err = w.openStore(); err != nil {
		w.t.Fatal(err)
	}
	way := egress.Config{AllowPrivate: w.private, Resolver: w.names}
	if w.tune != nil {
		w.tune(&way)
	}
	w.p, err = platform.New(w.t.Context(), platform.Config{
		Store: w.store, Keyring: w.keyring, Clock: w.clock,
		Logger: slog.New(slog.NewTextHandler(w.log, &slog.HandlerOptions{Level: slog.LevelDebug})),
		Egress: way, Limits: w.limits, TrustedIssuers: w.trusted, LeakKeys: w.leakKeys, Journal: w.journal,
		PublicURL: publicURL,
	})
	if err != nil {
		w.t.Fatal(err)
	}
	w.server = httptest.NewServer(w.p)
}

// openStore opens the database, which it serves.
func (w *world) openStore() (*store.Store, error) {
	s, err := w.openStoreBeside()
	if err != nil {
		return nil, err
	}
	return s, s.Serving.Join(w.t.Context(), w.t.Name())
}

// openStoreBeside opens the database as a command does beside the server.
func (w *world) openStoreBeside() (*store.Store, error) {
	if w.url == "" {
		return store.Open(w.t.Context(), w.file())
	}
	return store.OpenPostgres(w.t.Context(), w.url)
}

func (w *world) close() {
	w.server.Close()
	if err := w.store.Close(); err != nil {
		w.t.Error(err)
	}
}

// restart closes and opens the platform, as a restart of the process does.
func (w *world) restart() {
	w.t.Helper()
	w.close()
	w.open()
}

// object is a request body.
type object = map[string]any

func (w *world) newPolicy(name string, more object) api.RotationPolicy {
	w.t.Helper()
	body := object{"name": name, "interval": "30d", "overlap": "1h", "max_stage": "2h"}
	for k, v := range more {
		body[k] = v
	}
	return decoded[api.RotationPolicy](w.do("POST", "/v1/rotation-policies", body).want(201))
}

func (w *world) newConnector(name string, more object) api.Connector {
	w.t.Helper()
	body := object{"name": name, "owner": "team-messaging", "type": "custom"}
	for k, v := range more {
		body[k] = v
	}
	return decoded[api.Connector](w.do("POST", "/v1/connectors", body).want(201))
}

func tokenBody(name, connectorID string, more object) object {
	body := object{
		"name": name, "owner": "team-messaging", "connector_id": connectorID,
		"scopes": []string{"messages:send"}, "expires_at": "2030-01-01T00:00:00Z",
	}
	for k, v := range more {
		if v == nil {
			delete(body, k)
			continue
		}
		body[k] = v
	}
	return body
}

func (w *world) newToken(name, connectorID string, more object) api.ScopedToken {
	w.t.Helper()
	return decoded[api.ScopedToken](w.do("POST", "/v1/scoped-tokens", tokenBody(name, connectorID, more)).want(201))
}

func (w *world) newEndpoint(name, connectorID string, more object) api.WebhookEndpoint {
	w.t.Helper()
	body := object{"name": name, "connector_id": connectorID, "url": "https://hooks.example.com/quickconnect"}
	for k, v := range more {
		body[k] = v
	}
	return decoded[api.WebhookEndpoint](w.do("POST", pathEndpoints, body).want(201))
}

func (w *world) newSecret(name, endpointID, policyID string, more object) api.SigningSecret {
	w.t.Helper()
	body := object{"name": name, "owner": "team-messaging", "endpoint_id": endpointID, "rotation_policy_id": policyID}
	for k, v := range more {
		body[k] = v
	}
	return decoded[api.SigningSecret](w.do("POST", pathSecrets, body).want(201))
}

func (w *world) token(id string) api.ScopedToken {
	w.t.Helper()
	return decoded[api.ScopedToken](w.do("GET", "/v1/scoped-tokens/"+id, nil).want(200))
}

func (w *world) patchToken(id string, body any, headers ...header) api.ScopedToken {
	w.t.Helper()
	return decoded[api.ScopedToken](w.do("PATCH", "/v1/scoped-tokens/"+id, body, headers...).want(200))
}

// pathOf returns the path of an object, which the prefix of its id tells.
func pathOf(id string) string {
	for _, k := range api.Kinds() {
		if strings.HasPrefix(id, k.IDPrefix) {
			return "/v1/" + k.Path + "/" + id
		}
	}
	panic("no kind has the id " + id)
}

// step requests a rotation step of a scoped token or a signing secret.
func (w *world) step(id, step string, body any, headers ...header) *reply {
	w.t.Helper()
	if body == nil {
		body = object{}
	}
	return w.do("POST", pathOf(id)+"/rotation/"+step, body, headers...)
}

// lifecycle revokes, holds or releases an object.
func (w *world) lifecycle(id, action string, body any) *reply {
	w.t.Helper()
	return w.do("POST", pathOf(id)+"/"+action, body).want(200)
}

// revealed is the response to a reveal.
type revealed struct {
	Version   int64      `json:"version"`
	Value     string     `json:"value"`
	ExpiresAt *time.Time `json:"expires_at"`
}

func (w *world) reveal(id string, version int64) string {
	w.t.Helper()
	return decoded[revealed](w.do("POST", revealPath(id, version), nil).want(200)).Value
}

func revealPath(id string, version int64) string {
	return pathOf(id) + "/versions/" + itoa(version) + "/reveal"
}

// introspect asks as a role whether a value is accepted.
func (w *world) introspect(role, value string, more ...string) api.Introspection {
	w.t.Helper()
	form := url.Values{"token": {value}}
	for i := 0; i < len(more); i += 2 {
		form.Set(more[i], more[i+1])
	}
	return decoded[api.Introspection](w.as(role, "POST", "/v1/introspect", form).want(200))
}

// accepted fails the test unless introspection by an auditor accepts exactly these versions.
func (w *world) accepted(values map[int64]string, want ...int64) {
	w.t.Helper()
	for n, v := range values {
		got := w.introspect(api.RoleAuditor, v)
		wanted := false
		for _, m := range want {
			wanted = wanted || m == n
		}
		if got.Active != wanted {
			w.t.Errorf("version %d at %s: active %v, want %v", n, w.clock.Now().Format(time.RFC3339), got.Active, wanted)
		}
	}
}

func (w *world) versions(id string) []api.Version {
	w.t.Helper()
	return decoded[api.Page[api.Version]](w.do("GET", pathOf(id)+"/versions", nil).want(200)).Items
}

// audit returns the events of acme/staging.
func (w *world) audit() []*store.AuditEvent {
	w.t.Helper()
	var events []*store.AuditEvent
	err := w.store.View(w.t.Context(), func(tx *store.Tx) (err error) {
		events, err = tx.AuditEvents(w.t.Context(), staging, store.AuditFilter{Limit: 100000})
		return err
	})
	if err != nil {
		w.t.Fatal(err)
	}
	return events
}

// actions returns the audited actions on an object, in order.
func (w *world) actions(id string) (out []string) {
	w.t.Helper()
	for _, e := range w.audit() {
		if e.ObjectID == id {
			out = append(out, e.Action)
		}
	}
	return out
}
