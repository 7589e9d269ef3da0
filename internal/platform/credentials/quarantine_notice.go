package credentials

import (
	"context"
	"strconv"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/notifications"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/txn"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/rotation"
)

// notifyQuarantine tells the endpoints that name these types that a quarantine was set, or that one has ended.
func notifyQuarantine(ctx context.Context, tx *txn.Tx, p Parts, t rotation.Transition) error {
	f := notifications.Fact{
		Key: strconv.FormatInt(t.At.UnixMicro(), 10), At: t.At, Kind: p.Kind.Path, ID: p.Object.ID,
		Details: map[string]string{"versions": numbers(t.Versions), "step": string(t.Step)},
	}
	switch t.Step {
	case rotation.StepQuarantine:
		f.Type = api.NotifyQuarantineSet
	case rotation.StepReleaseQuarantine, rotation.StepEndQuarantine:
		f.Type = api.NotifyQuarantineEnded
	default:
		return nil
	}
	return notifications.Raise(ctx, tx, f)
}
