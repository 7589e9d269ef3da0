package platform_test

import (
	"context"
	"crypto/x509"
	"errors"
	"net"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"net/url"
	"os"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/egress"
)

const publicAddress = "93.184.215.14"

// proxied counts the connections to the proxy that the environment names.
var proxied atomic.Int64

// net/http reads the proxy variables once per process, so all tests of the package run with a proxy.
func TestMain(m *testing.M) {
	proxy := countingListener("127.0.0.1:0", &proxied)
	for _, name := range []string{"HTTP_PROXY", "http_proxy", "HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy"} {
		_ = os.Setenv(name, "http://"+proxy.Addr().String())
	}
	_ = os.Unsetenv("NO_PROXY")
	_ = os.Unsetenv("no_proxy")
	os.Exit(m.Run())
}

// countingListener counts the connections to an address and closes each one. It returns nil if the machine lacks the
// address.
func countingListener(address string, count *atomic.Int64) net.Listener {
	listener, err := net.Listen("tcp", address)
	if err != nil {
		return nil
	}
	go func() {
		for {
			conn, err := listener.Accept()
			if err != nil {
				return
			}
			count.Add(1)
			_ = conn.Close()
		}
	}()
	return listener
}

// dials records every address that is dialed. publicAddress leads to the test's server. Other public addresses fail.
type dials struct {
	public string // host:port of that server

	mu   sync.Mutex
	seen []string
}

func (d *dials) dial(ctx context.Context, network, address string) (net.Conn, error) {
	d.mu.Lock()
	d.seen = append(d.seen, address)
	d.mu.Unlock()
	host := netip.MustParseAddrPort(address).Addr()
	switch {
	case host.IsLoopback() || host.IsUnspecified():
	case address == publicAddress+":443" && d.public != "":
		address = d.public
	default:
		return nil, errors.New("this is not a network that a test should use")
	}
	return (&net.Dialer{}).DialContext(ctx, network, address)
}

// connected returns the addresses dialed since its last call.
func (d *dials) connected() []string {
	d.mu.Lock()
	defer d.mu.Unlock()
	seen := d.seen
	d.seen = nil
	return seen
}

// reach restarts the platform with private endpoints allowed or not.
func (w *world) reach(private bool, d *dials, roots *x509.CertPool) {
	w.t.Helper()
	w.private = private
	w.tune = func(c *egress.Config) { c.Dial, c.Roots = d.dial, roots }
	w.restart()
}

// public starts a TLS server at publicAddress, and restarts the platform so that it trusts the server.
func (w *world) public(private bool, handler http.Handler) *dials {
	w.t.Helper()
	server := httptest.NewTLSServer(handler)
	w.t.Cleanup(server.Close)
	roots := x509.NewCertPool()
	roots.AddCert(server.Certificate())
	d := &dials{public: server.Listener.Addr().String()}
	w.reach(private, d, roots)
	return d
}

// refusedAttempt fails the test unless the last attempt was refused with this word in its detail, and without an
// address.
func (w *world) refusedAttempt(endpointID, id, word string, attempts int) {
	w.t.Helper()
	last := w.attempted(endpointID, id, attempts)
	if last.Outcome != api.AttemptRefused || last.Status != nil || !strings.Contains(last.Detail, word) {
		w.t.Errorf("want the attempt refused as %s: %+v", word, last)
	}
	if strings.Contains(last.Detail, "CANARY") || strings.Contains(last.Detail, "example") ||
		strings.ContainsAny(last.Detail, "[]") {
		w.t.Errorf("detail: %s", last.Detail)
	}
	if d := w.delivery(endpointID, id); d.State != api.DeliveryQueued || d.NextAttemptAt == nil {
		w.t.Errorf("the event is not queued for a retry: %+v", d)
	}
}

var privateAddressCases = map[string]struct {
	word    string
	listens string // where it would be reached on this machine
}{
	"127.0.0.1":          {"loopback", "127.0.0.1:0"},
	"127.1.2.3":          {"loopback", "127.1.2.3:0"},
	"::1":                {"loopback", "[::1]:0"},
	"::ffff:127.0.0.1":   {"loopback", "127.0.0.1:0"},
	"0.0.0.0":            {"unspecified", "127.0.0.1:0"},
	"::":                 {"unspecified", "[::1]:0"},
	"10.0.0.1":           {"private", ""},
	"192.168.1.1":        {"private", ""},
	"fd12:3456::1":       {"private", ""},
	"169.254.169.254":    {"metadata", ""},
	"fd00:ec2::254":      {"metadata", ""},
	"169.254.1.1":        {"link-local", ""},
	"fe80::1":            {"link-local", ""},
	"100.64.1.1":         {"carrier", ""},
	"198.18.0.1":         {"benchmarks", ""},
	"fec0::1":            {"site-local", ""},
	"64:ff9b::7f00:1":    {"loopback", ""},
	"64:ff9b::a9fe:a9fe": {"metadata", ""},
	"2002:7f00:1::1":     {"loopback", ""},
}

