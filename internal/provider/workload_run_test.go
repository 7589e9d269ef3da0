package provider_test

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
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

// workloadScene is a run without a stored secret: a platform, a workload, and the file with its JWT.
type workloadScene struct {
	*acctest.Platform
	t        *testing.T
	workload *acctest.Workload
	identity string // its id, of role deployer; its name is "ci", and its access tokens live for a minute
	file     string
	clock    clock.Clock // of the provider
	env      map[string]string
}

func newWorkloadScene(t *testing.T) *workloadScene {
	t.Helper()
	t.Parallel()
	p := acctest.StartPlatform(t)
	s := &workloadScene{
		Platform: p, t: t, workload: acctest.NewWorkload(t, "repo:acme/app"), clock: p.Clock,
		file: filepath.Join(t.TempDir(), "jwt"), env: map[string]string{},
	}
	s.identity = s.workload.Identity(p.As(api.RoleDeployer).Client(), "ci", api.RoleDeployer, "1m")
	s.write(2 * time.Minute)
	return s
}

// write replaces the JWT in the file.
func (s *workloadScene) write(life time.Duration) { s.workload.WriteJWT(s.file, s.Clock.Now(), life) }

func (s *workloadScene) config(block tftest.Config) tftest.Config {
	return tftest.Config{
		"endpoint": s.URL, "tenant": acctest.Tenant, "environment": acctest.Environment, "max_retries": 0,
		"workload_identity": block,
	}
}

func (s *workloadScene) fromFile() tftest.Config {
	return s.config(tftest.Config{"identity": "ci", "token_file": s.file})
}

// configure is a run that does nothing.
func (s *workloadScene) configure(c tftest.Config) tftest.Diags {
	s.t.Helper()
	server, schemas := tftest.Serve(s.t, s.provider())
	return tftest.Configure(s.t, server, schemas, c)
}

func (s *workloadScene) provider() framework.Provider {
	return provider.NewAt(s.clock, func(name string) string { return s.env[name] }, "test")()
}

func readAlways(jwt secret.Value) func(context.Context) (secret.Value, error) {
	return func(context.Context) (secret.Value, error) { return jwt, nil }
}

// terraform is a run with one connector.
func (s *workloadScene) terraform(c tftest.Config) *tftest.Terraform {
	s.t.Helper()
	return tftest.New(s.t, s.provider(), c, "quickconnect_connector")
}

// exchanges counts the exchanges since the requests were forgotten.
func (s *workloadScene) exchanges() (n int) {
	for _, r := range s.Requests() {
		if r.Path == "/v1/token" {
			n++
		}
	}
	return n
}

func connectorNamed(name string) tftest.Config {
	return tftest.Config{"name": name, "owner": "team-a", "type": "custom"}
}

// An apply takes twelve minutes, and no JWT lives longer than two: their file is replaced meanwhile. One request in the
// middle is refused.
func TestApplyOutlivesItsJWT(t *testing.T) {
	s := newWorkloadScene(t)
	tf := s.terraform(s.fromFile())
	var each []*tftest.Terraform
	var plans []tftest.Plan
	for i := range 30 {
		each = append(each, tf.Beside("quickconnect_connector"))
		plans = append(plans, each[i].Plan(connectorNamed(fmt.Sprintf("c-%d", i))))
	}
	began := s.Clock.Now()
	s.AfterEach(func() {
		s.Clock.Advance(25 * time.Second)
		s.write(2 * time.Minute)
	})
	refuse := 1
	s.Fail(func(r acctest.Request) acctest.Fault {
		if refuse > 0 && r.Method == http.MethodPost && strings.Contains(string(r.Body), `"c-15"`) {
			refuse--
			return acctest.AnswerWith(api.Problem{Code: api.CodeUnauthenticated, Status: http.StatusUnauthorized})
		}
		return acctest.Pass()
	})
	s.ForgetRequests()
	for i, plan := range plans {
		tftest.Must(t, each[i].Apply(plan, nil))
	}
	took := s.Clock.Now().Sub(began)
	if n := s.exchanges(); took < 12*time.Minute || n < 12 || n > len(s.Requests())/2 || refuse != 0 {
		t.Errorf("the apply took %s, with %d exchanges and %d requests", took, n, len(s.Requests()))
	}
	made, err := s.As(api.RoleDeployer).Client().Connectors().List(t.Context(), client.Filter{})
	if err != nil || len(made) != len(plans) {
		t.Errorf("%d connectors: %v", len(made), err)
	}
}

// The same with a JWT that cannot be renewed: what was applied is in the state, and the error says what to do.
func TestApplyOutlivesWhatCannotBeRenewed(t *testing.T) {
	s := newWorkloadScene(t)
	jwt := s.workload.JWT(s.Clock.Now(), 2*time.Minute, nil)
	tf := s.terraform(s.config(tftest.Config{"identity": "ci", "token": jwt}))
	tf.Run(connectorNamed("mail"))
	plan := tf.Plan(connectorNamed("post"))
	s.Clock.Advance(5 * time.Minute)
	before := tf.State
	errs := tf.Apply(plan, nil).Errors()
	tftest.Says(t, errs, "JWT refused", "token of the block workload_identity", "ended at 2026-05-01T12:02:00Z",
		"token_file", `"repo:acme/app"`, "Request id")
	if !tf.State.Equal(before) || strings.Contains(errs, jwt) {
		t.Errorf("the state or the message is wrong: %s", errs)
	}
}

