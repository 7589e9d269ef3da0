package tfkit

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/client"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/secret"
)

func problem(code string) *client.Error {
	return &client.Error{
		Op:         "change",
		Object:     "scoped token tok_1",
		Permission: api.PermissionWrite,
		Status:     api.StatusOf[code],
		Code:       code,
		Detail:     "what the platform says",
		RequestID:  "req_1",
		Attempts:   1,
		Write:      true,
	}
}

func with(e *client.Error, change func(*client.Error)) *client.Error {
	change(e)
	return e
}

func TestReport(t *testing.T) {
	subject := Subject{Type: "quickconnect_scoped_token", Name: "notifier"}
	auditor := api.Identity{Name: "ci", Role: api.RoleAuditor}
	tests := map[string]struct {
		err  error
		at   string
		want []string
		not  []string
	}{
		"field": {
			with(problem(api.CodeInvalid), func(e *client.Error) { e.Field = "/scopes/1" }),
			"scopes",
			[]string{"What the platform says.", "scoped token tok_1", "req_1"},
			nil,
		},
		"renamed field": {
			with(problem(api.CodeInvalid), func(e *client.Error) { e.Field = "/credentials/k" }),
			"credentials_wo",
			nil,
			nil,
		},
		"no field": {with(problem(api.CodeInvalid), func(e *client.Error) { e.Field = "/" }), "", nil, nil},
		"name taken": {
			problem(api.CodeNameTaken),
			"name",
			[]string{"terraform import quickconnect_scoped_token.LABEL notifier"},
			nil,
		},
		"forbidden": {
			problem(api.CodeForbidden),
			"",
			[]string{`lacks the permission "write"`, "operator and deployer", `role auditor`},
			nil,
		},
		"forbidden to reveal": {
			with(problem(api.CodeForbidden), func(e *client.Error) { e.Permission = api.PermissionReveal }), "",
			[]string{`"reveal"`, "planner and deployer"},
			nil,
		},
		"forbidden, told by the platform": {with(problem(api.CodeForbidden), func(e *client.Error) {
			e.Detail = `this needs the permission "write", which role "auditor" does not have; ` +
				"roles that have it: operator, deployer"
		}), "", []string{`permission "write"`, "operator, deployer", "Run with a token of such a role"}, []string{"lacks"}},
		"unauthenticated": {
			problem(api.CodeUnauthenticated),
			"",
			[]string{"What the platform says", "QUICKCONNECT_TOKEN"},
			nil,
		},
		"held":         {problem(api.CodeHeld), "", []string{"on hold"}, nil},
		"precondition": {problem(api.CodePreconditionFailed), "", []string{"Run terraform plan again"}, nil},
		"conflict": {
			problem(api.CodeConflict),
			"",
			[]string{"What the platform says."},
			[]string{"plan again"},
		},
		"conflict of step": {
			with(problem(api.CodeConflict), func(e *client.Error) { e.Step = true }),
			"",
			[]string{"What the platform says.", "Run terraform plan again"},
			nil,
		},
		"rate limited": {
			with(problem(api.CodeRateLimited), func(e *client.Error) { e.Attempts = 5 }),
			"",
			[]string{"requests_per_second", "5 attempts"},
			nil,
		},
		"internal": {
			with(problem(api.CodeInternal), func(e *client.Error) { e.Op = "create" }),
			"",
			[]string{"status 500", "apply again", "import"},
			nil,
		},
		"internal, read": {
			with(problem(api.CodeInternal), func(e *client.Error) { e.Op, e.Write = "read", false }),
			"",
			[]string{"state stays as it is"},
			[]string{"Whether"},
		},
		"page of a proxy": {
			&client.Error{
				Op:     "read",
				Object: "scoped token tok_1",
				Status: 404,
				Detail: "the answer is not from the platform API",
			},
			"",
			[]string{"not from the platform API", "state stays as it is"},
			[]string{"no such object"},
		},
		"no connection": {
			&client.Error{Op: "change", Object: "x", Attempts: 5, Write: true, Cause: errors.New("connection refused")},
			"",
			[]string{"connection refused", "5 attempt", "Check endpoint", "plan again"},
			nil,
		},
		"interrupted": {
			&client.Error{Op: "create", Object: "x", Write: true, Cause: fmt.Errorf("a: %w", context.Canceled)},
			"",
			[]string{"interrupted"},
			[]string{"Whether"},
		},
		"interrupted, sent": {
			&client.Error{Op: "create", Object: "x", Write: true, Attempts: 1, Cause: context.Canceled},
			"",
			[]string{"interrupted", "Whether the object was created"},
			nil,
		},
		"not found": {
			problem(api.CodeNotFound),
			"",
			[]string{"no such object", "Run terraform plan again"},
			nil,
		},
		"not an id": {
			&client.Error{Op: "read", Object: "scoped token", Cause: &client.IDError{Prefix: "tok_"}}, "",
			[]string{"Not an id", "such as tok_01J", "Nothing was sent"},
			[]string{"attempt", "endpoint", "network"},
		},
		"in progress": {
			problem(api.CodeInProgress),
			"",
			[]string{"still running", "Run terraform plan again"},
			nil,
		},
		"in progress, a create": {
			with(problem(api.CodeInProgress), func(e *client.Error) { e.Op = "create" }),
			"",
			[]string{"still running", "Whether the object was created"},
			nil,
		},
		"another request's key": {
			problem(api.CodeIdempotencyMismatch),
			"",
			[]string{"idempotency key", "did nothing"},
			[]string{"still running"},
		},
		"no such path": {
			problem(api.CodeNoSuchRoute),
			"",
			[]string{"Check endpoint", "state stays as it is"},
			[]string{"no such object"},
		},
		"a plain error": {errors.New("an import takes a name"), "", []string{"an import takes a name"}, nil},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			var diags diag.Diagnostics
			Report(&diags, tt.err, subject, auditor)
			if len(diags) != 1 || !diags.HasError() {
				t.Fatalf("got %v", diags)
			}
			text := diags[0].Summary() + "\n" + diags[0].Detail()
			for _, w := range tt.want {
				if !strings.Contains(text, w) {
					t.Errorf("no %q in:\n%s", w, text)
				}
			}
			for _, w := range tt.not {
				if strings.Contains(text, w) {
					t.Errorf("%q in:\n%s", w, text)
				}
			}
			at := ""
			if p, ok := diags[0].(diag.DiagnosticWithPath); ok {
				at = p.Path().String()
			}
			if at != tt.at {
				t.Errorf("at %q, want %q", at, tt.at)
			}
		})
	}
}

