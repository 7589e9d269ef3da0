// Package retrieval hands the credentials of a connector to the services that use them, and keeps account of who has
// which version.
package retrieval

import (
	"context"
	"net/http"
	"time"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/access"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/credentials"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/httpapi"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/keys"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/oauth"
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
	runner     *txn.Runner
	bearers    tokens.Bearers
	refresher  *oauth.Refresher
	fetchAgain time.Duration
	held       txn.Verified[*held] // by the keyed hash of the token and the connector
	kept       *kept
}

// New returns a handler. Consumers are told to come back after fetchAgain; 0 is the default.
func New(
	engine *credentials.Engine, runner *txn.Runner, bearers tokens.Bearers, refresher *oauth.Refresher,
	fetchAgain time.Duration,
) *Handler {
	if fetchAgain <= 0 {
		fetchAgain = DefaultFetchAgain
	}
	return &Handler{
		engine: engine, runner: runner, bearers: bearers, refresher: refresher, fetchAgain: fetchAgain, kept: newKept(),
	}
}

// Mount registers the route.
func (h *Handler) Mount(r *httpapi.Router) {
	httpapi.Register(r, httpapi.Operation{
		ID: "getConnectorCredentials", Method: http.MethodGet, Path: api.Connectors.Route("{id}", "credentials"),
		Tag: api.Connectors.Tag, Authenticate: h.bearers.Authenticate, Returns: keys.Credentials{},
		BeforeConfirmation: httpapi.Refused,
		Summary:            "Fetch the credentials of a connector",
		Description: "Returns the present credentials in clear, to a service that uses them. The bearer token is a scoped " +
			"token (qct_…) of this connector that names the scope `" + api.ScopeReadCredentials + "`: a wildcard does not " +
			"cover it, and the connector's `allowed_scopes`, if there are any, must name it too. Principals get 401.\n\n" +
			"Fetch again at `fetch_again_at`. A retrieval is a use of the version, by consumer: the token, with the header " +
			"`" + api.HeaderConsumer + "` or else the address of the caller. The first retrieval of each consumer, version " +
			"and hour is in the audit; the rest is counted. While the platform cannot write, it serves the consumers that " +
			"have fetched this version before, and answers 503 to others.\n\n" +
			"Above the `rate_limit_per_minute` of the token the answer is 429 with the code `token_rate_limited` and " +
			"`Retry-After`. It counts as no retrieval.\n\n" +
			"Of a connector of type `oauth2` the answer has `access_token`, `token_type` and, where the authorization " +
			"server named one, `scope`, and `expires_at` says when the token ends. The platform renews it after 80 % of its " +
			"life, and `fetch_again_at` is not later than that. The refresh token and the client's secret never leave the " +
			"platform. Without a token that is valid the answer is 409 where `refresh_status` is `refresh_failed`, and 503 " +
			"with `Retry-After` where the authorization server cannot be reached.",
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
	found, err := h.findFresh(ctx, caller, in.ID, consumer)
	if err != nil {
		return nil, err
	}
	if err := h.bearers.Admit(found.accepted); err != nil {
		return nil, err
	}
	if err := h.account(ctx, found); err != nil {
		return nil, err
	}
	of := tokens.UseOf{
		How: rotation.EvidenceRetrieval, Consumer: in.Consumer, From: caller.Address,
		Scopes: []string{api.ScopeReadCredentials},
	}
	used, err := h.bearers.Use(ctx, found.accepted, of)
	if err == nil && !used { // the token ended meanwhile
		err = tokens.BearerRefused(caller)
	}
	if err != nil {
		return nil, err
	}
	of.Scopes = nil // a connector has none
	ref := store.Ref{Scope: found.connector.Scope, Kind: api.Connectors.Path, ID: found.connector.ID}
	h.engine.Used(ref, found.use.version, found.accepted.UseBy(caller, of))
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
