package store

import (
	"cmp"
	"context"
	"net/netip"
	"slices"
	"strings"
	"time"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/store/column"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/uses"
)

// Finding is what a rule found about a credential.
type Finding struct {
	Scope    Scope
	ID       string
	Finding  string // the rule
	Kind     string // of the object, its path
	ObjectID string
	Version  int64
	Subject  string
	State    string
	Evidence map[string]string
	Count    int64

	FirstSeen, LastSeen, ClosedAt time.Time

	Action, ClosedBy, CloseReason string

	Gone bool // the cause of one that is closed
}

// FindingFilter says which findings to read. What is empty restricts nothing.
type FindingFilter struct {
	State, Finding, Kind, ObjectID string

	After string // the id of the last one of the page before
	Limit int
}

const findingColumns = `tenant, environment, id, finding, kind, object_id, version, subject, state, evidence, seen,
	first_seen_at, last_seen_at, action, closed_at, closed_by, close_reason, gone`

var (
	selectFindings = statement(`SELECT ` + findingColumns + ` FROM findings WHERE tenant = $1 AND environment = $2
		AND ($3 = '' OR state = $3) AND ($4 = '' OR finding = $4) AND ($5 = '' OR kind = $5)
		AND ($6 = '' OR object_id = $6) AND id > $7 ORDER BY id LIMIT $8`)
	findingByID = statement(`SELECT ` + findingColumns + ` FROM findings
		WHERE tenant = $1 AND environment = $2 AND id = $3`)
	findingsWithoutObject = statement(`SELECT ` + findingColumns + ` FROM findings f WHERE f.state = 'open'
		AND f.kind IN ('connectors', 'scoped-tokens', 'signing-secrets')
		AND NOT EXISTS (SELECT 1 FROM credentials c WHERE c.id = f.object_id) ORDER BY f.id LIMIT $1`)
	writeFinding = statement(`INSERT INTO findings (` + findingColumns + `)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18)
		ON CONFLICT (id) DO UPDATE SET state = excluded.state, evidence = excluded.evidence, seen = excluded.seen,
		first_seen_at = excluded.first_seen_at, last_seen_at = excluded.last_seen_at, action = excluded.action,
		closed_at = excluded.closed_at, closed_by = excluded.closed_by, close_reason = excluded.close_reason,
		gone = excluded.gone`)
	usersOfNetwork = statement(`SELECT credential_id, networks FROM version_uses WHERE tenant = $1 AND environment = $2
		AND credential_id <> $3 AND networks LIKE $4 LIMIT 1000`)
	otherWithValue = statement(`SELECT b.environment, b.kind, b.object_id FROM value_uses a
		JOIN value_uses b ON b.tenant = a.tenant AND b.digest = a.digest
		WHERE a.tenant = $1 AND a.environment = $2 AND a.object_id = $3 AND b.object_id <> $3
		AND ` + inForce("a") + ` AND ` + inForce("b"))
	selectScopes = statement(`SELECT tenant, name FROM environments WHERE tenant > '' ORDER BY tenant, name`)
	valueUsers   = statement(`SELECT environment, kind, object_id FROM value_uses WHERE tenant = $1 AND digest = $2`)
)

func scanFinding(row scanner) (*Finding, error) {
	var f Finding
	var gone int64
	err := row.Scan(&f.Scope.Tenant, &f.Scope.Environment, &f.ID, &f.Finding, &f.Kind, &f.ObjectID, &f.Version, &f.Subject,
		&f.State, column.JSON(&f.Evidence), &f.Count, column.Time(&f.FirstSeen), column.Time(&f.LastSeen), &f.Action,
		column.Time(&f.ClosedAt), &f.ClosedBy, &f.CloseReason, &gone)
	f.Gone = gone != 0
	return &f, err
}

func (tx *Tx) findings(ctx context.Context, text string, args ...any) (all []*Finding, err error) {
	err = tx.each(ctx, text, args, func(row scanner) error {
		f, err := scanFinding(row)
		all = append(all, f)
		return err
	})
	return all, failed("reading", api.KindFindings, "", err)
}

// Findings reads a page of the findings of an environment, the oldest first.
func (tx *Tx) Findings(ctx context.Context, scope Scope, f FindingFilter) ([]*Finding, error) {
	return tx.findings(ctx, selectFindings, scope.Tenant, scope.Environment, f.State, f.Finding, f.Kind, f.ObjectID,
		f.After, f.Limit)
}

