package credentials

import (
	"context"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/txn"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/rotation"
)

// HighestNumber returns the highest number that was issued before an object is created: under its name, or where the
// platform chooses the name, under every name with the prefix. No number is used twice under one name, and whoever
// follows the numbers of objects that replace each other under a prefix sees every one of them.
func HighestNumber(ctx context.Context, tx *txn.Tx, kind api.Kind, name, prefix string) (int64, error) {
	if prefix != "" {
		return tx.HighestNumberUnder(ctx, tx.Scope, kind.Path, prefix)
	}
	return tx.HighestNumber(ctx, tx.Scope, kind.Path, name)
}

// StartNumber returns the number of the first version of an object that is created.
func StartNumber(ctx context.Context, tx *txn.Tx, kind api.Kind, name, prefix string) (int64, error) {
	highest, err := HighestNumber(ctx, tx, kind, name, prefix)
	return highest + 1, err
}

// Renamed makes an object that has a new name continue the numbers of that name.
func Renamed(ctx context.Context, tx *txn.Tx, p Parts) error {
	highest, err := tx.HighestNumber(ctx, tx.Scope, p.Kind.Path, p.Object.Name)
	if err != nil {
		return err
	}
	p.Credential.Highest = max(p.Credential.Highest, highest)
	if p.Credential.Highest == 0 {
		return nil
	}
	return tx.RecordNumber(ctx, tx.Scope, p.Kind.Path, p.Object.Name, p.Credential.Highest)
}

// RaiseMinimum applies minimum_version. It does not save the object.
func RaiseMinimum(ctx context.Context, tx *txn.Tx, p Parts, n int64, issue Issuer) ([]rotation.Transition, error) {
	after, done, err := rotation.RaiseMinimum(p.Credential.Credential, p.Policy, n, tx.Actor, tx.Now)
	if err != nil {
		return nil, err
	}
	return done, Record(ctx, tx, p, after, done, issue)
}
