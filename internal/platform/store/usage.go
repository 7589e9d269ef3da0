package store

import (
	"context"
	"maps"
	"slices"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
)

// What is counted in an environment, besides the objects of each kind by the path of the kind.
const (
	UsageDeliveries = "deliveries" // queued
	UsageAnswers    = "answers"    // stored answers to requests with an Idempotency-Key
)

// Usage is how much an environment stores of a kind.
type Usage struct {
	Scope   Scope
	Kind    string
	Objects int64
	Bytes   int64 // of the bodies of queued deliveries; 0 of all else
}

// addToUsage adds to what is counted, and returns what that makes.
var addToUsage = statement(`INSERT INTO usage (tenant, environment, kind, objects, bytes) VALUES ($1, $2, $3, $4, $5)
	ON CONFLICT (tenant, environment, kind) DO UPDATE
	SET objects = usage.objects + excluded.objects, bytes = usage.bytes + excluded.bytes RETURNING objects, bytes`)

// addUsage counts what the transaction adds to an environment or takes from it.
func (tx *Tx) addUsage(ctx context.Context, scope Scope, kind string, objects, bytes int64) error {
	u, err := tx.countUsage(ctx, Usage{Scope: scope, Kind: kind, Objects: objects, Bytes: bytes})
	if err != nil {
		return err
	}
	if objects > 0 || bytes > 0 {
		if tx.grown == nil {
			tx.grown = map[string]Usage{}
		}
		tx.grown[kind] = u
	}
	return nil
}

// countUsage adds to what is counted, without a limit on what that makes, which it returns.
func (tx *Tx) countUsage(ctx context.Context, add Usage) (Usage, error) {
	sum := Usage{Scope: add.Scope, Kind: add.Kind}
	args := []any{add.Scope.Tenant, add.Scope.Environment, add.Kind, add.Objects, add.Bytes}
	err := tx.one(ctx, addToUsage, args, &sum.Objects, &sum.Bytes)
	return sum, failed("counting", add.Kind, "", err)
}

var countedObjects = statement(`SELECT kind, objects FROM usage WHERE tenant = $1 AND environment = $2`)

// Objects returns how many objects of each kind an environment has, by the path of the kind.
func (tx *Tx) Objects(ctx context.Context, scope Scope) (map[string]int64, error) {
	out := map[string]int64{}
	for _, kind := range api.Kinds() {
		out[kind.Path] = 0
	}
	err := tx.each(ctx, countedObjects, []any{scope.Tenant, scope.Environment}, func(row scanner) error {
		var kind string
		var objects int64
		err := row.Scan(&kind, &objects)
		if _, object := out[kind]; object {
			out[kind] = objects
		}
		return err
	})
	return out, failed("counting", "the objects of", scope.Environment, err)
}

// Grown returns the use of everything that the transaction has added to, in the order of the kinds.
func (tx *Tx) Grown() []Usage {
	out := make([]Usage, 0, len(tx.grown))
	for _, kind := range slices.Sorted(maps.Keys(tx.grown)) {
		out = append(out, tx.grown[kind])
	}
	return out
}
