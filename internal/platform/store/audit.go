package store

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/auditlog"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/store/column"
)

// AuditEvent records one change, one reveal, or one attempt. Nothing in it is a value.
type AuditEvent = auditlog.Event

const auditColumns = `tenant, environment, leaf, id, at, actor, role, workload, claims, action, kind, object_id,
	version, outcome, address, user_agent, request_id, detail, salt, commitment, erased`

var (
	auditByID   = statement(`SELECT leaf FROM audit_events WHERE tenant = $1 AND environment = $2 AND id = $3`)
	insertAudit = statement(`INSERT INTO audit_events (` + auditColumns + `, hashes)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22)`)
	selectAudits = statement(`SELECT ` + auditColumns + ` FROM audit_events
		WHERE tenant = $1 AND environment = $2 AND leaf > $3 AND ($4 = '' OR actor = $4) AND ($5 = '' OR action = $5)
		AND ($6 = '' OR kind = $6) AND ($7 = '' OR object_id = $7) AND ($8 = '' OR outcome = $8)
		AND ($9 = 0 OR at >= $9) AND ($10 = 0 OR at < $10) ORDER BY leaf LIMIT $11`)
	eraseAudit = statement(`UPDATE audit_events SET at = 0, actor = '', role = '', workload = '', claims = NULL,
		action = '', kind = '', object_id = '', version = 0, outcome = '', address = '', user_agent = '', request_id = '',
		detail = NULL, salt = NULL, erased = 1 WHERE tenant = $1 AND environment = $2 AND leaf = $3`)
)

// AuditFilter says which events of an environment to read. What is empty restricts nothing.
type AuditFilter struct {
	Actor, Action, Kind, ObjectID, Outcome string

	Since, Until time.Time // the latter excluded
	After        string    // the id of the event that the first one comes after
	From         int64     // the index of the first one, where After is empty
	Limit        int
}

// AppendAudit adds an event to the log of its environment. The commit writes it, after everything else, so that
// writers wait for each other at the log as shortly as they can. It sets Index and Commitment.
func (tx *Tx) AppendAudit(_ context.Context, e *AuditEvent) error {
	if len(e.Salt) != auditlog.SaltSize {
		return fmt.Errorf("recording audit event %s: it has no salt", e.ID)
	}
	tx.audit = append(tx.audit, e)
	return nil
}

// Audited returns the events that the transaction has recorded so far.
func (tx *Tx) Audited() []*AuditEvent { return tx.audit }

// HasAuditEvent reports whether the log of an environment has an event that was not erased.
func (tx *Tx) HasAuditEvent(ctx context.Context, scope Scope, id string) (bool, error) {
	var leaf int64
	err := tx.one(ctx, auditByID, []any{scope.Tenant, scope.Environment, id}, &leaf)
	if errors.Is(err, ErrNotFound) {
		return false, nil
	}
	return err == nil, failed("looking for", "audit event", id, err)
}

// writeAudit writes the events of the transaction, the environments in their order.
func (tx *Tx) writeAudit(ctx context.Context) error {
	byScope := map[Scope][]*AuditEvent{}
	var scopes []Scope
	for _, e := range tx.audit {
		scope := Scope{e.Tenant, e.Environment}
		if byScope[scope] == nil {
			scopes = append(scopes, scope)
		}
		byScope[scope] = append(byScope[scope], e)
	}
	slices.SortFunc(scopes, func(a, b Scope) int {
		return cmp.Or(cmp.Compare(a.Tenant, b.Tenant), cmp.Compare(a.Environment, b.Environment))
	})
	for _, scope := range scopes {
		if err := tx.writeAuditOf(ctx, scope, byScope[scope]); err != nil {
			return err
		}
	}
	return nil
}

func (tx *Tx) writeAuditOf(ctx context.Context, scope Scope, events []*AuditEvent) error {
	log, err := tx.AuditLog(ctx, scope)
	if err != nil {
		return err
	}
	for _, e := range events {
		e.Index = log.Size
		if len(e.Claims) == 0 {
			e.Claims = nil
		}
		e.Commitment = e.Commit()
		hashes, err := log.Append(auditlog.Leaf(e.Commitment))
		if err == nil {
			_, err = tx.exec(ctx, insertAudit, e.Tenant, e.Environment, e.Index, e.ID, column.Micros(e.At), e.Actor, e.Role,
				e.Workload, column.JSON(&e.Claims), e.Action, e.Kind, e.ObjectID, e.Version, e.Outcome, e.Address, e.UserAgent,
				e.RequestID, column.JSON(&e.Detail), e.Salt, e.Commitment, column.Bool(e.Erased), auditlog.Bytes(hashes))
		}
		if err != nil {
			return failed("recording", "audit event", e.ID, err)
		}
	}
	if head, ok := tx.chainHeads[scope]; ok {
		log.Chain = auditlog.Chain{Size: log.Size, Head: head}
	}
	return tx.putAuditLog(ctx, log)
}

// AuditEvents reads events of a scope, oldest first.
func (tx *Tx) AuditEvents(ctx context.Context, scope Scope, f AuditFilter) ([]*AuditEvent, error) {
	after := f.From - 1
	if f.After != "" {
		if err := tx.one(ctx, auditByID, []any{scope.Tenant, scope.Environment, f.After}, &after); err != nil {
			return nil, failed("looking for", "audit event", f.After, err)
		}
	}
	var events []*AuditEvent
	args := []any{
		scope.Tenant, scope.Environment, after, f.Actor, f.Action, f.Kind, f.ObjectID, f.Outcome, column.Micros(f.Since),
		column.Micros(f.Until), f.Limit,
	}
	err := tx.each(ctx, selectAudits, args, func(row scanner) error {
		e, err := scanAudit(row)
		events = append(events, e)
		return err
	})
	return events, failed("reading", "audit events", "", err)
}

func scanAudit(row scanner, besides ...any) (*AuditEvent, error) {
	var e AuditEvent
	var erased int64
	err := row.Scan(append([]any{
		&e.Tenant, &e.Environment, &e.Index, &e.ID, column.Time(&e.At), &e.Actor, &e.Role, &e.Workload,
		column.JSON(&e.Claims), &e.Action, &e.Kind, &e.ObjectID, &e.Version, &e.Outcome, &e.Address, &e.UserAgent,
		&e.RequestID, column.JSON(&e.Detail), &e.Salt, &e.Commitment, &erased,
	}, besides...)...)
	e.Erased = erased != 0
	return &e, err
}

// EraseAudit removes what an event says. Its leaf stays.
func (tx *Tx) EraseAudit(ctx context.Context, scope Scope, index int64) error {
	err := tx.execOne(ctx, eraseAudit, scope.Tenant, scope.Environment, index)
	if errors.Is(err, ErrNotFound) {
		return fmt.Errorf("erasing audit event %d: %w", index, err)
	}
	return failed("erasing", "audit event", "", err)
}
