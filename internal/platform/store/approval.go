package store

import (
	"context"
	"time"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/store/column"
)

// Approval is a request that waits, or has waited, for a second person.
type Approval struct {
	ID          string
	Scope       Scope
	Operation   string
	Method      string
	Path        string
	Hash        []byte // keyed, of the request
	About       map[string]string
	Reason      string
	AskedBy     string
	AskedByName string
	CreatedAt   time.Time
	ExpiresAt   time.Time // until when it can be decided; once approved, until when it passes or lasts
	State       string
	DecidedBy   string
	DecidedName string
	DecidedAt   time.Time // zero until then
	Comment     string
	ClosedAt    time.Time // zero until then
	ClosedWhy   string
	Role        string        // of an elevation
	Lasts       time.Duration // of an elevation
}

const kindApproval = "approval"

const selectApproval = `SELECT tenant, environment, id, operation, method, path, request_hash, about, reason, asked_by,
	asked_by_name, created_at, expires_at, state, decided_by, decided_by_name, decided_at, comment, closed_at, closed_why,
	role, lasts FROM approvals `

var (
	approvalByID  = statement(selectApproval + `WHERE tenant = $1 AND environment = $2 AND id = $3`)
	approvalsPage = statement(selectApproval + `WHERE tenant = $1 AND environment = $2 AND id > $3
		AND ($4 = '' OR state = $4) ORDER BY id LIMIT $5`)
	approvalOf = statement(selectApproval + `WHERE tenant = $1 AND environment = $2 AND request_hash = $3
		ORDER BY id DESC LIMIT 1`)
	approvalsBy = statement(selectApproval + `WHERE tenant = $1 AND environment = $2 AND asked_by = $3 AND state = $4
		ORDER BY id`)
	approvalsDue   = statement(selectApproval + `WHERE state = $1 AND expires_at <= $2 ORDER BY expires_at LIMIT $3`)
	approvalsIn    = statement(selectApproval + `WHERE state = $1 AND expires_at > $2 ORDER BY expires_at`)
	countApprovals = statement(`SELECT count(*) FROM approvals WHERE tenant = $1 AND environment = $2 AND state = $3`)
	insertApproval = statement(`INSERT INTO approvals (tenant, environment, id, operation, method, path, request_hash,
		about, reason, asked_by, asked_by_name, created_at, expires_at, state, decided_by, decided_by_name, decided_at,
		comment, closed_at, closed_why, role, lasts)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, '', '', 0, '', 0, '', $15, $16)`)
	updateApproval = statement(`UPDATE approvals SET state = $5, expires_at = $6, decided_by = $7, decided_by_name = $8,
		decided_at = $9, comment = $10, closed_at = $11, closed_why = $12
		WHERE tenant = $1 AND environment = $2 AND id = $3 AND state = $4`)
	forgetApprovals = statement(`DELETE FROM approvals WHERE id IN
		(SELECT id FROM approvals WHERE created_at < $1 ORDER BY created_at LIMIT $2)`)
)

func (tx *Tx) approvals(ctx context.Context, text string, args ...any) (found []*Approval, err error) {
	err = tx.each(ctx, text, args, func(row scanner) error {
		var a Approval
		var lasts int64
		err := row.Scan(&a.Scope.Tenant, &a.Scope.Environment, &a.ID, &a.Operation, &a.Method, &a.Path, &a.Hash,
			column.JSON(&a.About), &a.Reason, &a.AskedBy, &a.AskedByName, column.Time(&a.CreatedAt),
			column.Time(&a.ExpiresAt), &a.State, &a.DecidedBy, &a.DecidedName, column.Time(&a.DecidedAt), &a.Comment,
			column.Time(&a.ClosedAt), &a.ClosedWhy, &a.Role, &lasts)
		a.Lasts = time.Duration(lasts) * time.Microsecond
		found = append(found, &a)
		return err
	})
	return found, err
}

