package store

import (
	"errors"
	"fmt"
	"testing"
	"time"
)

func auditEvent(scope Scope, n int) *AuditEvent {
	return &AuditEvent{
		ID: fmt.Sprintf("evt_%s_%d", scope.Environment, n), Scope: scope, At: start.Add(time.Duration(n) * time.Second),
		Actor:  "prn_1",
		Action: "rotation.begin", Kind: "scoped-tokens", ObjectID: "tok_1", RequestID: "req_1",
		Detail: map[string]string{"a": "1", "b": ""},
	}
}

// record stores n audit events in each of two scopes, in turn.
func record(t *testing.T, s *Store, n int) (ofStaging []*AuditEvent) {
	t.Helper()
	for i := range n {
		update(t, s, func(tx *Tx) error {
			e := auditEvent(staging, i)
			if i == 1 {
				e.Detail = nil
			}
			ofStaging = append(ofStaging, e)
			return errors.Join(tx.AppendAudit(t.Context(), e), tx.AppendAudit(t.Context(), auditEvent(production, i)))
		})
	}
	return ofStaging
}

func readAudit(t *testing.T, s *Store, scope Scope, after string, limit int) (events []*AuditEvent) {
	t.Helper()
	view(t, s, func(tx *Tx) (err error) {
		events, err = tx.AuditEvents(t.Context(), scope, after, limit)
		return err
	})
	return events
}

func (fresh engine) audit(t *testing.T) {
	t.Parallel()
	d := fresh(t)
	s := d.opened(t)
	want := record(t, s, 5)
	got := readAudit(t, s, staging, "", 100)
	same(t, got, want)
	if err := VerifyAudit(got); err != nil {
		t.Error(err)
	}
	if err := VerifyAudit(readAudit(t, s, production, "", 100)); err != nil {
		t.Error(err)
	}
	same(t, readAudit(t, s, staging, "", 2), want[:2])
	same(t, readAudit(t, s, staging, want[1].ID, 2), want[2:4])
	same(t, len(readAudit(t, s, staging, want[4].ID, 2)), 0)
	same(t, len(readAudit(t, s, stranger, "", 2)), 0)
	wantError(t, s, ErrNotFound, func(tx *Tx) error {
		_,
			err := tx.AuditEvents(t.Context(), production, want[0].ID, 1)
		return err
	})
	if err := VerifyAudit(nil); err != nil {
		t.Error(err)
	}
}

// The chain shows every single change that is made in the database itself.
func (fresh engine) auditTampering(t *testing.T) {
	t.Parallel()
	d := fresh(t)
	s := d.opened(t)
	record(t, s, 5)
	const third = ` WHERE environment = 'staging' AND sequence = 3`
	tampering := []string{
		`DELETE FROM audit_events` + third,
		`DELETE FROM audit_events WHERE environment = 'staging' AND sequence = 1`,
		`UPDATE audit_events SET sequence = 9` + third,
		`UPDATE audit_events SET detail = NULL` + third,
		`UPDATE audit_events SET detail = '{"a":"1"}'` + third,
		`UPDATE audit_events SET detail = '{"a":"","b":"1"}'` + third,
		`UPDATE audit_events SET at = at + 1` + third,
		`UPDATE audit_events SET previous = hash` + third,
		`UPDATE audit_events SET hash = previous` + third,
		`UPDATE audit_events SET actor = 'prn_1rotation', action = '.begin'` + third,
		`UPDATE audit_events SET environment = 'staging', sequence = 6 WHERE environment = 'production' AND sequence = 5`,
	}
	for _, column := range []string{"id", "actor", "action", "kind", "object_id", "request_id"} {
		tampering = append(tampering, `UPDATE audit_events SET `+column+` = 'x'`+third)
	}
	for _, text := range tampering {
		undo := errors.New("undo")
		err := s.Update(t.Context(), func(tx *Tx) error {
			if n, err := tx.exec(t.Context(), text); err != nil || n != 1 {
				t.Fatalf("%s: %d rows, %v", text, n, err)
			}
			events, err := tx.AuditEvents(t.Context(), staging, "", 100)
			if err != nil {
				return err
			}
			if VerifyAudit(events) == nil {
				t.Errorf("VerifyAudit does not report: %s", text)
			}
			return undo
		})
		if !errors.Is(err, undo) {
			t.Fatal(err)
		}
	}
	// Rewriting one event is not enough: all later hashes would have to change too.
	events := readAudit(t, s, staging, "", 100)
	events[2].Actor = "prn_2"
	events[2].Hash = events[2].hash()
	events[3].Previous = events[2].Hash
	if VerifyAudit(events) == nil {
		t.Error("VerifyAudit does not report an event that was rewritten with its hash and its link")
	}
	if err := VerifyAudit(readAudit(t, s, staging, "", 100)); err != nil {
		t.Errorf("without tampering: %v", err)
	}
}
