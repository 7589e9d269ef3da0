package httpapi

import (
	"context"
	"errors"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/problem"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/store"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/txn"
)

// Naming is how a create names its object: by a name, or by the prefix of one that the platform chooses.
type Naming struct{ Name, Prefix string }

// choose returns the name of a new object. It is called once for each object: the repetition of a create gets the
// stored answer, and the create after an interrupted one the object with the name that was chosen then.
func (n Naming) choose(ctx context.Context, tx *txn.Tx, kind api.Kind) (string, error) {
	switch {
	case n.Name == "" && n.Prefix == "":
		return "", problem.Refused("/name", errors.New("or name_prefix is required"))
	case n.Name != "" && n.Prefix != "":
		return "", problem.Refused("/name_prefix", errors.New("excludes name: send one of them"))
	case n.Prefix == "":
		return n.Name, nil
	}
	if err := api.CheckNamePrefix(n.Prefix); err != nil {
		return "", problem.Refused("/name_prefix", err)
	}
	for {
		suffix, err := tx.Random.NameSuffix()
		if err != nil {
			return "", err
		}
		name := n.Prefix + suffix
		_, err = tx.IDByName(ctx, tx.Scope, kind.Path, name)
		if errors.Is(err, store.ErrNotFound) {
			return name, nil
		}
		if err != nil {
			return "", err
		}
	}
}