// Finding reads a finding. It returns ErrNotFound for none.
func (tx *Tx) Finding(ctx context.Context, scope Scope, id string) (*Finding, error) {
	found, err := tx.findings(ctx, findingByID, scope.Tenant, scope.Environment, id)
	if err != nil || len(found) == 0 {
		return nil, failed("reading", api.KindFindings, id, orNotFound(err))
	}
	return found[0], nil
}

func orNotFound(err error) error {
	if err == nil {
		return ErrNotFound
	}
	return err
}

// FindingsWithoutObject reads open findings of every scope whose object is deleted.
func (tx *Tx) FindingsWithoutObject(ctx context.Context, limit int) ([]*Finding, error) {
	return tx.findings(ctx, findingsWithoutObject, limit)
}

// WriteFinding stores a finding that is new or changed.
func (tx *Tx) WriteFinding(ctx context.Context, f *Finding) error {
	_, err := tx.exec(ctx, writeFinding, f.Scope.Tenant, f.Scope.Environment, f.ID, f.Finding, f.Kind, f.ObjectID,
		f.Version, f.Subject, f.State, column.JSON(&f.Evidence), f.Count, column.Micros(f.FirstSeen),
		column.Micros(f.LastSeen), f.Action, column.Micros(f.ClosedAt), f.ClosedBy, f.CloseReason, column.Bool(f.Gone))
	return failed("storing", api.KindFindings, f.ID, err)
}

// NetworkUsedBefore returns how many other credentials of the environment used a network before a time. It stops
// counting after a thousand versions.
func (tx *Tx) NetworkUsedBefore(ctx context.Context, than Ref, network string, at time.Time) (int, error) {
	prefix, err := netip.ParsePrefix(network)
	if err != nil {
		return 0, failed("reading the users of", "network", network, err)
	}
	before := map[string]bool{}
	args := []any{than.Scope.Tenant, than.Scope.Environment, than.ID, `%"` + network + `"%`}
	err = tx.each(ctx, usersOfNetwork, args, func(row scanner) error {
		var id string
		var networks uses.Counts[netip.Prefix]
		err := row.Scan(&id, column.JSON(&networks))
		if s, used := networks[prefix]; used && s.First.Before(at) {
			before[id] = true
		}
		return err
	})
	return len(before), failed("reading the users of", "network", network, err)
}

// sameValueShown is how many other objects with the same value are looked for.
const sameValueShown = 6

// WithSameValue returns other objects of the tenant that have a value that this one has too: the first ones by
// environment and id. Values of versions that have ended do not count.
func (tx *Tx) WithSameValue(ctx context.Context, as Ref) (others []Ref, err error) {
	others, err = tx.refsInTenant(ctx, as.Scope.Tenant, otherWithValue, as.Scope.Tenant, as.Scope.Environment, as.ID)
	return others[:min(len(others), sameValueShown)], err
}

// SuppliedWith returns the objects of a tenant that were supplied a value, by its digest.
func (tx *Tx) SuppliedWith(ctx context.Context, tenant string, digest []byte) ([]Ref, error) {
	return tx.refsInTenant(ctx, tenant, valueUsers, tenant, digest)
}

func (tx *Tx) refsInTenant(ctx context.Context, tenant, text string, args ...any) (found []Ref, err error) {
	err = tx.each(ctx, text, args, func(row scanner) error {
		r := Ref{Scope: Scope{Tenant: tenant}}
		err := row.Scan(&r.Scope.Environment, &r.Kind, &r.ID)
		found = append(found, r)
		return err
	})
	slices.SortFunc(found, func(a, b Ref) int {
		return cmp.Or(strings.Compare(a.Scope.Environment, b.Scope.Environment), strings.Compare(a.ID, b.ID))
	})
	return slices.Compact(found), failed("looking for", "objects with the same value", "", err)
}

// Scopes returns all environments.
func (tx *Tx) Scopes(ctx context.Context) (all []Scope, err error) {
	err = tx.each(ctx, selectScopes, nil, func(row scanner) error {
		var s Scope
		err := row.Scan(&s.Tenant, &s.Environment)
		all = append(all, s)
		return err
	})
	return all, failed("reading", "the environments", "", err)
}
