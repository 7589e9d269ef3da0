package egress_test

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"io"
	"log"
	"math/big"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/clock"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/egress"
)

// authority issues certificates for example.com.
type authority struct {
	t           *testing.T
	key         *ecdsa.PrivateKey
	certificate *x509.Certificate
}

func newAuthority(t *testing.T) *authority {
	t.Helper()
	a := &authority{t: t}
	now := clock.System().Now()
	a.certificate = &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "test authority"}, IsCA: true,
		BasicConstraintsValid: true, NotBefore: now.Add(-240 * time.Hour), NotAfter: now.Add(240 * time.Hour),
	}
	a.certificate, a.key = a.sign(a.certificate, nil)
	return a
}

// sign makes a certificate with a key of its own; without a parent the certificate signs itself.
func (a *authority) sign(template, parent *x509.Certificate) (*x509.Certificate, *ecdsa.PrivateKey) {
	a.t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		a.t.Fatal(err)
	}
	signer := a.key
	if parent == nil {
		parent, signer = template, key
	}
	der, err := x509.CreateCertificate(rand.Reader, template, parent, key.Public(), signer)
	if err != nil {
		a.t.Fatal(err)
	}
	made, err := x509.ParseCertificate(der)
	if err != nil {
		a.t.Fatal(err)
	}
	return made, key
}

// issue makes a certificate for hosts, valid from and until a time that is given in hours from now.
func (a *authority) issue(from, until int, hosts ...string) tls.Certificate {
	a.t.Helper()
	now := clock.System().Now()
	made, key := a.sign(&x509.Certificate{
		SerialNumber: big.NewInt(2), Subject: pkix.Name{CommonName: "leaf"}, DNSNames: hosts,
		NotBefore: now.Add(time.Duration(from) * time.Hour), NotAfter: now.Add(time.Duration(until) * time.Hour),
		ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth, x509.ExtKeyUsageClientAuth},
	}, a.certificate)
	return tls.Certificate{Certificate: [][]byte{made.Raw}, PrivateKey: key, Leaf: made}
}

func (a *authority) pool() *x509.CertPool {
	pool := x509.NewCertPool()
	pool.AddCert(a.certificate)
	return pool
}

// tlsServer starts a TLS server to which every address leads.
func tlsServer(t *testing.T, config *tls.Config, roots *x509.CertPool) egress.Config {
	t.Helper()
	server := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.WriteHeader(http.StatusNoContent)
	}))
	server.TLS, server.Config.ErrorLog = config, log.New(io.Discard, "", 0)
	server.StartTLS()
	t.Cleanup(server.Close)
	d := &dials{to: server.Listener.Addr().String()}
	return egress.Config{Dial: d.dial, Roots: roots, Resolver: names{"example.com": {{publicIP}}}}
}

// A fault of TLS has its reason in words, and nothing of it says where the endpoint is.
func TestTLSFaultsAreToldApart(t *testing.T) {
	a, other := newAuthority(t), newAuthority(t)
	good, expired := a.issue(-2, 2, "example.com"), a.issue(-48, -24, "example.com")
	with := func(c tls.Certificate) *tls.Config { return &tls.Config{Certificates: []tls.Certificate{c}} }
	asking := func(version uint16) *tls.Config {
		return &tls.Config{
			Certificates: []tls.Certificate{good}, ClientAuth: tls.RequireAndVerifyClientCert, ClientCAs: a.pool(),
			MinVersion: version, MaxVersion: version,
		}
	}
	for name, c := range map[string]struct {
		config *tls.Config
		kind   egress.Kind
		text   string
	}{
		"expired":           {with(expired), egress.Untrusted, "expired on " + rfc3339(expired.Leaf.NotAfter)},
		"not valid yet":     {with(a.issue(24, 48, "example.com")), egress.Untrusted, "valid only from 20"},
		"other host":        {with(a.issue(-2, 2, "other.test")), egress.Untrusted, "for another host"},
		"unknown authority": {with(other.issue(-2, 2, "example.com")), egress.Untrusted, "an authority that the platform"},
		"asks, TLS 1.2":     {asking(tls.VersionTLS12), egress.Handshake, "client certificate"},
		"asks, TLS 1.3":     {asking(tls.VersionTLS13), egress.Handshake, "client certificate"},
		"old TLS": {
			&tls.Config{Certificates: []tls.Certificate{good}, MaxVersion: tls.VersionTLS11}, egress.Handshake, "1.2 and 1.3",
		},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := get(t, egress.New(tlsServer(t, c.config, a.pool())), "https://example.com/?token=CANARY")
			wantFailure(t, err, c.kind)
			if !strings.Contains(err.Error(), c.text) {
				t.Errorf("got %q, want %q in it", err, c.text)
			}
		})
	}
	if status, err := get(t, egress.New(tlsServer(t, with(good), a.pool())), "https://example.com/"); status != 204 {
		t.Errorf("the good certificate: %d, %v", status, err)
	}
}

// A receiver that asks for a client certificate and does not insist gets the event.
func TestOptionalClientCertificateIsNoFault(t *testing.T) {
	a := newAuthority(t)
	config := &tls.Config{
		Certificates: []tls.Certificate{a.issue(-2, 2, "example.com")}, ClientAuth: tls.RequestClientCert,
	}
	if status, err := get(t, egress.New(tlsServer(t, config, a.pool())), "https://example.com/"); status != 204 {
		t.Errorf("%d, %v", status, err)
	}
}

// What is no HTTPS and no HTTP has its reason, too.
func TestOtherProtocolsAreToldApart(t *testing.T) {
	saying := func(s string) func(net.Conn) {
		return func(conn net.Conn) {
			_, _ = conn.Read(make([]byte, 1<<16))
			_, _ = io.WriteString(conn, s)
			_ = conn.Close()
		}
	}
	// A fatal alert "unrecognized name" in a record of TLS 1.2.
	const unrecognizedName = "\x15\x03\x03\x00\x02\x02\x70"
	for name, c := range map[string]struct {
		url, says string
		kind      egress.Kind
		text      string
	}{
		"plain HTTP":   {"https://example.com/", "HTTP/1.1 400 Bad Request\r\n\r\n", egress.Handshake, "does not speak TLS"},
		"another":      {"https://example.com/", "220 mail.internal ESMTP\r\n", egress.Handshake, "does not speak TLS"},
		"unknown name": {"https://example.com/", unrecognizedName, egress.Handshake, "does not know the host name"},
		"TLS":          {"http://localhost/", unrecognizedName, egress.Broken, "must start with https"},
		"no HTTP":      {"http://localhost/", "220 mail.internal ESMTP\r\n", egress.Broken, "not HTTP"},
		"long header": {
			"http://localhost/", "HTTP/1.1 200 OK\r\nX: " + strings.Repeat("a", 1<<17) + "\r\n\r\n", egress.Broken, "64 KiB",
		},
	} {
		t.Run(name, func(t *testing.T) {
			config := egress.Config{
				AllowPrivate: true, Dial: pipeTo(saying(c.says)),
				Resolver: names{"example.com": {{publicIP}}, "localhost": {{"127.0.0.1"}}},
			}
			_, err := get(t, egress.New(config), c.url)
			wantFailure(t, err, c.kind)
			if !strings.Contains(err.Error(), c.text) || strings.Contains(err.Error(), "mail") {
				t.Errorf("got %q, want %q in it", err, c.text)
			}
		})
	}
}

func rfc3339(t time.Time) string { return t.UTC().Format(time.RFC3339) }
