package platform

import (
	"context"
	"fmt"
	"log/slog"
	"net/http"
	"runtime"
	"runtime/debug"
	"strings"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
)

// observed wraps the routes: a request id, one log line, one count, and a problem where a handler panicked. It logs
// neither headers nor query nor bodies, at any level.
func (p *Platform) observed(routes http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		began := p.clock.Now()
		c, r, err := p.newCall(r)
		if err != nil {
			p.log.Error("no randomness for a request id", "error", err.Error())
			newProblem(api.CodeInternal, "", "the platform has no randomness").write(w)
			return
		}
		seen := &seenWriter{ResponseWriter: w}
		header := w.Header()
		header.Set("X-Request-Id", c.id)
		header.Set("Cache-Control", "no-store")
		header.Set("X-Content-Type-Options", "nosniff")
		ctx := r.Context()
		defer func() {
			if v := recover(); v != nil {
				p.recovered(ctx, seen, c, v)
			}
			route := routeOf(r)
			p.metrics.request(route, r.Method, seen.status)
			p.log.LogAttrs(ctx, slog.LevelInfo, "request",
				slog.String("method", r.Method), slog.String("route", route), slog.Int("status", seen.status),
				slog.Float64("duration_ms", float64(p.clock.Now().Sub(began).Microseconds())/1000),
				slog.String("request_id", c.id), slog.String("principal_id", c.actor()))
		}()
		routes.ServeHTTP(seen, r)
	})
}

// recovered answers a panic. Its value is named only where the runtime made it: any other may hold anything.
func (p *Platform) recovered(ctx context.Context, w *seenWriter, c *call, v any) {
	if v == http.ErrAbortHandler { //nolint:errorlint // net/http asks for this very value
		panic(v)
	}
	what := fmt.Sprintf("%T", v)
	if e, ok := v.(runtime.Error); ok {
		what = e.Error()
	}
	p.log.ErrorContext(ctx, "panic", "request_id", c.id, "panic", what, "stack", string(debug.Stack()))
	if w.status == 0 {
		out := newProblem(api.CodeInternal, "", "something failed inside the platform; its log has the cause under this request id")
		out.RequestID = c.id
		out.write(w)
	}
}

// unmatched is the route of every request that has none, so that a scanner of paths makes one time series and not many.
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

// elsewhere answers what no route matches: 405 where another method would, 404 otherwise.
func elsewhere(mux *http.ServeMux) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		var allowed []string
		for _, method := range []string{http.MethodGet, http.MethodPost, http.MethodPatch, http.MethodDelete} {
			probe := &http.Request{Method: method, URL: r.URL, Host: r.Host}
			if _, pattern := mux.Handler(probe); pattern != "" && pattern != "/" {
				allowed = append(allowed, method)
			}
		}
		out := newProblem(api.CodeNoSuchRoute, "", "the platform has no such route; /openapi.json has all of them")
		if len(allowed) > 0 {
			w.Header().Set("Allow", strings.Join(allowed, ", "))
			out = newProblem(api.CodeMethodNotAllowed, "", "this route takes %s only", strings.Join(allowed, " and "))
		}
		out.RequestID = callOf(r.Context()).id
		out.write(w)
	}
}

// seenWriter remembers the status that was sent.
type seenWriter struct {
	http.ResponseWriter
	status int
}

// WriteHeader remembers the status.
func (w *seenWriter) WriteHeader(status int) {
	if w.status == 0 {
		w.status = status
	}
	w.ResponseWriter.WriteHeader(status)
}

// Write is a 200 where nobody said otherwise.
func (w *seenWriter) Write(b []byte) (int, error) {
	if w.status == 0 {
		w.status = http.StatusOK
	}
	return w.ResponseWriter.Write(b)
}

// Unwrap serves http.ResponseController.
func (w *seenWriter) Unwrap() http.ResponseWriter { return w.ResponseWriter }
