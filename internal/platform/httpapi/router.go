// Package httpapi has what the routes of every domain share: registration with Huma, authentication in front of it,
// idempotency, etags, pages, merge patches, forms, the OpenAPI document, errors, request logging and metrics. It knows
// no kind of object and no rule of rotation.
package httpapi

import (
	"context"
	"log/slog"
	"net/http"
	"sync"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humago"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/access"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/txn"
)

// Router collects the operations of the API.
type Router struct {
	runner  *txn.Runner
	metrics *Metrics
	log     *slog.Logger
	mux     *http.ServeMux
	api     huma.API
	uses    *access.Uses
	orNull  map[string][]string // members that may be null, by schema
	checks  []check             // of /readyz
}

// NewRouter returns a router without operations.
func NewRouter(runner *txn.Runner, metrics *Metrics, uses *access.Uses, log *slog.Logger) *Router {
	replaceHumaErrors()
	mux := http.NewServeMux()
	return &Router{
		runner: runner, metrics: metrics, log: log, mux: mux, api: humago.New(mux, humaConfig()),
		uses: uses, orNull: map[string][]string{},
	}
}

// Handler returns the handler of all operations that were registered, and of the health checks, the OpenAPI document
// and, if that is wanted, the metrics.
func (rt *Router) Handler(withMetrics bool) (http.Handler, error) {
	rt.health()
	doc := rt.api.OpenAPI()
	if err := correctNullable(doc.Components.Schemas.Map(), rt.orNull); err != nil {
		return nil, err
	}
	// Writing the document takes longer than the rest of a start, and few ask for it.
	document := sync.OnceValues(func() ([]byte, error) { return documentOf(doc) })
	rt.mux.HandleFunc("GET /openapi.json", rt.serveDocument(document))
	if withMetrics {
		rt.mux.Handle("GET /metrics", rt.metrics.Handler())
	}
	rt.mux.HandleFunc("/", noRoute(rt.mux))
	return rt.observed(rt.mux), nil
}

// Operation is what differs from one route to the next.
type Operation struct {
	ID, Method, Path     string
	Tag                  string
	Summary, Description string
	Permission           string // that the caller needs; empty for any principal
	Open                 bool   // anybody may call it
	Secured              bool   // with Open: the operation authenticates the caller itself
	Status               int    // of success; 0: 200 with a body, 204 without one

	// Returns is a value of the type that the body of a success has; nil for no body.
	Returns any
	// NoContent describes when a success is 204 all the same; empty for never.
	NoContent string
	// Form describes the members of a body that is a form; nil for JSON.
	Form map[string]string
}

// bodyReadTimeout is more than a body needs. When it passes, net/http gives the whole request up, even if the body was
// read long ago and the request waits for the database.
const bodyReadTimeout = 30 * time.Second

// Register adds an operation. The handler's input is a struct in the manner of Huma.
func Register[I any](rt *Router, op Operation, handle func(context.Context, *I) (*Answer, error)) {
	h := huma.Operation{
		OperationID: op.ID, Method: op.Method, Path: op.Path, Tags: []string{op.Tag},
		Summary: op.Summary, Description: op.Description, DefaultStatus: op.Status,
		MaxBodyBytes: api.MaxBodyBytes, BodyReadTimeout: bodyReadTimeout,
	}
	if !op.Open || op.Secured {
		h.Security = []map[string][]string{{bearerScheme: {}}}
	}
	if !op.Open {
		h.Middlewares = huma.Middlewares{rt.guarded(op.Permission)}
		if op.Permission != "" {
			h.Description += "\n\nNeeds the permission `" + op.Permission + "`."
		}
	}
	if op.Returns == nil {
		huma.Register(rt.api, h, func(ctx context.Context, in *I) (*struct{}, error) {
			if _, err := handle(ctx, in); err != nil {
				return nil, rt.problemOf(ctx, err)
			}
			return nil, nil
		})
	} else {
		huma.Register(rt.api, h, func(ctx context.Context, in *I) (*output, error) {
			out, err := handle(ctx, in)
			if err != nil {
				return nil, rt.problemOf(ctx, err)
			}
			return out.output(), nil
		})
	}
	rt.describe(op)
}

// guarded lets a request through to its operation if the principal has the permission.
func (rt *Router) guarded(permission string) func(huma.Context, func(huma.Context)) {
	return func(hc huma.Context, next func(huma.Context)) {
		ctx := hc.Context()
		caller := access.From(ctx)
		err := rt.runner.View(ctx, caller.Caller(), func(tx *txn.Tx) error {
			return access.Authenticate(ctx, tx, caller)
		})
		if err == nil {
			err = access.Authorize(caller, permission)
		}
		if err != nil {
			_, w := humago.Unwrap(hc)
			writeProblem(w, rt.problemOf(ctx, err))
			return
		}
		next(hc)
	}
}
