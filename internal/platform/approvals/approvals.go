// Package approvals has operations wait for a second person. Domains ask Require; people approve at /v1/approvals. A
// person who asks for a role for some time waits here too.
package approvals

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/access"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/guardrails"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/problem"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/store"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/txn"
)

// Retention is how long an approval can be read after it was asked for.
const Retention = 90 * 24 * time.Hour

// maxPending is how many requests of an environment may wait at once.
const maxPending = 200

// Actions of the audit about approvals.
const (
	actionAsk     = "ask_approval"
	actionApprove = "approve"
	actionRefuse  = "refuse"
	actionUse     = "use_approval"
	actionExpire  = "expire_approval"
	actionEnd     = "end_elevation"
)

// Ask is a request that an environment may have wait.
type Ask struct {
	Operation    string // one of api.ApprovableOperations
	Method, Path string
	Body         any // as it was sent
	About        map[string]string
	Reason       string
}

// waiting refuses a write that needs an approval. What it stores outlives the write, which is rolled back.
type waiting struct {
	ask  Ask
	hash []byte
}

func (w *waiting) Error() string { return api.CodeApprovalRequired }

// Require refuses a write of an operation that waits in this environment, unless it is approved: then it uses the
// approval up, in the transaction of the write. Call it after everything else that could refuse the write.
func Require(ctx context.Context, tx *txn.Tx, ask Ask) error {
	policy, err := guardrails.Policy(ctx, tx)
	if err != nil || !slices.Contains(policy.Rules.RequireApproval, ask.Operation) {
		return err
	}
	hash, err := hashOf(tx, ask)
	if err != nil {
		return err
	}
	a, err := find(ctx, tx, hash)
	if err != nil {
		return err
	}
	if passes(a, string(hash), tx.Now, tx.Paused) != "" {
		return &waiting{ask, hash}
	}
	a.State, a.ClosedAt = api.ApprovalUsed, tx.Now
	if err := save(ctx, tx, a, api.ApprovalApproved); err != nil {
		return err
	}
	return tx.Audit(ctx, actionUse, api.KindApprovals, a.ID, recorded(a))
}

// hashOf returns the keyed hash of a request: the same caller, the same operation on the same object, and the same
// body and effect. The key and the run that it comes with do not count.
func hashOf(tx *txn.Tx, ask Ask) ([]byte, error) {
	text, err := json.Marshal([]any{
		tx.Scope.Tenant, tx.Scope.Environment, tx.Actor, ask.Operation, ask.Method, ask.Path, ask.Body, ask.About,
	})
	if err != nil {
		return nil, fmt.Errorf("write a request that needs an approval: %w", err)
	}
	mac := tx.Keys.RequestHash()
	mac.Write(text)
	return mac.Sum(nil), nil
}

// find reads the last approval of a request; nil for none.
func find(ctx context.Context, tx *txn.Tx, hash []byte) (*store.Approval, error) {
	a, err := tx.ApprovalOf(ctx, tx.Scope, hash)
	if errors.Is(err, store.ErrNotFound) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	bound, err := tx.Keys.Rows().Approval(a)
	return a, tx.CheckBound(ctx, bound, err)
}

// Keep stores that the write waits, and returns what its caller is told. It runs in a transaction of its own.
func (w *waiting) Keep(ctx context.Context, tx *txn.Tx) (told, err error) {
	a, err := find(ctx, tx, w.hash)
	if err != nil {
		return nil, err
	}
	reason := passes(a, string(w.hash), tx.Now, tx.Paused)
	if reason == "" { // approved between the two transactions
		again := problem.New(api.CodeInProgress, "", "the request was approved just now (%s); send it again", a.ID)
		again.RetryAfter = 1
		return again, nil
	}
	if asksAgain(reason) {
		a = &store.Approval{
			Operation: w.ask.Operation, Method: w.ask.Method, Path: w.ask.Path, Hash: w.hash, About: w.ask.About,
			Reason: w.ask.Reason,
		}
		if err := begin(ctx, tx, a); err != nil {
			return nil, err
		}
	}
	return refusal(a, reason), nil
}

// begin stores something that waits for a second person from now on.
func begin(ctx context.Context, tx *txn.Tx, a *store.Approval) error {
	n, err := tx.CountApprovals(ctx, tx.Scope, api.ApprovalPending)
	if err != nil {
		return err
	}
	if n >= maxPending {
		return problem.New(api.CodeLimitReached, "", "%d requests of this environment wait for an approval, which is the "+
			"limit; have some approved or refused (GET %s?state=pending lists them)", n, api.ApprovalsPath)
	}
	if a.ID, err = tx.NewID(api.ApprovalIDPrefix); err != nil {
		return err
	}
	a.Scope, a.AskedBy, a.AskedByName, a.State = tx.Scope, tx.Actor, tx.ActorName, api.ApprovalPending
	a.CreatedAt, a.ExpiresAt = tx.Now, tx.Now.Add(api.ApprovalWait)
	if err := tx.InsertApproval(ctx, a); err != nil {
		return err
	}
	if err := bind(ctx, tx, a); err != nil {
		return err
	}
	return tx.Audit(ctx, actionAsk, api.KindApprovals, a.ID, recorded(a))
}

// refusal is the problem of a request that waits.
func refusal(a *store.Approval, reason string) error {
	before := ""
	switch reason {
	case reasonRefused:
		before = " An earlier request for the same was refused."
	case reasonClock:
		before = " The clock of the platform is in doubt, and no approval counts until it is right."
	}
	out := problem.New(api.CodeApprovalRequired, "", "the environment policy has %s in require_approval, so this waits "+
		"for a second person, and nothing was changed: %s.%s Any other person with the permission %s (role %s) approves it "+
		"until %s, on the page Approvals of the console; then send the same request again within %s", a.Operation, a.ID,
		before, api.PermissionApprove, api.RoleApprover, a.ExpiresAt.UTC().Format(time.RFC3339),
		api.FormatDuration(api.ApprovalUse))
	out.Approval = a.ID
	return out
}

// save stores where an approval stands, and binds it. Of two who decide at once, one gets a conflict.
func save(ctx context.Context, tx *txn.Tx, a *store.Approval, was string) error {
	err := tx.UpdateApproval(ctx, a, was)
	if errors.Is(err, store.ErrNotFound) {
		return problem.New(api.CodeConflict, "", "the approval %s has just changed; read it again", a.ID)
	}
	if err != nil {
		return err
	}
	return bind(ctx, tx, a)
}

func bind(ctx context.Context, tx *txn.Tx, a *store.Approval) error {
	bound, err := tx.Keys.Rows().Approval(a)
	return tx.Bind(ctx, bound, err)
}

// callerOf returns who decides.
func callerOf(ctx context.Context) caller {
	r := access.From(ctx)
	return caller{id: r.Actor(), person: r.Person != nil, approves: r.May(api.PermissionApprove)}
}
