package platform

import (
	"context"
	"errors"
	"fmt"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/access"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/accesstokens"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/connectors"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/credentials"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/people"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/problem"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/restore"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/store"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/txn"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/webhooks"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/workload"
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
	switch what.Ref.Kind {
	case api.KindPrincipals, api.KindWorkloadIdentities, api.KindAccessTokens, api.RoleBindings.Path, api.KindIssuers:
		changed, err = end(ctx, tx, what.Ref)
	case api.KindWebhookEndpoints:
		changed, err = disable(ctx, tx, what.Ref.ID)
	default:
		changed, err = c.endVersions(ctx, tx, what)
	}
	if problem.IsNotFound(err) || errors.Is(err, store.ErrNotFound) {
		return false, nil
	}
	return changed, err
}

// end ends an object as a whole.
func end(ctx context.Context, tx *txn.Tx, ref store.Ref) (changed bool, err error) {
	switch ref.Kind {
	case api.KindPrincipals:
		p, err := access.Find(ctx, tx, ref.ID)
		if err != nil {
			return false, err
		}
		return true, access.End(ctx, tx, p, access.ReasonDeleted)
	case api.KindWorkloadIdentities:
		w, err := workload.Load(ctx, tx, ref.ID)
		if err != nil {
			return false, err
		}
		return true, workload.Delete(ctx, tx, w)
	case api.RoleBindings.Path:
		return true, people.EndBinding(ctx, tx, ref.ID)
	case api.KindIssuers:
		_, err := people.EndIssuer(ctx, tx, ref.Scope.Tenant, ref.ID)
		return true, err
	default:
		t, err := accesstokens.ByID(ctx, tx, ref.ID)
		if err != nil {
			return false, err
		}
		return accesstokens.Revoke(ctx, tx, t, accesstokens.ReasonRevoked)
	}
}

func disable(ctx context.Context, tx *txn.Tx, id string) (changed bool, err error) {
	e, err := webhooks.Endpoint(ctx, tx, id)
	if err != nil {
		return false, err
	}
	return webhooks.Disable(ctx, tx, e)
}

// endVersions does again what is about an object with a credential.
func (c *confirmer) endVersions(ctx context.Context, tx *txn.Tx, what restore.Containment) (changed bool, err error) {
	kind, known := api.KindAt(what.Ref.Kind)
	if !known {
		return false, fmt.Errorf("no kind of object is at %s", what.Ref.Kind)
	}
	before := len(tx.Audited())
	o, err := c.engine.Load(ctx, tx, kind, what.Ref.ID)
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
	if err == nil && what.Disabled {
		_, err = connectors.Disable(ctx, tx, o)
	}
	return len(tx.Audited()) > before, err
}
