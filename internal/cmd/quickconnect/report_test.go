package main

import (
	"cmp"
	"html"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/acctest"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/htmlcheck"
)

// audited is an environment with something for every table of the report, seen by an auditor.
func audited(t *testing.T) *operator {
	t.Helper()
	o := newOperator(t, api.RoleDeployer)
	o.token("unused", acctest.TheFixture().Policies[0])
	o.token("held", o.policy("relaxed"))
	o.run("hold scoped-token held --reason", "the release <b>freeze</b>").want(exitDone)
	_, err := o.p.As(api.RoleSecurity).Client().GuardrailExemptions().Create(t.Context(), api.GuardrailExemptionCreate{
		Kind: api.KindScopedTokens, Name: "held", Rule: "max_scopes_per_token", Reason: "until the archive is split",
		ExpiresAt: o.p.Clock.Now().Add(200 * 24 * time.Hour).UTC().Format(time.RFC3339),
	})
	if err != nil {
		t.Fatal(err)
	}
	o.p.Clock.Advance(124 * 24 * time.Hour)
	o.token("staged", acctest.TheFixture().Policies[0])
	o.step("staged", api.StepBegin)
	o.value("staged", 2)
	o.p.Clock.Advance(24 * time.Hour)
	o.p.Sweep()
	o.as(api.RoleAuditor)
	return o
}

// read returns the report in a file, which is one good page without a secret that only its owner may read.
func (o *operator) read(path string) string {
	o.t.Helper()
	page, err := os.ReadFile(path)
	if err != nil {
		o.t.Fatal(err)
	}
	if info, err := os.Stat(path); err != nil || info.Mode().Perm() != 0o600 {
		o.t.Errorf("the file has the mode %v (%v)", info.Mode(), err)
	}
	if err := o.secrets.Absent("the report", page); err != nil {
		o.t.Error(err)
	}
	for _, fault := range htmlcheck.Find(page) {
		o.t.Error(fault)
	}
	return html.UnescapeString(string(page))
}

func TestReport(t *testing.T) {
	t.Parallel()
	o := audited(t)
	dir := t.TempDir()
	path := filepath.Join(dir, "report.html")
	o.run("report --out "+path).want(exitDone,
		path+" has ", " credentials, and the checkpoint of ", "events of the audit log")
	page := o.read(path)
	for _, want := range []string{
		"acme/staging", "role auditor", "the platform's own answer", "the release <b>freeze</b>", "max_scopes_per_token",
		"Overdue: 1", "Unacknowledged: 1", "On hold: 1", "In quarantine", "Exempted: 1", "unused of team-messaging",
		"staged 2: two are valid", "quickconnectd audit verify",
	} {
		if !strings.Contains(page, want) {
			t.Errorf("the report lacks %q", want)
		}
	}
	answer, err := o.p.As(api.RoleAuditor).Client().AuditCheckpoint(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	key := filepath.Join(dir, "audit.pub")
	if err := os.WriteFile(key, []byte(answer.PublicKey+"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	kept := filepath.Join(dir, "kept.html")
	got := decode[reported](o.run("report --output json --public-key " + key + " --out " + kept).want(exitDone))
	if !got.KeyKept || got.Credentials == 0 || got.Size == 0 || !strings.Contains(o.read(kept), "kept by the maker") {
		t.Errorf("answered %+v", got)
	}
	entries, err := os.ReadDir(dir)
	if err != nil || len(entries) != 3 {
		t.Errorf("the directory has %d entries (%v)", len(entries), err)
	}
}

// What does not work leaves no file, and overwrites none.
func TestNoReport(t *testing.T) {
	t.Parallel()
	o := newOperator(t, api.RoleAuditor)
	dir := t.TempDir()
	existing, path := filepath.Join(dir, "existing"), filepath.Join(dir, "report.html")
	if err := os.WriteFile(existing, []byte("PRIVATE"), 0o600); err != nil {
		t.Fatal(err)
	}
	for line, says := range map[string]string{
		"report":                    "--out must name the file",
		"report --out " + existing:  "exists, or cannot be looked at: nothing was read and nothing was written",
		"report acme --out " + path: "report takes no argument",
		"report --public-key " + existing + " --out " + path:   "has no public key of checkpoints",
		"report --public-key " + dir + "/absent --out " + path: "cannot be read",
		"report --environment production --out " + path:        "another tenant or environment",
		"report --output yaml --out " + path:                   "--output must be table or json",
	} {
		o.run(line).want(exitRefused, says)
	}
	o.run("report --out "+filepath.Join(dir, "absent", "report.html")).want(exitFailed, "nothing was written")
	refused := acctest.AnswerProblem(http.StatusForbidden, api.CodeForbidden)
	for _, route := range []string{"/v1/audit-checkpoint", "/v1/environment-policy", "/v1/findings", "/v1/credentials"} {
		o.p.Fail(func(r acctest.Request) acctest.Fault {
			if r.Path == route {
				return refused
			}
			return acctest.Pass()
		})
		o.run("report --out "+path).want(exitFailed, "cannot ")
	}
	o.p.Fail(nil)
	entries, err := os.ReadDir(dir)
	if err != nil || len(entries) != 1 {
		t.Errorf("left are %v (%v)", entries, err)
	}
	if text, err := os.ReadFile(existing); err != nil || string(text) != "PRIVATE" {
		t.Errorf("the file that was there has %q (%v)", text, err)
	}
}

// A checkpoint that is not what the platform has signed for this environment makes no report.
func TestCheckpointIsVerified(t *testing.T) {
	t.Parallel()
	o := newOperator(t, api.RoleAuditor)
	client := o.p.As(api.RoleAuditor).Client()
	here, err := client.Identity(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	good, err := client.AuditCheckpoint(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for name, tc := range map[string]struct {
		change func(*api.AuditCheckpoint)
		place  string // where it must be of, if not where it is of
		kept   string
		want   string
	}{
		"as it is":            {},
		"with the kept key":   {kept: good.PublicKey},
		"another kept key":    {kept: "other", want: "another public key"},
		"no key":              {change: func(a *api.AuditCheckpoint) { a.PublicKey = "x" }, want: "its public key is none"},
		"no note":             {change: func(a *api.AuditCheckpoint) { a.Checkpoint = "x" }, want: "its signature"},
		"another environment": {place: "production", want: "it is of the log"},
		"another size":        {change: func(a *api.AuditCheckpoint) { a.Size++ }, want: "another size"},
		"another root":        {change: func(a *api.AuditCheckpoint) { a.Root = []byte("x") }, want: "another size"},
		"a changed note": {change: func(a *api.AuditCheckpoint) {
			a.Checkpoint = strings.Replace(a.Checkpoint, "time 2", "time 3", 1)
		}, want: "its signature"},
	} {
		answer, where := good, *here
		where.Environment = cmp.Or(tc.place, where.Environment)
		if tc.change != nil {
			tc.change(&answer)
		}
		c, err := openCheckpoint(answer, tc.kept, where)
		if tc.want == "" && (err != nil || c.Size != good.Size || c.At.IsZero() || c.Kept != (tc.kept != "")) {
			t.Errorf("%s: %+v, %v", name, c, err)
		}
		if tc.want != "" && (err == nil || !strings.Contains(err.Error(), tc.want)) {
			t.Errorf("%s: %v", name, err)
		}
	}
}
