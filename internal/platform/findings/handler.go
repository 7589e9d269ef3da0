package findings

import (
	"context"
	"crypto/ecdsa"
	"errors"
	"net/http"
	"sync"
	"time"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/access"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/credentials"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/httpapi"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/problem"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/store"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/txn"
)

// Handler serves /v1/findings and /v1/leaks, and evaluates the rules.
type Handler struct {
	runner  *txn.Runner
	engine  *credentials.Engine
	changes *httpapi.Changes
	keys    map[string]*ecdsa.PublicKey // that sign reports of leaks, by their identifiers

	mu    sync.Mutex
	next  string    // the credential after which the next sweep goes on; empty: a new round
	began time.Time // of the round
}

// New returns a handler that takes reports of leaks that one of the keys has signed; none where there is no key.
func New(
	runner *txn.Runner, engine *credentials.Engine, changes *httpapi.Changes, keys map[string]*ecdsa.PublicKey,
) *Handler {
	return &Handler{runner: runner, engine: engine, changes: changes, keys: keys}
}

const (
	tag  = "Findings"
	path = "/v1/" + api.KindFindings
)

// Mount registers the routes.
func (h *Handler) Mount(r *httpapi.Router) {
	r.Tag(tag, "What somebody should look at in how credentials are used, and reports of leaked values.")
	h.changes.Shows(api.FindingIDPrefix, func(ctx context.Context, tx *txn.Tx, id string) (any, error) {
		f, err := load(ctx, tx, id)
		if err != nil {
			return nil, err
		}
		return flatten(f), nil
	})
	httpapi.Register(r, httpapi.Operation{
		ID: "listFindings", Method: http.MethodGet, Path: path, Tag: tag,
		Permission: api.PermissionRead, Returns: api.Page[api.Finding]{}, Summary: "List findings",
		Description: "Lists the findings of the environment, the oldest first, in pages. The platform looks at every " +
			"credential every five minutes, or as fast as it can: 100 a second.",
	}, h.list)
	httpapi.Register(r, httpapi.Operation{
		ID: "closeFinding", Method: http.MethodPost, Path: path + "/{id}/close", Tag: tag,
		Permission: api.PermissionContain, Returns: api.Finding{},
		Summary: "Close a finding",
		Description: "Says that nobody has to look at a finding any more. It opens again when what it is about happens " +
			"again, or comes back after it was gone. It changes nothing of the credential.",
	}, h.close)
	h.mountLeaks(r)
}

type listInput struct {
	PageSize  int    `query:"page_size" minimum:"1" maximum:"1000" default:"100" doc:"How many findings at most; 100 if absent. A page ends early where it would exceed 4 MiB."`
	PageToken string `query:"page_token" doc:"The next_page_token of the page before; absent for the first."`
	State     string `query:"state" enum:"open,closed" doc:"Only findings in this state."`
	Finding   string `query:"finding" enum:"failure_burst,leaked,new_network,overdue,overlap_ending,reused_value,superseded_use,unused,unused_scope,unusual_hours,unusual_volume" doc:"Only findings of this rule, such as new_network."`
	Kind      string `query:"kind" doc:"Only findings about objects of this kind, such as scoped-tokens."`
	ObjectID  string `query:"object_id" doc:"Only findings about the object with this id."`
}

func (h *Handler) list(ctx context.Context, in *listInput) (out *httpapi.Answer, err error) {
	after, err := httpapi.PageAfter(in.PageToken, api.FindingIDPrefix, "a list of findings")
	if err != nil {
		return nil, err
	}
	filter := store.FindingFilter{
		State: in.State, Finding: in.Finding, Kind: in.Kind, ObjectID: in.ObjectID,
		After: after, Limit: httpapi.PageLimit(in.PageSize),
	}
	err = h.runner.View(ctx, access.CallerOf(ctx), func(tx *txn.Tx) error {
		found, err := tx.Findings(ctx, tx.Scope, filter)
		if err != nil {
			return err
		}
		out, err = httpapi.Page(in.PageSize, found, func(f *store.Finding) string { return f.ID }, flatten)
		return err
	})
	return out, err
}

type closeInput struct {
	httpapi.Keyed
	ID   string `path:"id" doc:"Id of the finding."`
	Body api.FindingClose
}

func (h *Handler) close(ctx context.Context, in *closeInput) (*httpapi.Answer, error) {
	if err := api.CheckReason(in.Body.Reason); err != nil {
		return nil, problem.Refused("/reason", err)
	}
	return h.changes.Do(ctx, in.IdempotencyKey, func(tx *txn.Tx) (*httpapi.Answer, error) {
		f, err := load(ctx, tx, in.ID)
		if err != nil {
			return nil, err
		}
		if f.State != api.FindingOpen {
			return nil, problem.New(api.CodeConflict, "", "finding %s is closed already, since %s; there is nothing to do",
				f.ID, f.ClosedAt.UTC().Format(time.RFC3339))
		}
		end(f, tx.Actor, in.Body.Reason, tx.Now)
		return httpapi.Body(flatten(f)), write(ctx, tx, change{Finding: f, closed: true})
	})
}

func load(ctx context.Context, tx *txn.Tx, id string) (*store.Finding, error) {
	f, err := tx.Finding(ctx, tx.Scope, id)
	if errors.Is(err, store.ErrNotFound) {
		return nil, problem.New(api.CodeNotFound, "", "there is no finding with this id in environment %s of tenant %s",
			tx.Scope.Environment, tx.Scope.Tenant)
	}
	return f, err
}

func flatten(f *store.Finding) api.Finding {
	return api.Finding{
		ID: f.ID, Tenant: f.Scope.Tenant, Environment: f.Scope.Environment, Finding: f.Finding, Kind: f.Kind,
		ObjectID: f.ObjectID, Version: f.Version, Subject: f.Subject, State: f.State, Evidence: f.Evidence, Count: f.Count,
		FirstSeenAt: f.FirstSeen.UTC(), LastSeenAt: f.LastSeen.UTC(), Action: f.Action, ClosedAt: httpapi.UTC(f.ClosedAt),
		ClosedBy: f.ClosedBy, CloseReason: f.CloseReason,
	}
}
