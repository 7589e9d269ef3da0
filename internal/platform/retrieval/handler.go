// Package retrieval hands the credentials of a connector to the services that use them, and keeps account of who has
// which version.
package retrieval

import (
	"context"
	"errors"
	"net/http"
	"time"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/access"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/connectors"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/credentials"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/httpapi"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/keys"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/problem"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/store"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/tokens"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/txn"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/rotation"
)

// DefaultFetchAgain is after how long consumers are told to come back.
const DefaultFetchAgain = 5 * time.Minute

// Handler serves /v1/connectors/{id}/credentials.
type Handler struct {
	engine     *credentials.Engine
	bearers    tokens.Bearers
	fetchAgain time.Duration
	kept       *kept
}

// New returns a handler. Consumers are told to come back after fetchAgain; 0 is the default.
func New(engine *credentials.Engine, bearers tokens.Bearers, fetchAgain time.Duration) *Handler {
	if fetchAgain <= 0 {
		fetchAgain = DefaultFetchAgain
	}
	return &Handler{engine: engine, bearers: bearers, fetchAgain: fetchAgain, kept: newKept()}
}

// Mount registers the route.
func (h *Handler) Mount(r *httpapi.Router) {
	httpapi.Register(r, httpapi.Operation{
		ID: "getConnectorCredentials", Method: http.MethodGet, Path: api.Connectors.Route("{id}", "credentials"),
		Tag: api.Connectors.Tag, Authenticate: h.bearers.Authenticate, Returns: keys.Credentials{},
		Summary: "Fetch the credentials of a connector",
		Description: "Returns the present credentials in clear, to a service that uses them. The bearer token is a scoped " +
			"token (qct_…) of this connector that names the scope `" + api.ScopeReadCredentials + "`: a wildcard does not " +
			"cover it, and the connector's `allowed_scopes`, if there are any, must name it too. Principals get 401.\n\n" +
			"Fetch again at `fetch_again_at`. A retrieval is a use of the version, by consumer: the token, with the header " +
			"`" + api.HeaderConsumer + "` or else the address of the caller. The first retrieval of each consumer, version " +
			"and hour is in the audit; the rest is counted. While the platform cannot write, it serves the consumers that " +
			"have fetched this version before, and answers 503 to others.",
	}, h.get)
}

type input struct {
	httpapi.ByID
	Consumer string `header:"Quickconnect-Consumer" doc:"What the consumer calls itself, such as the name of the service: at most 128 printable ASCII characters without spaces. Absent: its address."`
}

func (h *Handler) get(ctx context.Context, in *input) (*httpapi.Answer, error) {
	caller := access.From(ctx)
	consumer, err := consumerOf(caller, in.Consumer)
	if err != nil {
		return nil, err
	}
	var found retrieved
	err = h.engine.View(ctx, caller.Caller(), func(tx *txn.Tx) (err error) {
		found, err = h.find(ctx, tx, caller, in.ID, consumer)
		return err
	})
	if err != nil {
		return nil, err
	}
	if err := h.account(ctx, &found); err != nil {
		return nil, err
	}
	used, err := h.bearers.Use(ctx, found.token, rotation.EvidenceRetrieval)
	if err == nil && !used { // the token ended meanwhile
		err = tokens.BearerRefused(caller)
	}
	if err != nil {
		return nil, err
	}
	return httpapi.Body(*found.answer), nil
}

// consumerOf returns what a consumer is called.
func consumerOf(caller *access.Request, name string) (string, error) {
	switch {
	case name == "" && caller.Address.IsValid():
		return caller.Address.String(), nil
	case name == "":
		return "unknown", nil
	}
	if err := api.CheckConsumer(name); err != nil {
		return "", problem.New(api.CodeInvalid, "", "header parameter %s: %v", api.HeaderConsumer, err)
	}
	return name, nil
}

// retrieved is what a consumer is to get.
type retrieved struct {
	token  *tokens.Presented
	answer *keys.Credentials
	use    use
	stored *store.Retrieval // nil: the consumer has not fetched this version
}

// find decides whether the caller may have the credentials, and opens them.
func (h *Handler) find(
	ctx context.Context, tx *txn.Tx, caller *access.Request, id, consumer string,
) (out retrieved, err error) {
	if out.token, err = h.bearers.Accept(ctx, tx, caller); err != nil {
		return out, err
	}
	if out.token.ConnectorID() != id {
		return out, problem.New(api.CodeForbidden, "",
			"the scoped token of this request belongs to another connector; it fetches the credentials of its own only")
	}
	if !out.token.Has(api.ScopeReadCredentials) {
		return out, problem.New(api.CodeForbidden, "", "this needs the scope %s: name it in the token's scopes and, if the "+
			"connector has allowed_scopes, there too; a wildcard does not cover it", api.ScopeReadCredentials)
	}
	c, err := connectors.Read(ctx, tx, id)
	if err != nil {
		return out, err
	}
	current, ok := c.Credential.Current()
	if !ok {
		return out, problem.New(api.CodeConflict, "",
			"the connector %q has no credentials now: they were never set, or they were revoked; set new ones", c.Name)
	}
	sealed, err := tx.Secret(ctx, id, current.Number)
	if err != nil {
		return out, err
	}
	if out.answer, err = keys.OpenCredentials(tx.Keys, sealed, tx.Bound(id, current.Number)); err != nil {
		return out, err
	}
	out.answer.FetchAgainAt = tx.Now.Add(h.fetchAgain).UTC()
	out.use = use{
		by: by{scope: tx.Scope, connector: id, token: out.token.ID(), consumer: consumer, version: current.Number},
		at: tx.Now, again: out.answer.FetchAgainAt, count: 1,
	}
	out.stored, err = tx.Retrieval(ctx, tx.Scope, out.use.row())
	if errors.Is(err, store.ErrNotFound) {
		return out, nil
	}
	return out, err
}
