package audit_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/audit"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/auditlog"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/problem"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/store"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/txn"
)

func (w *trail) export(since time.Time, format string) string {
	w.t.Helper()
	var out bytes.Buffer
	w.ok(audit.Export(w.t.Context(), w.runner, staging, since, format, &out))
	return out.String()
}

// TestExport is verified without the database, whole and from a time on. Every line that is changed, removed, repeated
// or exchanged is found.
func TestExport(t *testing.T) {
	t.Parallel()
	w := newTrail(t)
	w.record(staging, 9)
	early := w.keep(staging)
	w.record(staging, 5)
	middle := w.keep(staging)
	w.record(staging, 5)
	since := epoch.Add(12 * time.Second)
	for name, c := range map[string]struct {
		text  string
		first int64
		older *auditlog.Checkpoint
	}{
		"whole":                        {w.export(time.Time{}, audit.FormatJSONL), 0, nil},
		"whole, with a checkpoint":     {w.export(time.Time{}, audit.FormatJSONL), 0, early},
		"from a time":                  {w.export(since, audit.FormatJSONL), 11, nil},
		"from a time, with checkpoint": {w.export(since, audit.FormatJSONL), 11, middle},
		"nothing":                      {w.export(epoch.Add(time.Hour), audit.FormatJSONL), 19, nil},
	} {
		got, err := audit.VerifyExport(strings.NewReader(c.text), w.key, c.older)
		if err != nil || len(got) != 1 || got[0].Events != 19 || got[0].First != c.first {
			t.Fatalf("%s: %+v, %v", name, got, err)
		}
		lines := strings.SplitAfter(strings.TrimSpace(c.text), "\n")
		if len(lines) != int(19-c.first)+2 {
			t.Fatalf("%s: %d lines", name, len(lines))
		}
		for i := range lines {
			for how, changed := range map[string][]string{
				"removed":   append(append([]string{}, lines[:i]...), lines[i+1:]...),
				"repeated":  append(append(append([]string{}, lines[:i+1]...), lines[i]), lines[i+1:]...),
				"cut off":   lines[:i+1],
				"exchanged": exchanged(lines, i),
				"changed":   changed(lines, i),
			} {
				if how == "cut off" && i == len(lines)-1 || how == "exchanged" && i == 0 {
					continue
				}
				if _, err := audit.VerifyExport(strings.NewReader(strings.Join(changed, "")), w.key, c.older); err == nil {
					t.Errorf("%s: line %d was %s, and nothing was found", name, i, how)
				}
			}
		}
	}
	_, err := audit.VerifyExport(strings.NewReader(w.export(since, audit.FormatJSONL)), w.key, early)
	if err == nil || !strings.Contains(err.Error(), "from its begin") {
		t.Errorf("a checkpoint before the export: %v", err)
	}
	other := *early
	other.Origin = "plt_x/acme/staging"
	_, err = audit.VerifyExport(strings.NewReader(w.export(since, audit.FormatJSONL)), w.key, &other)
	if err == nil || !strings.Contains(err.Error(), "has no log plt_x/acme/staging") {
		t.Errorf("a checkpoint of another log: %v", err)
	}
}

func exchanged(lines []string, i int) []string {
	out := append([]string{}, lines...)
	if i > 0 {
		out[i-1], out[i] = out[i], out[i-1]
	}
	return out
}

// changed changes one character of a value.
func changed(lines []string, i int) []string {
	out := append([]string{}, lines...)
	for _, change := range [][2]string{{`prn_1`, `prn_2`}, {`"tenant":"acme"`, `"tenant":"bcme"`}, {`plt_`, `plt-`}} {
		if strings.Contains(out[i], change[0]) {
			out[i] = strings.Replace(out[i], change[0], change[1], 1)
			return out
		}
	}
	return nil
}

