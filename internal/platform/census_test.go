package platform_test

import (
	"fmt"
	"regexp"
	"strings"
	"testing"
	"time"
)

// counted counts, and returns the metrics.
func (w *world) counted() string {
	w.t.Helper()
	if err := w.p.Count(w.t.Context()); err != nil {
		w.t.Fatal(err)
	}
	return string(w.send("", "GET", "/metrics", nil).want(200).body)
}

// TestCensus: the metrics say how many credentials of which kind and environment need what.
func TestCensus(t *testing.T) {
	w := newWorld(t)
	policy := w.newPolicy("monthly", object{"max_age": "60d"})
	connector := w.newConnector("chat", object{"rotation_policy_id": policy.ID, "credentials": object{"k": "v"}})
	token := func(name string) string {
		return w.newToken(name, connector.ID, object{"rotation_policy_id": policy.ID}).ID
	}
	waiting, held := token("waiting"), token("held")
	token("plain")
	w.newSecret("signing", w.newEndpoint("hooks", connector.ID, nil).ID, policy.ID, nil)
	w.begun(waiting)
	w.do("POST", pathTokens+"/"+held+"/hold", because).want(200)

	if before := string(w.send("", "GET", "/metrics", nil).want(200).body); strings.Contains(before,
		"quickconnect_credentials_") {
		t.Error("there are numbers before the first count")
	}
	wantCounts := func(kind string, due, overdue, waiting, held int) {
		t.Helper()
		metrics := w.counted()
		for what, n := range map[string]int{"due": due, "overdue": overdue, "waiting": waiting, "held": held} {
			line := fmt.Sprintf("\nquickconnect_credentials_%s{environment=%q,kind=%q,tenant=%q} %d\n",
				what, "staging", kind, "acme", n)
			if !strings.Contains(metrics, line) {
				t.Errorf("the metrics do not have %s%s", line, regexp.MustCompile(`(?m)^quickconnect_credentials_.*$`).
					FindAllString(metrics, -1))
			}
		}
	}
	wantCounts("scoped_tokens", 0, 0, 1, 1)
	wantCounts("connectors", 0, 0, 0, 0)
	wantCounts("signing_secrets", 0, 0, 0, 0)

	// It counts once a minute, however often the metrics are read.
	w.do("DELETE", pathTokens+"/"+waiting, nil).want(204)
	w.clock.Advance(time.Minute - time.Second)
	wantCounts("scoped_tokens", 0, 0, 1, 1)
	w.clock.Advance(time.Second)
	wantCounts("scoped_tokens", 0, 0, 0, 1)

	w.clock.Advance(30 * 24 * time.Hour)
	wantCounts("scoped_tokens", 1, 0, 0, 1)
	wantCounts("connectors", 1, 0, 0, 0)
	wantCounts("signing_secrets", 1, 0, 0, 0)
	w.clock.Advance(30 * 24 * time.Hour)
	wantCounts("scoped_tokens", 1, 1, 0, 1)
	wantCounts("connectors", 1, 1, 0, 0)
}

// TestCensusInPages counts more credentials than a page has.
func TestCensusInPages(t *testing.T) {
	w := newWorld(t)
	connector := w.newConnector("chat", nil).ID
	const n = 501
	for i := range n {
		w.newToken(fmt.Sprint("t", i), connector, nil)
	}
	w.tamper(`UPDATE credentials SET hold_reason = 'test', hold_at = 1, hold_by = 'prn_1' WHERE kind = 'scoped-tokens'`)
	if want := fmt.Sprintf("kind=%q,tenant=%q} %d\n", "scoped_tokens", "acme", n); !strings.Contains(w.counted(), want) {
		t.Errorf("the metrics do not have %s", want)
	}
}
