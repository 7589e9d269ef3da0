package platform_test

import (
	"bytes"
	"io"
	"net/http"
	"net/http/httptest"
	"runtime"
	"strings"
	"sync"
	"testing"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
)

// untouched is a body that must not be read.
type untouched struct{ t *testing.T }

func (u untouched) Read([]byte) (int, error) {
	u.t.Error("the body was read")
	return 0, io.EOF
}

// TestBodyIsNotReadBeforeAuthentication, on any route, and whatever is wrong with the credentials.
func TestBodyIsNotReadBeforeAuthentication(t *testing.T) {
	w := newWorld(t)
	scoped := "qct_" + strings.TrimPrefix(w.tokens[api.RolePlanner], "qcp_")
	for _, r := range routes {
		for name, token := range map[string]string{"none": "", "bad": "qcp_nonsense", "a scoped token": scoped} {
			t.Run(r.method+" "+r.path+" "+name, func(t *testing.T) {
				req := httptest.NewRequestWithContext(t.Context(), r.method, objectOf(r.path, nil), untouched{t})
				req.Header.Set("Content-Type", "application/json")
				if token != "" {
					req.Header.Set("Authorization", "Bearer "+token)
				}
				rec := httptest.NewRecorder()
				w.p.ServeHTTP(rec, req)
				if rec.Code != http.StatusUnauthorized {
					t.Errorf("status %d: %s", rec.Code, rec.Body)
				}
			})
		}
	}
}

// TestUnauthenticatedBodiesCostLittleMemory sends 300 bodies of 1 MiB at once without valid credentials.
func TestUnauthenticatedBodiesCostLittleMemory(t *testing.T) {
	const senders, most = 300, 60 << 20
	w := newWorld(t)
	body := bytes.Repeat([]byte("x"), api.MaxBodyBytes)
	client := &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: senders}}
	t.Cleanup(client.CloseIdleConnections)
	runtime.GC()
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	var sent sync.WaitGroup
	for i := range senders {
		path := []string{pathTokens, "/v1/introspect", "/v1/revoke"}[i%3]
		sent.Go(func() {
			r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, w.server.URL+path, bytes.NewReader(body))
			if err != nil {
				t.Error(err)
				return
			}
			r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
			resp, err := client.Do(r)
			if err != nil {
				return // the platform may close the connection before the body is sent
			}
			_ = resp.Body.Close()
			if resp.StatusCode != http.StatusUnauthorized {
				t.Errorf("%s: status %d", path, resp.StatusCode)
			}
		})
	}
	sent.Wait()
	runtime.ReadMemStats(&after)
	allocated := after.TotalAlloc - before.TotalAlloc
	t.Logf("%d MiB allocated for %d requests", allocated>>20, senders)
	if allocated > most {
		t.Errorf("%d MiB were allocated, want at most %d", allocated>>20, most>>20)
	}
}
