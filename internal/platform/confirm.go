package platform

import (
	"context"
	"errors"
	"fmt"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/access"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/credentials"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/problem"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/restore"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/store"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/txn"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/rotation"
)

// reasonRestored is why a restore ends what had ended after its backup.
const reasonRestored = "ended after the backup that the platform was restored from"

// confirmer does again what a backup lacks, and confirms its restore.
type confirmer struct {
	runner *txn.Runner
	engine *credentials.Engine
}

// ConfirmRestore confirms the restore of the platform, and in the same transaction ends again what had ended after the
// backup. It returns how many objects that were.
func (s *Server) ConfirmRestore(ctx context.Context, again []restore.Containment) (done int, err error) {
	_, err = restore.Confirm(ctx, s.confirmer.runner, access.ActorOperator, func(tx *txn.Tx) error {
		done = 0
		for _, c := range again {
			changed, err := s.confirmer.contain(ctx, tx.As(tx.In(c.Ref.Scope)), c)
			if err != nil {
				return fmt.Errorf("end %s %s again: %w", c.Ref.Kind, c.Ref.ID, err)
			}
			if changed {
				done++
			}
		}
		return nil
	})
	return done, err
}

// contain does one thing again, where the backup has its object.
func (c *confirmer) contain(ctx context.Context, tx *txn.Tx, what restore.Containment) (changed bool, err error) {
	if what.Principal {
		p, err := access.Find(ctx, tx, what.Ref.ID)
		if problem.IsNotFound(err) {
			return false, nil
		}
		if err != nil {
			return false, err
		}
		return true, access.End(ctx, tx, p, access.ReasonDeleted)
	}
	kind, known := api.KindAt(what.Ref.Kind)
	if !known {
		return false, fmt.Errorf("no kind of object is at %s", what.Ref.Kind)
	}
	before := len(tx.Audited())
	o, err := c.engine.Load(ctx, tx, kind, what.Ref.ID)
	if problem.IsNotFound(err) || errors.Is(err, store.ErrNotFound) {
		return false, nil
	}
	for _, n := range what.Values {
		if err == nil {
			p := o.Parts()
			after, done := rotation.RevokeValue(p.Credential.Credential, p.Policy, n, tx.Actor, tx.Now)
			err = credentials.Finish(ctx, tx, o, after, done, nil)
		}
	}
	if err == nil && what.Below > 0 && o.Parts().Credential.Numbers().AnyBelow(what.Below) {
		err = credentials.Apply(ctx, tx, o, rotation.Command{
			Step: rotation.StepRevoke, Below: what.Below, Reason: reasonRestored,
		}, nil)
	}
	if err == nil && what.Quarantine {
		_, err = c.engine.Quarantine(ctx, tx, what.Ref, reasonRestored, rotation.MaxQuarantine)
	}
	return len(tx.Audited()) > before, err
}
