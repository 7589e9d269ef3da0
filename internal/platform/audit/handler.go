package audit

import (
	"context"
	"errors"
	"net/http"
	"time"

	"golang.org/x/mod/sumdb/tlog"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/access"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/httpapi"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/keys"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/problem"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/store"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/txn"
)

// Handler serves the audit trail.
type Handler struct{ runner *txn.Runner }

// New returns a handler.
func New(runner *txn.Runner) *Handler { return &Handler{runner} }

const tag = "Audit"

// Mount registers the routes.
func (h *Handler) Mount(r *httpapi.Router) {
	r.Tag(tag, "What happened in the environment, and proofs that nobody changed the record.")
	httpapi.Register(r, httpapi.Operation{
		ID: "listAuditEvents", Method: http.MethodGet, Path: "/v1/" + api.KindAuditEvents, Tag: tag,
		Permission: api.PermissionRead, Returns: api.Page[api.AuditEvent]{}, Summary: "List audit events",
		Description: "Lists the audit events of the environment, the oldest first, in pages.",
	}, h.list)
	httpapi.Register(r, httpapi.Operation{
		ID: "getAuditCheckpoint", Method: http.MethodGet, Path: "/v1/audit-checkpoint", Tag: tag,
		Permission: api.PermissionRead, Returns: api.AuditCheckpoint{}, Summary: "Sign a checkpoint of the audit log",
		Description: "Returns the size and the root of the audit log as it is, signed. Keep it where nobody of the " +
			"platform can change it: `quickconnectd audit verify` compares the log with it.",
	}, h.checkpoint)
	httpapi.Register(r, httpapi.Operation{
		ID: "proveAuditInclusion", Method: http.MethodGet, Path: "/v1/audit-proofs/inclusion", Tag: tag,
		Permission: api.PermissionRead, Returns: api.AuditProof{}, Summary: "Prove that an event is in the audit log",
		Description: "Returns the inclusion proof of RFC 6962 (SHA-256) of one event in the log as it was at a size. " +
			"The leaf is made of the `commitment` of the event.",
	}, h.inclusion)
	httpapi.Register(r, httpapi.Operation{
		ID: "proveAuditConsistency", Method: http.MethodGet, Path: "/v1/audit-proofs/consistency", Tag: tag,
		Permission: api.PermissionRead, Returns: api.AuditProof{}, Summary: "Prove that the audit log only grew",
		Description: "Returns the consistency proof of RFC 6962 (SHA-256) between two sizes: the log begins with what it " +
			"was.",
	}, h.consistency)
}

type listInput struct {
	PageSize  int       `query:"page_size" minimum:"1" maximum:"1000" default:"100" doc:"How many events at most; 100 if absent. A page ends early where it would exceed 4 MiB."`
	PageToken string    `query:"page_token" doc:"The next_page_token of the page before; absent for the first."`
	Actor     string    `query:"actor" doc:"Only events of this actor, by its id."`
	Action    string    `query:"action" doc:"Only events of this action, such as reveal."`
	Kind      string    `query:"kind" doc:"Only events about objects of this kind, such as scoped-tokens."`
	ObjectID  string    `query:"object_id" doc:"Only events about the object with this id."`
	Outcome   string    `query:"outcome" enum:"success,failure" doc:"Only events with this outcome."`
	Since     time.Time `query:"since" doc:"Only events at or after this time (RFC 3339)."`
	Until     time.Time `query:"until" doc:"Only events before this time (RFC 3339)."`
}

func (h *Handler) list(ctx context.Context, in *listInput) (out *httpapi.Answer, err error) {
	after, err := httpapi.PageAfter(in.PageToken, keys.IDAuditEvent, "a list of audit events")
	if err != nil {
		return nil, err
	}
	filter := store.AuditFilter{
		Actor: in.Actor, Action: in.Action, Kind: in.Kind, ObjectID: in.ObjectID, Outcome: in.Outcome,
		Since: in.Since, Until: in.Until, After: after, Limit: httpapi.PageLimit(in.PageSize),
	}
	err = h.runner.View(ctx, access.CallerOf(ctx), func(tx *txn.Tx) error {
		found, err := tx.AuditEvents(ctx, tx.Scope, filter)
		if errors.Is(err, store.ErrNotFound) {
			return problem.New(api.CodeInvalid, "", "query parameter page_token: must be the next_page_token of a list of "+
				"audit events of this environment")
		}
		if err != nil {
			return err
		}
		out, err = httpapi.Page(in.PageSize, found, func(e *store.AuditEvent) string { return e.ID }, flatten)
		return err
	})
	return out, err
}

func flatten(e *store.AuditEvent) api.AuditEvent {
	return api.AuditEvent{
		Index: e.Index, ID: e.ID, At: httpapi.UTC(e.At), Actor: e.Actor, Role: e.Role, Workload: e.Workload,
		Claims: e.Claims, Action: e.Action, Kind: e.Kind, ObjectID: e.ObjectID, Version: e.Version, Outcome: e.Outcome,
		Address: e.Address, UserAgent: e.UserAgent, RequestID: e.RequestID, Detail: e.Detail, Salt: e.Salt,
		Commitment: e.Commitment, Erased: e.Erased,
	}
}

func (h *Handler) checkpoint(ctx context.Context, _ *struct{}) (*httpapi.Answer, error) {
	var signed Signed
	err := h.runner.View(ctx, access.CallerOf(ctx), func(tx *txn.Tx) (err error) {
		signed, err = Sign(ctx, tx, tx.Scope)
		return err
	})
	return httpapi.Body(api.AuditCheckpoint{
		Checkpoint: signed.Note, PublicKey: signed.PublicKey, Size: signed.Size, Root: signed.Root[:],
	}), err
}

type inclusionInput struct {
	Index int64 `query:"index" required:"true" minimum:"0" doc:"The index of the event."`
	Size  int64 `query:"size" required:"true" minimum:"1" doc:"The size of the log, such as that of a checkpoint."`
}

func (h *Handler) inclusion(ctx context.Context, in *inclusionInput) (*httpapi.Answer, error) {
	return h.prove(ctx, func(tx *txn.Tx) ([]tlog.Hash, error) {
		return inclusion(ctx, tx.Tx, tx.Scope, in.Index, in.Size)
	})
}

type consistencyInput struct {
	From int64 `query:"from" required:"true" minimum:"1" doc:"The smaller size, such as that of an older checkpoint."`
	To   int64 `query:"to" required:"true" minimum:"1" doc:"The larger size."`
}

func (h *Handler) consistency(ctx context.Context, in *consistencyInput) (*httpapi.Answer, error) {
	return h.prove(ctx, func(tx *txn.Tx) ([]tlog.Hash, error) {
		return consistency(ctx, tx.Tx, tx.Scope, in.From, in.To)
	})
}

func (h *Handler) prove(ctx context.Context, do func(tx *txn.Tx) ([]tlog.Hash, error)) (*httpapi.Answer, error) {
	out := api.AuditProof{Hashes: [][]byte{}}
	err := h.runner.View(ctx, access.CallerOf(ctx), func(tx *txn.Tx) error {
		hashes, err := do(tx)
		for _, hash := range hashes {
			out.Hashes = append(out.Hashes, hash[:])
		}
		return err
	})
	return httpapi.Body(out), err
}
