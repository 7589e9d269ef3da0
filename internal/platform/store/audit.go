package store

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/store/column"
)

// AuditEvent records one change or one reveal. Detail never holds a value.
type AuditEvent struct {
	Sequence int64 // 1, 2, 3 … in its scope; set by AppendAudit
	ID       string
	Scope
	At        time.Time
	Actor     string
	Action    string
	Kind      string
	ObjectID  string
	RequestID string
	Detail    map[string]string
	Previous  []byte // the hash of the event before; set by AppendAudit
	Hash      []byte // set by AppendAudit
}

var (
	lastAudit = statement(`SELECT sequence, hash FROM audit_events
		WHERE tenant = $1 AND environment = $2 ORDER BY sequence DESC LIMIT 1`)
	auditByID   = statement(`SELECT sequence FROM audit_events WHERE tenant = $1 AND environment = $2 AND id = $3`)
	insertAudit = statement(`INSERT INTO audit_events (tenant, environment, sequence, id, at, actor, action, kind,
		object_id, request_id, detail, previous, hash)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)`)
	selectAudits = statement(`SELECT tenant, environment, sequence, id, at, actor, action, kind, object_id, request_id,
		detail, previous, hash FROM audit_events
		WHERE tenant = $1 AND environment = $2 AND sequence > $3 ORDER BY sequence LIMIT $4`)
)

// AppendAudit adds an event to the chain of its scope. It sets Sequence, Previous and Hash.
func (tx *Tx) AppendAudit(ctx context.Context, e *AuditEvent) error {
	var sequence int64
	var previous []byte
	err := tx.one(ctx, lastAudit, []any{e.Tenant, e.Environment}, &sequence, &previous)
	if err == nil || errors.Is(err, ErrNotFound) {
		e.Sequence, e.Previous = sequence+1, previous
		e.Hash = e.hash()
		_, err = tx.exec(ctx, insertAudit, e.Tenant, e.Environment, e.Sequence, e.ID, column.Micros(e.At), e.Actor, e.Action,
			e.Kind, e.ObjectID, e.RequestID, column.JSON(&e.Detail), e.Previous, e.Hash)
	}
	return failed("recording", "audit event", e.ID, err)
}

// AuditEvents reads at most limit events of a scope, oldest first. It starts after the event with the id after, or with
// the first one if after is empty.
func (tx *Tx) AuditEvents(ctx context.Context, scope Scope, after string, limit int) ([]*AuditEvent, error) {
	var sequence int64
	if after != "" {
		if err := tx.one(ctx, auditByID, []any{scope.Tenant, scope.Environment, after}, &sequence); err != nil {
			return nil, failed("looking for", "audit event", after, err)
		}
	}
	var events []*AuditEvent
	args := []any{scope.Tenant, scope.Environment, sequence, limit}
	err := tx.each(ctx, selectAudits, args, func(row scanner) error {
		var e AuditEvent
		events = append(events, &e)
		return row.Scan(&e.Tenant, &e.Environment, &e.Sequence, &e.ID, column.Time(&e.At), &e.Actor, &e.Action, &e.Kind,
			&e.ObjectID, &e.RequestID, column.JSON(&e.Detail), &e.Previous, &e.Hash)
	})
	return events, failed("reading", "audit events", "", err)
}

// VerifyAudit checks the chain of one scope from its first event: no event was changed, moved, inserted or removed. The
// chain alone cannot show that events are missing at its end.
func VerifyAudit(events []*AuditEvent) error {
	var previous *AuditEvent
	for i, e := range events {
		var link []byte
		if previous != nil {
			link = previous.Hash
		}
		switch {
		case previous != nil && e.Scope != previous.Scope:
			return fmt.Errorf("audit event %s belongs to another tenant or environment than the one before it", e.ID)
		case e.Sequence != int64(i)+1:
			return fmt.Errorf("audit event %s has number %d where %d should follow: events are missing or were moved",
				e.ID, e.Sequence, i+1)
		case !bytes.Equal(e.Previous, link):
			return fmt.Errorf("audit event %s does not continue the event before it: one of the two was changed", e.ID)
		case !bytes.Equal(e.Hash, e.hash()):
			return fmt.Errorf("audit event %s was changed after it was recorded", e.ID)
		}
		previous = e
	}
	return nil
}

// hash returns the SHA-256 of every field, each after its length, so that no text can move from one field to the next.
func (e *AuditEvent) hash() []byte {
	h := sha256.New()
	number := func(n int64) {
		var b [8]byte
		binary.BigEndian.PutUint64(b[:], uint64(n)) //nolint:gosec // the bits matter, not the sign
		h.Write(b[:])
	}
	text := func(s string) {
		number(int64(len(s)))
		h.Write([]byte(s))
	}
	text("quickconnect audit event 1")
	text(string(e.Previous))
	number(e.Sequence)
	for _, s := range []string{e.ID, e.Tenant, e.Environment, e.Actor, e.Action, e.Kind, e.ObjectID, e.RequestID} {
		text(s)
	}
	number(column.Micros(e.At))
	number(int64(len(e.Detail)))
	for _, k := range slices.Sorted(maps.Keys(e.Detail)) {
		text(k)
		text(e.Detail[k])
	}
	return h.Sum(nil)
}
