package provider_test

import (
	"encoding/base64"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/provider"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/tftest"
)

const canary = "qcp_CANARY00000000000000000000000000000"

// platform answers GET /v1/identity and counts how often it was asked.
type platform struct {
	url   string
	asked atomic.Int64
	agent atomic.Value
}

func newPlatform(t *testing.T, answer http.HandlerFunc) *platform {
	t.Helper()
	p := &platform{}
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		p.asked.Add(1)
		p.agent.Store(r.Header.Get("User-Agent"))
		if r.URL.Path != "/v1/identity" || r.Header.Get("Authorization") != "Bearer "+canary {
			t.Errorf("%s %s", r.Method, r.URL.Path)
		}
		w.Header().Set(api.HeaderPlatform, "plt_01ARZ3NDEKTSV4RRFFQ69G5FAV/1")
		answer(w, r)
	}))
	t.Cleanup(s.Close)
	p.url = s.URL
	return p
}

func staging(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("Content-Type", "application/json")
	_ = json.NewEncoder(w).Encode(map[string]any{
		"principal_id": "prn_1", "name": "ci", "role": "deployer", "permissions": []string{"write", "read"},
		"tenant": "acme", "environment": "staging", "expires_at": nil,
		"platform_id": "plt_01ARZ3NDEKTSV4RRFFQ69G5FAV", "incarnation": 1, "restore_confirmed": true,
		"egress_addresses": []string{"192.0.2.1/32"},
		"comparison_keys": []any{
			map[string]any{"number": 1, "key": base64.StdEncoding.EncodeToString(make([]byte, 32))},
		},
	})
}

func refused(code string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", api.ProblemContentType)
		w.WriteHeader(api.StatusOf[code])
		_ = json.NewEncoder(w).
			Encode(api.Problem{
				Type: api.ProblemTypePrefix + code, Status: api.StatusOf[code], Code: code, Detail: "says the platform",
				RequestID: "req_01ARZ3NDEKTSV4RRFFQ69G5FAV",
			})
	}
}

func noEnvironment(t *testing.T) {
	t.Helper()
	for _, name := range []string{"ENDPOINT", "TENANT", "ENVIRONMENT", "TOKEN", "IDENTITY"} {
		t.Setenv("QUICKCONNECT_"+name, "")
	}
}

func (p *platform) config() tftest.Config {
	return tftest.Config{"endpoint": p.url, "tenant": "acme", "environment": "staging", "token": canary, "max_retries": 0}
}

func configure(t *testing.T, c tftest.Config) tftest.Diags {
	t.Helper()
	server, schemas := tftest.Serve(t, provider.New("test")())
	return tftest.Configure(t, server, schemas, c)
}

