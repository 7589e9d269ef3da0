package egress_test

import (
	"errors"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/egress"
)

func wantFailure(t *testing.T, err error, kind egress.Kind) {
	t.Helper()
	var failure *egress.Failure
	if !errors.As(err, &failure) || failure.Kind != kind {
		t.Fatalf("got %#v, want a failure of kind %s", err, kind)
	}
	for _, shown := range []string{publicIP, "10.0.0.2", "127.0.0.1", "example", "CANARY"} {
		if strings.Contains(err.Error(), shown) {
			t.Errorf("the error shows %q: %v", shown, err)
		}
	}
}

func TestFailureHasKindAndNoAddress(t *testing.T) {
	_, err := get(t, egress.New(egress.Config{Resolver: names{}}), "https://example.com/?token=CANARY")
	wantFailure(t, err, egress.Unresolved)
	var dns *net.DNSError
	if !errors.As(err, &dns) {
		t.Error("the operator cannot see what the name server said")
	}
	_, err = get(t, egress.New(egress.Config{Resolver: names{"example.com": {{}}}}), "https://example.com/")
	wantFailure(t, err, egress.Unresolved)

	_, config := endpoint(t, func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) })
	_, err = get(t, egress.New(config), "https://example.com/")
	wantFailure(t, err, egress.Broken)

	_, config = endpoint(t, func(w http.ResponseWriter,
		_ *http.Request,
	) {
		w.Header().Set("X-Long", strings.Repeat("a", 1<<17))
	})
	_, err = get(t, egress.New(config), "https://example.com/")
	wantFailure(t, err, egress.Broken)

	_, config = endpoint(t, func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Length", "100")
		_, _ = io.WriteString(w, "not all of it")
	})
	_, err = get(t, egress.New(config), "https://example.com/")
	wantFailure(t, err, egress.Broken)
}
