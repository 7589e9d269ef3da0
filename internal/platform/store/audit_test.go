package store

import (
	"bytes"
	"errors"
	"fmt"
	"slices"
	"testing"
	"time"

	"golang.org/x/mod/sumdb/tlog"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/auditlog"
)

func auditEvent(scope Scope, n int) *AuditEvent {
	return &AuditEvent{
		ID: fmt.Sprintf("evt_%s_%d", scope.Environment, n), Tenant: scope.Tenant, Environment: scope.Environment,
		At: start.Add(time.Duration(n) * time.Second), Actor: "prn_1", Role: "deployer", Workload: "wid_1",
		Claims: map[string]string{"ref": "main"}, Action: "rotation.begin", Kind: "scoped-tokens", ObjectID: "tok_1",
		Version: 2, Outcome: "success", Address: "192.0.2.1", UserAgent: "terraform", RequestID: "req_1",
		Detail: map[string]string{"a": "1", "b": ""}, Salt: bytes.Repeat([]byte{byte(n)}, auditlog.SaltSize),
	}
}

// record stores n audit events in each of two scopes, in turn.
func record(t *testing.T, s *Store, n int) (ofStaging []*AuditEvent) {
	t.Helper()
	for i := range n {
		update(t, s, func(tx *Tx) error {
			e := auditEvent(staging, i)
			if i == 1 {
				e.Detail, e.Claims = nil, nil
			}
			ofStaging = append(ofStaging, e)
			return errors.Join(tx.AppendAudit(t.Context(), e), tx.AppendAudit(t.Context(), auditEvent(production, i)))
		})
	}
	return ofStaging
}

func readAudit(t *testing.T, s *Store, scope Scope, f AuditFilter) (events []*AuditEvent) {
	t.Helper()
	view(t, s, func(tx *Tx) (err error) {
		events, err = tx.AuditEvents(t.Context(), scope, f)
		return err
	})
	return events
}

// verified builds the log of an environment again, and compares everything that is stored of it.
func verified(t *testing.T, tx *Tx, scope Scope) error {
	t.Helper()
	v := auditlog.Verifier{Tenant: scope.Tenant, Environment: scope.Environment}
	leaves, err := tx.AuditLeaves(t.Context(), scope, -1, 1000)
	if err != nil {
		return err
	}
	for _, l := range leaves {
		if err := v.Leaf(l.AuditEvent, l.Hashes); err != nil {
			return err
		}
	}
	log, err := tx.AuditLog(t.Context(), scope)
	if err != nil {
		return err
	}
	return v.End(log.Log, log.Stored)
}

func isVerified(t *testing.T, s *Store, scopes ...Scope) {
	t.Helper()
	view(t, s, func(tx *Tx) (err error) {
		for _, scope := range scopes {
			err = errors.Join(err, verified(t, tx, scope))
		}
		return err
	})
}

func (fresh engine) audit(t *testing.T) {
	t.Parallel()
	d := fresh(t)
	s := d.opened(t)
	want := record(t, s, 5)
	same(t, readAudit(t, s, staging, AuditFilter{Limit: 100}), want)
	isVerified(t, s, staging, production, stranger)

	same(t, readAudit(t, s, staging, AuditFilter{Limit: 2}), want[:2])
	same(t, readAudit(t, s, staging, AuditFilter{Limit: 2, After: want[1].ID}), want[2:4])
	same(t, readAudit(t, s, staging, AuditFilter{Limit: 2, From: 3}), want[3:])
	same(t, len(readAudit(t, s, staging, AuditFilter{Limit: 2, After: want[4].ID})), 0)
	same(t, len(readAudit(t, s, stranger, AuditFilter{Limit: 2})), 0)
	same(t, readAudit(t, s, staging, AuditFilter{Limit: 9, Since: want[2].At, Until: want[4].At}), want[2:4])
	for _, f := range []AuditFilter{
		{Actor: "prn_1"}, {Action: "rotation.begin"}, {Kind: "scoped-tokens"}, {ObjectID: "tok_1"}, {Outcome: "success"},
	} {
		f.Limit = 9
		same(t, readAudit(t, s, staging, f), want)
	}
	for _, f := range []AuditFilter{{Actor: "x"}, {Action: "x"}, {Kind: "x"}, {ObjectID: "x"}, {Outcome: "x"}} {
		f.Limit = 9
		same(t, len(readAudit(t, s, staging, f)), 0)
	}
	wantError(t, s, ErrNotFound, func(tx *Tx) error {
		_, err := tx.AuditEvents(t.Context(), production, AuditFilter{Limit: 1, After: want[0].ID})
		return err
	})
	if s.Update(t.Context(), func(tx *Tx) error { return tx.AppendAudit(t.Context(), &AuditEvent{ID: "evt_x"}) }) == nil {
		t.Error("an event without a salt is recorded")
	}
}

