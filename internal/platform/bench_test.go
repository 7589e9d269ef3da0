package platform_test

import (
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
)

// BenchmarkIntrospect measures introspections by a runtime principal on the embedded store: the handler alone, and over
// HTTP on loopback.
func BenchmarkIntrospect(b *testing.B) {
	w := newWorld(b)
	policy := w.newPolicy("monthly", nil)
	token := w.newToken("notifier", w.newConnector("chat", nil).ID, object{"rotation_policy_id": policy.ID})
	body := url.Values{"token": {w.reveal(token.ID, 1)}}.Encode()
	w.bench(b, func(base string) *http.Request {
		r := httptest.NewRequest(http.MethodPost, base+"/v1/introspect", strings.NewReader(body))
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		r.Header.Set("Authorization", "Bearer "+w.tokens[api.RoleRuntime])
		return r
	})
}

// BenchmarkReadScopedToken measures reads of one token's metadata.
func BenchmarkReadScopedToken(b *testing.B) {
	w := newWorld(b)
	policy := w.newPolicy("monthly", nil)
	token := w.newToken("notifier", w.newConnector("chat", nil).ID, object{"rotation_policy_id": policy.ID})
	w.bench(b, func(base string) *http.Request {
		r := httptest.NewRequest(http.MethodGet, base+pathTokens+"/"+token.ID, nil)
		r.Header.Set("Authorization", "Bearer "+w.tokens[api.RoleAuditor])
		return r
	})
}

// bench sends one request from as many goroutines as there are processors.
func (w *world) bench(b *testing.B, request func(base string) *http.Request) {
	b.Helper()
	perSecond := func(b *testing.B) {
		b.Helper()
		b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "requests/s")
	}
	b.Run("handler", func(b *testing.B) {
		b.ReportAllocs()
		b.RunParallel(func(pb *testing.PB) {
			for pb.Next() {
				rec := httptest.NewRecorder()
				w.p.ServeHTTP(rec, request(""))
				if rec.Code != http.StatusOK {
					b.Errorf("status %d: %s", rec.Code, rec.Body)
				}
			}
		})
		perSecond(b)
	})
	b.Run("loopback", func(b *testing.B) {
		client := &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: 64}}
		b.RunParallel(func(pb *testing.PB) {
			for pb.Next() {
				r := request(w.server.URL)
				r.RequestURI = ""
				resp, err := client.Do(r)
				if err != nil {
					b.Error(err)
					return
				}
				_ = resp.Body.Close()
				if resp.StatusCode != http.StatusOK {
					b.Errorf("status %d", resp.StatusCode)
				}
			}
		})
		perSecond(b)
	})
}

// BenchmarkDeliver measures deliveries from the queue to receivers on loopback, with records and one or two signatures.
func BenchmarkDeliver(b *testing.B) {
	for name, versions := range map[string][]int64{"one signature": {1}, "two signatures": {1, 2}} {
		b.Run(name, func(b *testing.B) {
			w := newWorld(b)
			var hooks []*hook
			for _, name := range []string{"a", "b", "c", "d"} {
				h := w.newHook(name, nil)
				if len(versions) > 1 {
					h.staged(versions...)
				}
				hooks = append(hooks, h)
			}
			for i := range b.N {
				w.sent(hooks[i%len(hooks)].endpoint)
			}
			b.ResetTimer()
			w.deliver()
			b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "deliveries/s")
			b.StopTimer()
			arrived := 0
			for _, h := range hooks {
				arrived += len(h.arrived())
			}
			if arrived != b.N {
				b.Errorf("%d of %d arrived", arrived, b.N)
			}
		})
	}
}