func TestErase(t *testing.T) {
	t.Parallel()
	w := newTrail(t)
	w.record(staging, 6)
	kept := w.keep(staging)
	erase := func(index int64) (erased *store.AuditEvent, err error) {
		by := txn.Caller{Scope: staging, Actor: "quickconnectd"}
		err = w.runner.Update(t.Context(), by, func(tx *txn.Tx) error {
			erased, err = audit.Erase(t.Context(), tx, index, "a person asked for it")
			return err
		})
		return erased, err
	}
	before, err := erase(2)
	if err != nil || before.Index != 2 || before.ObjectID != "con_2" {
		t.Fatalf("%+v, %v", before, err)
	}
	var events []*store.AuditEvent
	w.ok(w.runner.Store.View(t.Context(), func(tx *store.Tx) (err error) {
		events, err = tx.AuditEvents(t.Context(), staging, store.AuditFilter{Limit: 100})
		return err
	}))
	if e := events[2]; !e.Erased || e.Actor != "" || e.Salt != nil || e.ID != before.ID {
		t.Errorf("%+v", e)
	}
	last := events[len(events)-1]
	if last.Action != "erase" || last.ObjectID != before.ID || last.Detail["index"] != "2" ||
		last.Actor != "quickconnectd" || last.Detail["reason"] == "" {
		t.Errorf("%+v", last)
	}
	got, err := w.verify(staging, kept)
	if err != nil || got.Erased != 1 || got.Events != 7 {
		t.Errorf("%+v, %v", got, err)
	}
	text := w.export(time.Time{}, audit.FormatJSONL)
	if got, err := audit.VerifyExport(strings.NewReader(text), w.key, kept); err != nil || got[0].Erased != 1 {
		t.Errorf("%+v, %v", got, err)
	}
	if strings.Contains(text, "con_2") {
		t.Error("the export has what was erased")
	}
	for index, says := range map[int64]string{
		2: "erased already", 6: "stays", 7: "no audit event 7", -1: "no audit event",
	} {
		if _, err := erase(index); err == nil || !strings.Contains(err.Error(), says) {
			t.Errorf("event %d: %v", index, err)
		}
	}
	var p *problem.Error
	if _, err := erase(99); !errors.As(err, &p) {
		t.Errorf("%v", err)
	}
}

// TestOCSF has the members that the classes require.
func TestOCSF(t *testing.T) {
	t.Parallel()
	w := newTrail(t)
	w.record(staging, 1)
	shown := func(e *store.AuditEvent) (out map[string]any) {
		text, err := json.Marshal(audit.OCSF(e))
		w.ok(err)
		w.ok(json.Unmarshal(text, &out))
		return out
	}
	for name, c := range map[string]struct {
		event *store.AuditEvent
		want  string // class, activity, type, status
		has   string
	}{
		"create":   {&store.AuditEvent{Action: "create", Outcome: "success"}, "3004 1 300401 1", "entity"},
		"promote":  {&store.AuditEvent{Action: "promote", Outcome: "success"}, "3004 99 300499 1", "entity"},
		"exchange": {&store.AuditEvent{Action: "exchange", Outcome: "success"}, "3002 1 300201 1", "user"},
		"refused":  {&store.AuditEvent{Action: "refuse_exchange", Outcome: "failure"}, "6003 99 600399 2", "api"},
		"older":    {&store.AuditEvent{Action: "update"}, "3004 3 300403 <nil>", "entity"},
	} {
		got := shown(c.event)
		s := fmt.Sprint(got["class_uid"], " ", got["activity_id"], " ", got["type_uid"], " ", got["status_id"])
		if s != c.want {
			t.Errorf("%s: %s, want %s", name, s, c.want)
		}
		for _, member := range []string{"category_uid", "metadata", "severity_id", "time", "actor", c.has} {
			if got[member] == nil {
				t.Errorf("%s has no %s", name, member)
			}
		}
	}
	lines := strings.Split(strings.TrimSpace(w.export(time.Time{}, audit.FormatOCSF)), "\n")
	if len(lines) != 1 || !strings.Contains(lines[0], `"src_endpoint":{"ip":"192.0.2.1"}`) ||
		!strings.Contains(lines[0], `"version":"1.9.0"`) {
		t.Errorf("%s", lines)
	}
}
