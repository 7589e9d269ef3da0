package egress_test

import (
	"bufio"
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"net/netip"
	"testing"
	"testing/synctest"
	"time"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/clock"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/egress"
)

// silentResolver is a Resolver that never answers.
type silentResolver struct{}

func (silentResolver) LookupNetIP(ctx context.Context, _, _ string) ([]netip.Addr, error) {
	<-ctx.Done()
	return nil, ctx.Err()
}

// pipeTo connects to a server function through a pipe, so that synctest controls the time.
func pipeTo(serve func(net.Conn)) func(context.Context, string, string) (net.Conn, error) {
	return func(context.Context, string, string) (net.Conn, error) {
		here, there := net.Pipe()
		go serve(there)
		return here, nil
	}
}

func closeAtEOF(conn net.Conn) {
	_, _ = io.Copy(io.Discard, conn)
	_ = conn.Close()
}

// after reads the request, answers with the beginning of a response, and then stays silent.
func after(beginning string) func(net.Conn) {
	return func(conn net.Conn) {
		if _, err := http.ReadRequest(bufio.NewReader(conn)); err == nil {
			_, _ = io.WriteString(conn, beginning)
		}
		closeAtEOF(conn)
	}
}

// The exchange times out at whatever point the endpoint becomes silent. synctest controls the time, so the test does
// not wait.
func TestSilentEndpointTimesOut(t *testing.T) {
	local := names{"localhost": {{"127.0.0.1"}}, "example.com": {{publicIP}}}
	never := func(ctx context.Context, _, _ string) (net.Conn, error) {
		<-ctx.Done()
		return nil, ctx.Err()
	}
	for name, c := range map[string]struct {
		url    string
		config egress.Config
		want   time.Duration
	}{
		"name server": {"https://example.com/", egress.Config{Resolver: silentResolver{}}, 15 * time.Second},
		"one address": {"https://example.com/", egress.Config{Resolver: local, Dial: never}, 5 * time.Second},
		"many addresses": {
			"https://example.com/",
			egress.Config{Resolver: names{"example.com": {{publicIP, publicIP6, publicIP, publicIP}}}, Dial: never},
			15 * time.Second,
		},
		"TLS": {
			"https://example.com/",
			egress.Config{Resolver: local, Dial: pipeTo(closeAtEOF)},
			15 * time.Second,
		},
		"no answer": {"http://localhost/", egress.Config{Resolver: local, Dial: pipeTo(after(""))}, 15 * time.Second},
		"half a header": {
			"http://localhost/",
			egress.Config{Resolver: local, Dial: pipeTo(after("HTTP/1.1 200 OK\r\nX-Slow: "))},
			15 * time.Second,
		},
		"half a body": {
			"http://localhost/",
			egress.Config{Resolver: local, Dial: pipeTo(after("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf"))},
			15 * time.Second,
		},
		"a time of its own": {
			"http://localhost/",
			egress.Config{Resolver: local, Dial: pipeTo(after("")), Timeout: time.Second},
			time.Second,
		},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				c.config.AllowPrivate = true
				start := clock.System().Now()
				_, err := get(t, egress.New(c.config), c.url)
				wantFailure(t, err, egress.TimedOut)
				if took := clock.System().Now().Sub(start); took != c.want {
					t.Errorf("took %s, want %s", took, c.want)
				}
			})
		})
	}
}

// A cancelled caller gets the error of its own context, not a timeout of the endpoint.
func TestCancelledCallerGetsItsOwnError(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		client := egress.New(egress.Config{Resolver: silentResolver{}})
		ctx, cancel := context.WithCancel(t.Context())
		req, err := http.NewRequestWithContext(ctx, http.MethodGet, "https://example.com/", nil)
		if err != nil {
			t.Fatal(err)
		}
		done := make(chan error)
		go func() {
			resp, err := client.Do(req, egress.TLS{})
			if err == nil {
				resp.Body.Close()
			}
			done <- err
		}()
		synctest.Wait()
		cancel()
		var failure *egress.Failure
		if err := <-done; !errors.Is(err, context.Canceled) || errors.As(err, &failure) {
			t.Errorf("got %v", err)
		}
	})
}
