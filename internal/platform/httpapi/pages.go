package httpapi

import (
	"context"
	"net/http"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/limits"
)

// Pages mounts what is for browsers beside the API. Its requests have ids, a log line and a count as others have.
func Pages(rt *Router, pattern string, h http.Handler) { rt.mux.Handle(pattern, h) }

// Anonymous returns what refuses a request of a page that nobody is signed in for, where its address sends too many.
func Anonymous(rt *Router) func(context.Context) error {
	return func(ctx context.Context) error { return rt.limitAnonymous(ctx, limits.Address) }
}
