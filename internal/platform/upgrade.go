package platform

import (
	"context"
	"fmt"
	"log/slog"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/keys"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/txn"
)

// upgradeLines is about how many lines the log gets of the progress of an upgrade.
const upgradeLines = 100

// upgradeSealed seals what an older build sealed again, under data keys, once in the life of a database and before
// anything is served. A start that is interrupted goes on where the one before was.
func upgradeSealed(ctx context.Context, runner *txn.Runner, log *slog.Logger) error {
	done, err := runner.Keys.Upgraded(ctx)
	if err != nil || done {
		return err
	}
	var logged int64
	r, err := keys.Rewrap(ctx, runner.Keys, func(r keys.Rewrapping) error {
		if part := r.Done * upgradeLines / max(r.Total, 1); logged == 0 || part > logged {
			logged = max(part, 1)
			log.Warn("sealing the values of an older build under data keys; nothing is served before that is done",
				"done", r.Done, "of", r.Total)
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("seal the values of an older build under data keys: %w", err)
	}
	for _, what := range r.Unreadable {
		log.Error("a sealed value does not open: it stays as it is, and the next start tries again", "value", what)
	}
	if r.Done > 0 {
		log.Info("the values of an older build are sealed under data keys; this happens once in the life of a database",
			"values", r.Done)
	}
	return nil
}
