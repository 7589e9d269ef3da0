package store

import (
	"context"
	"slices"
	"strings"
	"time"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/store/column"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/uses"
)

// The statements of the inventory read what a page of credentials needs with one query each: the ids of the page are
// ascending, and its rows are those between the first and the last one.
var (
	usesOfPage = statement(`SELECT u.credential_id, u.version, u.first_at, u.last_at, u.uses, u.networks, u.consumers,
		u.scopes, u.unscoped, u.others FROM credentials c
		JOIN versions v ON v.credential_id = c.id AND v.number >= c.read_from
			AND v.state IN ('pending', 'current', 'previous')
		JOIN version_uses u ON u.credential_id = v.credential_id AND u.version = v.number
		WHERE c.tenant = $1 AND c.environment = $2 AND c.id >= $3 AND c.id <= $4`)
	connectorsOfSecrets = statement(`SELECT s.id, e.connector_id FROM signing_secrets s
		JOIN webhook_endpoints e ON e.tenant = s.tenant AND e.environment = s.environment AND e.id = s.endpoint_id
		WHERE s.tenant = $1 AND s.environment = $2 AND s.id >= $3 AND s.id <= $4`)
	reuseOfPage = statement(`SELECT a.object_id,
		COALESCE((SELECT b.kind FROM value_uses b WHERE b.tenant = a.tenant AND b.digest = a.digest
			AND b.environment = a.environment AND b.object_id <> a.object_id AND ` + inForce("b") + ` LIMIT 1), ''),
		COALESCE((SELECT b.object_id FROM value_uses b WHERE b.tenant = a.tenant AND b.digest = a.digest
			AND b.environment = a.environment AND b.object_id <> a.object_id AND ` + inForce("b") + ` LIMIT 1), ''),
		EXISTS (SELECT 1 FROM value_uses b WHERE b.tenant = a.tenant AND b.digest = a.digest
			AND b.environment <> a.environment AND ` + inForce("b") + `)
		FROM value_uses a WHERE a.tenant = $1 AND a.environment = $2 AND a.object_id >= $3 AND a.object_id <= $4
		AND ` + inForce("a"))
	namesOfActors = statement(`SELECT id, name FROM principals
		WHERE tenant = $1 AND environment = $2 AND id >= $3 AND id <= $4
		UNION ALL SELECT id, name FROM workload_identities
		WHERE tenant = $1 AND environment = $2 AND id >= $3 AND id <= $4`)
)

// exemptionsOfPage has a statement for each kind of the inventory. An exemption names its object by kind and name.
var exemptionsOfPage = func() map[string]string {
	out := map[string]string{}
	for _, kind := range api.InventoryKinds() {
		out[kind] = statement(`SELECT o.id, e.rule, e.reason, e.expires_at FROM ` + tableOf(kind) + ` o
			JOIN guardrail_exemptions e ON e.tenant = o.tenant AND e.environment = o.environment
			AND e.kind = '` + kind + `' AND e.name = o.name
			WHERE o.tenant = $1 AND o.environment = $2 AND o.id >= $3 AND o.id <= $4 AND e.expires > $5`)
	}
	return out
}()

// between returns the arguments of a statement about the rows from the first to the last id.
func between(scope Scope, ids []string) []any {
	return []any{scope.Tenant, scope.Environment, ids[0], ids[len(ids)-1]}
}

// VersionUsesOfPage reads the uses of the valid versions of credentials, by id and number. The ids are ascending.
func (tx *Tx) VersionUsesOfPage(
	ctx context.Context, scope Scope, ids []string,
) (map[string]map[int64]*uses.Summary, error) {
	out := map[string]map[int64]*uses.Summary{}
	if len(ids) == 0 {
		return out, nil
	}
	err := tx.each(ctx, usesOfPage, between(scope, ids), func(row scanner) error {
		var id string
		var number int64
		s := &uses.Summary{}
		err := row.Scan(&id, &number, column.Time(&s.First), column.Time(&s.Last), &s.Count, column.JSON(&s.Networks),
			column.JSON(&s.Consumers), column.JSON(&s.Scopes), &s.Unscoped, column.JSON(&s.Others))
		if _, there := slices.BinarySearch(ids, id); there {
			if out[id] == nil {
				out[id] = map[int64]*uses.Summary{}
			}
			out[id][number] = s
		}
		return err
	})
	return out, failed("reading the uses of", "a page of credentials", "", err)
}

// ConnectorsOfSecrets returns the connectors of signing secrets, by the id of the secret. The ids are ascending.
func (tx *Tx) ConnectorsOfSecrets(ctx context.Context, scope Scope, ids []string) (map[string]string, error) {
	out, err := tx.textsOf(ctx, connectorsOfSecrets, scope, ids)
	return out, failed("reading the connectors of", "a page of signing secrets", "", err)
}

// ActorNames returns the names of the principals and workload identities among ids, which are ascending.
func (tx *Tx) ActorNames(ctx context.Context, scope Scope, ids []string) (map[string]string, error) {
	out, err := tx.textsOf(ctx, namesOfActors, scope, ids)
	return out, failed("reading the names of", "principals", "", err)
}

// textsOf reads one text for each of the ids that has one.
func (tx *Tx) textsOf(ctx context.Context, query string, scope Scope, ids []string) (map[string]string, error) {
	out := map[string]string{}
	if len(ids) == 0 {
		return out, nil
	}
	return out, tx.each(ctx, query, between(scope, ids), func(row scanner) error {
		var id, text string
		err := row.Scan(&id, &text)
		if _, there := slices.BinarySearch(ids, id); there {
			out[id] = text
		}
		return err
	})
}

// Reuse says which other object of the tenant was supplied a value of an object.
type Reuse struct {
	Other     Ref  // an object of the same environment; the zero value for none
	Elsewhere bool // an object of another environment
}

// ReuseOfPage returns which objects share a value with another one. The ids are ascending.
func (tx *Tx) ReuseOfPage(ctx context.Context, scope Scope, ids []string) (map[string]Reuse, error) {
	out := map[string]Reuse{}
	if len(ids) == 0 {
		return out, nil
	}
	err := tx.each(ctx, reuseOfPage, between(scope, ids), func(row scanner) error {
		var id string
		var r Reuse
		err := row.Scan(&id, &r.Other.Kind, &r.Other.ID, &r.Elsewhere)
		before, known := out[id]
		switch {
		case r.Other.ID == "" && !r.Elsewhere: // one of its values is nowhere else
		case !known || before.Other.ID == "" && r.Other.ID != "":
			out[id] = r
		}
		return err
	})
	return out, failed("looking for other uses of", "the values of a page of credentials", "", err)
}

// ExemptionsOfPage returns the exemptions of objects of a kind that hold at a moment, by the names of their rules. The
// ids are ascending.
func (tx *Tx) ExemptionsOfPage(
	ctx context.Context, scope Scope, kind string, ids []string, now time.Time,
) (map[string][]GuardrailExemption, error) {
	out := map[string][]GuardrailExemption{}
	if len(ids) == 0 {
		return out, nil
	}
	args := append(between(scope, ids), column.Micros(now))
	err := tx.each(ctx, exemptionsOfPage[kind], args, func(row scanner) error {
		var id string
		var e GuardrailExemption
		err := row.Scan(&id, &e.Rule, &e.Reason, &e.ExpiresAt)
		out[id] = append(out[id], e)
		return err
	})
	for _, all := range out {
		slices.SortFunc(all, func(a, b GuardrailExemption) int { return strings.Compare(a.Rule, b.Rule) })
	}
	return out, failed("looking for exemptions of", kind, "", err)
}
