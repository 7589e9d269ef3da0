package acctest

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"testing"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/client"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/launch"
)

// startDeadline is how long the platform may take until it listens, and until it has stopped.
const startDeadline = launch.Patience

// Process is the platform as a process of its own, the real program on a data directory. It knows no fake clock.
type Process struct {
	// DataDir is where it keeps everything.
	DataDir string
	// URL is its endpoint. It stays the same over restarts.
	URL string

	t        testing.TB
	platform *launch.Quickconnectd
	clients  clients
}

// StartProcess builds quickconnectd and starts it on an empty data directory, with further flags of serve. It ends with
// the test.
func StartProcess(tb testing.TB, flags ...string) *Process {
	tb.Helper()
	dir, err := buildPlatform()
	if err != nil {
		tb.Fatal(err)
	}
	data := tb.TempDir()
	p := &Process{DataDir: data, t: tb, platform: &launch.Quickconnectd{
		Server:  launch.Server{LogFile: filepath.Join(tb.TempDir(), "quickconnectd.log")},
		Program: filepath.Join(dir, "quickconnectd"),
		DataDir: data,
		Flags:   flags,
		Env:     []string{"PATH=" + os.Getenv("PATH"), "HOME=" + data},
	}}
	tb.Cleanup(p.Kill)
	p.Restart()
	p.URL = p.platform.URL
	return p
}

// Restart starts it again after Stop or Kill, on the same data directory and the same port.
func (p *Process) Restart() {
	p.t.Helper()
	if err := p.platform.Start(p.t.Context()); err != nil {
		p.t.Fatal(err)
	}
}

// Stop ends it as an operator does, and fails the test if it does not stop cleanly.
func (p *Process) Stop() {
	p.t.Helper()
	if err := p.platform.Stop(); err != nil {
		p.t.Fatalf("%v:\n%s", err, p.Log())
	}
}

// Kill ends it as a power failure does.
func (p *Process) Kill() { p.platform.Kill() }

// Log returns what it has printed so far, over all its starts.
func (p *Process) Log() string { return p.platform.Log() }

// Bootstrap makes a tenant with its environments beside the running server, and returns each environment's deployer
// token.
func (p *Process) Bootstrap(tenant string, environments ...string) map[string]string {
	p.t.Helper()
	tokens, err := p.platform.Bootstrap(p.t.Context(), tenant, environments...)
	if err != nil {
		p.t.Fatal(err)
	}
	return tokens
}

// CreateToken makes one more principal and returns its token.
func (p *Process) CreateToken(tenant, environment, role string, flags ...string) string {
	p.t.Helper()
	token, err := p.platform.CreateToken(p.t.Context(), tenant, environment, role, flags...)
	if err != nil {
		p.t.Fatal(err)
	}
	return token
}

// Client returns the client of a principal. It repeats no request.
func (p *Process) Client(token string) *client.Client {
	p.t.Helper()
	return p.clients.of(p.t, p.URL, token)
}

// Do sends one request with the token of a principal; body may be nil, and key is an idempotency key or empty. The
// error says that there was no answer, as while the platform is down.
func (p *Process) Do(token, method, path string, body any, key string) (status int, answer []byte, err error) {
	var payload io.Reader
	if body != nil {
		data, err := json.Marshal(body)
		if err != nil {
			return 0, nil, err
		}
		payload = bytes.NewReader(data)
	}
	r, err := http.NewRequest(method, p.URL+path, payload)
	if err != nil {
		return 0, nil, err
	}
	r.Header.Set("Authorization", "Bearer "+token)
	r.Header.Set("Content-Type", "application/json")
	if key != "" {
		r.Header.Set("Idempotency-Key", key)
	}
	resp, err := http.DefaultClient.Do(r)
	if err != nil {
		return 0, nil, err
	}
	defer resp.Body.Close()
	answer, err = io.ReadAll(resp.Body)
	return resp.StatusCode, answer, err
}

// Must sends a request as Do does, fails the test unless the status is this, and reads the answer into out, which may
// be nil.
func (p *Process) Must(token, method, path string, body any, want int, out any) {
	p.t.Helper()
	status, answer, err := p.Do(token, method, path, body, "")
	if err != nil || status != want {
		p.t.Fatalf("%s %s: status %d, want %d: %s (%v)", method, path, status, want, answer, err)
	}
	if out != nil {
		if err := json.Unmarshal(answer, out); err != nil {
			p.t.Fatalf("%s %s: %v", method, path, err)
		}
	}
}
