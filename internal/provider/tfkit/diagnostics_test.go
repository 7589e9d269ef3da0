package tfkit

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/client"
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
		"restored": {
			with(problem(api.CodeRestored), func(*client.Error) {}),
			"",
			[]string{"Platform restored, and not confirmed", "What the platform says.", "the state stays as it is", "req_1"},
			[]string{"failed 1 time", "deleted"},
		},
		"renamed field": {
			with(problem(api.CodeInvalid), func(e *client.Error) { e.Field = "/credentials/k" }),
			"credentials_wo",
			nil,
			nil,
		},
		"argument of one word": {
			with(problem(api.CodeInvalid), func(e *client.Error) {
				e.Field, e.Detail = "/url", "url is refused: a private address"
			}),
			"url",
			[]string{"The argument url is refused: a private address."},
			[]string{"Url"},
		},
		"argument of another name": {
			with(problem(api.CodeInvalid), func(e *client.Error) {
				e.Field, e.Detail = "/secret", "secret must be whsec_ and 24 to 64 bytes"
			}),
			"secret_wo",
			[]string{"secret_wo must be whsec_"},
			[]string{"Secret must"},
		},
		"no field": {with(problem(api.CodeInvalid), func(e *client.Error) { e.Field = "/" }), "", nil, nil},
		"name taken": {
			problem(api.CodeNameTaken),
			"name",
			[]string{"swapped", "two applies"},
			[]string{"import", "create_before_destroy"},
		},
		"name taken, unmanaged": {
			with(problem(api.CodeNameTaken), func(e *client.Error) { e.Op, e.Reason = "create", api.TakenUnclaimed }),
			"name",
			[]string{"terraform import ADDRESS notifier", "If a state has it, do not import it", "moved {"},
			nil,
		},
		"name taken, of a state": {
			with(problem(api.CodeNameTaken), func(e *client.Error) { e.Op, e.Reason = "create", api.TakenPresented }),
			"name",
			[]string{
				"create_before_destroy", "name_prefix", "moved { from = OLD_ADDRESS, to = ADDRESS }", "two applies",
				"choose another name",
			},
			[]string{"terraform import"},
		},
		"name taken in the same run": {
			with(problem(api.CodeNameTaken), func(e *client.Error) { e.Op, e.Reason = "create", api.TakenSameRun }),
			"name",
			[]string{"Two blocks of this configuration", "name_prefix"},
			[]string{"import", "moved"},
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
			[]string{"plan again", "in order"},
		},
		"conflict of step": {
			with(problem(api.CodeConflict), func(e *client.Error) { e.Step = true }),
			"",
			[]string{"What the platform says.", "Run terraform plan again"},
			nil,
		},
		"acknowledgement required": {
			with(problem(api.CodeAcknowledgementRequired), func(e *client.Error) { e.Step = true }),
			"",
			[]string{"What the platform says.", "policy has been edited, by this apply", "Run terraform plan again"},
			nil,
		},
		"rate limited": {
			with(problem(api.CodeRateLimited), func(e *client.Error) { e.Attempts = 5 }),
			"",
			[]string{"requests_per_second", "5 attempts"},
			nil,
		},
		"full environment": {
			problem(api.CodeLimitReached), "",
			[]string{"Limit of the platform reached", "What the platform says."},
			[]string{"requests_per_second"},
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
