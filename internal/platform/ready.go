package platform

import (
	"context"
	"fmt"
	"time"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/clock"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/httpapi"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/store"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/txn"
)

// databaseCheck reports whether the database can be read.
func databaseCheck(s *store.Store) func(context.Context) httpapi.Finding {
	return func(ctx context.Context) httpapi.Finding {
		if err := s.Ping(ctx); err != nil {
			return httpapi.Finding{State: httpapi.StateFailed, Text: "the database does not answer; " +
				"the log of the platform says why"}
		}
		return httpapi.Finding{State: httpapi.StateOK}
	}
}

// clockCheck is about a clock that jumped. Every request is served meanwhile.
func clockCheck(w *txn.Watch) func(context.Context) httpapi.Finding {
	return func(context.Context) httpapi.Finding {
		now, v := w.Judge()
		var what string
		switch v.Reason {
		case clock.Backward:
			what = "is behind the newest time in the database by"
		case clock.Forward:
			what = "was set forward by"
		default:
			return httpapi.Finding{State: httpapi.StateOK}
		}
		text := fmt.Sprintf("the clock shows %s and %s %s; no deadline is carried out: set the clock right, or say that it "+
			"is right with quickconnectd clock accept", now.Format(time.RFC3339), what, v.By.Round(time.Second))
		return httpapi.Finding{State: httpapi.StateDegraded, Text: text}
	}
}
