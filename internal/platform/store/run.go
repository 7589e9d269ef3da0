package store

import (
	"context"
	"time"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/store/column"
)

// Run is one instance of the provider that creates objects.
type Run struct {
	Scope
	ID         string
	Principal  string
	StartedAt  time.Time
	LeaseUntil time.Time
	EndedAt    time.Time // zero: it has not ended
	InOrder    bool
}

const selectRun = `SELECT tenant, environment, id, principal, started_at, lease_until, ended_at, in_order FROM runs `

var (
	readRun   = statement(selectRun + `WHERE tenant = $1 AND environment = $2 AND id = $3`)
	insertRun = statement(`INSERT INTO runs (tenant, environment, id, principal, started_at, lease_until, ended_at,
		in_order) VALUES ($1, $2, $3, $4, $5, $6, $7, $8) ON CONFLICT (tenant, environment, id) DO NOTHING`)
	updateRun = statement(`UPDATE runs SET lease_until = $4, ended_at = $5, in_order = $6
		WHERE tenant = $1 AND environment = $2 AND id = $3`)
	// Of every scope: background work is for all of them.
	runsWithLease = statement(selectRun + `WHERE ended_at = 0 AND lease_until > $1 AND lease_until < $2
		ORDER BY lease_until LIMIT $3`)
	forgetRuns = statement(`DELETE FROM runs WHERE (tenant, environment, id) IN
		(SELECT tenant, environment, id FROM runs WHERE lease_until < $1 ORDER BY lease_until LIMIT $2)`)
)

func scanRun(row scanner) (*Run, error) {
	var r Run
	return &r, row.Scan(&r.Tenant, &r.Environment, &r.ID, &r.Principal, column.Time(&r.StartedAt),
		column.Time(&r.LeaseUntil), column.Time(&r.EndedAt), &r.InOrder)
}

// Run reads one run.
func (tx *Tx) Run(ctx context.Context, scope Scope, id string) (found *Run, err error) {
	err = tx.each(ctx, readRun, []any{scope.Tenant, scope.Environment, id}, func(row scanner) (err error) {
		found, err = scanRun(row)
		return err
	})
	if err == nil && found == nil {
		err = ErrNotFound
	}
	return found, failed("reading", "run", id, err)
}

// InsertRun stores a new run. It returns ErrExists if the id has one.
func (tx *Tx) InsertRun(ctx context.Context, r *Run) error {
	err := tx.insertNew(ctx, insertRun, r.Tenant, r.Environment, r.ID, r.Principal, column.Micros(r.StartedAt),
		column.Micros(r.LeaseUntil), column.Micros(r.EndedAt), column.Bool(r.InOrder))
	return failed("storing", "run", r.ID, err)
}

// UpdateRun stores the lease and the end of a run.
func (tx *Tx) UpdateRun(ctx context.Context, r *Run) error {
	err := tx.execOne(ctx, updateRun, r.Tenant, r.Environment, r.ID, column.Micros(r.LeaseUntil),
		column.Micros(r.EndedAt), column.Bool(r.InOrder))
	return failed("updating", "run", r.ID, err)
}

// RunsWithLease returns at most limit runs of any scope that have not ended and whose lease ends between two times.
func (tx *Tx) RunsWithLease(ctx context.Context, after, before time.Time, limit int) (found []*Run, err error) {
	args := []any{column.Micros(after), column.Micros(before), limit}
	err = tx.each(ctx, runsWithLease, args, func(row scanner) error {
		r, err := scanRun(row)
		found = append(found, r)
		return err
	})
	return found, failed("listing", "runs", "", err)
}

// ForgetRuns deletes at most limit runs whose lease ended before a time, and returns their number.
func (tx *Tx) ForgetRuns(ctx context.Context, before time.Time, limit int) (int64, error) {
	n, err := tx.exec(ctx, forgetRuns, column.Micros(before), limit)
	return n, failed("forgetting", "runs", "", err)
}
