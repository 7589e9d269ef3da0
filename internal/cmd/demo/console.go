package main

import (
	"bytes"
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/json"
	"encoding/pem"
	"fmt"
	"math/big"
	"net"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"time"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/launch"
)

// consoleUser signs in at the demo's OpenID provider. The password is the same.
const consoleUser = "jo"

// The client of the platform at the provider, as internal/oidcserver has it.
const (
	consoleClient = "console"
	consoleSecret = "secret"
	consoleGroup  = "platform-team"
)

// console is what people sign in with, once both acts are over.
type console struct {
	provider    launch.Server
	certificate string // file
}

// openConsole starts an OpenID provider, and the platform again with TLS: browsers keep its cookie over TLS alone.
func (d *demo) openConsole(ctx context.Context) {
	c := &d.console
	c.provider.Name, c.provider.LogFile = "the OpenID provider", filepath.Join(d.dir, "provider.log")
	//nolint:noctx // the program is in the directory that the demo was given, and may outlive the demo
	check(c.provider.Start(ctx, exec.Command(filepath.Join(d.bin, "oidcserver"))))
	d.makePerson(ctx)
	d.addIssuer(ctx)
	address, err := url.Parse(d.platform.URL)
	check(err)
	address.Scheme = "https"
	key := d.makeCertificate()
	check(d.platform.Stop())
	d.platform.Flags = append(d.platform.Flags, "--tls-cert", c.certificate, "--tls-key", key,
		"--public-url", address.String(), "--trusted-issuer", c.provider.URL)
	check(d.platform.Start(ctx))
	d.platform.URL = address.String()
	// Terraform merges this into the provider block of the first act.
	trust := fmt.Sprintf("provider \"quickconnect\" {\n  ca_certificate_file = %q\n}\n", c.certificate)
	check(os.WriteFile(filepath.Join(d.tokens.tf.Dir, "console_override.tf"), []byte(trust), 0o600))
}

// addIssuer has the provider sign people in, and makes a group of them operators.
func (d *demo) addIssuer(ctx context.Context) {
	secretFile := filepath.Join(d.dir, "client-secret")
	check(os.WriteFile(secretFile, []byte(consoleSecret), 0o600))
	out, err := exec.CommandContext(ctx, d.platform.Program, "issuer", "add", "--data-dir", d.platform.DataDir,
		"--tenant", tenant, "--name", "demo", "--url", d.console.provider.URL, "--client-id", consoleClient,
		"--client-secret-file", secretFile).CombinedOutput()
	if err != nil {
		check(fmt.Errorf("quickconnectd issuer add: %w: %s", err, out))
	}
	group := consoleGroup
	_, err = d.deployer.RoleBindings().Create(ctx, api.RoleBindingCreate{
		Issuer: "demo", Group: &group, Role: api.RoleOperator,
	})
	check(err)
}

// makePerson tells the provider of somebody who may sign in.
func (d *demo) makePerson(ctx context.Context) {
	body, err := json.Marshal(map[string]any{"username": consoleUser, "claims": map[string]any{
		"email": consoleUser + "@example.com", "email_verified": true, "groups": []string{consoleGroup},
	}})
	check(err)
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, d.console.provider.URL+"/test/users", bytes.NewReader(body))
	check(err)
	resp, err := http.DefaultClient.Do(r)
	check(err)
	check(resp.Body.Close())
	if resp.StatusCode != http.StatusOK {
		check(fmt.Errorf("the OpenID provider answers status %d to a new user", resp.StatusCode))
	}
}

// makeCertificate writes a certificate for 127.0.0.1 that signs itself, and returns the file with its key.
func (d *demo) makeCertificate() (keyFile string) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	check(err)
	const life = 30 * 24 * time.Hour
	now := d.clock.Now()
	template := &x509.Certificate{
		SerialNumber: big.NewInt(now.UnixNano()), Subject: pkix.Name{CommonName: "quickconnect demo"},
		NotBefore: now.Add(-time.Hour), NotAfter: now.Add(life), IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)},
		IsCA: true, BasicConstraintsValid: true, ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth},
		KeyUsage: x509.KeyUsageCertSign | x509.KeyUsageDigitalSignature,
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	check(err)
	private, err := x509.MarshalPKCS8PrivateKey(key)
	check(err)
	keyFile = filepath.Join(d.dir, "platform-key.pem")
	d.console.certificate = filepath.Join(d.dir, "platform.pem")
	for file, block := range map[string]pem.Block{
		d.console.certificate: {Type: "CERTIFICATE", Bytes: der}, keyFile: {Type: "PRIVATE KEY", Bytes: private},
	} {
		check(os.WriteFile(file, pem.EncodeToMemory(&block), 0o600))
	}
	return keyFile
}

// sayWhereConsoleIs prints where to sign in, and as whom.
func (d *demo) sayWhereConsoleIs() {
	d.say("The console is open, with single sign-on at an OpenID provider on this machine:\n")
	fmt.Printf(`    %[1]s/console

    Tenant:    %[2]s, then the link "demo"
    User:      %[3]s
    Password:  %[3]s

    The browser warns that the connection is not private, since the certificate signs itself: go on to 127.0.0.1.
    %[3]s is an operator: it can quarantine, rotate and revoke in environment %[4]s. The provider is for tests: it signs
    whatever programs on this machine ask it to.

`, d.platform.URL, tenant, consoleUser, environment)
}
