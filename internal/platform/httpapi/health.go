package httpapi

import (
	"context"
	"net/http"
	"strconv"

	"github.com/danielgtaylor/huma/v2"
)

// health is the body of /healthz.
type health struct {
	Status string `json:"status" doc:"ok."`
}

// The readiness is worked out in one place from checks, which the server registers with Router.Check before Handler:
//
//	router.Check("clock", func(context.Context) httpapi.Finding {
//		return httpapi.Finding{State: httpapi.StateDegraded, Text: "what happened, and what to do"}
//	})
//
// /readyz answers with the worst state of all checks, and names each with its state and its text:
//
//	200 {"status":"ready",    "checks":[{"name":"database","state":"ok","text":""}]}
//	200 {"status":"degraded", "checks":[…,{"name":"clock","state":"degraded","text":"…"}]}
//	503 {"status":"failed",   "checks":[{"name":"database","state":"failed","text":"…"}]}
//
// A check is asked at every request, by anybody: it must be quick, and its text must not name a tenant or a path.

// The states of a check, from good to bad.
const (
	StateOK       = "ok"
	StateDegraded = "degraded" // requests are answered here as well as anywhere, and an operator is needed
	StateFailed   = "failed"   // some requests cannot be served
)

const (
	readinessReady    = "ready"
	readinessDegraded = "degraded"
	readinessFailed   = "failed"
)

// Finding is what a check found. The text says what happened and what to do; where the state is ok, it is empty or a
// remark.
type Finding struct {
	State string
	Text  string
}

// readiness is the body of /readyz.
type readiness struct {
	Status string         `json:"status" doc:"ready, degraded (it serves, but an operator is needed) or failed: the worst state of the checks."`
	Checks []checkFinding `json:"checks" doc:"What was checked."`
}

type checkFinding struct {
	Name  string `json:"name" doc:"What was checked, such as database."`
	State string `json:"state" doc:"ok, degraded or failed."`
	Text  string `json:"text" doc:"What happened and what to do. Where the state is ok, it is empty or a remark."`
}

// check is one thing that /readyz looks at.
type check struct {
	name string
	look func(context.Context) Finding
}

// Check adds a check to /readyz. It must not be called once requests come in.
func (rt *Router) Check(name string, look func(context.Context) Finding) {
	rt.checks = append(rt.checks, check{name, look})
}

func (rt *Router) health() {
	rt.Tag(tagHealth, "For load balancers.")
	Register(rt, Operation{
		ID: "getHealth", Method: http.MethodGet, Path: "/healthz", Tag: tagHealth, Open: true, Returns: health{},
		Summary: "Is the process alive", Description: "200 as long as the process answers at all.",
	}, func(context.Context, *struct{}) (*Answer, error) { return Body(health{Status: "ok"}), nil })
	Register(rt, Operation{
		ID: "getReadiness", Method: http.MethodGet, Path: "/readyz", Tag: tagHealth, Open: true, Returns: readiness{},
		Summary:     "Can it serve",
		Description: "200 if requests can be sent to this process, otherwise 503. The body names each check, and why.",
	}, rt.ready)
	responses := rt.api.OpenAPI().Paths["/readyz"].Get.Responses
	responses[strconv.Itoa(http.StatusServiceUnavailable)] = &huma.Response{
		Description: "A check failed.", Content: responses[strconv.Itoa(http.StatusOK)].Content,
	}
}

func (rt *Router) ready(ctx context.Context, _ *struct{}) (*Answer, error) {
	out := readiness{Status: readinessReady, Checks: make([]checkFinding, 0, len(rt.checks))}
	for _, c := range rt.checks {
		found := c.look(ctx)
		out.Checks = append(out.Checks, checkFinding{Name: c.name, State: found.State, Text: found.Text})
		switch {
		case found.State == StateFailed:
			out.Status = readinessFailed
		case found.State == StateDegraded && out.Status == readinessReady:
			out.Status = readinessDegraded
		}
	}
	answer := Body(out)
	if out.Status == readinessFailed {
		answer.Status = http.StatusServiceUnavailable
	}
	return answer, nil
}
