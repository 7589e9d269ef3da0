package main

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/json"
	"encoding/pem"
	"errors"
	"io"
	"log/slog"
	"math/big"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/clock"
)

// One data directory has one server: only one process knows the deliveries in progress.
func TestSecondServerIsRefused(t *testing.T) {
	dir := t.TempDir()
	c := clock.NewFake(epoch)
	first := start(t, c, "--data-dir", dir, "--listen", "127.0.0.1:0")
	code, out, log := call(t, c, "serve", "--data-dir", dir, "--listen", "127.0.0.1:0")
	if code != 1 || out != "" || !strings.Contains(log, "another quickconnectd serves this data directory") ||
		!strings.Contains(log, dir) {
		t.Errorf("exit code %d: %s%s", code, out, log)
	}
	if code := first.stop(); code != 0 {
		t.Errorf("exit code %d", code)
	}
	start(t, c, "--data-dir", dir, "--listen", "127.0.0.1:0")
}

// A stopping server does not wait for a probe whose receiver does not answer.
func TestStopDuringProbe(t *testing.T) {
	asked, over := make(chan struct{}), make(chan struct{})
	receiver := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {
		asked <- struct{}{}
		<-over
	}))
	t.Cleanup(receiver.Close)
	t.Cleanup(func() { close(over) })
	dir := t.TempDir()
	c := clock.NewFake(epoch)
	s := start(t, c, "--data-dir", dir, "--listen", "127.0.0.1:0", "--allow-private-endpoints")
	post := poster(t, s, bootstrapped(t, c, dir))
	_, connector := post("/v1/connectors", `{"name": "c", "owner": "o", "type": "custom"}`)
	_, policy := post("/v1/rotation-policies", `{"name": "p", "interval": "30d"}`)
	_, endpoint := post("/v1/webhook-endpoints",
		`{"name": "e", "connector_id": "`+connector+`", "url": "`+receiver.URL+`"}`)
	_, secret := post("/v1/signing-secrets", `{"name": "s", "owner": "o", "endpoint_id": "`+endpoint+
		`", "rotation_policy_id": "`+policy+`"}`)
	if status, _ := post("/v1/signing-secrets/"+secret+"/rotation/begin", "{}"); status != http.StatusOK {
		t.Fatalf("status %d", status)
	}
	<-asked // by the platform itself, at once
	answered := make(chan int, 1)
	go func() {
		status, _ := post("/v1/webhook-endpoints/"+endpoint+"/probe", "")
		answered <- status
	}()
	<-asked
	if code := s.stop(); code != 0 {
		t.Errorf("exit code %d", code)
	}
	if status := <-answered; status != http.StatusServiceUnavailable {
		t.Errorf("status %d", status)
	}
}

// The program itself refuses private addresses without --allow-private-endpoints, not only the package egress.
func TestPrivateEndpointsAreRefused(t *testing.T) {
	dir := t.TempDir()
	c := clock.NewFake(epoch)
	s := start(t, c, "--data-dir", dir, "--listen", "127.0.0.1:0")
	post := poster(t, s, bootstrapped(t, c, dir))
	_, connector := post("/v1/connectors", `{"name": "c", "owner": "o", "type": "custom"}`)
	for url, want := range map[string]int{
		"https://127.0.0.1/": http.StatusUnprocessableEntity, "http://127.0.0.1/": http.StatusUnprocessableEntity,
		"https://10.0.0.1/":    http.StatusUnprocessableEntity,
		"https://203.0.113.9/": http.StatusUnprocessableEntity, "https://hooks.example.com/": http.StatusCreated,
	} {
		if status, _ := post("/v1/webhook-endpoints",
			`{"name": "e", "connector_id": "`+connector+`", "url": "`+url+`"}`); status != want {
			t.Errorf("%s: status %d, want %d", url, status, want)
		}
	}
}

// bootstrapped creates the environment staging of the tenant acme, and returns its token.
func bootstrapped(t *testing.T, c clock.Clock, dir string) string {
	t.Helper()
	_, out, _ := call(t, c, "bootstrap", "--data-dir", dir, "--tenant", "acme", "--environments", "staging")
	var tokens map[string]string
	if err := json.Unmarshal([]byte(out), &tokens); err != nil {
		t.Fatal(err)
	}
	return tokens["staging"]
}

