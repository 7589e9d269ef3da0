package report

import (
	"bytes"
	"fmt"
	"html"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/htmlcheck"
)

var now = time.Date(2026, 5, 1, 12, 0, 0, 0, time.UTC)

func ago(days int) time.Time { return now.Add(-time.Duration(days) * 24 * time.Hour) }

func at(days int) *time.Time { t := ago(days); return &t }

// source is a report of staging, in which events were recorded meanwhile.
func source(text string) Source {
	return Source{
		Identity: api.Identity{
			PrincipalID: text, Name: text, Role: text, Tenant: "acme", Environment: "staging", PlatformID: "plt_1",
		},
		Program: "quickconnect test", Begun: now, Ended: now.Add(time.Minute), SizeAtEnd: 12,
		Checkpoint: Checkpoint{
			Note: "plt_1/acme/staging\n10\nroot\n" + text, PublicKey: "key", Size: 10, Root: "root", At: now,
		},
	}
}

// a credential in every state at once, with a text in every place that can have one.
func everything(i int, text string) *api.InventoryEntry {
	no := false
	version := func(number int64, state string, age int) api.InventoryVersion {
		return api.InventoryVersion{
			Version: number, State: state, IssuedAt: ago(age), LastUsedAt: at(100),
			Consumers: []api.ConsumerUse{{Actor: text, ActorName: text, Consumer: text, UserAgent: text}},
		}
	}
	return &api.InventoryEntry{
		Kind: api.KindScopedTokens, ID: fmt.Sprintf("tok_%d", i), Name: fmt.Sprintf("name-%d%s", i, text), Owner: text,
		Labels: map[string]string{text: text}, Phase: api.PhaseStaged, Due: api.StepPromote, DueReason: text,
		DueAt: at(20 + i%7), Overdue: true, Acknowledged: &no, AgeDays: int64(200 + i%11), LastUsedAt: at(100),
		UnusedDays: int64(100 + i), Hold: &api.Hold{Reason: text, At: ago(i % 13), By: text, ByName: text},
		Quarantine: &api.Quarantine{Reason: text, At: ago(1), Until: ago(-3), By: text, ByName: text, Versions: []int64{1}},
		Versions:   []api.InventoryVersion{version(1, "current", 200), version(2, "pending", 5)},
		Findings:   []api.OpenFinding{{Finding: text, Summary: text, Advice: text}},
		Risk:       api.Risk{Score: int64(i % 72), Reasons: []string{text}},
	}
}

// filled is a report of n credentials, findings and exemptions.
func filled(n int, text string) *Report {
	r := New(now)
	rules := &api.Guardrails{}
	for i := range n {
		rules.Exemptions = append(rules.Exemptions, api.GuardrailExemption{
			ID: fmt.Sprintf("exm_%d", i), Kind: text, Name: text, Rule: text, Reason: text, ExpiresAt: text,
		})
	}
	r.AddRules(rules)
	for i := range n {
		r.AddFinding(&api.Finding{
			ID: fmt.Sprintf("fin_%d", i), Finding: text, Kind: text, ObjectID: fmt.Sprintf("tok_%d", i), Action: text,
			Evidence: map[string]string{text: text, "network": text}, FirstSeenAt: ago(3), LastSeenAt: ago(1),
		})
	}
	for i := range n {
		r.AddCredential(everything(i, text))
	}
	return r
}

func written(t *testing.T, r *Report, s Source) string {
	t.Helper()
	var out bytes.Buffer
	if err := r.Write(&out, s); err != nil {
		t.Fatal(err)
	}
	for _, fault := range htmlcheck.Find(out.Bytes()) {
		t.Error(fault)
	}
	return out.String()
}

func TestEmptyReport(t *testing.T) {
	t.Parallel()
	page := written(t, New(now), source("person"))
	for _, want := range []string{
		"No credential is overdue.", "No finding is open.", "No exemption is in force.", "There is no version.",
		"The environment has no credential.", "between 2026-05-01 12:00:00 UTC and 2026-05-01 12:01:00 UTC",
		"plt_1/acme/staging\n10\nroot\nperson", "the platform&#39;s own answer",
	} {
		if !strings.Contains(page, want) {
			t.Errorf("the report lacks %q", want)
		}
	}
}

