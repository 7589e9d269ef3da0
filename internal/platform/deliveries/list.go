package deliveries

import (
	"context"
	"time"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/access"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/httpapi"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/keys"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/store"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/txn"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/webhooks"
)

type listInput struct {
	httpapi.ByID
	PageSize  int       `query:"page_size" minimum:"1" maximum:"1000" default:"100" doc:"How many deliveries at most; 100 if absent."`
	State     string    `query:"state" enum:"queued,delivered,failed" doc:"Only deliveries in this state; all if absent."`
	Type      string    `query:"type" maxLength:"128" doc:"Only events of this type; all if absent."`
	Since     time.Time `query:"since" doc:"Only events that were queued at this time or later (RFC 3339)."`
	Until     time.Time `query:"until" doc:"Only events that were queued before this time (RFC 3339)."`
	Outcome   string    `query:"outcome" enum:"accepted,answered,refused,unsigned,unreadable,timeout,unresolved,unconnected,untrusted,handshake,broken" doc:"Only deliveries whose last attempt had this outcome; all if absent."`
	PageToken string    `query:"page_token" doc:"The next_page_token of the page before; absent for the first."`
}

func (in *listInput) filter() store.DeliveryFilter {
	return store.DeliveryFilter{
		State: in.State, Type: in.Type, Since: in.Since, Until: in.Until, Outcome: in.Outcome,
	}
}

func (h *Handler) list(ctx context.Context, in *listInput) (out *httpapi.Answer, err error) {
	before, err := httpapi.PageAfter(in.PageToken, keys.IDEvent, "a list of deliveries")
	if err != nil {
		return nil, err
	}
	err = h.engine.View(ctx, access.CallerOf(ctx), func(tx *txn.Tx) error {
		if _, err := webhooks.Endpoint(ctx, tx, in.ID); err != nil {
			return err
		}
		limit := httpapi.PageLimit(in.PageSize)
		records, attempts, err := tx.Deliveries(ctx, tx.Scope, in.ID, in.filter(), before, limit)
		if err != nil {
			return err
		}
		found := make([]api.Delivery, len(records))
		for i, d := range records {
			found[i] = flatten(d, attempts[i])
		}
		out, err = httpapi.Page(in.PageSize, found, func(d api.Delivery) string { return d.ID },
			func(d api.Delivery) api.Delivery { return d })
		return err
	})
	return out, err
}
