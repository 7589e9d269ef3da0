package acctest

import (
	"bufio"
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"
)

// startDeadline is how long the platform may take until it listens, and until it has stopped.
const startDeadline = 60 * time.Second

// Process is the platform as a process of its own, the real program on a data directory. It knows no fake clock.
type Process struct {
	// DataDir is where it keeps everything.
	DataDir string
	// URL is its endpoint. It stays the same over restarts.
	URL string

	t      testing.TB
	binary string
	flags  []string
	cmd    *exec.Cmd
	ended  chan struct{}
	mu     sync.Mutex
	log    strings.Builder
}

// StartProcess builds quickconnectd and starts it on an empty data directory, with further flags of serve. It ends with the test.
func StartProcess(tb testing.TB, flags ...string) *Process {
	tb.Helper()
	dir, err := buildPlatform()
	if err != nil {
		tb.Fatal(err)
	}
	p := &Process{DataDir: tb.TempDir(), t: tb, binary: filepath.Join(dir, "quickconnectd"), flags: flags}
	tb.Cleanup(p.Kill)
	p.start("127.0.0.1:0")
	return p
}

// Restart starts it again after Stop or Kill, on the same data directory and the same port.
func (p *Process) Restart() {
	p.t.Helper()
	u, err := url.Parse(p.URL)
	if err != nil {
		p.t.Fatal(err)
	}
	p.start(u.Host)
}

func (p *Process) start(listen string) {
	p.t.Helper()
	cmd := exec.Command(p.binary, append([]string{"serve", "--data-dir", p.DataDir, "--listen", listen}, p.flags...)...)
	cmd.Env = []string{"PATH=" + os.Getenv("PATH"), "HOME=" + p.DataDir}
	out, w, err := os.Pipe()
	if err != nil {
		p.t.Fatal(err)
	}
	cmd.Stdout, cmd.Stderr = w, w
	if err := cmd.Start(); err != nil {
		p.t.Fatal(err)
	}
	_ = w.Close()
	p.cmd, p.ended = cmd, make(chan struct{})
	ready := make(chan string, 1)
	go func(ended chan struct{}) {
		lines := bufio.NewScanner(out)
		for lines.Scan() {
			p.mu.Lock()
			p.log.WriteString(lines.Text() + "\n")
			p.mu.Unlock()
			if _, at, found := strings.Cut(lines.Text(), "listening on "); found {
				select {
				case ready <- strings.TrimSpace(at):
				default:
				}
			}
		}
		_ = out.Close()
		_ = cmd.Wait()
		close(ended)
	}(p.ended)
	select {
	case url := <-ready:
		if p.URL == "" { // a restart changes nothing, and others may be reading it
			p.URL = url
		}
	case <-p.ended:
		p.t.Fatalf("quickconnectd ended before it listened:\n%s", p.Log())
	case <-time.After(startDeadline):
		p.Kill()
		p.t.Fatalf("quickconnectd does not listen after %s:\n%s", startDeadline, p.Log())
	}
}

// Stop ends it as an operator does, and fails the test if it does not stop cleanly.
func (p *Process) Stop() {
	p.t.Helper()
	_ = p.cmd.Process.Signal(syscall.SIGTERM)
	select {
	case <-p.ended:
	case <-time.After(startDeadline):
		p.Kill()
		p.t.Fatalf("quickconnectd has not stopped %s after SIGTERM:\n%s", startDeadline, p.Log())
	}
	if code := p.cmd.ProcessState.ExitCode(); code != 0 {
		p.t.Fatalf("quickconnectd stopped with exit code %d:\n%s", code, p.Log())
	}
}

// Kill ends it as a power failure does.
func (p *Process) Kill() {
	if p.cmd == nil {
		return
	}
	_ = p.cmd.Process.Kill()
	<-p.ended
}

// Log returns what it has printed so far, over all its starts.
func (p *Process) Log() string {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.log.String()
}

// Bootstrap makes a tenant with its environments beside the running server, and returns each environment's deployer token.
func (p *Process) Bootstrap(tenant string, environments ...string) map[string]string {
	p.t.Helper()
	out := p.command("bootstrap", "--data-dir", p.DataDir, "--tenant", tenant, "--environments", strings.Join(environments, ","))
	tokens := map[string]string{}
	if err := json.Unmarshal([]byte(out), &tokens); err != nil {
		p.t.Fatalf("quickconnectd bootstrap did not print one JSON object: %v", err)
	}
	return tokens
}

// CreateToken makes one more principal and returns its token.
func (p *Process) CreateToken(tenant, environment, role string, flags ...string) string {
	p.t.Helper()
	args := []string{"token", "create", "--data-dir", p.DataDir, "--tenant", tenant, "--environment", environment, "--role", role}
	return strings.TrimSpace(p.command(append(args, flags...)...))
}

// Do sends one request with the token of a principal; body may be nil, and key is an idempotency key or empty. The error says that there was no
// answer, as while the platform is down.
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

// Must sends a request as Do does, fails the test unless the status is this, and reads the answer into out, which may be nil.
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

func (p *Process) command(args ...string) string {
	p.t.Helper()
	cmd := exec.Command(p.binary, args...)
	var stderr strings.Builder
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil {
		p.t.Fatalf("quickconnectd %s: %v\n%s", args[0], err, stderr.String())
	}
	return string(out)
}