// The platform refuses a token that this machine takes for valid: one exchange, and the request is carried out once.
func TestRefusedAccessTokenIsRenewed(t *testing.T) {
	s := newWorkloadScene(t)
	s.clock = clock.NewFake(s.Clock.Now()) // it stands still
	tf := s.terraform(s.fromFile())
	s.Clock.Advance(10 * time.Minute)
	s.write(2 * time.Minute)
	s.ForgetRequests()
	tf.Run(connectorNamed("mail"))
	if n := s.exchanges(); n != 1 {
		t.Errorf("%d exchanges", n)
	}
}

// Two hundred requests at once renew once: where the access token has ended by the clock, and where it is refused.
func TestConcurrentRequestsRenewOnce(t *testing.T) {
	s := newWorkloadScene(t)
	jwt := secret.New(s.workload.JWT(s.Clock.Now(), 20*time.Minute, nil))
	for name, own := range map[string]clock.Clock{"ended": s.Clock, "refused": clock.NewFake(s.Clock.Now())} {
		c, err := client.New(client.Config{Endpoint: s.URL, Clock: own, Workload: &client.Workload{
			Identity: s.identity, Source: "the test", Read: readAlways(jwt),
		}})
		if err != nil {
			t.Fatal(err)
		}
		s.ForgetRequests()
		for want := 1; want <= 3; want++ {
			var group sync.WaitGroup
			for range 200 {
				group.Go(func() {
					if who, err := c.Identity(t.Context()); err != nil || who.PrincipalID != s.identity {
						t.Errorf("%s: %v", name, err)
					}
				})
			}
			group.Wait()
			if n := s.exchanges(); n != want {
				t.Errorf("%s: %d exchanges, want %d", name, n, want)
			}
			s.Clock.Advance(2 * time.Minute)
		}
	}
}

// Every source gives the JWT of a whole run. The name of an identity is looked up in the configured environment, and an
// id is enough. The end of an access token is no reason for a warning.
func TestEverySourceRuns(t *testing.T) {
	s := newWorkloadScene(t)
	jwt := s.workload.JWT(s.Clock.Now(), time.Hour, nil)
	asked := ""
	github := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		asked = r.URL.Query().Get("audience")
		_, _ = fmt.Fprintf(w, `{"value": %q}`, jwt)
	}))
	t.Cleanup(github.Close)
	onGitHub := map[string]string{
		"ACTIONS_ID_TOKEN_REQUEST_URL": github.URL + "/?api-version=2.0", "ACTIONS_ID_TOKEN_REQUEST_TOKEN": "of-the-job",
	}
	with := func(name, value string) map[string]string { return map[string]string{name: value} }
	for name, tt := range map[string]struct {
		block    tftest.Config // nil for none
		env      map[string]string
		audience string // that GitHub is asked for
	}{
		"token":      {tftest.Config{"identity": s.identity, "token": jwt}, nil, ""},
		"token_file": {tftest.Config{"identity": "ci", "token_file": s.file}, nil, ""},
		"HCP":        {tftest.Config{"identity": "ci"}, with("TFC_WORKLOAD_IDENTITY_TOKEN", jwt), ""},
		"HCP, a tag": {
			tftest.Config{"identity": "ci", "tag": "STAGING"}, with("TFC_WORKLOAD_IDENTITY_TOKEN_STAGING", jwt), "",
		},
		"GitHub": {tftest.Config{"identity": "ci"}, onGitHub, s.URL},
		"GitHub, with an audience": {
			tftest.Config{"identity": "ci", "audience": "https://q.example.com"}, onGitHub, "https://q.example.com",
		},
		"variable": {tftest.Config{"identity": "ci"}, with("QUICKCONNECT_IDENTITY_TOKEN", jwt), ""},
		"file":     {tftest.Config{"identity": "ci"}, with("QUICKCONNECT_IDENTITY_TOKEN_FILE", s.file), ""},
		"no block": {nil, map[string]string{"QUICKCONNECT_IDENTITY": "ci", "QUICKCONNECT_IDENTITY_TOKEN": jwt}, ""},
	} {
		t.Run(name, func(t *testing.T) {
			s.env, asked = tt.env, ""
			c := s.config(tt.block)
			if tt.block == nil {
				c = c.With("workload_identity", nil)
			}
			got := s.configure(c)
			if text := got.Errors() + got.Warnings(); text != "" || asked != tt.audience {
				t.Errorf("asked for %q: %s", asked, text)
			}
		})
	}
}

