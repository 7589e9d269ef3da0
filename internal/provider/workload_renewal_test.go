package provider_test

import (
	"context"
	"encoding/base64"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	framework "github.com/hashicorp/terraform-plugin-framework/provider"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/acctest"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/client"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/clock"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/provider"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/secret"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/tftest"
)

const exchangePath = "/v1/token"

// renewals is a run of the provider with a JWT in a file. The exchange is answered in the platform's place, with a
// token that the platform accepts for a minute: what this file is about is when the provider asks for the next one.
type renewals struct {
	*acctest.Platform
	t     *testing.T
	file  string
	jwt   string      // in the file
	clock clock.Clock // of the provider
	env   map[string]string

	mu       sync.Mutex
	token    func() string
	subjects []string // of the exchanges
	refuse   func(acctest.Request) bool
}

func newRenewals(t *testing.T) *renewals {
	t.Helper()
	t.Parallel()
	p := acctest.StartPlatform(t)
	s := &renewals{
		Platform: p, t: t, clock: p.Clock, file: filepath.Join(t.TempDir(), "jwt"),
		refuse: func(acctest.Request) bool { return false },
		token:  func() string { return p.NewToken(acctest.Environment, api.RoleDeployer, time.Minute) },
	}
	s.write("first")
	here := p.As(api.RoleDeployer).Identity().Platform().String()
	p.Fail(func(r acctest.Request) acctest.Fault {
		s.mu.Lock()
		defer s.mu.Unlock()
		if s.refuse(r) {
			return acctest.AnswerWith(api.Problem{Code: api.CodeUnauthenticated, Status: http.StatusUnauthorized})
		}
		if r.Path != exchangePath {
			return acctest.Pass()
		}
		form, _ := url.ParseQuery(string(r.Body))
		s.subjects = append(s.subjects, form.Get("subject_token"))
		return acctest.Answer(http.StatusOK, fmt.Sprintf(`{"access_token": %q, "expires_in": 60, "token_type": "Bearer"}`,
			s.token()), "Content-Type", "application/json", api.HeaderPlatform, here)
	})
	return s
}

// write replaces the JWT in the file.
func (s *renewals) write(subject string) {
	payload := fmt.Sprintf(`{"sub": %q, "exp": %d}`, subject, s.Clock.Now().Add(2*time.Minute).Unix())
	s.jwt = "CANARYheader." + base64.RawURLEncoding.EncodeToString([]byte(payload)) + ".CANARYsignature"
	if err := os.WriteFile(s.file, []byte(s.jwt+"\n"), 0o600); err != nil {
		s.t.Error(err)
	}
}

func (s *renewals) config(block tftest.Config) tftest.Config {
	return tftest.Config{
		"endpoint": s.URL, "tenant": acctest.Tenant, "environment": acctest.Environment, "max_retries": 0,
		"workload_identity": block,
	}
}

func (s *renewals) provider() framework.Provider {
	return provider.NewAt(s.clock, func(name string) string { return s.env[name] }, "test")()
}

// terraform is a run with one connector.
func (s *renewals) terraform() *tftest.Terraform {
	s.t.Helper()
	block := tftest.Config{"identity": "ci", "token_file": s.file}
	return tftest.New(s.t, s.provider(), s.config(block), "quickconnect_connector")
}

func (s *renewals) configure(block tftest.Config) tftest.Diags {
	s.t.Helper()
	server, schemas := tftest.Serve(s.t, s.provider())
	c := s.config(block)
	if block == nil {
		c = c.With("workload_identity", nil)
	}
	return tftest.Configure(s.t, server, schemas, c)
}

// exchanged returns the JWTs that were exchanged since it was asked last.
func (s *renewals) exchanged() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	out := s.subjects
	s.subjects = nil
	return out
}

func (s *renewals) connectors() int {
	s.t.Helper()
	made, err := s.As(api.RoleDeployer).Client().Connectors().List(s.t.Context(), client.Filter{})
	if err != nil {
		s.t.Fatal(err)
	}
	return len(made)
}

func connectorNamed(name string) tftest.Config {
	return tftest.Config{"name": name, "owner": "team-a", "type": "custom"}
}