// poster returns a function that sends a POST and returns the id in the response.
func poster(t *testing.T, s started, token string) func(path, body string) (status int, id string) {
	t.Helper()
	return func(path, body string) (status int, id string) {
		t.Helper()
		r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, s.url+path, strings.NewReader(body))
		if err != nil {
			t.Error(err)
			return 0, ""
		}
		r.Header.Set("Authorization", "Bearer "+token)
		r.Header.Set("Content-Type", "application/json")
		resp, err := http.DefaultClient.Do(r)
		if err != nil {
			t.Error(err)
			return 0, ""
		}
		defer func() { _ = resp.Body.Close() }()
		answer, _ := io.ReadAll(resp.Body)
		var object struct{ ID string }
		_ = json.Unmarshal(answer, &object)
		return resp.StatusCode, object.ID
	}
}

func TestServeTLS(t *testing.T) {
	dir := t.TempDir()
	pool := certificate(t, dir)
	c := clock.NewFake(epoch)
	s := start(t, c, "--data-dir", dir, "--listen", "127.0.0.1:0", "--tls-cert", filepath.Join(dir, "cert.pem"),
		"--tls-key", filepath.Join(dir, "key.pem"))
	if !strings.HasPrefix(s.url, "https://127.0.0.1:") {
		t.Fatalf("it listens on %s", s.url)
	}
	_, out, _ := call(t, c, "bootstrap", "--data-dir", dir, "--tenant", "acme", "--environments", "staging")
	var tokens map[string]string
	if err := json.Unmarshal([]byte(out), &tokens); err != nil {
		t.Fatal(err)
	}
	client := &http.Client{Transport: &http.Transport{TLSClientConfig: &tls.Config{RootCAs: pool}}}
	if status, id := identity(t, client, s.url, tokens["staging"]); status != 200 || id.Tenant != "acme" {
		t.Errorf("%d %+v", status, id)
	}
}

// certificate writes a self-signed certificate for 127.0.0.1 and returns a pool that trusts it.
func certificate(t *testing.T, dir string) *x509.CertPool {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	now := clock.System().Now() // crypto/tls reads the machine's clock
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "test"}, IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)},
		NotBefore: now.Add(-time.Hour), NotAfter: now.Add(time.Hour), IsCA: true, BasicConstraintsValid: true,
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, &key.PublicKey, key)
	if err != nil {
		t.Fatal(err)
	}
	private, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		t.Fatal(err)
	}
	for name, block := range map[string]*pem.Block{
		"cert.pem": {Type: "CERTIFICATE", Bytes: der},
		"key.pem":  {Type: "PRIVATE KEY", Bytes: private},
	} {
		if err := os.WriteFile(filepath.Join(dir, name), pem.EncodeToMemory(block), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	parsed, err := x509.ParseCertificate(der)
	if err != nil {
		t.Fatal(err)
	}
	pool := x509.NewCertPool()
	pool.AddCert(parsed)
	return pool
}

// TestStopWaitsForRequests stops the server during a request.
func TestStopWaitsForRequests(t *testing.T) {
	listener, err := new(net.ListenConfig).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	inside, goOn := make(chan struct{}), make(chan struct{})
	handler := http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		close(inside)
		<-goOn
		_, _ = io.WriteString(w, "done")
	})
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	ended := make(chan error, 1)
	go func() { ended <- serveUntil(ctx, listener, nil, handler, slog.New(slog.DiscardHandler)) }()
	body := make(chan string, 1)
	go func() {
		r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, "http://"+listener.Addr().String(), nil)
		if err != nil {
			body <- err.Error()
			return
		}
		resp, err := http.DefaultClient.Do(r)
		if err != nil {
			body <- err.Error()
			return
		}
		defer resp.Body.Close()
		data, _ := io.ReadAll(resp.Body)
		body <- string(data)
	}()
	<-inside
	cancel()
	// The server accepts no new request; the first one is still running.
	for {
		conn, err := new(net.Dialer).DialContext(t.Context(), "tcp", listener.Addr().String())
		if err != nil {
			break
		}
		_ = conn.Close()
	}
	select {
	case err := <-ended:
		t.Fatalf("it stopped during a request: %v", err)
	default:
	}
	close(goOn)
	if got := <-body; got != "done" {
		t.Errorf("the request got %q", got)
	}
	if err := <-ended; err != nil && !errors.Is(err, http.ErrServerClosed) {
		t.Error(err)
	}
}
