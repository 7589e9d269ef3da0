package acctest_test

import (
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/acctest"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
)

// playbookBlock is a block of commands in a guide, under a comment that names its incident and step.
var playbookBlock = regexp.MustCompile("(?s)<!-- run: ([a-z]+) ([a-z]+) -->\n\n```sh\n(.*?)```\n")

// incident is one scenario of the playbook: a person of role security in a directory with an applied configuration.
type incident struct {
	t    *testing.T
	p    *acctest.Platform
	tf   *acctest.CLI
	name string
	// left are the steps that were not taken yet.
	left map[string]string
	// took is the time of the commands since the report.
	took      time.Duration
	principal string // the id that stands for prn_…
	finding   string // the id that stands for fin_…
	secrets   []string
}

// newIncident applies an example, and hands the commands of the guide to the person.
func newIncident(t *testing.T, name, example string, vars map[string]string) *incident {
	t.Helper()
	acctest.NeedsPrograms(t, "bash", "curl")
	p, tf := acctest.Start(t)
	root, err := acctest.Root()
	if err != nil {
		t.Fatal(err)
	}
	in := &incident{t: t, p: p, tf: tf, name: name, left: map[string]string{}}
	guide := read(t, filepath.Join(root, "templates", "guides", "incident-response.md")) +
		read(t, filepath.Join(root, "templates", "guides", "questionnaire.md"))
	for _, block := range playbookBlock.FindAllStringSubmatch(guide, -1) {
		if block[1] == name {
			in.left[block[2]] = block[3]
		}
	}
	tf.OperatorPath()
	tf.CopyExample(filepath.Join(root, "examples", example))
	for variable, value := range vars {
		tf.Var(variable, value)
	}
	tf.Write("deployer.token", p.Token(api.RoleDeployer))
	checkpoint, err := p.As(api.RoleAuditor).Client().AuditCheckpoint(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	tf.Write("audit.pub", checkpoint.PublicKey)
	return in
}

// report begins the incident: this value leaked, and from now on the person of role security types.
func (in *incident) report(value string) {
	in.t.Helper()
	in.tf.Write("leaked.token", value+"\n")
	in.tf.Set("QUICKCONNECT_TOKEN", in.p.Token(api.RoleSecurity))
	in.secrets = append(in.secrets, value, in.p.Token(api.RoleSecurity), in.p.Token(api.RoleDeployer))
	in.p.Clock.Advance(time.Minute)
}

// step runs the commands of a step as the guide has them, and wants these texts in what they print.
func (in *incident) step(name string, texts ...string) *acctest.Run {
	in.t.Helper()
	script := in.left[name]
	if name == "record" { // it verifies, whatever the incident is
		texts = append(texts, acctest.Tenant+"/"+acctest.Environment+": events 0 to ", " verify (0 erased)")
	}
	if script == "" {
		in.t.Fatalf("the guide has no commands for %s %s", in.name, name)
	}
	delete(in.left, name)
	script = strings.ReplaceAll(script, "/var/lib/quickconnectd", in.p.DataDir)
	script = strings.ReplaceAll(script, "prn_…", in.principal)
	script = strings.ReplaceAll(script, "fin_…", in.finding)
	in.tf.Write(name+".sh", script)
	run := in.tf.Script(filepath.Join(in.tf.Dir, name+".sh")).Want(0).Has(texts...)
	in.took += run.Took
	for _, value := range in.secrets {
		if strings.Contains(run.Output, value) {
			in.t.Errorf("%s %s prints a secret", in.name, name)
		}
	}
	return run
}

// refused prints how long it took from the report until the value was refused.
func (in *incident) refused() {
	in.t.Helper()
	in.t.Logf("%s: refused %.1f s after the report", in.name, in.took.Seconds())
}

// over fails the test unless every step of the guide was taken and the trail has these actions.
func (in *incident) over(actions ...string) {
	in.t.Helper()
	in.taken()
	in.recorded("incident-42.json", actions...)
}

// taken fails the test unless every step of the guide was taken.
func (in *incident) taken() {
	in.t.Helper()
	for name := range in.left {
		in.t.Errorf("%s: the test does not take the step %s of the guide", in.name, name)
	}
}

// recorded fails the test unless a file that the guide writes has these actions of the trail.
func (in *incident) recorded(file string, actions ...string) {
	in.t.Helper()
	trail := read(in.t, filepath.Join(in.tf.Dir, file))
	for _, action := range actions {
		if !strings.Contains(trail, `"action": "`+action+`"`) && !strings.Contains(trail, `"action":"`+action+`"`) {
			in.t.Errorf("%s: the record has no %s", in.name, action)
		}
	}
	for _, value := range in.secrets {
		if strings.Contains(trail, value) {
			in.t.Errorf("%s: the record has a secret", in.name)
		}
	}
}

// file returns what the apply has handed to the consumer.
func (in *incident) file(name string) string {
	in.t.Helper()
	value, err := os.ReadFile(filepath.Join(in.tf.Dir, name))
	if err != nil {
		in.t.Fatal(err)
	}
	return strings.TrimSpace(string(value))
}

// served fails the test unless the consumer works with the value that it was handed.
func (in *incident) served(want bool) {
	in.t.Helper()
	got := in.p.As(api.RoleRuntime).Introspect(in.file("notifier.token")).Active
	if got != want {
		in.t.Errorf("%s: the consumer is served: %v, want %v", in.name, got, want)
	}
}

// introspected fails the test unless the platform says this of a value.
func (in *incident) introspected(value string, active bool) {
	in.t.Helper()
	if got := in.p.As(api.RoleRuntime).Introspect(value).Active; got != active {
		in.t.Errorf("%s: the leaked value is active: %v, want %v", in.name, got, active)
	}
}

func quickstartIncident(t *testing.T, name string) *incident {
	t.Helper()
	in := newIncident(t, name, "quickstart", map[string]string{"slack_bot_token": "xoxb-of-the-test"})
	in.tf.Apply()
	in.served(true)
	return in
}

// A token leaked, and the code host reports it: it is refused, the consumer has a new one, and the trail says so.
func TestPlaybookToken(t *testing.T) {
	t.Parallel()
	in := quickstartIncident(t, "token")
	scanner := in.p.TakesLeaks()
	in.served(true) // the platform was started again, and had not written the use
	leaked := in.file("notifier.token")
	in.report(leaked)
	if !scanner.Report(leaked, leakedAt) {
		t.Fatal("the report is a false positive")
	}
	of := in.p.As(api.RoleDeployer).ScopedToken("notifier")
	in.finding = of.Findings[0].ID
	in.step("finding", in.finding, "leaked", of.ID, "url="+leakedAt)
	in.step("find", "state current", "owner team-notifier", "USED BY")
	in.introspected(leaked, true)
	in.step("quarantine")
	in.introspected(leaked, false)
	in.step("release")
	in.introspected(leaked, true)
	in.step("contain", "ends at once", `{"active":false}`)
	in.refused()
	in.introspected(leaked, false)
	in.served(false)
	in.step("replace", "1 changed")
	in.served(true)
	in.step("prove", "2 current", "state revoked")
	in.step("record", "incident 42")
	in.step("close", in.finding, "is closed: revoked and replaced, incident 42")
	if left := in.p.As(api.RoleDeployer).ScopedToken("notifier").Findings; len(left) != 0 {
		t.Errorf("open: %+v", left)
	}
	in.over("report_leak", "open_finding", "quarantine", "revoke", "reissue", "reveal")
}

// The token of a pipeline leaked, and somebody read the value of a scoped token with it.
func TestPlaybookVariable(t *testing.T) {
	t.Parallel()
	in := quickstartIncident(t, "ci")
	value := in.file("notifier.token")
	leaked := in.p.NewToken(acctest.Environment, api.RoleDeployer, 0)
	thief := in.p.AsToken(leaked)
	thief.Reveal("notifier", 1)
	in.principal = thief.Identity().PrincipalID
	in.report(leaked)
	in.step("find", "state active", "reveal tok_")
	in.step("contain", `{"revoked":true`, "the token of this principal was revoked at")
	in.refused()
	if _, err := in.p.AsToken(leaked).Client().Identity(t.Context()); err == nil {
		t.Error("the principal is still accepted")
	}
	in.step("replace", "1 changed")
	in.introspected(value, false)
	in.served(true)
	in.step("prove", "2 current", "state revoked")
	in.step("record")
	in.over("revoke", "reissue", "reveal", "create")
}

// An account may too much, and a token has a scope that it does not need.
func TestPlaybookBroad(t *testing.T) {
	t.Parallel()
	in := newIncident(t, "broad", "quickstart", map[string]string{"slack_bot_token": "xoxb-of-the-test"})
	narrow := read(t, filepath.Join(in.tf.Dir, "main.tf"))
	const needed, both = `scopes             = ["messages:send"]`, `scopes = ["messages:read", "messages:send"]`
	if !strings.Contains(narrow, needed) {
		t.Fatal("the example has no scopes to widen")
	}
	in.tf.Write("main.tf", strings.Replace(narrow, needed, both, 1))
	in.tf.Apply()
	in.served(true)
	leaked := in.p.NewToken(acctest.Environment, api.RoleDeployer, 0)
	in.principal = in.p.AsToken(leaked).Identity().PrincipalID
	in.report(leaked)
	in.step("find", `"role":"deployer"`, "state active", "messages:read")
	in.step("contain", `{"revoked":true`, "the token of this principal was revoked at")
	in.refused()
	in.tf.Write("main.tf", narrow) // the step says to edit the configuration
	in.step("replace", "1 changed")
	in.served(true)
	in.step("prove", `needs the permission "contain"`, `"scope":"messages:send"`).HasNot("may still write")
	in.step("record")
	in.over("delete", "update")
	if s := in.p.As(api.RoleDeployer).ScopedToken("notifier").Scopes; !slices.Equal(s, []string{"messages:send"}) {
		t.Errorf("the scopes are %v", s)
	}
}
