package acctest

import (
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
	return StartProcessOn(tb, tb.TempDir(), flags...)
}

// StartProcessOn is StartProcess on a data directory that may have a platform.
func StartProcessOn(tb testing.TB, data string, flags ...string) *Process {
	tb.Helper()
	p := NewProcess(tb, data, flags...)
	p.Restart()
	return p
}

// NewProcess is StartProcessOn without the start, which is for Restart to do.
func NewProcess(tb testing.TB, data string, flags ...string) *Process {
	tb.Helper()
	dir, err := buildPlatform()
	if err != nil {
		tb.Fatal(err)
	}
	p := &Process{DataDir: data, t: tb, platform: &launch.Quickconnectd{
		Server:  launch.Server{LogFile: filepath.Join(tb.TempDir(), "quickconnectd.log")},
		Program: filepath.Join(dir, "quickconnectd"),
		DataDir: data,
		Flags:   flags,
		Env:     []string{"PATH=" + os.Getenv("PATH"), "HOME=" + data},
	}}
	tb.Cleanup(p.Kill)
	return p
}

// Restart starts it again after Stop or Kill, on the same data directory and the same port.
func (p *Process) Restart() {
	p.t.Helper()
	if err := p.platform.Start(p.t.Context()); err != nil {
		p.t.Fatal(err)
	}
	if p.URL == "" { // a restart changes nothing, and others may be reading it
		p.URL = p.platform.URL
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

// Becomes makes the next start one of another build.
func (p *Process) Becomes(program string) { p.platform.Program = program }

// Pid returns the id of the process.
func (p *Process) Pid() int { return p.platform.Pid() }

// Program returns the path of quickconnectd.
func (p *Process) Program() string { return p.platform.Program }

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

// Read returns the body of a response as it came, with members that the client would drop.
func (p *Process) Read(token, path string) []byte {
	p.t.Helper()
	r, err := http.NewRequestWithContext(p.t.Context(), http.MethodGet, p.URL+path, nil)
	if err != nil {
		p.t.Fatal(err)
	}
	r.Header.Set("Authorization", "Bearer "+token)
	resp, err := http.DefaultClient.Do(r)
	if err != nil {
		p.t.Fatal(err)
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	if err != nil || resp.StatusCode != http.StatusOK {
		p.t.Fatalf("GET %s: status %d: %s (%v)", path, resp.StatusCode, body, err)
	}
	return body
}
