package transit_test

import (
	"context"
	"encoding/pem"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/clock"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/keyring/transit"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/transittest"
)

var epoch = time.Date(2026, 5, 1, 12, 0, 0, 0, time.UTC)

func double(t *testing.T) (*transittest.Server, *transit.Client) {
	t.Helper()
	v := transittest.New(t, clock.NewFake(epoch))
	return v, withToken(t, v, transittest.TokenOptions{})
}

const decryptRoute = "transit/decrypt/quickconnect"

// TestRetries: what passes is asked for again, as often and as long as a call may take; what does not is not.
func TestRetries(t *testing.T) {
	for name, test := range map[string]struct {
		n, status, after int
		opens            bool
		calls            int
		says             string
	}{
		"two errors of the server": {n: 2, status: http.StatusInternalServerError, opens: true, calls: 3},
		"too many requests":        {n: 1, status: http.StatusTooManyRequests, after: 1, opens: true, calls: 2},
		"errors without an end":    {n: 9, status: http.StatusBadGateway, calls: 3, says: "answers with status 502"},
		"a limit without an end":   {n: 9, status: http.StatusTooManyRequests, calls: 3, says: "429"},
		"a wait that is too long":  {n: 1, status: http.StatusServiceUnavailable, after: 60, calls: 1, says: "status 503"},
		"a request that is wrong":  {n: 1, status: http.StatusBadRequest, calls: 1, says: "does not open"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			v, c := double(t)
			good := seal(t, c, 1)
			v.Fail(test.n, test.status, test.after)
			_, err := c.Decrypt(t.Context(), good, associated)
			if test.opens && err != nil || !test.opens && (err == nil || !strings.Contains(err.Error(), test.says)) {
				t.Errorf("got %v", err)
			}
			if err != nil && strings.Contains(err.Error(), "nobody repeats") {
				t.Errorf("the error repeats the server: %v", err)
			}
			if calls := v.Calls(decryptRoute); calls != test.calls {
				t.Errorf("%d requests, want %d", calls, test.calls)
			}
		})
	}
}

// TestOutages: every way in which a service cannot be used has its own words, and passes.
func TestOutages(t *testing.T) {
	v, c := double(t)
	good := seal(t, c, 1)
	for mode, says := range map[transittest.Mode]string{
		transittest.Sealed: "is sealed", transittest.Standby: "is a standby that does not forward requests",
		transittest.Down: "does not answer",
	} {
		v.Set(mode)
		_, err := c.Decrypt(t.Context(), good, associated)
		want(t, err, transit.Unreachable, says, v.Host)
		v.Set(transittest.Active)
		wantOpens(t, c, good)
	}
}

// TestNoTokenForOtherHosts: a redirect to another host is not followed.
func TestNoTokenForOtherHosts(t *testing.T) {
	asked := 0
	other := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { asked++ }))
	t.Cleanup(other.Close)
	v, c := double(t)
	good := seal(t, c, 1)
	v.RedirectTo(other.URL)
	_, err := c.Decrypt(t.Context(), good, associated)
	want(t, err, transit.Unreachable, "a standby that sends clients to another host")
	if asked != 0 {
		t.Error("the other host was asked")
	}
	v.RedirectTo("http://" + v.Host)
	_, err = c.Decrypt(t.Context(), good, associated)
	want(t, err, transit.Unreachable)
	if calls := v.Calls(decryptRoute); calls != 3 {
		t.Errorf("%d requests: a redirect to itself is followed once", calls)
	}
}

// TestSlowAndLargeAnswers: an answer has a time and a size.
func TestSlowAndLargeAnswers(t *testing.T) {
	v, _ := double(t)
	ended := make(chan struct{})
	for name, test := range map[string]struct {
		answer http.HandlerFunc
		says   string
	}{
		"slow": {func(_ http.ResponseWriter, r *http.Request) {
			select {
			case <-r.Context().Done():
			case <-ended:
			}
		}, "does not answer in time"},
		"large": {func(w http.ResponseWriter, _ *http.Request) {
			_, _ = w.Write([]byte(strings.Repeat("x", 2<<20)))
		}, "too large"},
		"no Vault": {func(w http.ResponseWriter, _ *http.Request) {
			_, _ = fmt.Fprint(w, "<html>hello")
		}, "no transit engine"},
	} {
		t.Run(name, func(t *testing.T) {
			server := httptest.NewServer(test.answer)
			t.Cleanup(server.Close)
			uri := "hcvault+http://" + strings.TrimPrefix(server.URL, "http://") + "/transit/quickconnect?" +
				transittest.TokenFile(t, "hvs.slow")
			ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
			defer cancel()
			if _, err := client(t, v, uri).Encrypt(ctx, 1, plain, associated); err == nil ||
				!strings.Contains(err.Error(), test.says) {
				t.Errorf("got %v", err)
			}
		})
	}
	close(ended)
}

// TestTLS: the certificate is checked, by the authorities of ca-file where that is given.
func TestTLS(t *testing.T) {
	server := httptest.NewTLSServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		_, _ = fmt.Fprint(w, `{"data":{"ciphertext":"vault:v1:aGVsbG8="}}`)
	}))
	t.Cleanup(server.Close)
	v, _ := double(t)
	uri := "hcvault://" + strings.TrimPrefix(server.URL, "https://") + "/transit/quickconnect?" +
		transittest.TokenFile(t, "hvs.tls")
	_, err := client(t, v, uri).Newest(t.Context())
	want(t, err, transit.Unreachable, "certificate that is not trusted", "ca-file")
	authorities := filepath.Join(t.TempDir(), "ca.pem")
	text := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: server.Certificate().Raw})
	if err := os.WriteFile(authorities, text, 0o600); err != nil {
		t.Fatal(err)
	}
	if n, err := client(t, v, uri+"&ca-file="+url.QueryEscape(authorities)).Newest(t.Context()); err != nil || n != 1 {
		t.Errorf("version %d, %v", n, err)
	}
}

// TestObserved: each call is reported with how it ended.
func TestObserved(t *testing.T) {
	v := transittest.New(t, clock.NewFake(epoch))
	k, err := transit.Parse(v.URI(transittest.TokenFile(t, v.Token(transittest.TokenOptions{}))))
	if err != nil {
		t.Fatal(err)
	}
	var seen []string
	c, err := transit.New(k, transit.Options{
		Clock: v.Clock(), Jitter: func() float64 { return 0 },
		Observe: func(operation, outcome string, _ time.Duration) { seen = append(seen, operation+" "+outcome) },
	})
	if err != nil {
		t.Fatal(err)
	}
	good := seal(t, c, 1)
	_, _ = c.Decrypt(t.Context(), good, nil)
	v.Set(transittest.Down)
	_, _ = c.Decrypt(t.Context(), good, associated)
	v.Set(transittest.Active)
	v.Unmount()
	_, err = c.Decrypt(t.Context(), good, associated)
	want(t, err, transit.Refused, "has no transit engine")
	if got := strings.Join(seen, ", "); got != "encrypt ok, decrypt unopened, decrypt unreachable, decrypt refused" {
		t.Error(got)
	}
}
