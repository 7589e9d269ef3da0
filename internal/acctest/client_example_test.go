package acctest_test

import (
	"bufio"
	"encoding/pem"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/acctest"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
)

const retrieverConfig = `
variable "url" {
  type      = string
  ephemeral = true
}

resource "quickconnect_connector" "alerts" {
  name           = "alerts"
  owner          = "messaging@example.com"
  type           = "webhook"
  credentials_wo = { url = var.url }
}

resource "quickconnect_scoped_token" "notifier" {
  name         = "notifier"
  owner        = "team-notifier"
  connector_id = quickconnect_connector.alerts.id
  scopes       = ["credentials:read"]
  expires_at   = "2030-01-01T00:00:00Z"
}
`

// service is the program of examples/clients, with a scoped token and nothing else.
type service struct {
	t      *testing.T
	in     io.Writer
	out    *bufio.Scanner
	errors strings.Builder
}

func startService(t *testing.T, p *acctest.Platform, third *httptest.Server) *service {
	t.Helper()
	by := p.As(api.RoleDeployer)
	dir := t.TempDir()
	token := filepath.Join(dir, "token")
	if err := os.WriteFile(token, []byte(by.Reveal("notifier", 1)), 0o600); err != nil {
		t.Fatal(err)
	}
	authority := filepath.Join(dir, "ca.pem")
	block := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: third.Certificate().Raw})
	if err := os.WriteFile(authority, block, 0o600); err != nil {
		t.Fatal(err)
	}
	cmd := exec.CommandContext(t.Context(), acctest.BuildClientExample(t))
	cmd.Env = []string{
		"QUICKCONNECT_ENDPOINT=" + p.URL, "QUICKCONNECT_CONNECTOR=" + by.Connector("alerts").ID,
		"QUICKCONNECT_TOKEN_FILE=" + token, "SSL_CERT_FILE=" + authority,
	}
	s := &service{t: t}
	cmd.Stderr = &s.errors
	stdin, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	stdout, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = stdin.Close()
		_ = cmd.Wait()
	})
	s.in, s.out = stdin, bufio.NewScanner(stdout)
	return s
}

// says has the service send a message, and returns what it says.
func (s *service) says() string {
	s.t.Helper()
	if _, err := io.WriteString(s.in, "hello\n"); err != nil {
		s.t.Fatal(err)
	}
	if !s.out.Scan() {
		s.t.Fatalf("the service has ended\n%s", s.errors.String())
	}
	return s.out.Text()
}

// sends has the service send messages until it says this. Its clock is that of the machine, far ahead of the
// platform's, so that it fetches again every second.
func (s *service) sends(want string) {
	s.t.Helper()
	acctest.WaitFor(s.t, "the service says "+want, func() bool { return s.says() == want })
}

// A service starts with a scoped token only. It takes new credentials up without a restart, and the plans say when the
// old ones may be revoked.
func TestServiceFetchesCredentials(t *testing.T) {
	t.Parallel()
	var posted atomic.Value
	third := httptest.NewTLSServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		posted.Store(r.URL.Path)
	}))
	defer third.Close()
	p, tf := acctest.Start(t)
	tf.Config(retrieverConfig)
	tf.Var("url", third.URL+"/canary-one")
	tf.Apply()
	s := startService(t, p, third)
	s.sends("sent with version 1")
	if posted.Load() != "/canary-one" {
		t.Errorf("posted to %v", posted.Load())
	}
	tf.Plan(0).Silent()

	tf.Var("url", third.URL+"/canary-two")
	tf.Apply()
	tf.Plan(0).Has("Old credentials in use", "still used by notifier (version 1, last fetched at ")
	s.sends("sent with version 2")
	if posted.Load() != "/canary-two" {
		t.Errorf("posted to %v", posted.Load())
	}
	p.Clock.Advance(6 * time.Minute)
	tf.Plan(0).Has("Old credentials can be revoked").HasNot("canary-")

	p.Credential(api.ScopedTokens, "notifier").Revoke()
	s.sends("not sent: the platform refuses the token of this program")
	if strings.Contains(p.Log(), "canary-") || strings.Contains(s.errors.String(), "canary-") {
		t.Error("a log has the credentials")
	}
}
