package egress_test

import (
	"context"
	"crypto/x509"
	"errors"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"os"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/egress"
)

const (
	publicIP  = "93.184.215.14"
	publicIP6 = "2606:2800:21f:cb07::1"
	proxyIP   = "93.184.215.99"
)

// TestMain sets a proxy for http and https at a public address: net/http reads it once for each process. The tests see
// every address that is dialled, and so a use of the proxy.
func TestMain(m *testing.M) {
	for _, name := range []string{"HTTP_PROXY", "http_proxy", "HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy"} {
		_ = os.Setenv(name, "http://"+proxyIP+":3128")
	}
	_ = os.Unsetenv("NO_PROXY")
	_ = os.Unsetenv("no_proxy")
	os.Exit(m.Run())
}

// names is a Resolver. It gives the answers for a name in turn, and repeats the last one.
type names map[string][][]string

func (n names) LookupNetIP(_ context.Context, _, host string) ([]netip.Addr, error) {
	answers := n[host]
	if len(answers) == 0 {
		return nil, &net.DNSError{Err: "no such host", Name: host, Server: "10.0.0.2:53", IsNotFound: true}
	}
	if len(answers) > 1 {
		n[host] = answers[1:]
	}
	var addrs []netip.Addr
	for _, s := range answers[0] {
		addrs = append(addrs, netip.MustParseAddr(s))
	}
	return addrs, nil
}

// dials connects every address to one listener, and records the addresses.
type dials struct {
	to     string // host:port
	refuse []string

	mu   sync.Mutex
	seen []string
}

func (d *dials) dial(ctx context.Context, network, address string) (net.Conn, error) {
	d.mu.Lock()
	d.seen = append(d.seen, address)
	d.mu.Unlock()
	if d.to == "" || slices.Contains(d.refuse, address) {
		return nil, &net.OpError{Op: "dial", Net: network, Err: errors.New("connection refused by " + address)}
	}
	return (&net.Dialer{}).DialContext(ctx, network, d.to)
}

func (d *dials) want(t *testing.T, addresses ...string) {
	t.Helper()
	d.mu.Lock()
	defer d.mu.Unlock()
	if !slices.Equal(d.seen, addresses) {
		t.Errorf("dialled %q, want %q", d.seen, addresses)
	}
}

// get sends one request and returns the status of the response.
func get(t *testing.T, c *egress.Client, url string) (int, error) {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, url, strings.NewReader("{}"))
	if err != nil {
		t.Fatal(err)
	}
	resp, err := c.Do(req, egress.TLS{})
	if err != nil {
		return 0, err
	}
	defer resp.Body.Close()
	if _, err := io.Copy(io.Discard, resp.Body); err != nil {
		return 0, err
	}
	return resp.StatusCode, nil
}

// endpoint starts a TLS server for example.com. With the returned configuration, every address leads to it.
func endpoint(t *testing.T, handler http.HandlerFunc) (*dials, egress.Config) {
	t.Helper()
	server := httptest.NewTLSServer(handler)
	t.Cleanup(server.Close)
	roots := x509.NewCertPool()
	roots.AddCert(server.Certificate())
	d := &dials{to: server.Listener.Addr().String()}
	return d, egress.Config{Dial: d.dial, Roots: roots, Resolver: names{"example.com": {{publicIP}}}}
}

func TestNameIsRefusedIfOneAddressIsRefused(t *testing.T) {
	for name, c := range map[string]struct {
		addresses []string
		word      string
	}{
		"loopback":                 {[]string{"127.0.0.1"}, "loopback"},
		"metadata":                 {[]string{"169.254.169.254"}, "metadata"},
		"IPv6 loopback":            {[]string{"::1"}, "loopback"},
		"unspecified":              {[]string{"0.0.0.0"}, "unspecified"},
		"carrier":                  {[]string{"100.64.1.1"}, "carrier"},
		"benchmarks":               {[]string{"198.18.0.1"}, "benchmarks"},
		"site-local":               {[]string{"fec0::1"}, "site-local"},
		"NAT64 of private":         {[]string{"64:ff9b::192.168.1.1"}, "private"},
		"6to4 of private":          {[]string{"2002:a00:1::1"}, "private"},
		"mapped":                   {[]string{"::ffff:10.0.0.1"}, "private"},
		"public first":             {[]string{publicIP, "10.0.0.1"}, "private"},
		"private first":            {[]string{"10.0.0.1", publicIP}, "private"},
		"the ninth, never dialled": {append(slices.Repeat([]string{publicIP}, 8), "127.0.0.1"), "loopback"},
		"zone":                     {[]string{"2606:4700::1%eth0"}, "zone"},
	} {
		t.Run(name, func(t *testing.T) {
			d := &dials{}
			client := egress.New(egress.Config{Dial: d.dial, Resolver: names{"inside.example": {c.addresses}}})
			_, err := get(t, client, "https://inside.example/hook?token=CANARY-4711")
			refusedFor(t, err, c.word, name)
			d.want(t)
			for _, shown := range append(c.addresses, "inside", "CANARY") {
				if strings.Contains(err.Error(), shown) {
					t.Errorf("the error shows %q: %v", shown, err)
				}
			}
		})
	}
}

