package approvals

import (
	"context"
	"errors"
	"net/http"
	"slices"
	"time"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/access"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/httpapi"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/problem"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/store"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/txn"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/rotation"
)

func (h *Handler) mountElevations(r *httpapi.Router) {
	httpapi.Register(r, httpapi.Operation{
		ID: "askForElevation", Method: http.MethodPost, Path: api.ElevationsPath, Tag: tag, Permission: api.PermissionRead,
		Returns: api.Approval{}, Status: http.StatusCreated, Summary: "Ask for a role for some time",
		Description: "By a person with role auditor. Another person approves it at /v1/approvals; the role counts from " +
			"then on, and as long as the person keeps role auditor.",
	}, h.elevate)
	httpapi.Register(r, httpapi.Operation{
		ID: "endElevation", Method: http.MethodPost, Path: api.ElevationsPath + "/{id}/end", Tag: tag,
		Permission: api.PermissionRead, Returns: api.Approval{}, Summary: "End an elevation",
		Description: "By the person who has it, or by one with the permission `approve`. One that still waits is withdrawn.",
	}, h.endElevation)
}

type elevateInput struct {
	httpapi.Keyed
	Body api.ElevationRequest
}

func (h *Handler) elevate(ctx context.Context, in *elevateInput) (*httpapi.Answer, error) {
	by := access.From(ctx)
	if by.Person == nil {
		return nil, problem.New(api.CodeConflict, "", "only a person who is signed in asks for a role; a machine gets its "+
			"role from who makes it")
	}
	lasts, err := api.ParseElevation(in.Body.For)
	for _, c := range []struct {
		field string
		err   error
	}{
		{"/role", api.CheckElevationRole(in.Body.Role)}, {"/for", err}, {"/reason", api.CheckReason(in.Body.Reason)},
	} {
		if c.err != nil {
			return nil, problem.Refused(c.field, c.err)
		}
	}
	if err := checkAsks(by.Roles, in.Body.Role); err != nil {
		return nil, err
	}
	return h.changes.Do(ctx, in.IdempotencyKey, func(tx *txn.Tx) (*httpapi.Answer, error) {
		open, err := tx.ApprovalsBy(ctx, tx.Scope, tx.Actor, api.ApprovalPending)
		if err != nil {
			return nil, err
		}
		for _, a := range open {
			if a.Role == in.Body.Role && tx.Now.Before(a.ExpiresAt) {
				return nil, problem.New(api.CodeConflict, "", "your request %s for role %s waits already", a.ID, a.Role)
			}
		}
		a := &store.Approval{
			Operation: api.OperationElevation, Method: http.MethodPost, Path: api.ElevationsPath,
			Hash:   []byte(api.OperationElevation), // it is found by its id, and every column has a value
			About:  map[string]string{"role": in.Body.Role, "for": api.FormatDuration(lasts)},
			Reason: in.Body.Reason, Role: in.Body.Role, Lasts: lasts,
		}
		if err := begin(ctx, tx, a); err != nil {
			return nil, err
		}
		return &httpapi.Answer{Status: http.StatusCreated, ID: a.ID, Body: flatten(a, tx.Now)}, nil
	})
}

// checkAsks refuses a person whose own roles do not let it ask for a role, or make that needless.
func checkAsks(own []string, role string) error {
	switch {
	case slices.Contains(own, role):
		return problem.New(api.CodeConflict, "/role", "role: you have role %s in this environment already", role)
	case !slices.Contains(own, access.RoleThatAsks):
		return problem.New(api.CodeForbidden, "", "only a person with role %s asks for a role for some time",
			access.RoleThatAsks)
	}
	return nil
}

type endInput struct {
	httpapi.ByID
	httpapi.Keyed
}

