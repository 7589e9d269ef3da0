package platform

import (
	"context"
	"net/http"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
)

func (r *router) health() {
	register(r, operation{
		id: "getHealth", method: http.MethodGet, path: "/healthz", tag: tagHealth, open: true,
		summary: "Is the process alive", description: "200 as long as the process answers at all.",
	}, func(context.Context, *struct{}) (*healthOutput, error) { return healthy("ok"), nil })
	register(r, operation{
		id: "getReadiness", method: http.MethodGet, path: "/readyz", tag: tagHealth, open: true,
		summary: "Can it serve", description: "200 if the database answers, 503 otherwise.",
	}, r.ready)
}

// health is the answer of the health checks.
type health struct {
	Status string `json:"status" doc:"ok or ready."`
}

type healthOutput struct {
	Body health
}

func healthy(status string) *healthOutput { return &healthOutput{Body: health{Status: status}} }

func (p *Platform) ready(ctx context.Context, _ *struct{}) (*healthOutput, error) {
	if err := p.store.Ping(ctx); err != nil {
		p.log.Error("not ready", "error", err.Error())
		out := newProblem(api.CodeUnavailable, "", "the database does not answer")
		out.retryAfter = 5
		return nil, out
	}
	return healthy("ready"), nil
}
