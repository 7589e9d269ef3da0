package acctest_test

import (
	"bytes"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/acctest"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/client"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/clock"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/oidctest"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/secret"
)

// consoleScene is the real program with TLS, a real OpenID provider, something to see on every page, and a browser.
type consoleScene struct {
	*acctest.Browser
	t        *testing.T
	p        *acctest.Process
	token    string // of a deployer
	c        *client.Client
	over     *http.Client
	ca       *authority
	tokens   map[string]string // ids of scoped tokens, by name; notifier was leaked
	endpoint string            // id of a webhook endpoint that fails
}

const consolePerson = "jo"

func newConsoleScene(t *testing.T) *consoleScene {
	t.Helper()
	b := acctest.StartBrowser(t)
	issuer := oidctest.Start(t, oidctest.Options{})
	issuer.PutUser(oidctest.User{Username: consolePerson, Claims: map[string]any{
		"email": "jo@example.com", "email_verified": true, "groups": []string{"platform-team"},
	}})
	s := &consoleScene{Browser: b, t: t, ca: newAuthority(t), tokens: map[string]string{}}
	pool := x509.NewCertPool()
	pool.AddCert(s.ca.cert)
	s.over = &http.Client{Transport: &http.Transport{TLSClientConfig: &tls.Config{RootCAs: pool}}}
	t.Cleanup(s.over.CloseIdleConnections)

	listen := freeAddress(t)
	scanner, leakKeys := acctest.NewLeakReporter(t, "https://"+listen)
	cert, key := s.ca.pair("server", x509.ExtKeyUsageServerAuth)
	s.p = acctest.StartProcess(t, "--listen", listen, "--public-url", "https://"+listen, "--tls-cert", cert,
		"--tls-key", key, "--trusted-issuer", issuer.Issuer, "--leak-keys", leakKeys, "--allow-private-endpoints")
	s.token = s.p.Bootstrap(acctest.Tenant, acctest.Environment)[acctest.Environment]
	s.addIssuer(issuer.Issuer)
	var err error
	s.c, err = client.New(client.Config{Endpoint: s.p.URL, Token: secret.New(s.token), CAFile: s.ca.file})
	ok(t, err)
	s.fill()
	revealed, err := s.c.ScopedTokens().Reveal(t.Context(), s.tokens["notifier"], 1)
	ok(t, err)
	if !scanner.ReportWith(s.over, revealed.Value.Expose(), leakedAt) {
		t.Fatal("the platform does not know the value that was leaked")
	}
	return s
}

// freeAddress is one on which nothing listens. The platform has to know its own before it starts.
func freeAddress(t *testing.T) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	ok(t, err)
	ok(t, l.Close())
	return l.Addr().String()
}

// addIssuer has the provider sign people in, and makes its group platform-team operators who may consent.
func (s *consoleScene) addIssuer(url string) {
	s.t.Helper()
	file := filepath.Join(s.t.TempDir(), "client-secret")
	ok(s.t, os.WriteFile(file, []byte(oidctest.ConsoleSecret), 0o600))
	out, err := exec.CommandContext(s.t.Context(), s.p.Program(), "issuer", "add", "--data-dir", s.p.DataDir,
		"--tenant", acctest.Tenant, "--name", "corp", "--url", url, "--client-id", oidctest.ConsoleClient,
		"--client-secret-file", file).CombinedOutput()
	if err != nil {
		s.t.Fatalf("issuer add: %v\n%s", err, out)
	}
	security := s.p.CreateToken(acctest.Tenant, acctest.Environment, api.RoleSecurity)
	for role, by := range map[string]string{api.RoleOperator: s.token, api.RoleConsenter: security} {
		s.post(by, "/v1/role-bindings", map[string]any{"issuer": "corp", "group": "platform-team", "role": role})
	}
	s.post(s.token, "/v1/consents", map[string]any{
		"connector_type": "slack", "scopes": []string{"messages:send"}, "purpose": "Tell customers when an order ships",
	})
}

// post sends what the client has no method for.
func (s *consoleScene) post(token, path string, body any) {
	s.t.Helper()
	data, err := json.Marshal(body)
	ok(s.t, err)
	r, err := http.NewRequestWithContext(s.t.Context(), http.MethodPost, s.p.URL+path, bytes.NewReader(data))
	ok(s.t, err)
	r.Header.Set("Authorization", "Bearer "+token)
	r.Header.Set("Content-Type", "application/json")
	resp, err := s.over.Do(r)
	ok(s.t, err)
	defer resp.Body.Close()
	if resp.StatusCode != http.StatusCreated {
		s.t.Fatalf("POST %s: status %d", path, resp.StatusCode)
	}
}

// fill makes something to see: connectors, tokens, a pending version, an endpoint whose receiver refuses events, and a
// workload identity.
func (s *consoleScene) fill() {
	s.t.Helper()
	ctx, c, t := s.t.Context(), s.c, s.t
	policy, err := c.RotationPolicies().Create(ctx, api.RotationPolicyCreate{Name: "monthly", Interval: "30d"})
	ok(t, err)
	shop, err := c.Connectors().Create(ctx, api.ConnectorCreate{Name: "shop", Owner: "team-shop", Type: "custom"})
	ok(t, err)
	for _, name := range []string{"billing", "notifier", "search"} {
		made, err := c.ScopedTokens().Create(ctx, api.ScopedTokenCreate{
			RotatedCreate: api.RotatedCreate{Name: name, Owner: "team-" + name}, ConnectorID: shop.ID,
			Scopes: []string{"orders:read"}, RotationPolicyID: &policy.ID,
		})
		ok(t, err)
		s.tokens[name] = made.ID
		if name == "billing" {
			_, err := c.ScopedTokens().Step(ctx, made.ID, api.StepBegin, api.StepRequest{}, client.Write{})
			ok(t, err)
		}
	}
	hook := acctest.StartHook(t, clock.System()) // knows no secret, and refuses every event
	endpoint, err := c.WebhookEndpoints().Create(ctx, api.WebhookEndpointCreate{
		Name: "orders", ConnectorID: shop.ID, URL: &hook.URL,
	})
	ok(t, err)
	s.endpoint = endpoint.ID
	signing, err := c.SigningSecrets().Create(ctx, api.SigningSecretCreate{
		RotatedCreate: api.RotatedCreate{Name: "orders", Owner: "team-shop"}, EndpointID: endpoint.ID,
		RotationPolicyID: policy.ID,
	})
	ok(t, err)
	_, err = c.SigningSecrets().Step(ctx, signing.ID, api.StepBegin, api.StepRequest{}, client.Write{})
	ok(t, err)
	_, err = c.WebhookEndpoints().SendTestEvent(ctx, endpoint.ID, api.TestEventRequest{Type: anEvent}, client.Write{})
	ok(t, err)
	acctest.WaitFor(t, "an event is refused", func() bool { return len(hook.Events()) > 0 })
	jwks := acctest.JWKS(t)
	_, err = c.WorkloadIdentities().Create(ctx, api.WorkloadIdentityCreate{
		Name: "deploy", Owner: "team-shop", Role: api.RoleDeployer, Preset: "github_actions", Audience: "quickconnect",
		Claims: map[string]string{"repository_owner_id": "65", "repository_id": "74"}, JWKS: &jwks,
	})
	ok(t, err)
}

// page is the address of a page of the environment.
func (s *consoleScene) page(path string) string {
	return s.p.URL + "/console/in/" + acctest.Environment + path
}
