package acctest_test

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"fmt"
	"math/big"
	"net"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/acctest"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/clock"
)

// authority is a certificate authority of one test.
type authority struct {
	t    *testing.T
	dir  string
	cert *x509.Certificate
	key  *ecdsa.PrivateKey
	// file has its certificate in PEM.
	file string
}

func newAuthority(t *testing.T) *authority {
	t.Helper()
	a := &authority{t: t, dir: t.TempDir()}
	a.cert, a.key, a.file, _ = a.issue("ca", &x509.Certificate{
		IsCA: true, BasicConstraintsValid: true,
		KeyUsage: x509.KeyUsageCertSign,
	})
	return a
}

// pair issues a certificate for 127.0.0.1 and returns the files with it and with its key.
func (a *authority) pair(name string, usage x509.ExtKeyUsage) (cert, key string) {
	a.t.Helper()
	_, _, cert, key = a.issue(name, &x509.Certificate{
		IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)},
		ExtKeyUsage: []x509.ExtKeyUsage{usage},
	})
	return cert, key
}

func (a *authority) issue(name string, c *x509.Certificate) (*x509.Certificate, *ecdsa.PrivateKey, string, string) {
	a.t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		a.t.Fatal(err)
	}
	// Terraform and its provider look at the machine's clock.
	now := clock.System().Now()
	c.Subject, c.NotBefore, c.NotAfter = pkix.Name{CommonName: name}, now.Add(-time.Hour), now.Add(time.Hour)
	if c.SerialNumber, err = rand.Int(rand.Reader, big.NewInt(1<<62)); err != nil {
		a.t.Fatal(err)
	}
	parent, signer := a.cert, a.key
	if parent == nil {
		parent, signer = c, key
	}
	der, err := x509.CreateCertificate(rand.Reader, c, parent, key.Public(), signer)
	if err != nil {
		a.t.Fatal(err)
	}
	cert, err := x509.ParseCertificate(der)
	if err != nil {
		a.t.Fatal(err)
	}
	private, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		a.t.Fatal(err)
	}
	return cert, key, a.write(name+".pem", "CERTIFICATE", der), a.write(name+"-key.pem", "PRIVATE KEY", private)
}

func (a *authority) write(name, kind string, der []byte) string {
	a.t.Helper()
	file := filepath.Join(a.dir, name)
	if err := os.WriteFile(file, pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: der}), 0o600); err != nil {
		a.t.Fatal(err)
	}
	return file
}

// providerWith is a provider configuration with further arguments.
func providerWith(arguments ...string) string {
	return "provider \"quickconnect\" {\n  " + strings.Join(arguments, "\n  ") + "\n}\n"
}

// The real program behind a certificate of a private authority: trusted where it is configured, and nowhere else.
func TestPrivateAuthority(t *testing.T) {
	t.Parallel()
	ca := newAuthority(t)
	cert, key := ca.pair("server", x509.ExtKeyUsageServerAuth)
	p, tf, _ := startProcess(t, "--tls-cert", cert, "--tls-key", key)
	if !strings.HasPrefix(p.URL, "https://") {
		t.Fatalf("the platform listens on %s", p.URL)
	}
	resources := policy("") + notifier("")
	tf.Config(providerWith(fmt.Sprintf("ca_certificate_file = %q", ca.file)) + resources)
	tf.Apply()
	tf.Plan(0).Silent()

	// Not trusted: one attempt, which retrying would not change, and an error that names the settings.
	tf.Config(providerWith() + resources)
	untrusted := tf.Plan(1).Has("in 1 attempt(s)", "certificate signed by unknown authority", "certificate settings")
	if untrusted.Took > 10*time.Second {
		t.Errorf("it took %s to refuse a certificate", untrusted.Took)
	}
	tf.Config(providerWith(fmt.Sprintf("ca_certificate_file = %q", newAuthority(t).file)) + resources)
	tf.Plan(1).Has("certificate signed by unknown authority")
	tf.Config(providerWith(fmt.Sprintf("ca_certificate_file = %q", key)) + resources)
	tf.Plan(1).Has("has no certificate: its first block is a PRIVATE KEY")
	// Not in clear.
	tf.Config(providerWith(fmt.Sprintf("endpoint = %q", strings.Replace(p.URL, "https:", "http:", 1))) + resources)
	tf.Plan(1).Has("check endpoint")

	tf.Config(providerWith(fmt.Sprintf("ca_certificate_file = %q", ca.file)) + resources)
	tf.Destroy()
}