// An event that cannot be written ends the transaction of the change.
func (fresh engine) auditNotWritable(t *testing.T) {
	t.Parallel()
	d := fresh(t)
	s := d.opened(t)
	record(t, s, 1)
	err := s.Update(t.Context(), func(tx *Tx) error {
		if err := tx.InsertRotationPolicy(t.Context(), policy(staging, "pol_1", "p")); err != nil {
			return err
		}
		return tx.AppendAudit(t.Context(), auditEvent(staging, 0)) // its id is there already
	})
	if err == nil {
		t.Error("a change without its event is committed")
	}
	wantError(t, s, ErrNotFound, func(tx *Tx) error {
		_, err := tx.RotationPolicy(t.Context(), staging, "pol_1")
		return err
	})
	isVerified(t, s, staging, production)
}

// Proofs over the stored hashes verify.
func (fresh engine) auditProofs(t *testing.T) {
	t.Parallel()
	const n = 13
	d := fresh(t)
	s := d.opened(t)
	events := record(t, s, n)
	leaves := make([]tlog.Hash, n)
	roots := make([]tlog.Hash, n+1)
	var log auditlog.Log
	for i, e := range events {
		leaves[i] = auditlog.Leaf(e.Commitment)
		_, err := log.Append(leaves[i])
		var errR error
		if roots[i+1], errR = log.Root(); err != nil || errR != nil {
			t.Fatal(err)
		}
	}
	view(t, s, func(tx *Tx) error {
		stored := tx.AuditHashes(t.Context(), staging)
		for size := int64(1); size <= n; size++ {
			for i := range size {
				proof, err := tlog.ProveRecord(size, i, stored)
				if err == nil {
					err = tlog.CheckRecord(proof, size, roots[size], i, leaves[i])
				}
				if err != nil {
					t.Errorf("event %d of %d: %v", i, size, err)
				}
				tree, err := tlog.ProveTree(size, i+1, stored)
				if err == nil {
					err = tlog.CheckTree(tree, size, roots[size], i+1, roots[i+1])
				}
				if err != nil {
					t.Errorf("%d in %d: %v", i+1, size, err)
				}
			}
		}
		return nil
	})
}