func (h *Handler) endElevation(ctx context.Context, in *endInput) (*httpapi.Answer, error) {
	return h.changes.Do(ctx, in.IdempotencyKey, func(tx *txn.Tx) (*httpapi.Answer, error) {
		a, err := load(ctx, tx, in.ID)
		if err != nil {
			return nil, err
		}
		was, by := a.State, callerOf(ctx)
		switch {
		case a.Operation != api.OperationElevation:
			return nil, problem.New(api.CodeConflict, "", "the approval %s is of no elevation", a.ID)
		case a.AskedBy != by.id && (!by.person || !by.approves):
			return nil, problem.New(api.CodeForbidden, "", "an elevation is ended by the person who has it, or by one with the "+
				"permission %s", api.PermissionApprove)
		case was != api.ApprovalPending && was != api.ApprovalApproved || !tx.Now.Before(a.ExpiresAt):
			return nil, problem.New(api.CodeConflict, "", "the elevation %s neither waits nor runs any more", a.ID)
		}
		if err := end(ctx, tx, a, api.ElevationEnded); err != nil {
			return nil, err
		}
		return &httpapi.Answer{Status: http.StatusOK, ID: a.ID, Body: flatten(a, tx.Now)}, nil
	})
}

// end ends an elevation, or has a request expire.
func end(ctx context.Context, tx *txn.Tx, a *store.Approval, why string) error {
	was := a.State
	action := actionExpire
	a.ClosedAt, a.State = tx.Now, over(a)
	if a.Operation == api.OperationElevation {
		action = actionEnd
		a.ClosedWhy = why
		if why == api.ElevationEnded {
			a.State = api.ApprovalEnded
		}
	}
	if err := save(ctx, tx, a, was); err != nil {
		return err
	}
	return tx.Audit(ctx, action, api.KindApprovals, a.ID, recorded(a))
}

// batch is how many approvals one transaction ends.
const batch = 100

// End records which approvals are over, and ends the elevations of people who have lost the role that let them ask.
// What is over does not count before that either.
func End(ctx context.Context, runner *txn.Runner) error {
	for _, state := range []string{api.ApprovalPending, api.ApprovalApproved} {
		for n := batch; n == batch; {
			err := runner.Update(ctx, txn.Caller{}, func(tx *txn.Tx) (err error) {
				n = 0
				if tx.Paused {
					return nil
				}
				due, err := tx.ApprovalsDue(ctx, state, tx.Now, batch)
				for _, a := range due {
					err = errors.Join(err, end(ctx, platformIn(tx, a), a, api.ElevationExpired))
				}
				n = len(due)
				return err
			})
			if err != nil {
				return err
			}
		}
	}
	return endLost(ctx, runner)
}

// endLost ends the elevations of people who do not have the role any more that let them ask. Getting it back does not
// begin them again.
func endLost(ctx context.Context, runner *txn.Runner) error {
	var lost []*store.Approval
	err := runner.View(ctx, txn.Caller{}, func(tx *txn.Tx) error {
		lost = nil
		running, err := tx.ApprovalsIn(ctx, api.ApprovalApproved, tx.Now)
		if err != nil || tx.Paused {
			return err
		}
		for _, a := range running {
			if a.Operation != api.OperationElevation {
				continue
			}
			roles, err := access.RolesBound(ctx, tx, a.Scope, a.AskedBy)
			if err != nil {
				return err
			}
			if !slices.Contains(roles, access.RoleThatAsks) {
				lost = append(lost, a)
			}
		}
		return nil
	})
	for _, a := range lost {
		err = errors.Join(err, runner.Update(ctx, txn.Caller{}, func(tx *txn.Tx) error {
			now, err := tx.Approval(ctx, a.Scope, a.ID)
			if err != nil || now.State != api.ApprovalApproved {
				return err
			}
			return end(ctx, platformIn(tx, now), now, api.ElevationRoleLost)
		}))
	}
	return err
}

func platformIn(tx *txn.Tx, a *store.Approval) *txn.Tx {
	return tx.As(txn.Caller{Scope: a.Scope, Actor: rotation.ActorPlatform})
}

// Forget returns what deletes approvals that were asked for long ago.
func Forget(ctx context.Context, now time.Time, limit int) func(*txn.Tx) (int64, error) {
	return func(tx *txn.Tx) (int64, error) { return tx.ForgetApprovals(ctx, now.Add(-Retention), limit) }
}