func TestConfigure(t *testing.T) {
	noEnvironment(t)
	tests := map[string]struct {
		answer http.HandlerFunc
		change func(tftest.Config) tftest.Config
		want   []string // in the error; none for success
		asked  int64
	}{
		"as configured": {staging, nil, nil, 1},
		"another environment": {
			staging,
			func(c tftest.Config) tftest.Config { return c.With("environment", "production") },
			[]string{
				`tenant "acme", environment "production"`,
				`tenant "acme", environment "staging"`,
				`AttributeName("environment")`,
			},
			1,
		},
		"another tenant": {
			staging,
			func(c tftest.Config) tftest.Config { return c.With("tenant", "other") },
			[]string{`tenant "other"`, `tenant "acme"`},
			1,
		},
		"401": {
			refused(api.CodeUnauthenticated),
			nil,
			[]string{"Token refused", "Says the platform", "req_01ARZ3NDEKTSV4RRFFQ69G5FAV"},
			1,
		},
		"403": {refused(api.CodeForbidden), nil, []string{"may not"}, 1},
		"500": {refused(api.CodeInternal), nil, []string{"status 500"}, 1},
		"a page": {func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", "text/html")
			_, _ = w.Write([]byte("<html>CANARY</html>"))
		}, nil, []string{"not from the platform API", "check endpoint"}, 1},
		"an empty identity": {func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", "application/json")
			_, _ = w.Write([]byte("{}"))
		}, nil, []string{"not from the platform API"}, 1},
		"http elsewhere": {
			staging,
			func(c tftest.Config) tftest.Config { return c.With("endpoint", "http://platform.example.com") },
			[]string{`AttributeName("endpoint")`, "https"},
			0,
		},
		"userinfo": {
			staging,
			func(c tftest.Config) tftest.Config {
				return c.With("endpoint", "https://u:CANARY@platform.example.com")
			},
			[]string{`AttributeName("endpoint")`},
			0,
		},
		"query": {
			staging,
			func(c tftest.Config) tftest.Config {
				return c.With("endpoint", "https://platform.example.com?t=CANARY")
			},
			[]string{`AttributeName("endpoint")`},
			0,
		},
		"no tenant": {
			staging,
			func(c tftest.Config) tftest.Config { return c.With("tenant", nil) },
			[]string{`AttributeName("tenant")`, "QUICKCONNECT_TENANT"},
			0,
		},
		"empty tenant": {
			staging,
			func(c tftest.Config) tftest.Config { return c.With("tenant", "") },
			[]string{`AttributeName("tenant")`},
			0,
		},
		"no token": {
			staging,
			func(c tftest.Config) tftest.Config { return c.With("token", nil) },
			[]string{`AttributeName("token")`, "QUICKCONNECT_TOKEN"},
			0,
		},
		"line end": {
			staging,
			func(c tftest.Config) tftest.Config { return c.With("token", canary+"\n") },
			[]string{`AttributeName("token")`, "trimspace"},
			0,
		},
		"timeout": {
			staging,
			func(c tftest.Config) tftest.Config { return c.With("request_timeout", "CANARY 30 seconds") },
			[]string{`AttributeName("request_timeout")`},
			0,
		},
		"long timeout": {
			staging,
			func(c tftest.Config) tftest.Config { return c.With("request_timeout", "1d") },
			[]string{"10m"},
			0,
		},
		"retries": {
			staging,
			func(c tftest.Config) tftest.Config { return c.With("max_retries", -1) },
			[]string{`AttributeName("max_retries")`},
			0,
		},
		"rate": {
			staging,
			func(c tftest.Config) tftest.Config { return c.With("requests_per_second", 0) },
			[]string{`AttributeName("requests_per_second")`},
			0,
		},
		"half a pair": {
			staging,
			func(c tftest.Config) tftest.Config { return c.With("client_key_file", "k.pem") },
			[]string{"client_certificate_file"},
			0,
		},
		"no CA file": {
			staging,
			func(c tftest.Config) tftest.Config { return c.With("ca_certificate_file", t.TempDir()+"/none") },
			[]string{"CA certificate file"},
			0,
		},
		"every mistake at once": {
			staging,
			func(c tftest.Config) tftest.Config {
				return c.With("ca_certificate_file", "/none/ca.pem").With("client_certificate_file", "/none/c.pem").
					With("client_key_file", "/none/k.pem")
			},
			[]string{"/none/ca.pem", "/none/c.pem"},
			0,
		},
		"everything": {staging, func(c tftest.Config) tftest.Config {
			return c.With("request_timeout", "1m").With("requests_per_second", 50).With("max_retries", 2)
		}, nil, 1},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			p := newPlatform(t, tt.answer)
			c := p.config()
			if tt.change != nil {
				c = tt.change(c)
			}
			errs := configure(t, c).Errors()
			if (errs == "") != (tt.want == nil) {
				t.Errorf("got %q", errs)
			}
			for _, w := range tt.want {
				if !strings.Contains(errs, w) {
					t.Errorf("no %q in %q", w, errs)
				}
			}
			if strings.Contains(errs, "CANARY") {
				t.Errorf("a secret is repeated: %s", errs)
			}
			if n := p.asked.Load(); n != tt.asked {
				t.Errorf("the platform was asked %d times, want %d", n, tt.asked)
			}
		})
	}
}

func TestConfigureFromTheEnvironment(t *testing.T) {
	noEnvironment(t)
	p := newPlatform(t, staging)
	t.Setenv("QUICKCONNECT_ENDPOINT", p.url)
	t.Setenv("QUICKCONNECT_TENANT", "acme")
	t.Setenv("QUICKCONNECT_ENVIRONMENT", "staging")
	t.Setenv("QUICKCONNECT_TOKEN", canary)
	if errs := configure(t, tftest.Config{}).Errors(); errs != "" {
		t.Error(errs)
	}
	if got := p.agent.Load(); got != "terraform-provider-quickconnect/test Terraform/1.11.4" {
		t.Errorf("user agent %q", got)
	}
	if errs := configure(
		t,
		tftest.Config{"environment": "production"},
	).Errors(); !strings.Contains(
		errs,
		`environment "production"`,
	) {
		t.Errorf("the configuration does not come first: %q", errs)
	}
	t.Setenv("QUICKCONNECT_ENDPOINT", "https://u:CANARY@platform.example.com")
	if errs := configure(
		t,
		tftest.Config{},
	).Errors(); !strings.Contains(errs, "environment variable QUICKCONNECT_ENDPOINT") ||
		strings.Contains(errs, "CANARY") {
		t.Errorf("got %q", errs)
	}
}
