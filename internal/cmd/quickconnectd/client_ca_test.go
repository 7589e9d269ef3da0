package main

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"log/slog"
	"math/big"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/clock"
)

// clientAuthority issues certificates of clients.
type clientAuthority struct {
	t    *testing.T
	cert *x509.Certificate
	key  *ecdsa.PrivateKey
}

func newClientAuthority(t *testing.T) *clientAuthority {
	t.Helper()
	a := &clientAuthority{t: t}
	a.cert, a.key = a.sign(&x509.Certificate{IsCA: true, BasicConstraintsValid: true})
	return a
}

func (a *clientAuthority) sign(c *x509.Certificate) (*x509.Certificate, *ecdsa.PrivateKey) {
	a.t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		a.t.Fatal(err)
	}
	now := clock.System().Now() // crypto/tls reads the machine's clock
	c.SerialNumber, c.Subject = big.NewInt(now.UnixNano()), pkix.Name{CommonName: "client"}
	c.NotBefore, c.NotAfter = now.Add(-time.Hour), now.Add(time.Hour)
	parent, signer := a.cert, a.key
	if parent == nil {
		parent, signer = c, key
	}
	der, err := x509.CreateCertificate(rand.Reader, c, parent, key.Public(), signer)
	if err != nil {
		a.t.Fatal(err)
	}
	made, err := x509.ParseCertificate(der)
	if err != nil {
		a.t.Fatal(err)
	}
	return made, key
}

// client returns an HTTP client that shows a certificate of the authority on a new connection for each request.
func (a *clientAuthority) client(servers *x509.CertPool) *http.Client {
	a.t.Helper()
	c, key := a.sign(&x509.Certificate{ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageClientAuth}})
	pair := tls.Certificate{Certificate: [][]byte{c.Raw}, PrivateKey: key}
	return &http.Client{Transport: &http.Transport{DisableKeepAlives: true, TLSClientConfig: &tls.Config{
		RootCAs: servers, ClientSessionCache: tls.NewLRUClientSessionCache(8),
		// Unlike Certificates, it also shows one that the server does not ask for.
		GetClientCertificate: func(*tls.CertificateRequestInfo) (*tls.Certificate, error) { return &pair, nil },
	}}}
}

// writeAuthorities writes the certificates of authorities into one file.
func writeAuthorities(t *testing.T, file string, authorities ...*clientAuthority) {
	t.Helper()
	var out []byte
	for _, a := range authorities {
		out = append(out, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: a.cert.Raw})...)
	}
	if err := os.WriteFile(file, out, 0o600); err != nil {
		t.Fatal(err)
	}
}

// answers returns the status of a GET; 0 where the connection is refused.
func answers(t *testing.T, client *http.Client, url string) int {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, url, nil)
	if err != nil {
		t.Fatal(err)
	}
	resp, err := client.Do(r)
	if err != nil {
		return 0
	}
	_ = resp.Body.Close()
	return resp.StatusCode
}

// With --client-ca a client without a certificate of it reaches nothing, the health checks neither. These and the
// metrics are at --metrics-listen.
func TestClientCA(t *testing.T) {
	dir, metrics := t.TempDir(), freePort(t)
	servers := certificate(t, dir)
	file := filepath.Join(dir, "clients.pem")
	ours, theirs := newClientAuthority(t), newClientAuthority(t)
	writeAuthorities(t, file, ours)
	s := start(t, clock.NewFake(epoch), "--data-dir", dir, "--listen", "127.0.0.1:0", "--metrics-listen", metrics,
		"--tls-cert", filepath.Join(dir, "cert.pem"), "--tls-key", filepath.Join(dir, "key.pem"), "--client-ca", file)
	anonymous := &http.Client{Transport: &http.Transport{TLSClientConfig: &tls.Config{RootCAs: servers}}}
	for _, path := range []string{"/healthz", "/readyz", "/openapi.json", "/v1/identity"} {
		if status := answers(t, ours.client(servers), s.url+path); status == 0 {
			t.Errorf("%s: a client with its certificate is refused", path)
		}
		for name, client := range map[string]*http.Client{"none": anonymous, "another": theirs.client(servers)} {
			if status := answers(t, client, s.url+path); status != 0 {
				t.Errorf("%s: %s certificate: status %d", path, name, status)
			}
		}
	}
	for path, want := range map[string]int{"/metrics": 200, "/healthz": 200, "/readyz": 200, "/v1/identity": 404} {
		if status := answers(t, http.DefaultClient, "http://"+metrics+path); status != want {
			t.Errorf("%s at --metrics-listen: status %d, want %d", path, status, want)
		}
	}
}

// The authorities are read again with the certificate, and a session that began before does not outlive one.
func TestClientCAIsReadAgain(t *testing.T) {
	dir := t.TempDir()
	servers := certificate(t, dir)
	l := listening{
		certFile: filepath.Join(dir, "cert.pem"), keyFile: filepath.Join(dir, "key.pem"),
		clientCA: filepath.Join(dir, "clients.pem"),
	}
	first, second := newClientAuthority(t), newClientAuthority(t)
	writeAuthorities(t, l.clientCA, first)
	config, reload, err := loadTLS(l)
	if err != nil {
		t.Fatal(err)
	}
	url := serveHTTPS(t, config)
	old, renewed := first.client(servers), second.client(servers)
	expect := func(when string, oldStatus, newStatus int) {
		t.Helper()
		if a, b := answers(t, old, url), answers(t, renewed, url); a != oldStatus || b != newStatus {
			t.Errorf("%s: %d and %d, want %d and %d", when, a, b, oldStatus, newStatus)
		}
	}
	expect("at first", 200, 0)
	writeAuthorities(t, l.clientCA, first, second)
	expect("before SIGHUP", 200, 0)
	reloaded(reload(), slog.New(slog.DiscardHandler))
	expect("with both", 200, 200)

	key, err := os.ReadFile(l.keyFile)
	if err != nil {
		t.Fatal(err)
	}
	both, err := os.ReadFile(l.clientCA)
	if err != nil {
		t.Fatal(err)
	}
	for content, says := range map[string]string{
		"": "has no certificate in PEM", string(key): "is a PRIVATE KEY",
		string(both[:len(both)-20]):                                      "is cut off or damaged",
		"-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n": "block 1 of",
	} {
		if err := os.WriteFile(l.clientCA, []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
		if err := reload(); err == nil || !strings.Contains(err.Error(), says) {
			t.Errorf("got %v, want %q", err, says)
		}
	}
	expect("after files that cannot be used", 200, 200)
	writeAuthorities(t, l.clientCA, second)
	reloaded(reload(), slog.New(slog.DiscardHandler))
	expect("without the first", 0, 200)
}

// serveHTTPS answers every request with 200, in the way of serve, and returns the URL.
func serveHTTPS(t *testing.T, config *tls.Config) string {
	t.Helper()
	listener, err := new(net.ListenConfig).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() {
		ended <- serveUntil(ctx, listener, config, http.HandlerFunc(func(http.ResponseWriter, *http.Request) {}),
			slog.New(slog.DiscardHandler))
	}()
	t.Cleanup(func() {
		cancel()
		if err := <-ended; err != nil {
			t.Error(err)
		}
	})
	return "https://" + listener.Addr().String()
}
