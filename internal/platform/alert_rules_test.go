package platform_test

import (
	"bytes"
	"encoding/json"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"go.yaml.in/yaml/v3"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/transittest"
)

const alertRules = "../../examples/monitoring/rules.yml"

var (
	metricName = regexp.MustCompile(`quickconnect_[a-z_]+`)
	notAnchor  = regexp.MustCompile(`[^\p{L}\p{N} _-]`)
)

// headings returns the anchors of the headings of a guide, as code hosts make them.
func headings(t *testing.T, path string) map[string]bool {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	all := map[string]bool{}
	for line := range strings.Lines(string(text)) {
		if title, ok := strings.CutPrefix(strings.TrimLeft(line, "#"), " "); ok && strings.HasPrefix(line, "#") {
			all[strings.ReplaceAll(notAnchor.ReplaceAllString(strings.ToLower(strings.TrimSpace(title)), ""), " ", "-")] = true
		}
	}
	return all
}

// TestAlertRules: every metric of the example's rules is exported, the guide says what to alert on, and each rule names
// a section of a guide that says what to do.
func TestAlertRules(t *testing.T) {
	data, err := os.ReadFile(alertRules)
	if err != nil {
		t.Fatal(err)
	}
	var rules struct {
		Groups []struct {
			Name  string
			Rules []struct {
				Alert, Expr, For    string
				Labels, Annotations map[string]string
			}
		}
	}
	if err := yaml.Unmarshal(data, &rules); err != nil {
		t.Fatal(err)
	}
	guide, err := os.ReadFile("../../docs/guides/operate.md")
	if err != nil {
		t.Fatal(err)
	}
	w, _ := outsideWorld(t)
	w.newConnector("chat", nil)
	exported, named := w.counted(), map[string]bool{}
	for _, group := range rules.Groups {
		for _, r := range group.Rules {
			names := metricName.FindAllString(r.Expr, -1)
			if r.Alert == "" || r.Labels["severity"] == "" || r.Annotations["summary"] == "" || len(names) == 0 {
				t.Errorf("group %s has an incomplete rule: %+v", group.Name, r)
			}
			for _, name := range names {
				named[name] = true
				family := strings.TrimSuffix(name, "_count")
				if !strings.Contains(exported, "\n# TYPE "+family+" ") {
					t.Errorf("%s: the platform has no metric %s", r.Alert, name)
				}
				if !strings.Contains(string(guide), "`"+family+"`") {
					t.Errorf("%s: the guide does not name %s", r.Alert, family)
				}
			}
			file, section, _ := strings.Cut(r.Annotations["runbook"], "#")
			if !headings(t, filepath.Join("../..", file))[section] {
				t.Errorf("%s: there is no section %s", r.Alert, r.Annotations["runbook"])
			}
		}
	}
	for _, what := range []string{
		"credentials_due", "credentials_overdue", "credentials_waiting", "credentials_held", "leader",
		"delivery_takeovers_total", "delivery_queue_age_seconds", "kms_call_seconds_count", "audit_head", "restore_confirmed",
	} {
		if !named["quickconnect_"+what] {
			t.Errorf("no rule is about quickconnect_%s", what)
		}
	}
}

// scraped is what the program rulecheck reads.
type scraped struct {
	At     int
	Target string
	Text   string
}

// alerts returns which alerts fire four hours after the first scrapes, by the engine of Prometheus.
func alerts(t *testing.T, cases map[string][]scraped) map[string][]string {
	t.Helper()
	program := filepath.Join(t.TempDir(), "rulecheck")
	build := exec.CommandContext(t.Context(), "go", "build", "-C", "../rulecheck", "-o", program, ".")
	build.Env = append(os.Environ(), "GOWORK=off", "GOFLAGS=", "CGO_ENABLED=0")
	if out, err := build.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	var in, failed bytes.Buffer
	names := make([]string, 0, len(cases))
	for name, scrapes := range cases {
		names = append(names, name)
		if err := json.NewEncoder(&in).Encode(map[string]any{"Until": 4 * 3600, "Scrapes": scrapes}); err != nil {
			t.Fatal(err)
		}
	}
	cmd := exec.CommandContext(t.Context(), program, alertRules)
	cmd.Stdin, cmd.Stderr = &in, &failed
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("%v\n%s", err, &failed)
	}
	firing, answers := map[string][]string{}, json.NewDecoder(bytes.NewReader(out))
	for _, name := range names {
		var all []string
		if err := answers.Decode(&all); err != nil {
			t.Fatal(err)
		}
		slices.Sort(all)
		firing[name] = all
	}
	return firing
}

// own leaves out the metrics of the Go runtime, of which no rule asks.
func own(metrics string) string {
	var kept []string
	for line := range strings.Lines(metrics) {
		if strings.HasPrefix(line, "quickconnect_") {
			kept = append(kept, line)
		}
	}
	return strings.Join(kept, "")
}

