package main

import (
	"crypto/tls"
	"crypto/x509"
	"io"
	"log/slog"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/clock"
)

// TestCertificatesAreReadAgain: SIGHUP does not end the server, and a new certificate is used from then on; one that
// cannot be read leaves the old one.
func TestCertificatesAreReadAgain(t *testing.T) {
	dir := t.TempDir()
	old := certificate(t, dir)
	cert, key := filepath.Join(dir, "cert.pem"), filepath.Join(dir, "key.pem")
	config, reload, err := loadTLS(listening{certFile: cert, keyFile: key})
	if err != nil {
		t.Fatal(err)
	}
	trusted := func(pool *x509.CertPool) bool {
		t.Helper()
		c, err := config.GetCertificate(nil)
		if err != nil {
			t.Fatal(err)
		}
		parsed, err := x509.ParseCertificate(c.Certificate[0])
		if err != nil {
			t.Fatal(err)
		}
		_, err = parsed.Verify(x509.VerifyOptions{Roots: pool, CurrentTime: clock.System().Now()})
		return err == nil
	}
	var log strings.Builder
	if err := os.WriteFile(cert, []byte("not a certificate"), 0o600); err != nil {
		t.Fatal(err)
	}
	reloaded(reload(), slog.New(slog.NewTextHandler(&log, nil)))
	if !trusted(old) || !strings.Contains(log.String(), "the old ones stay in use") {
		t.Errorf("after a certificate that cannot be read: %s", log.String())
	}
	renewed := certificate(t, dir)
	reloaded(reload(), slog.New(slog.NewTextHandler(&log, nil)))
	if trusted(old) || !trusted(renewed) || !strings.Contains(log.String(), "were read again") {
		t.Errorf("after a new certificate: %s", log.String())
	}
}

// TestHangupReadsCertificates, and does not end the process, which this test is.
func TestHangupReadsCertificates(t *testing.T) {
	read := make(chan struct{}, 1)
	stop := onHangup(func() error { read <- struct{}{}; return nil }, slog.New(slog.DiscardHandler))
	defer stop()
	p, err := os.FindProcess(os.Getpid())
	if err != nil {
		t.Fatal(err)
	}
	if err := p.Signal(syscall.SIGHUP); err != nil {
		t.Skip("this system has no SIGHUP")
	}
	<-read
}

func TestNoCBC(t *testing.T) {
	if len(suites()) == 0 {
		t.Fatal("no suites")
	}
	for _, id := range suites() {
		if name := tls.CipherSuiteName(id); strings.Contains(name, "CBC") || strings.HasPrefix(name, "TLS_RSA_") {
			t.Errorf("%s is offered", name)
		}
	}
	dir := t.TempDir()
	pool := certificate(t, dir)
	s := start(t, clock.NewFake(epoch), "--data-dir", dir, "--listen", "127.0.0.1:0", "--tls-cert",
		filepath.Join(dir, "cert.pem"), "--tls-key", filepath.Join(dir, "key.pem"))
	for suite, want := range map[uint16]bool{
		tls.TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA: false, tls.TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256: true,
	} {
		c, err := tls.Dial("tcp", strings.TrimPrefix(s.url, "https://"), &tls.Config{
			RootCAs: pool, MinVersion: tls.VersionTLS12, MaxVersion: tls.VersionTLS12, CipherSuites: []uint16{suite},
		})
		if (err == nil) != want {
			t.Errorf("%s: %v", tls.CipherSuiteName(suite), err)
		}
		if err == nil {
			_ = c.Close()
		}
	}
}

// TestMetricsOnAnAddressOfTheirOwn: then the address of the API does not have them.
func TestMetricsOnAnAddressOfTheirOwn(t *testing.T) {
	get := func(url string) (int, string) {
		t.Helper()
		r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, url, nil)
		if err != nil {
			t.Fatal(err)
		}
		resp, err := http.DefaultClient.Do(r)
		if err != nil {
			t.Fatal(err)
		}
		defer func() { _ = resp.Body.Close() }()
		body, err := io.ReadAll(resp.Body)
		if err != nil {
			t.Fatal(err)
		}
		return resp.StatusCode, string(body)
	}
	port := freePort(t)
	t.Setenv("QUICKCONNECTD_METRICS_LISTEN", port)
	s := start(t, clock.NewFake(epoch), "--data-dir", t.TempDir(), "--listen", "127.0.0.1:0")
	if status, _ := get(s.url + "/metrics"); status != http.StatusNotFound {
		t.Errorf("the API has metrics: %d", status)
	}
	if status, body := get("http://" + port + "/metrics"); status != http.StatusOK ||
		!strings.Contains(body, "quickconnect_requests_total") {
		t.Errorf("%d %s", status, body)
	}
	if status, _ := get("http://" + port + "/v1/identity"); status != http.StatusNotFound {
		t.Errorf("the address of the metrics has the API: %d", status)
	}
}

func freePort(t *testing.T) string {
	t.Helper()
	l, err := new(net.ListenConfig).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = l.Close() }()
	return l.Addr().String()
}