// The log shows every single change that is made in the database itself.
func (fresh engine) auditTampering(t *testing.T) {
	t.Parallel()
	d := fresh(t)
	s := d.opened(t)
	record(t, s, 5)
	const third = ` WHERE environment = 'staging' AND leaf = 2`
	const log = ` WHERE environment = 'staging'`
	tampering := []string{
		`DELETE FROM audit_events` + third,
		`DELETE FROM audit_events WHERE environment = 'staging' AND leaf = 0`,
		`DELETE FROM audit_events WHERE environment = 'staging' AND leaf = 4`,
		`UPDATE audit_events SET leaf = 9` + third,
		`UPDATE audit_events SET detail = NULL` + third,
		`UPDATE audit_events SET detail = '{"a":"1"}'` + third,
		`UPDATE audit_events SET detail = '{"a":"","b":"1"}'` + third,
		`UPDATE audit_events SET claims = '{"ref":"x"}'` + third,
		`UPDATE audit_events SET at = at + 1` + third,
		`UPDATE audit_events SET version = 3` + third,
		`UPDATE audit_events SET erased = 1` + third,
		`UPDATE audit_events SET salt = NULL` + third,
		`UPDATE audit_events SET commitment = salt` + third,
		`UPDATE audit_events SET hashes = salt` + third,
		`UPDATE audit_events SET actor = 'prn_1deployer', role = ''` + third,
		`UPDATE audit_events SET environment = 'staging', leaf = 5 WHERE environment = 'production' AND leaf = 4`,
		`UPDATE audit_logs SET size = 4` + log,
		`UPDATE audit_logs SET size = 6` + log,
		`UPDATE audit_logs SET root = edge` + log,
		`DELETE FROM audit_logs` + log,
	}
	for _, column := range []string{
		"id", "actor", "role", "workload", "action", "kind", "object_id", "outcome", "address", "user_agent", "request_id",
	} {
		tampering = append(tampering, `UPDATE audit_events SET `+column+` = 'x'`+third)
	}
	for _, text := range tampering {
		undo := errors.New("undo")
		err := s.Update(t.Context(), func(tx *Tx) error {
			if n, err := tx.exec(t.Context(), text); err != nil || n != 1 {
				t.Fatalf("%s: %d rows, %v", text, n, err)
			}
			if verified(t, tx, staging) == nil {
				t.Errorf("nothing reports: %s", text)
			}
			return undo
		})
		if !errors.Is(err, undo) {
			t.Fatal(err)
		}
	}
	isVerified(t, s, staging, production)
}

// An erased event leaves its leaf, and nothing that it said.
func (fresh engine) auditErased(t *testing.T) {
	t.Parallel()
	d := fresh(t)
	s := d.opened(t)
	want := record(t, s, 5)
	update(t, s, func(tx *Tx) error { return tx.EraseAudit(t.Context(), staging, 2) })
	want[2].Erase()
	same(t, readAudit(t, s, staging, AuditFilter{Limit: 9}), want)
	isVerified(t, s, staging, production)
	wantError(t, s, ErrNotFound, func(tx *Tx) error { return tx.EraseAudit(t.Context(), staging, 5) })
}

// Checkpoints are read by their size; which logs have grown since theirs is found.
func (fresh engine) auditCheckpoints(t *testing.T) {
	t.Parallel()
	d := fresh(t)
	s := d.opened(t)
	record(t, s, 2)
	unsigned := func() (names []string) {
		view(t, s, func(tx *Tx) error {
			logs, err := tx.UnsignedAuditLogs(t.Context())
			for _, l := range logs {
				names = append(names, fmt.Sprintf("%s %d", l.Environment, l.Size))
			}
			return err
		})
		return names
	}
	same(t, unsigned(), []string{"production 2", "staging 2"})
	first, second := AuditCheckpoint{2, start, "two"}, AuditCheckpoint{3, start, "three"}
	update(t, s, func(tx *Tx) error { return tx.InsertCheckpoint(t.Context(), staging, first) })
	same(t, unsigned(), []string{"production 2"})
	update(t, s, func(tx *Tx) error {
		return errors.Join(tx.InsertCheckpoint(t.Context(), staging, AuditCheckpoint{2, start, "again"}),
			tx.InsertCheckpoint(t.Context(), staging, second))
	})
	view(t, s, func(tx *Tx) error {
		all, err := tx.Checkpoints(t.Context(), staging, 0, 9)
		same(t, all, []AuditCheckpoint{first, second})
		larger, errL := tx.Checkpoints(t.Context(), staging, 2, 9)
		same(t, larger, []AuditCheckpoint{second})
		scopes, errS := tx.AuditScopes(t.Context())
		same(t, slices.Contains(scopes, staging) && len(scopes) == 2, true)
		return errors.Join(err, errL, errS)
	})
}
