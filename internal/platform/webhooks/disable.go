package webhooks

import (
	"context"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/httpapi"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/store"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/txn"
)

// Disable disables an endpoint. It reports whether that changed anything.
func Disable(ctx context.Context, tx *txn.Tx, e *store.WebhookEndpoint) (changed bool, err error) {
	if !e.Enabled {
		return false, nil
	}
	before := flattenEndpoint(e, tx.Now)
	e.Enabled = false
	e.Etag++
	if err := tx.UpdateWebhookEndpoint(ctx, e); err != nil {
		return false, err
	}
	return true, tx.Audit(ctx, txn.ActionUpdate, api.WebhookEndpoints.Path, e.ID,
		httpapi.Differences(before, flattenEndpoint(e, tx.Now)))
}