func (tx *Tx) approval(ctx context.Context, id, text string, args ...any) (*Approval, error) {
	found, err := tx.approvals(ctx, text, args...)
	if err == nil && len(found) == 0 {
		err = ErrNotFound
	}
	if err != nil {
		return nil, failed("reading", kindApproval, id, err)
	}
	return found[0], nil
}

// Approval reads one approval.
func (tx *Tx) Approval(ctx context.Context, scope Scope, id string) (*Approval, error) {
	return tx.approval(ctx, id, approvalByID, scope.Tenant, scope.Environment, id)
}

// ApprovalOf reads the last approval of a request by the keyed hash of the request. It returns ErrNotFound for none.
func (tx *Tx) ApprovalOf(ctx context.Context, scope Scope, hash []byte) (*Approval, error) {
	return tx.approval(ctx, "", approvalOf, scope.Tenant, scope.Environment, hash)
}

// Approvals reads a page of the approvals of an environment; all states where state is empty.
func (tx *Tx) Approvals(ctx context.Context, scope Scope, state string, list List) ([]*Approval, error) {
	found, err := tx.approvals(ctx, approvalsPage, scope.Tenant, scope.Environment, list.After, state, list.Limit)
	return found, failed("listing", kindApproval, "", err)
}

// ApprovalsBy reads what one caller has asked for and has a state.
func (tx *Tx) ApprovalsBy(ctx context.Context, scope Scope, askedBy, state string) ([]*Approval, error) {
	found, err := tx.approvals(ctx, approvalsBy, scope.Tenant, scope.Environment, askedBy, state)
	return found, failed("listing", kindApproval, "", err)
}

// ApprovalsDue reads the approvals of all environments that have a state and whose time is over.
func (tx *Tx) ApprovalsDue(ctx context.Context, state string, now time.Time, limit int) ([]*Approval, error) {
	found, err := tx.approvals(ctx, approvalsDue, state, column.Micros(now), limit)
	return found, failed("listing", kindApproval, "", err)
}

// ApprovalsIn reads the approvals of all environments that have a state and whose time is not over.
func (tx *Tx) ApprovalsIn(ctx context.Context, state string, now time.Time) ([]*Approval, error) {
	found, err := tx.approvals(ctx, approvalsIn, state, column.Micros(now))
	return found, failed("listing", kindApproval, "", err)
}

// CountApprovals counts the approvals of an environment that have a state.
func (tx *Tx) CountApprovals(ctx context.Context, scope Scope, state string) (n int, err error) {
	err = tx.one(ctx, countApprovals, []any{scope.Tenant, scope.Environment, state}, &n)
	return n, failed("counting", kindApproval, "", err)
}

// InsertApproval stores a request that waits.
func (tx *Tx) InsertApproval(ctx context.Context, a *Approval) error {
	_, err := tx.exec(ctx, insertApproval, a.Scope.Tenant, a.Scope.Environment, a.ID, a.Operation, a.Method, a.Path,
		a.Hash, column.JSON(&a.About), a.Reason, a.AskedBy, a.AskedByName, column.Micros(a.CreatedAt),
		column.Micros(a.ExpiresAt), a.State, a.Role, a.Lasts.Microseconds())
	return failed("storing", kindApproval, a.ID, err)
}

// UpdateApproval stores where an approval stands. It returns ErrNotFound unless the approval had the state was.
func (tx *Tx) UpdateApproval(ctx context.Context, a *Approval, was string) error {
	return failed("updating", kindApproval, a.ID, tx.execOne(ctx, updateApproval, a.Scope.Tenant, a.Scope.Environment,
		a.ID, was, a.State, column.Micros(a.ExpiresAt), a.DecidedBy, a.DecidedName, column.Micros(a.DecidedAt), a.Comment,
		column.Micros(a.ClosedAt), a.ClosedWhy))
}

// ForgetApprovals deletes at most limit approvals that were asked for before a time, and returns their number.
func (tx *Tx) ForgetApprovals(ctx context.Context, before time.Time, limit int) (int64, error) {
	n, err := tx.exec(ctx, forgetApprovals, column.Micros(before), limit)
	return n, failed("forgetting", "approvals", "", err)
}
