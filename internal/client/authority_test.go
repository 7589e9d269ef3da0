package client

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"math/big"
	"net"
	"net/http/httptest"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/clock"
)

// authority issues certificates for 127.0.0.1.
type authority struct {
	t           *testing.T
	key         *ecdsa.PrivateKey
	certificate *x509.Certificate
}

func newAuthority(t *testing.T) *authority {
	t.Helper()
	a := &authority{t: t}
	a.certificate, a.key = a.sign(&x509.Certificate{IsCA: true, BasicConstraintsValid: true}, -48, 48)
	return a
}

// issue makes a certificate that is valid from and until a time in hours from now.
func (a *authority) issue(from, until int, usage x509.ExtKeyUsage, address string) tls.Certificate {
	a.t.Helper()
	c, key := a.sign(&x509.Certificate{
		IPAddresses: []net.IP{net.ParseIP(address)}, ExtKeyUsage: []x509.ExtKeyUsage{usage},
	}, from, until)
	return tls.Certificate{Certificate: [][]byte{c.Raw}, PrivateKey: key, Leaf: c}
}

func (a *authority) sign(template *x509.Certificate, from, until int) (*x509.Certificate, *ecdsa.PrivateKey) {
	a.t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		a.t.Fatal(err)
	}
	now := clock.System().Now() // crypto/tls compares with the machine's clock
	template.Subject = pkix.Name{CommonName: "test"}
	template.NotBefore = now.Add(time.Duration(from) * time.Hour)
	template.NotAfter = now.Add(time.Duration(until) * time.Hour)
	if template.SerialNumber, err = rand.Int(rand.Reader, big.NewInt(1<<62)); err != nil {
		a.t.Fatal(err)
	}
	parent, signer := a.certificate, a.key
	if parent == nil {
		parent, signer = template, key
	}
	der, err := x509.CreateCertificate(rand.Reader, template, parent, key.Public(), signer)
	if err != nil {
		a.t.Fatal(err)
	}
	c, err := x509.ParseCertificate(der)
	if err != nil {
		a.t.Fatal(err)
	}
	return c, key
}

func (a *authority) pool() *x509.CertPool {
	pool := x509.NewCertPool()
	pool.AddCert(a.certificate)
	return pool
}

// file writes the authority's certificate.
func (a *authority) file() string {
	a.t.Helper()
	return write(a.t, filepath.Join(a.t.TempDir(), "ca.pem"), "CERTIFICATE", a.certificate.Raw)
}

// writePair writes a certificate and its key into a directory.
func writePair(t *testing.T, dir string, c tls.Certificate) (certificate, key string) {
	t.Helper()
	private, err := x509.MarshalPKCS8PrivateKey(c.PrivateKey)
	if err != nil {
		t.Fatal(err)
	}
	return write(t, filepath.Join(dir, "client.pem"), "CERTIFICATE", c.Certificate[0]),
		write(t, filepath.Join(dir, "key.pem"), "PRIVATE KEY", private)
}

// write writes a file in PEM as a new one that takes the place of the old one, as most programs do.
func write(t *testing.T, path, kind string, der []byte) string {
	t.Helper()
	next := path + ".next"
	if err := os.WriteFile(next, pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: der}), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Rename(next, path); err != nil {
		t.Fatal(err)
	}
	return path
}

// serveAs answers as the platform, in TLS with that configuration.
func serveAs(t *testing.T, config *tls.Config) *httptest.Server {
	t.Helper()
	s := httptest.NewUnstartedServer(
		withHeader(api.HeaderPlatform, here().Platform().String(), respondJSON(aConnector())))
	s.Config.ErrorLog, s.TLS = discardLog(), config
	s.StartTLS()
	t.Cleanup(s.Close)
	return s
}