func TestClientFor(t *testing.T) {
	c, err := client.New(client.Config{Endpoint: "http://127.0.0.1:1", Token: secret.New("qcp_test")})
	if err != nil {
		t.Fatal(err)
	}
	here, err := NewPlatform(c, api.Identity{Tenant: "acme", Environment: "staging"})
	if err != nil {
		t.Fatal(err)
	}
	s, null, unknown := types.StringValue, types.StringNull(), types.StringUnknown()
	for name, tt := range map[string]struct {
		platform            *Platform
		tenant, environment types.String
		want                string // of the error; empty for none
	}{
		"at home":             {here, s("acme"), s("staging"), ""},
		"after an import":     {here, null, null, ""},
		"before the creation": {here, unknown, unknown, ""},
		"another environment": {here, s("acme"), s("production"), `environment "production"`},
		"another tenant":      {here, s("other"), s("staging"), `tenant "other"`},
		"not configured": {
			NotConfigured("endpoint"), s("acme"), s("staging"), "its attribute endpoint is unknown",
		},
		"validation": {nil, s("acme"), s("staging"), "before it was configured"},
	} {
		t.Run(name, func(t *testing.T) {
			var diags diag.Diagnostics
			got := (&access{tt.platform}).ClientFor(t.Context(), notes{}, tt.tenant, tt.environment, &diags)
			if (got != nil) != (tt.want == "") {
				t.Errorf("client: %v", got != nil)
			}
			if text := fmt.Sprint(diags); !strings.Contains(text, tt.want) || diags.HasError() != (tt.want != "") {
				t.Errorf("got %s", text)
			}
		})
	}
}

func TestTakeRefusesOtherTypes(t *testing.T) {
	var diags diag.Diagnostics
	a := access{}
	a.take(nil, &diags)
	if diags.HasError() || a.Platform() != nil {
		t.Error("validation, where there is nothing to take, is no error")
	}
	if a.take("stranger", &diags); !diags.HasError() {
		t.Error("a stranger was taken")
	}
	if _, ok := a.Platform().Identity(); ok {
		t.Error("nobody has an identity")
	}
}

func TestDigest(t *testing.T) {
	key := &api.ComparisonKey{Number: 3, Key: secret.New("MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY=")}
	p, err := NewPlatform(nil, api.Identity{ComparisonKey: key})
	if err != nil {
		t.Fatal(err)
	}
	got, ok := p.Digest(api.KindConnectors, "con_1", map[string]secret.Value{"k": secret.New("v")})
	want, err := api.Digest(
		3,
		[]byte("0123456789abcdef0123456789abcdef"),
		api.KindConnectors,
		"con_1",
		map[string]string{"k": "v"},
	)
	if err != nil || !ok || got != want {
		t.Errorf("got %q, %v; want %q", got, ok, want)
	}
	if _, ok := NotConfigured("token").Digest("", "", nil); ok {
		t.Error("a digest without a key")
	}
	var none *Platform
	if _, ok := none.Digest("", "", nil); ok {
		t.Error("a digest without a platform")
	}
	if _, err := NewPlatform(
		nil,
		api.Identity{ComparisonKey: &api.ComparisonKey{Key: secret.New("not base64 CANARY")}},
	); err == nil ||
		strings.Contains(err.Error(), "CANARY") {
		t.Errorf("got %v", err)
	}
}

func TestInvalidNamesTheAttribute(t *testing.T) {
	var diags diag.Diagnostics
	Invalid(&diags, path.Root("settings").AtMapKey("port"), errors.New("must be a port"))
	if got := diags[0].Detail(); got != `settings["port"] must be a port.` {
		t.Error(got)
	}
}

func TestCapital(t *testing.T) {
	for text, want := range map[string]string{
		"": "", "a b": "A b", "über dem Limit": "Über dem Limit", "日本": "日本", "\xffx": "\xffx", "A": "A",
	} {
		if got := Capital(text); got != want {
			t.Errorf("%q: %q, want %q", text, got, want)
		}
	}
	if got := sentences(
		"über dem Limit",
		"rotation_policy_id is wrong",
	); got != "Über dem Limit. rotation_policy_id is wrong." {
		t.Errorf("got %q", got)
	}
}

func TestRolesWith(t *testing.T) {
	for permission, want := range map[string]string{
		api.PermissionContain: "operator, deployer or security",
		api.PermissionReveal:  "planner or deployer",
		api.PermissionUse:     "runtime",
		"none":                "",
	} {
		if got := RolesWith(permission, "or"); got != want {
			t.Errorf("%s: %q, want %q", permission, got, want)
		}
	}
}
