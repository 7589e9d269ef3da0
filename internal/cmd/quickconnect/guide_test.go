package main

import (
	"flag"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/acctest"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
)

var update = flag.Bool("update", false, "write what the commands really print into the guide")

var (
	block    = regexp.MustCompile("(?s)<!-- command: ([a-z-]+) -->\n\n```console\n(.*?)```\n")
	objectID = regexp.MustCompile(`\b(con|pol|prn|sec|tok|wep|msg)_[0-9A-Z]{26}`)
	// nextAttempt is a few seconds after a full minute. How many is random.
	nextAttempt = regexp.MustCompile(`:0[1-9]Z`)
)

// What the guide shows of the command is what it prints. The blocks are one story, in their order.
func TestGuideShowsRealOutput(t *testing.T) {
	t.Parallel()
	o, h := hooked(t)
	o.as(api.RoleDeployer)
	value := o.token("notifier", acctest.TheFixture().Policies[0])
	o.stdin = value
	o.p.As(api.RoleRuntime).Introspect(value)
	o.p.Clock.Advance(24 * time.Hour)
	o.step("notifier", api.StepBegin)
	o.p.As(api.RoleRuntime).Introspect(o.value("notifier", 2))
	o.p.Clock.Advance(time.Hour)
	h.Answer(func(acctest.HookEvent) int { return http.StatusServiceUnavailable })
	o.p.As(api.RoleDeployer).SendTestEvent("orders", "message.delivered")
	o.p.Deliver()

	o.compare("command-line.md", guideLines)
}

// compare fails the test unless a guide shows what these command lines print, and no others.
func (o *operator) compare(file string, all map[string][]guideLine) {
	t := o.t
	t.Helper()
	shown := 0
	guide := filepath.Join("..", "..", "..", "templates", "guides", file)
	text, err := os.ReadFile(guide)
	if err != nil {
		t.Fatal(err)
	}
	fresh := block.ReplaceAllStringFunc(string(text), func(found string) string {
		shown++
		name := block.FindStringSubmatch(found)[1]
		lines := all[name]
		if len(lines) == 0 {
			t.Errorf("the guide wants to show %q, which this test does not make", name)
		}
		out := "<!-- command: " + name + " -->\n\n```console\n"
		for _, line := range lines {
			out += "$ " + line.text + "\n" + o.printed(line)
		}
		return out + "```\n"
	})
	if shown < len(all) {
		t.Errorf("the guide shows %d of %d outputs", shown, len(all))
	}
	if fresh == string(text) {
		return
	}
	if !*update {
		t.Errorf("the guide shows what the command does not print; write it anew with: "+
			"go test ./internal/cmd/quickconnect -run %s -update, and make generate\n%s", t.Name(), fresh)
		return
	}
	if err := os.WriteFile(guide, []byte(fresh), 0o600); err != nil {
		t.Fatal(err)
	}
}

// guideLine is a command line of the guide, and the exit code that it ends with.
type guideLine struct {
	text string
	code int
}

var guideLines = map[string][]guideLine{
	"wrong-environment": {{"quickconnect show scoped-token notifier --environment production", exitRefused}},
	"show":              {{"quickconnect show scoped-token notifier", exitDone}},
	"identify":          {{"quickconnect identify <leaked.token", exitDone}},
	"hold": {
		{`quickconnect hold scoped-token notifier --reason "incident 42"`, exitDone},
		{`quickconnect release scoped-token notifier --reason "incident 42 is closed"`, exitDone},
	},
	"quarantine": {
		{`quickconnect quarantine scoped-token notifier --yes --for 7d --reason "unusual volume"`, exitDone},
		{`quickconnect release-quarantine scoped-token notifier --reason "it was the load test"`, exitDone},
	},
	"not-confirmed": {{"quickconnect promote scoped-token notifier", exitRefused}},
	"promote":       {{"quickconnect promote scoped-token notifier --yes", exitDone}},
	"rollback":      {{"quickconnect rollback scoped-token notifier --yes", exitDone}},
	"revoke": {
		{`quickconnect revoke scoped-token notifier --yes --hold --reason "leaked in a log"`, exitDone},
		{`quickconnect revoke scoped-token notifier --yes --hold --reason "leaked in a log"`, exitNoChange},
	},
	"audit": {{"quickconnect audit --action revoke", exitDone}},
	"redeliver": {
		{"quickconnect deliveries orders", exitDone},
		{"quickconnect redeliver orders --state queued --since 2026-05-02T12:00:00Z", exitDone},
	},
}

// printed runs a line of the guide, and returns what it prints without what differs from run to run.
func (o *operator) printed(line guideLine) string {
	o.t.Helper()
	text, _, _ := strings.Cut(strings.TrimPrefix(line.text, "quickconnect "), " <")
	words, reason, quoted := strings.Cut(text, ` "`)
	var more []string
	if quoted {
		more = []string{strings.TrimSuffix(reason, `"`)}
	}
	r := o.run(words, more...).want(line.code)
	out := objectID.ReplaceAllString(r.stderr+r.stdout, "${1}_01K0V3Z4M5N6P7Q8R9S0T1V2W3")
	return nextAttempt.ReplaceAllString(out, ":05Z")
}

// The guide says of every command which role may run it.
func TestGuideNamesTheRoleOfEveryCommand(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile("../../../templates/guides/command-line.md")
	if err != nil {
		t.Fatal(err)
	}
	_, roles, _ := strings.Cut(string(text), "| role | may |")
	roles, _, _ = strings.Cut(roles, "\n\n")
	for _, c := range commands() {
		if name := c.Name(); name != "completion" && name != "version" && !strings.Contains(roles, "`"+name) {
			t.Errorf("the table of the roles does not have %s", name)
		}
	}
}