// An apply takes twelve minutes, and no JWT lives longer than two: their file is replaced meanwhile. One request in the
// middle is refused, and sent once more.
func TestApplyOutlivesItsJWT(t *testing.T) {
	s := newRenewals(t)
	one := s.Token(api.RoleDeployer)
	s.token = func() string { return one } // the creates of one run are of one principal
	tf := s.terraform()
	var each []*tftest.Terraform
	var plans []tftest.Plan
	for i := range 30 {
		each = append(each, tf.Beside("quickconnect_connector"))
		plans = append(plans, each[i].Plan(connectorNamed(fmt.Sprintf("c-%d", i))))
	}
	began, n, refused := s.Clock.Now(), 0, false
	s.AfterEach(func() {
		s.Clock.Advance(25 * time.Second)
		n++
		s.write(fmt.Sprint(n))
	})
	s.mu.Lock()
	s.refuse = func(r acctest.Request) bool {
		first := !refused && r.Method == http.MethodPost && strings.Contains(string(r.Body), `"c-15"`)
		refused = refused || first
		return first
	}
	s.mu.Unlock()
	s.exchanged()
	for i, plan := range plans {
		tftest.Must(t, each[i].Apply(plan, nil))
	}
	took, jwts := s.Clock.Now().Sub(began), s.exchanged()
	if took < 12*time.Minute || !refused || s.connectors() != len(plans) {
		t.Errorf("the apply took %s, refused: %v, and made %d connectors", took, refused, s.connectors())
	}
	if len(jwts) < int(took/time.Minute) || len(jwts) > len(plans) || len(slices.Compact(jwts)) != len(jwts) {
		t.Errorf("%d exchanges in %s: each JWT is the one that the file has then", len(jwts), took)
	}
}

// The platform refuses a token that this machine takes for valid: one exchange, and the request is carried out once.
func TestRefusedAccessTokenIsRenewed(t *testing.T) {
	s := newRenewals(t)
	s.clock = clock.NewFake(s.Clock.Now()) // it stands still
	tf := s.terraform()
	s.Clock.Advance(10 * time.Minute)
	s.write("second")
	s.exchanged()
	tf.Run(connectorNamed("mail"))
	if got := s.exchanged(); !slices.Equal(got, []string{s.jwt}) || s.connectors() != 1 {
		t.Errorf("%d exchanges, %d connectors", len(got), s.connectors())
	}
}

// Two hundred requests at once renew once: where the access token has ended by the clock, and where it is refused.
func TestConcurrentRequestsRenewOnce(t *testing.T) {
	s := newRenewals(t)
	for name, own := range map[string]clock.Clock{"ended": s.Clock, "refused": clock.NewFake(s.Clock.Now())} {
		c, err := client.New(client.Config{Endpoint: s.URL, Clock: own, Workload: &client.Workload{
			Identity: "ci", Source: "the test",
			Read: func(context.Context) (secret.Value, error) { return secret.New(s.jwt), nil },
		}})
		if err != nil {
			t.Fatal(err)
		}
		for range 3 {
			var group sync.WaitGroup
			for range 200 {
				group.Go(func() {
					if _, err := c.Identity(t.Context()); err != nil {
						t.Errorf("%s: %v", name, err)
					}
				})
			}
			group.Wait()
			if n := len(s.exchanged()); n != 1 {
				t.Errorf("%s: %d exchanges", name, n)
			}
			s.Clock.Advance(2 * time.Minute)
		}
	}
}