// Each section has what belongs into it, the most pressing first, and the number of all.
func TestSections(t *testing.T) {
	t.Parallel()
	r := filled(7, "x")
	r.AddCredential(&api.InventoryEntry{Kind: api.KindPrincipals, ID: "prn_1", Name: "fine", Risk: api.Risk{Score: 72}})
	s := source("person")
	s.Checkpoint.Kept = true
	page := written(t, r, s)
	first := map[string]string{
		"overdue": "name-6x", "unused": "name-6x", "unacknowledged": "name-6x", "held": "name-6x", "quarantine": "name-0x",
		"all": "fine",
	}
	for _, section := range r.sections {
		done := section.done()
		want := 7
		if section.id == "all" {
			want = 8
		}
		if len(done.Table.Rows) != want || done.Table.Note != "" {
			t.Errorf("%s has %d rows, note %q", section.id, len(done.Table.Rows), done.Table.Note)
		}
		if name := first[section.id]; name != "" && done.Table.Rows[0][0].Text != name {
			t.Errorf("%s begins with %s", section.id, done.Table.Rows[0][0].Text)
		}
	}
	for _, want := range []string{
		"kept by the maker", "principals: 1", "scoped-tokens: 7", "name-3x of x", "on hold", "not complete",
		`name-0x 2: two are valid, 2026-04-26 to 2026-05-01`, "role person",
	} {
		if !strings.Contains(html.UnescapeString(page), want) {
			t.Errorf("the report lacks %q", want)
		}
	}
}

// A report of 5,000 credentials, each with long names and in every table, is bounded and says what it leaves out.
func TestManyCredentials(t *testing.T) {
	t.Parallel()
	page := written(t, filled(5000, strings.Repeat("n", 63)), source("person"))
	const limit = 6 << 20
	if len(page) > limit {
		t.Errorf("the report has %d bytes", len(page))
	}
	if n := strings.Count(page, "These are the first 500 of 5,000."); n != 8 {
		t.Errorf("%d tables say that they have 500 of 5,000 rows", n)
	}
	for _, want := range []string{"These are the first 40 of 5,000.", "quickconnect inventory --overdue"} {
		if !strings.Contains(page, want) {
			t.Errorf("the report lacks %q", want)
		}
	}
}

// What is kept of 10,000 credentials is no more than what is kept of 1,000.
func TestMemoryIsFlat(t *testing.T) {
	kept := func(n int) uint64 {
		r := New(now)
		var before, after runtime.MemStats
		runtime.GC()
		runtime.ReadMemStats(&before)
		for i := range n {
			r.AddCredential(everything(i, "x"))
		}
		runtime.GC()
		runtime.ReadMemStats(&after)
		runtime.KeepAlive(r)
		return after.HeapAlloc - min(before.HeapAlloc, after.HeapAlloc)
	}
	few, many := kept(1_000), kept(10_000)
	if many > 2*few {
		t.Errorf("of 1,000 credentials %d bytes are kept, of 10,000 %d", few, many)
	}
}

// No text that a customer or a receiver controls becomes markup.
func TestTextsAreEscaped(t *testing.T) {
	t.Parallel()
	for _, text := range []string{
		`<script>alert(1)</script>`, `"><img src=x onerror=alert(1)>`, `' onmouseover='alert(1)`,
		`</pre></title></svg><svg onload=alert(1)>`, `javascript:alert(1)`, "<!--",
	} {
		page := written(t, filled(2, text), source(text))
		for _, raw := range []string{"<script", "<img", "<svg onload", "href=\"javascript:", "onmouseover='", "<!--"} {
			if strings.Contains(page, raw) {
				t.Errorf("with %q, the report has %s", text, raw)
			}
		}
	}
}