// shows sets the value of a metric, which must be there.
func shows(t *testing.T, metrics, metric, value string) string {
	t.Helper()
	line := regexp.MustCompile(`(?m)^` + regexp.QuoteMeta(metric) + ` .*$`)
	if !line.MatchString(metrics) {
		t.Fatalf("there is no %s in\n%s", metric, metrics)
	}
	return line.ReplaceAllString(metrics, metric+" "+value)
}

// TestAlertsFire: each rule about the platform fires where it should, by what the platform shows,
// and no other one does.
func TestAlertsFire(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.newHook("hooks", nil)
	w.sweep()
	healthy := own(w.counted())
	const takeOver = "quickconnect_leader_takeovers_total"
	const head = `quickconnect_audit_head{environment="staging",tenant="acme"}`
	const made = `quickconnect_requests_total{method="POST",route="/v1/connectors",status="201"}`
	set := func(metric, value string) string { return shows(t, healthy, metric, value) }
	two := func(a, b string) []scraped { return []scraped{{0, "a", a}, {0, "b", b}} }
	then := func(hour float64, texts ...string) (all []scraped) {
		for i, text := range texts {
			all = append(all, scraped{int((hour + float64(i)*0.1) * 3600), "a", text})
		}
		return append([]scraped{{0, "a", healthy}}, all...)
	}
	follows := shows(t, healthy, "quickconnect_leader", "0")
	cases := map[string]struct {
		scrapes []scraped
		want    []string
	}{
		"all is well":                   {two(healthy, follows), nil},
		"events come and go":            {two(delivered(t), follows), nil},
		"no process leads":              {two(follows, follows), []string{"QuickconnectNoLeader"}},
		"two lead":                      {two(healthy, healthy), []string{"QuickconnectTwoLeaders"}},
		"none answers":                  {then(3, ""), []string{"QuickconnectNoLeader"}},
		"leaders come and go":           {then(3.2, set(takeOver, "9")), []string{"QuickconnectLeaderTakeovers"}},
		"one take-over is an upgrade":   {then(3.2, set(takeOver, "2")), nil},
		"deliveries are taken over":     {then(3.7, takeOvers(t, healthy)...), []string{"QuickconnectDeliveriesTakenOver"}},
		"an event waits":                {two(waiting(t), follows), []string{"QuickconnectEventsWait"}},
		"the service is sealed":         {keyService(t), []string{"QuickconnectKeyServiceFails"}},
		"a restore is not confirmed":    {two(restoredMetrics(t), follows), []string{"QuickconnectRestoreNotConfirmed"}},
		"nothing signs":                 {two(unsigned(t), follows), []string{"QuickconnectAuditNotSigned"}},
		"objects are made, none is new": {then(3.5, set(made, "9")), []string{"QuickconnectAuditHeadStandsStill"}},
		"the head went back":            {then(3.5, set(head, "1")), []string{"QuickconnectAuditHeadWentBack"}},
	}
	scrapes := map[string][]scraped{}
	for name, c := range cases {
		scrapes[name] = c.scrapes
	}
	for name, got := range alerts(t, scrapes) {
		if want := cases[name].want; !slices.Equal(got, want) {
			t.Errorf("%s: %v fires, want %v", name, got, want)
		}
	}
}

func takeOvers(t *testing.T, healthy string) []string {
	t.Helper()
	const metric = "quickconnect_delivery_takeovers_total"
	return []string{shows(t, healthy, metric, "1"), shows(t, healthy, metric, "2"), shows(t, healthy, metric, "3")}
}

// delivered are the metrics after an event was delivered late.
func delivered(t *testing.T) string {
	t.Helper()
	w := newWorld(t)
	w.sent(w.newHook("hooks", nil).endpoint)
	w.clock.Advance(20 * time.Minute)
	w.deliver()
	w.sweep()
	return own(w.counted())
}

func waiting(t *testing.T) string {
	t.Helper()
	w := newWorld(t)
	w.sent(w.newHook("hooks", nil).endpoint)
	w.clock.Advance(11 * time.Minute)
	w.sweep()
	return own(w.counted())
}

func restoredMetrics(t *testing.T) string {
	t.Helper()
	w := newWorld(t)
	w.restored(0)
	return own(w.counted())
}

func unsigned(t *testing.T) string {
	t.Helper()
	w := newWorld(t)
	w.newConnector("slack", nil)
	w.clock.Advance(3 * time.Hour)
	return own(w.counted())
}

// keyService are the metrics of a platform whose key-management service is sealed: it asks again and again.
func keyService(t *testing.T) (all []scraped) {
	t.Helper()
	w, v := outsideWorld(t)
	connector := w.newConnector("c", nil).ID
	v.Set(transittest.Sealed)
	w.do("POST", pathTokens, tokenBody("new", connector, nil)).want(http.StatusServiceUnavailable)
	w.sweep()
	all = []scraped{{0, "a", own(w.counted())}}
	for i := range 5 {
		w.clock.Advance(time.Minute)
		w.p.KeepKeys(t.Context())
		w.sweep()
		all = append(all, scraped{4*3600 - 300 + i*60, "a", own(w.counted())})
	}
	return all
}