// The real program with --client-ca, on both sides of a real run: with the certificate, without it, with another one,
// and after the certificate was replaced.
func TestClientCA(t *testing.T) {
	t.Parallel()
	ca, other := newAuthority(t), newAuthority(t)
	cert, key := ca.pair("server", x509.ExtKeyUsageServerAuth)
	_, tf, _ := startProcess(t, "--tls-cert", cert, "--tls-key", key, "--client-ca", ca.file)
	with := func(certificate, key string) string {
		return providerWith(fmt.Sprintf("ca_certificate_file = %q", ca.file),
			fmt.Sprintf("client_certificate_file = %q", certificate), fmt.Sprintf("client_key_file = %q", key))
	}
	clientCert, clientKey := ca.pair("client", x509.ExtKeyUsageClientAuth)
	tf.Config(with(clientCert, clientKey) + policy(""))
	tf.Apply()
	tf.Plan(0).Silent()

	tf.Config(providerWith(fmt.Sprintf("ca_certificate_file = %q", ca.file)) + policy(""))
	tf.Plan(1).Has("client certificate", "set client_certificate_file and client_key_file")
	tf.Config(with(other.pair("client", x509.ExtKeyUsageClientAuth)) + policy(""))
	tf.Plan(1).Has("did not accept the certificate in client_certificate_file")

	tf.Config(with(ca.pair("client", x509.ExtKeyUsageClientAuth)) + policy(""))
	tf.Destroy()
}

// A load balancer that asks for a client certificate.
func TestMutualTLS(t *testing.T) {
	t.Parallel()
	p, tf := acctest.Start(t)
	ca := newAuthority(t)
	serverCert, serverKey := ca.pair("server", x509.ExtKeyUsageServerAuth)
	pair, err := tls.LoadX509KeyPair(serverCert, serverKey)
	if err != nil {
		t.Fatal(err)
	}
	clients := x509.NewCertPool()
	clients.AddCert(ca.cert)
	target, err := url.Parse(p.URL)
	if err != nil {
		t.Fatal(err)
	}
	balancer := httptest.NewUnstartedServer(httputil.NewSingleHostReverseProxy(target))
	balancer.TLS = &tls.Config{
		Certificates: []tls.Certificate{pair}, ClientAuth: tls.RequireAndVerifyClientCert,
		ClientCAs: clients,
	}
	balancer.StartTLS()
	defer balancer.Close()
	tf.Set("QUICKCONNECT_ENDPOINT", balancer.URL)

	clientCert, clientKey := ca.pair("client", x509.ExtKeyUsageClientAuth)
	trusted := fmt.Sprintf("ca_certificate_file = %q", ca.file)
	tf.Config(providerWith(trusted, fmt.Sprintf("client_certificate_file = %q", clientCert),
		fmt.Sprintf("client_key_file = %q", clientKey)) + readIdentity)
	tf.Plan(0)
	p.ForgetRequests()
	tf.Config(providerWith(trusted) + readIdentity)
	tf.Plan(1).Has("certificate", "certificate settings of the provider")
	tf.Config(providerWith(trusted, fmt.Sprintf("client_certificate_file = %q", clientCert),
		fmt.Sprintf("client_key_file = %q", serverKey)) + readIdentity)
	tf.Plan(1).Has("client certificate cannot be used")
	if n := len(p.Requests()); n != 0 {
		t.Errorf("%d requests came through", n)
	}
}
