package client

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"io"
	"net"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
)

// A client that goes on for longer than a certificate is valid uses what has taken its place.
func TestCertificatesAreReadAgain(t *testing.T) {
	oldCA, newCA := newAuthority(t), newAuthority(t)
	var accepted atomic.Pointer[tls.Config]
	accept := func(a *authority) {
		accepted.Store(&tls.Config{
			Certificates: []tls.Certificate{a.issue(-1, 1, x509.ExtKeyUsageServerAuth, "127.0.0.1")},
			ClientAuth:   tls.RequireAndVerifyClientCert, ClientCAs: a.pool(),
		})
	}
	accept(oldCA)
	s := serveAs(t, &tls.Config{
		GetConfigForClient: func(*tls.ClientHelloInfo) (*tls.Config, error) { return accepted.Load(), nil },
	})
	dir, ca := t.TempDir(), oldCA.file()
	certificate, key := writePair(t, dir, oldCA.issue(-1, 1, x509.ExtKeyUsageClientAuth, "127.0.0.1"))
	c := newClient(t, s.URL, func(cfg *Config) {
		cfg.CAFile, cfg.ClientCertificateFile, cfg.ClientKeyFile, cfg.MaxRetries = ca, certificate, key, 0
	})
	ask := func() error {
		t.Helper()
		_, err := c.Connectors().Get(t.Context(), connectorID)
		return err
	}
	if err := ask(); err != nil {
		t.Fatal(err)
	}

	// Files that cannot be used leave the old ones, and the connection.
	renewed := newCA.issue(-1, 1, x509.ExtKeyUsageClientAuth, "127.0.0.1")
	write(t, certificate, "CERTIFICATE", renewed.Certificate[0])
	if err := ask(); err != nil {
		t.Errorf("a certificate without its key: %v", err)
	}
	// Once they are needed, the error says why they are not in use.
	accept(newCA)
	s.CloseClientConnections()
	if err := ask(); err == nil || !strings.Contains(err.Error(), "have changed and cannot be used") {
		t.Errorf("a certificate without its key, on a new connection: %v", err)
	}

	write(t, ca, "CERTIFICATE", newCA.certificate.Raw)
	writePair(t, dir, renewed)
	if err := ask(); err != nil {
		t.Errorf("after all were renewed: %v", err)
	}
	if err := os.Remove(key); err != nil {
		t.Fatal(err)
	}
	if err := ask(); err != nil {
		t.Errorf("a key that is gone ends a client that has read it: %v", err)
	}
}

