package platform

import (
	"context"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/httpapi"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/store"
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
