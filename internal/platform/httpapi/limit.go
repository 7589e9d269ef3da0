package httpapi

import (
	"cmp"
	"context"
	"log/slog"
	"net/http"
	"net/netip"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humago"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/access"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/limits"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/problem"
)

// guarded lets a request through to its operation if its caller is known, exceeds no limit and has the permission. The
// body is read after that.
func (rt *Router) guarded(op Operation) func(huma.Context, func(huma.Context)) {
	return func(hc huma.Context, next func(huma.Context)) {
		ctx := hc.Context()
		caller := access.From(ctx)
		requestOf(ctx).reserved = op.Limit == limits.Reserve
		if err := rt.admit(ctx, op, caller); err != nil {
			_, w := humago.Unwrap(hc)
			writeProblem(w, rt.problemOf(ctx, err))
			return
		}
		next(hc)
	}
}

// admit finds the caller of a request and decides whether its operation is carried out.
func (rt *Router) admit(ctx context.Context, op Operation, caller *access.Request) error {
	if err := rt.checkRestored(ctx, op); err != nil {
		return err
	}
	key := refusedKey{under: op.Limit, token: rt.runner.Keys.MemoryHash(caller.Shown())}
	now := rt.runner.Clock.Now()
	if principal, refusal := rt.early.find(key, now); refusal != nil {
		caller.Principal = principal
		return tooMany(refusal)
	}
	id, err := rt.authenticate(ctx, op, caller)
	switch {
	case problem.Has(err, api.CodeUnauthenticated):
		if restored := rt.runner.Restored.Check(ctx); restored != nil {
			return restored // the backup may just lack this caller
		}
		caller.NoteFailure(rt.behind, now)
		return cmp.Or(rt.limitAnonymous(ctx, limits.Address), err)
	case err != nil:
		return err
	}
	scope := caller.Caller().Scope
	refusal := rt.limiter.Caller(op.Limit, scope.Tenant+"/"+scope.Environment, id, now)
	if refusal != nil {
		if caller.Principal != nil {
			rt.early.add(key, caller.Principal, refusal, now)
		}
		return tooMany(refusal)
	}
	if caller.Principal == nil || op.OrPermission != "" && caller.May(op.OrPermission) {
		return nil
	}
	return access.Authorize(caller, op.Permission)
}

func (rt *Router) authenticate(ctx context.Context, op Operation, caller *access.Request) (id string, err error) {
	if op.Authenticate != nil {
		return op.Authenticate(ctx, caller)
	}
	err = access.Authenticate(ctx, rt.runner, caller)
	return caller.Actor(), err
}

// unguarded lets a request through to an operation that asks for no caller, such as a health check.
func (rt *Router) unguarded(op Operation) func(huma.Context, func(huma.Context)) {
	under := cmp.Or(op.Limit, limits.Health)
	return func(hc huma.Context, next func(huma.Context)) {
		err := rt.limitAnonymous(hc.Context(), under)
		if err == nil {
			err = rt.checkRestored(hc.Context(), op)
		}
		if err != nil {
			_, w := humago.Unwrap(hc)
			writeProblem(w, rt.problemOf(hc.Context(), err))
			return
		}
		next(hc)
	}
}

// anonymous lets requests through to a handler that asks for no credentials.
func (rt *Router) anonymous(under limits.Limit, h http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if err := rt.limitAnonymous(r.Context(), under); err != nil {
			writeProblem(w, rt.problemOf(r.Context(), err))
			return
		}
		h.ServeHTTP(w, r)
	})
}

func (rt *Router) limitAnonymous(ctx context.Context, under limits.Limit) error {
	refusal := rt.limiter.Anonymous(under, access.From(ctx).Address, rt.runner.Clock.Now())
	if refusal == nil {
		return nil
	}
	return tooMany(refusal)
}

// tooMany says that a request came too early.
func tooMany(r *limits.Refusal) error {
	who := "this principal"
	switch r.Limit {
	case limits.Environment:
		who = "the principals of this environment together, of which this one sends more than its share,"
	case limits.Reserve:
		who = "this caller"
	case limits.Address, limits.Health:
		who = "the callers without valid credentials behind this address"
	}
	return Limited(api.CodeRateLimited, r, "%s may send %s; wait as long as Retry-After says", who, r.Rate)
}

// Limited is the problem of a request that exceeds a rate, with the headers that say so.
func Limited(code string, r *limits.Refusal, format string, args ...any) *problem.Error {
	out := problem.New(code, "", format, args...)
	out.RetryAfter = r.RetryAfter()
	out.Limit = &problem.Limit{Name: string(r.Limit), Quota: r.Rate.Burst, Window: r.Rate.Window()}
	return out
}

// refused notes a request that exceeds a limit. The line about each request is left out for it.
func (rt *Router) refused(ctx context.Context, limit *problem.Limit) {
	requestOf(ctx).refused = true
	caller := access.From(ctx)
	scope := caller.Caller().Scope
	who := cmp.Or(limit.Who, caller.Actor())
	if who == "" {
		who = caller.Address.String()
	}
	rt.refusals.note(limits.Limit(limit.Name), who,
		"tenant", scope.Tenant, "environment", scope.Environment, "request_id", caller.ID)
}

// Refusals counts what exceeds a limit. It logs the first of each caller in a minute: a flood must not fill the disk.
type Refusals struct {
	metrics *Metrics
	notes   *limits.Notes
	now     func() time.Time
	log     *slog.Logger
}

// NewRefusals returns refusals of which none was logged yet.
func NewRefusals(metrics *Metrics, now func() time.Time, log *slog.Logger) *Refusals {
	return &Refusals{metrics: metrics, notes: limits.NewNotes(), now: now, log: log}
}

// Connection notes a connection that was closed because its address has too many.
func (r *Refusals) Connection(from netip.Addr) { r.note(limits.Connections, from.String()) }

func (r *Refusals) note(limit limits.Limit, who string, more ...any) {
	r.metrics.refused.WithLabelValues(string(limit)).Inc()
	worth, count := r.notes.Worth(limit, who, r.now())
	if !worth {
		return
	}
	about := []any{"limit", string(limit), "caller", who, "refused_since_last_line", count}
	r.log.Warn("limit exceeded", append(about, more...)...)
}