// The world goes wrong in the middle of a run. Nothing leaves the state, nothing is proposed, and the message says what
// to do.
func TestWorldOfAWorkloadGoesWrong(t *testing.T) {
	invalidGrant := acctest.AnswerWith(api.Problem{Code: api.CodeInvalidGrant, Status: http.StatusBadRequest})
	for name, tt := range map[string]struct {
		wrong    func(*renewals)
		exchange acctest.Fault
		says     []string
	}{
		"the JWT has ended": {func(*renewals) {}, invalidGrant, []string{
			"JWT refused", `identity "ci" in tenant "acme", environment "staging"`, "ended at 2026-05-01T12:02:00Z",
			`(sub) "first"`,
		}},
		"the claims do not fit": {func(s *renewals) { s.write("other") }, invalidGrant, []string{
			"JWT refused", `(sub) "other"`, "audit trail", "claims of the identity", "token_file",
		}},
		"the file is gone": {func(s *renewals) { _ = os.Remove(s.file) }, acctest.Pass(), []string{
			"No JWT for the workload identity", "does not exist", "Check the path",
		}},
		"the answer is a proxy's": {func(*renewals) {}, acctest.AnswerHTML(http.StatusNotFound), []string{
			"could not be exchanged", "not from the platform API",
		}},
	} {
		t.Run(name, func(t *testing.T) {
			s := newRenewals(t)
			tf := s.terraform()
			tf.Run(connectorNamed("mail"))
			before, private, jwt := tf.State, tf.Private, s.jwt
			s.Clock.Advance(10 * time.Minute)
			tt.wrong(s)
			s.Fail(func(r acctest.Request) acctest.Fault {
				if r.Path == exchangePath {
					return tt.exchange
				}
				return acctest.Pass()
			})
			for what, run := range map[string]func() tftest.Diags{
				"refresh": tf.Refresh, "destroy": tf.Destroy,
				"plan": func() tftest.Diags { return tf.Plan(connectorNamed("post")).Diags },
				"apply": func() tftest.Diags {
					plan := tf.PlanOnly(connectorNamed("post"))
					if plan.Replaces {
						t.Error("a plan replaces the connector")
					}
					return tf.Apply(plan, nil)
				},
			} {
				errs := run().Errors()
				tftest.Says(t, errs, tt.says...)
				if !tf.State.Equal(before) {
					t.Errorf("%s changes the state", what)
				}
				saysNothingOf(t, errs, jwt, "CANARY")
				tf.State, tf.Private = before, private
			}
			if s.connectors() != 1 {
				t.Error("the connector is gone")
			}
		})
	}
}

// Every source gives the JWT of a whole run, and the block comes before QUICKCONNECT_TOKEN, which is said.
func TestEverySourceRuns(t *testing.T) {
	s := newRenewals(t)
	asked := ""
	github := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		asked = r.URL.Query().Get("audience")
		_, _ = fmt.Fprintf(w, `{"value": %q}`, s.jwt)
	}))
	t.Cleanup(github.Close)
	onGitHub := map[string]string{
		"ACTIONS_ID_TOKEN_REQUEST_URL": github.URL + "/?api-version=2.0", "ACTIONS_ID_TOKEN_REQUEST_TOKEN": "of-the-job",
	}
	with := func(name, value string) map[string]string { return map[string]string{name: value} }
	named := tftest.Config{"identity": "ci"}
	for name, tt := range map[string]struct {
		block    tftest.Config // nil for none
		env      map[string]string
		audience string // that GitHub is asked for
		warning  string
	}{
		"token":      {named.With("token", s.jwt), nil, "", ""},
		"token_file": {named.With("token_file", s.file), with("QUICKCONNECT_IDENTITY_TOKEN", "a.b.c"), "", ""},
		"HCP":        {named, with("TFC_WORKLOAD_IDENTITY_TOKEN", s.jwt), "", ""},
		"HCP, a tag": {named.With("tag", "A"), with("TFC_WORKLOAD_IDENTITY_TOKEN_A", s.jwt), "", ""},
		"GitHub":     {named, onGitHub, s.URL, ""},
		"GitHub, with an audience": {
			named.With("audience", "https://q.example.com"), onGitHub, "https://q.example.com", "",
		},
		"variable": {named, with("QUICKCONNECT_IDENTITY_TOKEN", s.jwt), "", ""},
		"file":     {named, with("QUICKCONNECT_IDENTITY_TOKEN_FILE", s.file), "", ""},
		"no block": {
			nil, map[string]string{"QUICKCONNECT_IDENTITY": "ci", "QUICKCONNECT_IDENTITY_TOKEN": s.jwt}, "", "",
		},
		"a token besides": {
			named.With("token_file", s.file), with("QUICKCONNECT_TOKEN", canary), "", "QUICKCONNECT_TOKEN is not used",
		},
	} {
		t.Run(name, func(t *testing.T) {
			s.env, asked = tt.env, ""
			got := s.configure(tt.block)
			if errs := got.Errors(); errs != "" || asked != tt.audience {
				t.Errorf("asked for %q: %s", asked, errs)
			}
			if jwts := s.exchanged(); !slices.Equal(jwts, []string{s.jwt}) {
				t.Errorf("exchanged %d JWTs", len(jwts))
			}
			if unused := strings.Contains(got.Warnings(), "is not used"); unused != (tt.warning != "") ||
				!strings.Contains(got.Warnings(), tt.warning) || strings.Contains(got.Warnings(), "CANARY") {
				t.Errorf("the warnings are %q", got.Warnings())
			}
		})
	}
}