// Every fault of a certificate has its own sentence and its own advice, and is not tried again.
func TestTLSFaultsAreToldApart(t *testing.T) {
	a, other := newAuthority(t), newAuthority(t)
	const server, client, here = x509.ExtKeyUsageServerAuth, x509.ExtKeyUsageClientAuth, "127.0.0.1"
	good := a.issue(-1, 1, server, here)
	with := func(c tls.Certificate) *tls.Config { return &tls.Config{Certificates: []tls.Certificate{c}} }
	asking := func(version uint16) *tls.Config {
		return &tls.Config{
			Certificates: []tls.Certificate{good}, ClientAuth: tls.RequireAndVerifyClientCert, ClientCAs: a.pool(),
			MinVersion: version, MaxVersion: version,
		}
	}
	show := func(c tls.Certificate) *tls.Certificate { return &c }
	for name, x := range map[string]struct {
		config *tls.Config
		shows  *tls.Certificate
		want   string
	}{
		"expired":           {with(a.issue(-48, -24, server, here)), nil, "expired on 20"},
		"not valid yet":     {with(a.issue(24, 48, server, here)), nil, "valid only from 20"},
		"other host":        {with(a.issue(-1, 1, server, "192.0.2.1")), nil, "for another host"},
		"unknown authority": {with(other.issue(-1, 1, server, here)), nil, "set ca_certificate_file"},
		"old TLS": {
			&tls.Config{Certificates: []tls.Certificate{good}, MaxVersion: tls.VersionTLS11}, nil, "1.2 and 1.3",
		},
		"asks, TLS 1.2":     {asking(tls.VersionTLS12), nil, "set client_certificate_file"},
		"asks, TLS 1.3":     {asking(tls.VersionTLS13), nil, "set client_certificate_file"},
		"client expired":    {asking(tls.VersionTLS12), show(a.issue(-48, -24, client, here)), "it is not valid now"},
		"client of another": {asking(tls.VersionTLS12), show(other.issue(-1, 1, client, here)), "no authority of it"},
		"client as server":  {asking(tls.VersionTLS12), show(a.issue(-1, 1, server, here)), "clientAuth"},
		"accepted":          {asking(tls.VersionTLS13), show(a.issue(-1, 1, client, here)), ""},
	} {
		t.Run(name, func(t *testing.T) {
			s := serveAs(t, x.config)
			c := newClient(t, s.URL, func(cfg *Config) {
				cfg.CAFile = a.file()
				if x.shows != nil {
					cfg.ClientCertificateFile, cfg.ClientKeyFile = writePair(t, t.TempDir(), *x.shows)
				}
			})
			_, err := c.Connectors().Get(t.Context(), connectorID)
			if x.want == "" {
				if err != nil {
					t.Error(err)
				}
				return
			}
			var e *Error
			if !errors.As(err, &e) {
				t.Fatalf("got %v", err)
			}
			if got := TLSFault(e.Cause); !strings.Contains(got, x.want) {
				t.Errorf("got %q for %v, want %q in it", got, err, x.want)
			}
			if e.Attempts != 1 && name != "asks, TLS 1.3" { // there the connection may end before the alert is read
				t.Errorf("%d attempts", e.Attempts)
			}
		})
	}
}

// What is no fault of a certificate has no advice about one.
func TestOtherFaultsAreNotOfTLS(t *testing.T) {
	c := newClient(t, "https://127.0.0.1:1", func(cfg *Config) { cfg.MaxRetries = 0 })
	_, err := c.Connectors().Get(t.Context(), connectorID)
	var e *Error
	if !errors.As(err, &e) || TLSFault(e.Cause) != "" {
		t.Errorf("%v: %q", err, TLSFault(e.Cause))
	}
	plain := serve(t, respondJSON(aConnector()))
	c = newClient(t, "https"+plain.URL[len("http"):], nil)
	_, err = c.Connectors().Get(t.Context(), connectorID)
	if !errors.As(err, &e) || !strings.Contains(TLSFault(e.Cause), "does not speak TLS") {
		t.Errorf("%v: %q", err, TLSFault(e.Cause))
	}
	for _, file := range []string{"", filepath.Join(t.TempDir(), "none")} {
		if !sameFiles((&certificates{cfg: Config{CAFile: file}}).look(), (&certificates{}).look()) {
			t.Errorf("%q is there", file)
		}
	}
}

// HTTP/2 can drop the alert by which the platform refuses a certificate, and a write can fail before it is read.
func TestRefusalOfACertificateThatIsNotRead(t *testing.T) {
	cut := errors.New("http2: client conn could not be established")
	written := &net.OpError{Op: "write", Net: "tcp", Err: syscall.EPIPE}
	for _, tc := range []struct {
		err  error
		want string
	}{
		{&connectionError{cause: cut, asked: true, certificate: true}, "probably did not accept the certificate"},
		{&connectionError{cause: written, asked: true, certificate: true}, "probably did not accept the certificate"},
		{&connectionError{cause: written, certificate: true}, ""},
		{&connectionError{cause: cut, asked: true}, "asked for a client certificate, got none"},
		{&connectionError{cause: cut}, ""},
		{&connectionError{cause: io.ErrUnexpectedEOF, asked: true, certificate: true}, ""},
	} {
		if got := TLSFault(tc.err); (got == "") != (tc.want == "") || !strings.Contains(got, tc.want) {
			t.Errorf("%+v: %q", tc.err, got)
		}
	}
}
