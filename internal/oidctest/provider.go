// Package oidctest starts a real OpenID provider for tests, and tells it what to do: internal/oidcserver, which is a Go
// module of its own.
package oidctest

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/launch"
)

// The clients that the provider knows. WebClient has a refresh token, ServiceClient has client credentials.
const (
	WebClient     = "web"
	WebSecret     = "secret"
	ServiceClient = "sid1"
	ServiceSecret = "verysecret"

	// ConsoleClient signs people in. Its browsers may come back to /console/callback of every host.
	ConsoleClient = "console"
	ConsoleSecret = "secret"
)

// The paths of the provider, as Requests and Fault name them.
const (
	DiscoveryPath = "/.well-known/openid-configuration"
	KeysPath      = "/keys"
	TokenPath     = "/oauth/token"
	UserInfoPath  = "/userinfo"
)

// Options are what a test chooses before the start.
type Options struct {
	// Issuer is what the provider calls itself, where that is not its own address: "https://token.example.com".
	Issuer string
	// Path is the path of the issuer: "/org/1".
	Path string
	// Certificate and Key are files. With them it serves https.
	Certificate, Key string
}

// Provider is a running OpenID provider.
type Provider struct {
	// URL is its address, with the path of the issuer. Without Options.Issuer it is the issuer.
	URL string
	// Issuer is what it calls itself.
	Issuer string

	tb      testing.TB
	address string
	http    *http.Client
	server  *launch.Server
}

// Start starts a provider, which the end of the test stops. It listens on the loopback interface.
func Start(tb testing.TB, o Options) *Provider {
	tb.Helper()
	path, err := program()
	if err != nil {
		tb.Fatal(err)
	}
	server := &launch.Server{Name: "oidcserver", LogFile: filepath.Join(tb.TempDir(), "oidcserver.log")}
	cmd := exec.Command(path, "-issuer", o.Issuer, "-path", o.Path, "-cert", o.Certificate, "-key", o.Key)
	if err := server.Start(tb.Context(), cmd); err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(server.Kill)
	p := &Provider{
		URL: server.URL + o.Path, Issuer: o.Issuer, tb: tb, address: server.URL, http: httpClient(tb, o.Certificate),
		server: server,
	}
	if p.Issuer == "" {
		p.Issuer = p.URL
	}
	return p
}

// TokenURL is the token endpoint.
func (p *Provider) TokenURL() string { return p.URL + TokenPath }

// Kill ends the provider, as an outage of its machine does.
func (p *Provider) Kill() { p.server.Kill() }

// tell sends one command of the test, and decodes the answer into out.
func (p *Provider) tell(path string, in, out any) {
	p.tb.Helper()
	if err := p.post(path, in, out); err != nil {
		p.tb.Fatal(err)
	}
}

func (p *Provider) post(path string, in, out any) error {
	body, err := json.Marshal(in)
	if err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(p.tb.Context()), 30*time.Second)
	defer cancel()
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, p.address+"/test/"+path, bytes.NewReader(body))
	if err != nil {
		return err
	}
	resp, err := p.http.Do(r)
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	answer, err := io.ReadAll(resp.Body)
	if err != nil {
		return err
	}
	if resp.StatusCode != http.StatusOK {
		return fmt.Errorf("oidcserver: %s: status %d: %s", path, resp.StatusCode, answer)
	}
	if out == nil {
		return nil
	}
	return json.Unmarshal(answer, out)
}
