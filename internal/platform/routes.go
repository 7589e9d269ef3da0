package platform

import (
	"context"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humago"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
)

// routes builds the handler of the whole platform.
func (p *Platform) routes() (http.Handler, error) {
	replaceHumaErrors()
	mux := http.NewServeMux()
	r := &router{Platform: p, api: humago.New(mux, humaConfig())}
	r.connectors()
	r.scopedTokens()
	r.webhookEndpoints()
	r.signingSecrets()
	r.rotationPolicies()
	r.identity()
	r.introspection()
	r.revocation()
	r.health()

	doc := r.api.OpenAPI()
	if err := correctNullable(doc.Components.Schemas.Map()); err != nil {
		return nil, err
	}
	document, err := documentOf(doc)
	if err != nil {
		return nil, err
	}
	mux.HandleFunc("GET /openapi.json", serveDocument(document))
	mux.Handle("GET /metrics", p.metrics.handler())
	mux.HandleFunc("/", elsewhere(mux))
	return p.observed(mux), nil
}

// router registers operations.
type router struct {
	*Platform
	api huma.API
}

// operation is what differs from one route to the next.
type operation struct {
	id, method, path     string
	tag                  string
	summary, description string
	permission           string
	open                 bool // anybody may call it
	secured              bool // with open: it finds out by itself who calls
	status               int  // of success; 0: 200 or 204
}

// bodyReadTimeout is more than a body needs: net/http gives up the whole request when it passes, even if the body has
// long been read and the request waits for the database.
const bodyReadTimeout = 30 * time.Second

// register adds an operation: who may call it, and a problem for whatever goes wrong.
func register[I, O any](r *router, op operation, handle func(context.Context, *I) (*O, error)) {
	h := huma.Operation{
		OperationID: op.id, Method: op.method, Path: op.path, Tags: []string{op.tag},
		Summary: op.summary, Description: op.description, DefaultStatus: op.status,
		MaxBodyBytes: api.MaxBodyBytes, BodyReadTimeout: bodyReadTimeout,
	}
	if !op.open || op.secured {
		h.Security = []map[string][]string{{bearerScheme: {}}}
	}
	if !op.open {
		h.Middlewares = huma.Middlewares{r.guarded(op.permission)}
		if op.permission != "" {
			h.Description += "\n\nNeeds the permission `" + op.permission + "`."
		}
	}
	huma.Register(r.api, h, func(ctx context.Context, in *I) (*O, error) {
		out, err := handle(ctx, in)
		if err != nil {
			return nil, r.problemOf(ctx, err)
		}
		return out, nil
	})
}