// TestNameOfPrivateAddressIsRefused at the attempt, without a connection.
func TestNameOfPrivateAddressIsRefused(t *testing.T) {
	w := newWorld(t)
	d := &dials{}
	w.reach(false, d, nil)
	connector, policy := w.newConnector("hooks", nil).ID, w.newPolicy("hooks", nil).ID
	for address, x := range privateAddressCases {
		t.Run(address, func(t *testing.T) {
			w := w.in(t)
			var accepted atomic.Int64
			port := "443"
			if x.listens != "" {
				if l := countingListener(x.listens, &accepted); l != nil {
					t.Cleanup(func() { _ = l.Close() })
					_, port, _ = net.SplitHostPort(l.Addr().String())
				}
			}
			name := "n" + slug(address) + "n"
			w.names.is(name+".example", address)
			endpoint := w.newEndpoint(name, connector, object{"url": "https://" + name + ".example:" + port + "/CANARY"}).ID
			secret := w.newSecret(name, endpoint, policy, nil).ID
			id := w.sent(endpoint)
			w.deliver()
			w.refusedAttempt(endpoint, id, x.word, 1)
			w.retried(endpoint, id)
			w.refusedAttempt(endpoint, id, x.word, 2)
			// A probe is refused too.
			w.mustStep(secret, api.StepBegin, nil)
			w.probe()
			if p := w.secret(secret).Probe; p == nil || p.Result != api.ProbeInconclusive || p.Status != nil ||
				!strings.Contains(p.Detail, x.word) || strings.Contains(p.Detail, "CANARY") {
				t.Errorf("probe: %+v", p)
			}
			if seen := d.connected(); len(seen) != 0 || accepted.Load() != 0 {
				t.Errorf("connected to %v, accepted %d", seen, accepted.Load())
			}
			if strings.Contains(w.log.String(), "CANARY") {
				t.Error("the log has the URL")
			}
		})
	}
}

// TestListenerSeesConnections shows that the listeners above count a connection where private endpoints are allowed.
func TestListenerSeesConnections(t *testing.T) {
	w := newWorld(t)
	h := w.newHook("hooks", nil)
	var accepted atomic.Int64
	l := countingListener("127.0.0.1:0", &accepted)
	t.Cleanup(func() { _ = l.Close() })
	d := &dials{}
	w.reach(true, d, nil)
	w.names.is("inside.example", "127.0.0.1")
	w.patchEndpoint(h.endpoint, object{"url": "https://inside.example:" +
		netip.MustParseAddrPort(l.Addr().String()).String()[len("127.0.0.1:"):]})
	id := w.sent(h.endpoint)
	w.deliver()
	if last := w.attempted(h.endpoint, id, 1); last.Outcome != "broken" || len(d.connected()) != 1 ||
		accepted.Load() != 1 {
		t.Errorf("%+v, accepted %d", last, accepted.Load())
	}
}

// TestEachAttemptResolvesName once, and connects only to an allowed address of that answer.
func TestEachAttemptResolvesName(t *testing.T) {
	w := newWorld(t)
	h := w.newHook("hooks", nil)
	d := w.public(false, h.receiver)
	w.names.is("example.com", publicAddress, "127.0.0.1", publicAddress, "10.0.0.1")
	w.patchEndpoint(h.endpoint, object{"url": "https://example.com/hook"})
	first := h.delivered()
	if !first.genuine {
		t.Error("the delivery is not signed")
	}
	id := w.sent(h.endpoint)
	w.deliver()
	w.refusedAttempt(h.endpoint, id, "loopback", 1)
	w.retried(h.endpoint, id)
	if a := h.took(1)[0]; a.id() != id {
		t.Errorf("%s arrived", a.id())
	}
	id = w.sent(h.endpoint)
	w.deliver()
	w.refusedAttempt(h.endpoint, id, "private", 1)
	if seen := d.connected(); !slices.Equal(seen, []string{publicAddress + ":443", publicAddress + ":443"}) {
		t.Errorf("connected to %v", seen)
	}
}

// TestDisallowingPrivateEndpoints refuses attempts at endpoints that were accepted before. Their URL can be changed.
func TestDisallowingPrivateEndpoints(t *testing.T) {
	w := newWorld(t)
	h := w.newHook("hooks", nil)
	id := w.sent(h.endpoint)
	d := w.public(false, h.receiver)
	w.deliver()
	w.refusedAttempt(h.endpoint, id, "https://", 1)
	w.names.is("example.com", publicAddress)
	w.patchEndpoint(h.endpoint, object{"url": "https://example.com/hook"})
	w.retried(h.endpoint, id)
	h.took(1)
	if seen := d.connected(); !slices.Equal(seen, []string{publicAddress + ":443"}) {
		t.Errorf("connected to %v", seen)
	}
}

// TestNoProxy ignores the proxy of the environment.
func TestNoProxy(t *testing.T) {
	r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, "https://example.com", nil)
	if err != nil {
		t.Fatal(err)
	}
	var proxy *url.URL
	if proxy, err = http.ProxyFromEnvironment(r); err != nil || proxy == nil {
		t.Fatalf("the environment names no proxy: %v", err)
	}
	for _, private := range []bool{false, true} {
		w := newWorld(t)
		h := w.newHook("hooks", nil)
		d := w.public(private, h.receiver)
		w.names.is("example.com", publicAddress)
		w.patchEndpoint(h.endpoint, object{"url": "https://example.com/hook"})
		h.delivered()
		w.mustStep(h.secret, api.StepBegin, nil)
		h.knows(w.key(h.secret, 2))
		w.probe()
		h.took(2)
		if p := w.secret(h.secret).Probe; p.Result != api.ProbeProven {
			t.Errorf("probe: %+v", p)
		}
		if seen := d.connected(); !slices.Equal(seen, slices.Repeat([]string{publicAddress + ":443"}, 3)) {
			t.Errorf("connected to %v", seen)
		}
		w.names.is("example.com", "127.0.0.1")
		w.reach(false, d, nil)
		w.clock.Advance(time.Minute)
		id := w.sent(h.endpoint)
		w.deliver()
		w.refusedAttempt(h.endpoint, id, "loopback", 1)
	}
	if n := proxied.Load(); n != 0 {
		t.Errorf("%d connections to the proxy", n)
	}
}