func TestURLIsRefusedBeforeItIsResolved(t *testing.T) {
	for url, word := range map[string]string{
		"http://example.com/":              "https",
		"https://user:CANARY@example.com/": "user name",
		"https://2130706433/":              "four decimal numbers",
		"https://127.0.0.1/":               "loopback",
		"https://[::1]:8443/":              "loopback",
		"https://[64:ff9b::a00:1]/":        "private",
		"https://169.254.169.254/latest/":  "metadata",
	} {
		d := &dials{}
		client := egress.New(egress.Config{Dial: d.dial, Resolver: names{}})
		_, err := get(t, client, url)
		refusedFor(t, err, word, url)
		refusedFor(t, client.CheckURL(url), word, url)
		d.want(t)
		if strings.Contains(err.Error(), "CANARY") {
			t.Errorf("the error repeats the URL: %v", err)
		}
	}
	if err := egress.New(egress.Config{}).CheckURL("https://93.184.215.14/hook"); err != nil {
		t.Error(err)
	}
}

// A name that resolves to a public address first and to a private one later gains nothing: the checked address is
// dialled.
func TestCheckedAddressIsDialled(t *testing.T) {
	d, config := endpoint(t, func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusNoContent) })
	config.Resolver = names{"example.com": {{publicIP}, {"127.0.0.1"}}}
	client := egress.New(config)
	if status, err := get(t, client, "https://example.com/"); err != nil || status != http.StatusNoContent {
		t.Fatalf("got %d and %v", status, err)
	}
	d.want(t, publicIP+":443")

	_, err := get(t, client, "https://example.com/")
	refusedFor(t, err, "loopback", "the second time")
	d.want(t, publicIP+":443")
}

func TestCertificateMustMatchTheName(t *testing.T) {
	var asked string
	d, config := endpoint(t, func(_ http.ResponseWriter, r *http.Request) { asked = r.TLS.ServerName })
	config.Resolver = names{"example.com": {{publicIP}}, "other.test": {{publicIP}}}
	client := egress.New(config)
	if _, err := get(t, client, "https://example.com:8443/"); err != nil {
		t.Fatal(err)
	}
	if asked != "example.com" {
		t.Errorf("the server was asked for %q", asked)
	}
	d.want(t, publicIP+":8443")

	_, err := get(t, client, "https://other.test/")
	wantFailure(t, err, egress.Untrusted)
}

func TestRedirectsAreNotFollowed(t *testing.T) {
	for _, location := range []string{
		"http://169.254.169.254/latest/meta-data/", "https://127.0.0.1/",
		"https://example.com/other", "/other", "", "http://[:::",
	} {
		for _, status := range []int{301, 302, 303, 307, 308} {
			d, config := endpoint(t, func(w http.ResponseWriter, _ *http.Request) {
				w.Header().Set("Location", location)
				w.WriteHeader(status)
			})
			got, err := get(t, egress.New(config), "https://example.com/")
			if err != nil || got != status {
				t.Errorf("%q: got %d and %v, want %d", location, got, err, status)
			}
			d.want(t, publicIP+":443")
		}
	}
}

func TestProxyFromEnvironmentIsIgnored(t *testing.T) {
	req := httptest.NewRequest(http.MethodGet, "https://example.com/", nil)
	if proxy, err := http.ProxyFromEnvironment(req); err != nil || proxy == nil || proxy.Hostname() != proxyIP {
		t.Fatalf("the test has set no proxy: %v, %v", proxy, err)
	}
	d, config := endpoint(t, func(http.ResponseWriter, *http.Request) {})
	if _, err := get(t, egress.New(config), "https://example.com/"); err != nil {
		t.Fatal(err)
	}
	d.want(t, publicIP+":443")
}

func TestLoopbackNeedsAllowPrivate(t *testing.T) {
	plain := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {}))
	t.Cleanup(plain.Close)
	if _, err := get(t, egress.New(egress.Config{}), plain.URL); err == nil {
		t.Error("reached without AllowPrivate")
	}
	if _, err := get(t, egress.New(egress.Config{AllowPrivate: true}), plain.URL); err != nil {
		t.Error(err)
	}

	_, config := endpoint(t, func(http.ResponseWriter, *http.Request) {})
	config.Resolver = names{"example.com": {{"127.0.0.1"}}}
	_, err := get(t, egress.New(config), "https://example.com/")
	refusedFor(t, err, "loopback", "example.com")
	config.AllowPrivate = true
	if _, err := get(t, egress.New(config), "https://example.com/"); err != nil {
		t.Error(err)
	}
	config.Resolver = names{"example.com": {{"224.0.0.1"}}}
	_, err = get(t, egress.New(config), "https://example.com/")
	refusedFor(t, err, "multicast", "example.com")
}

func TestEveryRequestHasItsOwnConnection(t *testing.T) {
	d, config := endpoint(t, func(http.ResponseWriter, *http.Request) {})
	client := egress.New(config)
	for range 2 {
		if _, err := get(t, client, "https://example.com/"); err != nil {
			t.Fatal(err)
		}
	}
	d.want(t, publicIP+":443", publicIP+":443")
}

func TestNextAddressIsTriedUpToALimit(t *testing.T) {
	d, config := endpoint(t, func(http.ResponseWriter, *http.Request) {})
	d.refuse = []string{"[" + publicIP6 + "]:443"}
	config.Resolver = names{"example.com": {{publicIP6, "::ffff:" + publicIP}}}
	if _, err := get(t, egress.New(config), "https://example.com/"); err != nil {
		t.Fatal(err)
	}
	d.want(t, "["+publicIP6+"]:443", publicIP+":443")

	d = &dials{}
	many := names{"example.com": {slices.Repeat([]string{publicIP}, 100)}}
	_, err := get(t, egress.New(egress.Config{Dial: d.dial, Resolver: many}), "https://example.com/")
	wantFailure(t, err, egress.Unconnected)
	d.want(t, slices.Repeat([]string{publicIP + ":443"}, 8)...)
}
