package credentials

import (
	"context"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/txn"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/rotation"
)

// StartNumber returns the number of the first version under a name. No number is used twice under one name.
func StartNumber(ctx context.Context, tx *txn.Tx, kind api.Kind, name string) (int64, error) {
	highest, err := tx.HighestNumber(ctx, tx.Scope, kind.Path, name)
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
