package store

import (
	"context"
	"time"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/store/column"
)

// GuardrailExemption lets one object break one rule of its environment until a date. The object need not exist.
type GuardrailExemption struct {
	Object           // its name is that of the object that it is for
	Kind      string // of that object
	Rule      string
	Reason    string
	ExpiresAt string // as the user wrote it
	Expires   time.Time
	EndedAt   time.Time // when the platform noted that it has expired; zero: not yet
}

const kindExemption = "guardrail exemption"

const selectExemption = `SELECT tenant, environment, id, created_at, etag, kind, name, rule, reason, expires_at,
	expires,
	ended_at FROM guardrail_exemptions `

var (
	exemptionByID  = statement(selectExemption + `WHERE tenant = $1 AND environment = $2 AND id = $3`)
	exemptionsPage = statement(selectExemption + `WHERE tenant = $1 AND environment = $2 AND id > $3
		AND ($4 = '' OR name = $4) ORDER BY id LIMIT $5`)
	exemptionsOf    = statement(selectExemption + `WHERE tenant = $1 AND environment = $2 AND kind = $3 AND name = $4`)
	exemptionsEnded = statement(selectExemption + `WHERE ended_at = 0 AND expires <= $1 ORDER BY expires LIMIT $2`)
	insertExemption = statement(`INSERT INTO guardrail_exemptions (tenant, environment, id, created_at, etag, kind, name,
		rule, reason, expires_at, expires, ended_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)`)
	updateExemption = statement(`UPDATE guardrail_exemptions SET etag = $4, reason = $5, expires_at = $6, expires = $7,
		ended_at = $8 WHERE tenant = $1 AND environment = $2 AND id = $3`)
	deleteExemption = statement(`DELETE FROM guardrail_exemptions WHERE tenant = $1 AND environment = $2 AND id = $3`)
)

func (tx *Tx) exemptions(ctx context.Context, text string, args ...any) (found []*GuardrailExemption, err error) {
	err = tx.each(ctx, text, args, func(row scanner) error {
		var e GuardrailExemption
		err := row.Scan(&e.Scope.Tenant, &e.Scope.Environment, &e.ID, column.Time(&e.CreatedAt), &e.Etag, &e.Kind, &e.Name,
			&e.Rule, &e.Reason, &e.ExpiresAt, column.Time(&e.Expires), column.Time(&e.EndedAt))
		found = append(found, &e)
		return err
	})
	return found, err
}

// GuardrailExemption reads one exemption.
func (tx *Tx) GuardrailExemption(ctx context.Context, scope Scope, id string) (*GuardrailExemption, error) {
	found, err := tx.exemptions(ctx, exemptionByID, scope.Tenant, scope.Environment, id)
	if err == nil && len(found) == 0 {
		err = ErrNotFound
	}
	if err != nil {
		return nil, failed("reading", kindExemption, id, err)
	}
	return found[0], nil
}

// GuardrailExemptions reads a page of exemptions, those that have expired too.
func (tx *Tx) GuardrailExemptions(ctx context.Context, scope Scope, list List) ([]*GuardrailExemption, error) {
	found, err := tx.exemptions(ctx, exemptionsPage, scope.Tenant, scope.Environment, list.After, list.Name, list.Limit)
	return found, failed("listing", kindExemption, "", err)
}

// GuardrailExemptionsOf reads the exemptions of one object, those that have expired too.
func (tx *Tx) GuardrailExemptionsOf(
	ctx context.Context,
	scope Scope,
	kind, name string,
) ([]*GuardrailExemption, error) {
	found, err := tx.exemptions(ctx, exemptionsOf, scope.Tenant, scope.Environment, kind, name)
	return found, failed("looking for", kindExemption, name, err)
}

// GuardrailExemptionsExpired returns the exemptions of every scope that have expired by a time, which is not noted yet.
func (tx *Tx) GuardrailExemptionsExpired(ctx context.Context, by time.Time, limit int) ([]*GuardrailExemption, error) {
	found, err := tx.exemptions(ctx, exemptionsEnded, column.Micros(by), limit)
	return found, failed("looking for", kindExemption, "", err)
}

// InsertGuardrailExemption stores a new exemption.
func (tx *Tx) InsertGuardrailExemption(ctx context.Context, e *GuardrailExemption) error {
	_, err := tx.exec(ctx, insertExemption, e.Scope.Tenant, e.Scope.Environment, e.ID, column.Micros(e.CreatedAt), e.Etag,
		e.Kind, e.Name, e.Rule, e.Reason, e.ExpiresAt, column.Micros(e.Expires), column.Micros(e.EndedAt))
	return failed("storing", kindExemption, e.ID, err)
}

// UpdateGuardrailExemption stores a changed exemption.
func (tx *Tx) UpdateGuardrailExemption(ctx context.Context, e *GuardrailExemption) error {
	err := tx.execOne(ctx, updateExemption, e.Scope.Tenant, e.Scope.Environment, e.ID, e.Etag, e.Reason, e.ExpiresAt,
		column.Micros(e.Expires), column.Micros(e.EndedAt))
	return failed("updating", kindExemption, e.ID, err)
}

// DeleteGuardrailExemption deletes an exemption.
func (tx *Tx) DeleteGuardrailExemption(ctx context.Context, scope Scope, id string) error {
	return failed("deleting", kindExemption, id, tx.execOne(ctx, deleteExemption, scope.Tenant, scope.Environment, id))
}
