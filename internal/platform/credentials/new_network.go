package credentials

import (
	"context"
	"net/netip"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/store"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/txn"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/uses"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/rotation"
)

// actionNewNetwork is the action of the audit where a credential is used from a network for the first time.
const actionNewNetwork = "first_use_from_network"

// auditNetworks records the networks from which a credential was used for the first time, of those that are new for the
// version. Which consumer was there first is not known: they are counted apart.
func auditNetworks(
	ctx context.Context, tx *txn.Tx, ref store.Ref, number int64, s *uses.Summary, fresh []netip.Prefix,
) error {
	versions, err := tx.VersionUses(ctx, ref.Scope, ref.ID)
	if err != nil {
		return err
	}
	if versions[number] == nil {
		return nil // the version is gone
	}
	delete(versions, number)
	tx = tx.As(txn.Caller{Scope: ref.Scope, Actor: rotation.ActorPlatform})
	for _, network := range fresh {
		if usedFrom(versions, network) {
			continue
		}
		err := tx.AuditEvent(ctx, store.AuditEvent{
			Action: actionNewNetwork, Kind: ref.Kind, ObjectID: ref.ID, Version: number, At: s.Networks[network].First,
			Detail: map[string]string{"network": network.String()},
		})
		if err != nil {
			return err
		}
	}
	return nil
}

func usedFrom(versions map[int64]*uses.Summary, network netip.Prefix) bool {
	for _, s := range versions {
		if _, known := s.Networks[network]; known {
			return true
		}
	}
	return false
}
