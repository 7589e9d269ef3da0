package httpapi

import (
	"context"
	"net/http"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/problem"
)

// health is the body of the health checks.
type health struct {
	Status string `json:"status" doc:"ok or ready."`
}

func (rt *Router) health() {
	rt.Tag(tagHealth, "For load balancers.")
	Register(rt, Operation{
		ID: "getHealth", Method: http.MethodGet, Path: "/healthz", Tag: tagHealth, Open: true, Returns: health{},
		Summary: "Is the process alive", Description: "200 as long as the process answers at all.",
	}, func(context.Context, *struct{}) (*Answer, error) { return Body(health{Status: "ok"}), nil })
	Register(rt, Operation{
		ID: "getReadiness", Method: http.MethodGet, Path: "/readyz", Tag: tagHealth, Open: true, Returns: health{},
		Summary: "Can it serve", Description: "200 if the database answers, 503 otherwise.",
	}, rt.ready)
}

func (rt *Router) ready(ctx context.Context, _ *struct{}) (*Answer, error) {
	if err := rt.runner.Store.Ping(ctx); err != nil {
		rt.log.Error("not ready", "error", err.Error())
		out := problem.New(api.CodeUnavailable, "", "the database does not answer")
		out.RetryAfter = 5
		return nil, out
	}
	return Body(health{Status: "ready"}), nil
}
