package httpapi

import (
	"context"
	"fmt"
	"log/slog"
	"net/http"
	"runtime"
	"runtime/debug"
	"strings"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/access"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/problem"
)

// failedInside is what a client learns of an error that is not its own.
const failedInside = "something failed inside the platform; its log has the cause under this request id"

// observed adds the platform's id and a request id, one log line, one count, and a problem where a handler panicked.
// It logs neither headers nor query nor bodies, at any level.
func (rt *Router) observed(routes http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		began := rt.runner.Clock.Now()
		header := w.Header()
		header.Set(api.HeaderPlatform, rt.runner.Platform.String())
		caller, r, err := rt.newRequest(r)
		if err != nil {
			rt.log.Error("no randomness for a request id", "error", err.Error())
			writeProblem(w, problem.New(api.CodeInternal, "", "the platform has no randomness"))
			return
		}
		recorder := &statusRecorder{ResponseWriter: w}
		header.Set("X-Request-Id", caller.ID)
		header.Set("Cache-Control", "no-store")
		header.Set("X-Content-Type-Options", "nosniff")
		ctx := r.Context()
		defer func() {
			if v := recover(); v != nil {
				rt.recovered(ctx, recorder, caller.ID, v)
			}
			route := routeOf(r)
			rt.metrics.request(route, r.Method, recorder.status)
			if requestOf(ctx).refused {
				return
			}
			rt.log.LogAttrs(ctx, slog.LevelInfo, "request",
				slog.String("method", r.Method), slog.String("route", route), slog.Int("status", recorder.status),
				slog.Float64("duration_ms", float64(rt.runner.Clock.Now().Sub(began).Microseconds())/1000),
				slog.String("request_id", caller.ID), slog.String("principal_id", caller.Actor()))
		}()
		routes.ServeHTTP(recorder, r)
	})
}

// recovered answers a panic. It logs the value only where the runtime made it: any other value may hold a secret.
func (rt *Router) recovered(ctx context.Context, w *statusRecorder, requestID string, v any) {
	if v == http.ErrAbortHandler { //nolint:errorlint // net/http asks for this very value
		panic(v)
	}
	what := fmt.Sprintf("%T", v)
	if e, ok := v.(runtime.Error); ok {
		what = e.Error()
	}
	rt.log.ErrorContext(ctx, "panic", "request_id", requestID, "panic", what, "stack", string(debug.Stack()))
	if w.status == 0 {
		out := problem.New(api.CodeInternal, "", failedInside)
		out.RequestID = requestID
		writeProblem(w, out)
	}
}

// unmatched is the route of every request that has none, so that a scanner of paths does not make many time series.
const unmatched = "unmatched"

func routeOf(r *http.Request) string {
	if r.Pattern == "/" || r.Pattern == "" {
		return unmatched
	}
	_, path, found := strings.Cut(r.Pattern, " ")
	if !found {
		return r.Pattern
	}
	return path
}

// noRoute answers what no route matches: 405 where another method would match, 404 otherwise.
func noRoute(mux *http.ServeMux) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		var allowed []string
		for _, method := range []string{
			http.MethodGet, http.MethodPost, http.MethodPut, http.MethodPatch, http.MethodDelete,
		} {
			other := &http.Request{Method: method, URL: r.URL, Host: r.Host}
			if _, pattern := mux.Handler(other); pattern != "" && pattern != "/" {
				allowed = append(allowed, method)
			}
		}
		out := problem.New(api.CodeNoSuchRoute, "", "the platform has no such route; /openapi.json has all of them")
		if len(allowed) > 0 {
			w.Header().Set("Allow", strings.Join(allowed, ", "))
			out = problem.New(api.CodeMethodNotAllowed, "", "this route takes %s only", strings.Join(allowed, " and "))
		}
		out.RequestID = access.From(r.Context()).ID
		writeProblem(w, out)
	}
}

// statusRecorder remembers the status that was sent. The instrumentation of promhttp does not return the status, which
// the log and the answer to a panic need.
type statusRecorder struct {
	http.ResponseWriter
	status int
}

func (w *statusRecorder) WriteHeader(status int) {
	if w.status == 0 {
		w.status = status
	}
	w.ResponseWriter.WriteHeader(status)
}

func (w *statusRecorder) Write(b []byte) (int, error) {
	if w.status == 0 {
		w.status = http.StatusOK
	}
	return w.ResponseWriter.Write(b)
}

// Unwrap serves http.ResponseController.
func (w *statusRecorder) Unwrap() http.ResponseWriter { return w.ResponseWriter }
