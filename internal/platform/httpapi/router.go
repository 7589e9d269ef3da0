// Package httpapi has what the routes of every domain share: registration with Huma, authentication in front of it,
// idempotency, etags, pages, merge patches, forms, the OpenAPI document, errors, request logging and metrics. It knows
// no kind of object and no rule of rotation.
package httpapi

import (
	"cmp"
	"context"
	"log/slog"
	"net/http"
	"sync"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humago"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/access"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/compress"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/limits"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/txn"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/writebehind"
)

// Config is what a router works with.
type Config struct {
	Runner   *txn.Runner
	Metrics  *Metrics
	Limiter  *limits.Limiter
	Refusals *Refusals
	Uses     *access.Uses
	Behind   *writebehind.Log
	Log      *slog.Logger
}

// Router collects the operations of the API.
type Router struct {
	runner   *txn.Runner
	metrics  *Metrics
	limiter  *limits.Limiter
	refusals *Refusals
	early    *refusedCallers
	uses     *access.Uses
	behind   *writebehind.Log
	log      *slog.Logger
	mux      *http.ServeMux
	api      huma.API
	orNull   map[string][]string // members that may be null, by schema
	checks   []check             // of /readyz
}

// NewRouter returns a router without operations.
func NewRouter(c Config) *Router {
	replaceHumaErrors()
	mux := http.NewServeMux()
	return &Router{
		runner: c.Runner, metrics: c.Metrics, limiter: c.Limiter, refusals: c.Refusals, early: newRefusedCallers(),
		uses: c.Uses, behind: c.Behind, log: c.Log,
		mux: mux, api: humago.New(mux, humaConfig()), orNull: map[string][]string{},
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
	// Writing the document takes longer than the rest of a start, and few requests need it.
	document := sync.OnceValues(func() ([]byte, error) { return documentOf(doc) })
	rt.mux.Handle("GET /openapi.json", rt.anonymous(limits.Address, rt.serveDocument(document)))
	if withMetrics {
		rt.mux.Handle("GET /metrics", rt.anonymous(limits.Health, rt.metrics.Handler()))
	}
	rt.mux.Handle("/", rt.anonymous(limits.Address, noRoute(rt.mux)))
	return rt.observed(rt.mux), nil
}

// Operation is what differs from one route to the next.
type Operation struct {
	ID, Method, Path     string
	Tag                  string
	Summary, Description string
	Permission           string // that the caller needs; empty for any principal
	OrPermission         string // that is enough too; empty for none
	Open                 bool   // anybody may call it: its requests are counted by their address
	Status               int    // of success; 0: 200 with a body, 204 without one

	// Limit is what the requests are counted under; empty for the limits of the principal and its environment, and for
	// those of health checks where the operation is open.
	Limit limits.Limit
	// Authenticate finds the caller before the body is read, and returns what its requests are counted by; nil: the caller
	// must be a principal.
	Authenticate func(ctx context.Context, caller *access.Request) (id string, err error)

	// BeforeConfirmation is about the time between a restore and its confirmation.
	BeforeConfirmation BeforeConfirmation

	// Returns is a value of the type that the body of a success has; nil for no body.
	Returns any
	// NoContent describes when a success is 204 all the same; empty for never.
	NoContent string
	// Form describes the members of a body that is a form; nil for JSON.
	Form map[string]string
	// MaxBodyBytes is the length that a body may have; 0: that of every body. What anybody may call takes little memory.
	MaxBodyBytes int64
	// FormRequires lists the members that a form must have.
	FormRequires []string
}

// bodyReadTimeout is more than a body needs. When it passes, net/http gives the whole request up, even if the body was
// read long ago and the request waits for the database.
const bodyReadTimeout = 30 * time.Second

// Register adds an operation. The handler's input is a struct in the manner of Huma.
func Register[I any](rt *Router, op Operation, handle func(context.Context, *I) (*Answer, error)) {
	h := huma.Operation{
		OperationID: op.ID, Method: op.Method, Path: op.Path, Tags: []string{op.Tag},
		Summary: op.Summary, Description: op.Description, DefaultStatus: op.Status,
		MaxBodyBytes: cmp.Or(op.MaxBodyBytes, api.MaxBodyBytes), BodyReadTimeout: bodyReadTimeout,
	}
	if h.SkipValidateBody = op.Open; op.Open { // its handler checks the body
		h.Middlewares = huma.Middlewares{rt.unguarded(op)}
	} else {
		h.Security = []map[string][]string{{bearerScheme: {}}}
		h.Middlewares = huma.Middlewares{rt.guarded(op)}
		switch {
		case op.OrPermission != "":
			h.Description += "\n\nNeeds the permission `" + op.Permission + "` or `" + op.OrPermission + "`."
		case op.Permission != "":
			h.Description += "\n\nNeeds the permission `" + op.Permission + "`."
		}
	}
	if _, list := op.Returns.(interface{ IsPage() }); list {
		h.Middlewares = append(h.Middlewares, compress.Pages)
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