// The block comes before QUICKCONNECT_TOKEN, and says so.
func TestBlockBeforeToken(t *testing.T) {
	s := newWorkloadScene(t)
	s.env["QUICKCONNECT_TOKEN"] = "qcp_CANARY"
	got := s.configure(s.fromFile())
	if errs := got.Errors(); errs != "" {
		t.Error(errs)
	}
	tftest.Says(t, got.Warnings(), "QUICKCONNECT_TOKEN is not used", "workload_identity")
	if strings.Contains(got.Warnings(), "CANARY") {
		t.Error("a secret is repeated")
	}
}

// A world that is the wrong one is an error before anything is planned. It names both sides and what to do.
func TestWorkloadOfAWrongWorld(t *testing.T) {
	s := newWorkloadScene(t)
	production := s.AsToken(s.NewToken(acctest.Production, api.RoleDeployer, 0)).Client()
	elsewhere := s.workload.Identity(production, "production", api.RoleDeployer, "15m")
	another := acctest.NewWorkload(t, "repo:acme/app")
	now := s.Clock.Now()
	jwt := func(life time.Duration, further map[string]any) string { return s.workload.JWT(now, life, further) }
	missing := filepath.Join(t.TempDir(), "none")
	for name, tt := range map[string]struct {
		block tftest.Config
		says  []string
	}{
		"another repository": {
			tftest.Config{"identity": "ci", "token": jwt(time.Hour, map[string]any{"sub": "repo:acme/other"})},
			[]string{
				"JWT refused", `identity "ci" in tenant "acme", environment "staging"`, `(sub) "repo:acme/other"`, "audit trail",
			},
		},
		"another audience": {
			tftest.Config{"identity": "ci", "token": jwt(time.Hour, map[string]any{"aud": "https://other.example.com"})},
			[]string{"JWT refused", `(aud) "https://other.example.com"`, "audience"},
		},
		"another issuer": {
			tftest.Config{"identity": "ci", "token": another.JWT(now, time.Hour, nil)},
			[]string{"JWT refused", "issuer (iss) \"http://127.0.0.1"},
		},
		"ended": {
			tftest.Config{"identity": "ci", "token": s.workload.JWT(now.Add(-time.Hour), time.Minute, nil)},
			[]string{"JWT refused", "ended at 2026-05-01T11:01:00Z", "token_file"},
		},
		"no such identity": {
			tftest.Config{"identity": "cd", "token": jwt(time.Hour, nil)},
			[]string{"JWT refused", `identity "cd"`, "exists in this environment"},
		},
		"another environment": {
			tftest.Config{"identity": elsewhere, "token": jwt(time.Hour, nil)},
			[]string{
				"Workload identity of another tenant or environment", `environment "staging"`, `environment "production"`,
				"Nothing was planned",
			},
		},
		"no file": {
			tftest.Config{"identity": "ci", "token_file": missing},
			[]string{"No JWT for the workload identity", missing, "does not exist", "Check the path"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			errs := s.configure(s.config(tt.block)).Errors()
			tftest.Says(t, errs, tt.says...)
			if token, ok := tt.block["token"].(string); ok && strings.Contains(errs, token) {
				t.Errorf("the JWT is repeated: %s", errs)
			}
		})
	}
}

// The world goes wrong in the middle of a run. Nothing leaves the state, and nothing is proposed.
func TestWorldOfAWorkloadGoesWrong(t *testing.T) {
	for name, tt := range map[string]struct {
		wrong func(*workloadScene)
		says  []string
	}{
		"the JWT ends":     {func(*workloadScene) {}, []string{"JWT refused", "ended at"}},
		"the file is gone": {func(s *workloadScene) { _ = os.Remove(s.file) }, []string{"No JWT", "does not exist"}},
		"the identity is gone": {func(s *workloadScene) {
			s.As(api.RoleDeployer).Delete(api.WorkloadIdentities.Path, "ci").Want(http.StatusNoContent)
			s.write(time.Hour)
		}, []string{"JWT refused", "exists in this environment"}},
		"the platform is away": {func(s *workloadScene) {
			s.Fail(func(r acctest.Request) acctest.Fault {
				if r.Path == "/v1/token" {
					return acctest.AnswerHTML(http.StatusNotFound)
				}
				return acctest.Pass()
			})
		}, []string{"could not be exchanged", "not from the platform API"}},
	} {
		t.Run(name, func(t *testing.T) {
			s := newWorkloadScene(t)
			tf := s.terraform(s.fromFile())
			tf.Run(connectorNamed("mail"))
			before := tf.State
			s.Clock.Advance(10 * time.Minute)
			tt.wrong(s)
			for what, d := range map[string]tftest.Diags{
				"refresh": tf.Refresh(), "plan": tf.Plan(connectorNamed("mail")).Diags, "destroy": tf.Destroy(),
			} {
				if errs := d.Errors(); what == "destroy" || what == "refresh" {
					tftest.Says(t, errs, tt.says...)
				}
				if !tf.State.Equal(before) {
					t.Errorf("%s changes the state", what)
				}
			}
			s.Fail(nil)
			made, err := s.As(api.RoleDeployer).Client().Connectors().List(t.Context(), client.Filter{})
			if err != nil || !slices.ContainsFunc(made, func(c api.Connector) bool { return c.Name == "mail" }) {
				t.Errorf("the connector is gone: %v", err)
			}
		})
	}
}
