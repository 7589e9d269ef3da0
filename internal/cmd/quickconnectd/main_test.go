package main

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/clock"
)

var epoch = time.Date(2026, 5, 1, 12, 0, 0, 0, time.UTC)

// call runs a command line and returns its exit code and output.
func call(t *testing.T, c clock.Clock, args ...string) (code int, stdout, stderr string) {
	t.Helper()
	var out, log bytes.Buffer
	code = run(t.Context(), args, &out, &log, c)
	return code, out.String(), log.String()
}

// started is a running server.
type started struct {
	url  string
	stop func() int
	log  *lines
}

// start runs serve. It ends with stop, or with the test.
func start(t *testing.T, c clock.Clock, args ...string) started {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	r, w := io.Pipe()
	log := &lines{}
	exited := make(chan int, 1)
	go func() {
		exited <- run(ctx, append([]string{"serve"}, args...), w, log, c)
		_ = w.Close()
	}()
	stop := func() int {
		cancel()
		code := <-exited
		exited <- code
		return code
	}
	t.Cleanup(func() { stop() })
	line := make([]byte, 256)
	n, err := r.Read(line)
	url, found := strings.CutPrefix(strings.TrimSpace(string(line[:n])), "listening on ")
	if err != nil || !found {
		t.Fatalf("it printed %q: %v\n%s", line[:n], err, log)
	}
	return started{url: url, stop: stop, log: log}
}

// lines is a log that is safe to read while it is written.
type lines struct {
	mu sync.Mutex

	buf bytes.Buffer
}

func (l *lines) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.buf.Write(p)
}

func (l *lines) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.buf.String()
}

func identity(t *testing.T, client *http.Client, url, token string) (int, api.Identity) {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, url+"/v1/identity", nil)
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Authorization", "Bearer "+token)
	resp, err := client.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	var id api.Identity
	if err := json.NewDecoder(resp.Body).Decode(&id); err != nil {
		t.Fatal(err)
	}
	return resp.StatusCode, id
}

func TestServeBootstrapAndTokens(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "data")
	c := clock.NewFake(epoch)
	s := start(t, c, "--data-dir", dir, "--listen", "127.0.0.1:0")
	if info, err := os.Stat(dir); err != nil || info.Mode().Perm() != 0o700 {
		t.Errorf("the data directory: %v, %v", info, err)
	}

	// bootstrap runs beside the server.
	code, out, log := call(t, c, "bootstrap", "--data-dir", dir, "--tenant", "acme", "--environments",
		"staging,production")
	if code != 0 || !strings.Contains(log, "end in 30d, at about 2026-") {
		t.Fatalf("exit code %d: %s", code, log)
	}
	var tokens map[string]string
	if err := json.Unmarshal([]byte(out), &tokens); err != nil || len(tokens) != 2 {
		t.Fatalf("%s: %v", out, err)
	}
	for environment, token := range tokens {
		status, id := identity(t, http.DefaultClient, s.url, token)
		if status != 200 || id.Tenant != "acme" || id.Environment != environment || id.Role != api.RoleDeployer ||
			id.ExpiresAt == nil || !id.ExpiresAt.Equal(epoch.Add(30*24*time.Hour)) {
			t.Errorf("%s: %d %+v", environment, status, id)
		}
	}
	code, out, log = call(t, c, "bootstrap", "--data-dir", dir, "--tenant", "acme", "--environments", "test,staging")
	if code != 1 || out != "" || !strings.Contains(log, "quickconnectd token create") {
		t.Errorf("an existing environment: exit code %d, %q, %s", code, out, log)
	}
	code, _, log = call(t, c, "bootstrap", "--data-dir", dir, "--tenant", "acme", "--environments", "test",
		"--ttl", "1.5h")
	if code != 0 || !strings.Contains(log, "end in 1h30m") {
		t.Errorf("a new environment after a failed attempt: exit code %d: %s", code, log)
	}

	for ttl, want := range map[string]time.Duration{"1.5h": 90 * time.Minute, "30d": 30 * 24 * time.Hour, "": 0} {
		args := []string{
			"token", "create", "--data-dir", dir, "--tenant", "acme", "--environment", "staging", "--role",
			"auditor", "--name", "ci",
		}
		if ttl != "" {
			args = append(args, "--ttl", ttl)
		}
		code, out, log = call(t, c, args...)
		status, id := identity(t, http.DefaultClient, s.url, strings.TrimSpace(out))
		if code != 0 || status != 200 || id.Role != api.RoleAuditor || id.Name != "ci" {
			t.Errorf("--ttl %s: exit code %d, %+v: %s", ttl, code, id, log)
			continue
		}
		if want == 0 && id.ExpiresAt != nil || want != 0 && !id.ExpiresAt.Equal(epoch.Add(want)) {
			t.Errorf("--ttl %s: expires %v", ttl, id.ExpiresAt)
		}
	}
	if code := s.stop(); code != 0 {
		t.Errorf("exit code %d", code)
	}
	again := start(t, c, "--data-dir", dir, "--listen", "127.0.0.1:0")
	if status, _ := identity(t, http.DefaultClient, again.url, tokens["staging"]); status != 200 {
		t.Errorf("after a restart: status %d", status)
	}
}

func TestInvalidCommandLines(t *testing.T) {
	dir := t.TempDir()
	call(t, clock.NewFake(epoch), "bootstrap", "--data-dir", filepath.Join(dir, "b"), "--tenant", "acme",
		"--environments", "production")
	const create = "token create --tenant acme --environment staging"
	for name, c := range map[string]struct {
		line string // DIR is an empty data directory, DIR/b one with the environment production
		code int
		says string
	}{
		"nothing":           {"", 2, "command is missing"},
		"unknown command":   {"destroy", 2, "no such command; the commands are audit checkpoint, "},
		"no data directory": {"serve", 2, "--data-dir"},
		"unknown flag": {
			"serve --data-dir DIR --nowhere x", 2, "serve has no flag --nowhere; its flags are --allow-private-endpoints, ",
		},
		"a token as a flag":    {"serve --data-dir DIR --qcp_secret", 2, "serve has no such flag; its flags are "},
		"a token as a letter":  {"serve --data-dir DIR -2qcp_secret", 2, "serve has no such flag; its flags are "},
		"a flag with no value": {"serve --data-dir", 2, "--data-dir needs a value"},
		"no number": {
			"serve --data-dir DIR --limit-objects qcp_secret", 2, "--limit-objects must be a whole number",
		},
		"neither yes nor no": {
			"serve --data-dir DIR --allow-private-endpoints=qcp_secret", 2, "--allow-private-endpoints must be true or false",
		},
		"all that is missing": {"token create --tenant acme", 2, "token create needs --data-dir, --environment and --role " +
			"(or QUICKCONNECTD_DATA_DIR, QUICKCONNECTD_ENVIRONMENT and QUICKCONNECTD_ROLE in the environment)"},
		"empty is missing":     {"token revoke --data-dir DIR --id=", 2, "token revoke needs --id "},
		"a flag, no command":   {"--data-dir DIR", 2, "the command is missing: audit checkpoint, "},
		"a command of tokens":  {"token destroy --id x", 2, "the commands are token create, token list and token revoke"},
		"nearly a command":     {"serv --data-dir DIR", 2, "did you mean serve?"},
		"help for nothing":     {"help destroy", 2, "no such command; the commands are audit checkpoint, "},
		"help for no token":    {"help token destroy", 2, "the commands are token create, "},
		"completion alone":     {"completion", 2, "needs one shell: bash, zsh, fish or powershell"},
		"no shell":             {"completion qcp_secret", 2, "needs one shell: bash, zsh, fish or powershell"},
		"version of what":      {"version qcp_secret", 2, "version takes flags only, but there is 1 argument"},
		"argument, no flag":    {"serve --data-dir DIR qcp_secret", 2, "flags only"},
		"no number of a key":   {"keyring retire --data-dir DIR/b", 2, "keyring retire takes the number of one key"},
		"a word as a key":      {"keyring retire qcp_secret --data-dir DIR/b", 2, "takes the number of one key"},
		"two sorts of keys":    {"keyring rotate --data-dir DIR/b --lookup --comparison", 2, "and not both"},
		"whose comparison key": {"keyring retire 1 --comparison --data-dir DIR/b", 2, "needs --tenant and --environment"},
		"a tenant of no key":   {"keyring rotate --data-dir DIR/b --tenant acme", 2, "go with --comparison"},
		"a rewrap of digests":  {"keyring rotate --data-dir DIR/b --comparison --rewrap", 2, "does not go with --comparison"},
		"nothing to forget":    {"keyring retire 1 --data-dir DIR/b --forget-ended", 2, "goes with --lookup or --comparison"},
		"keys of nothing":      {"keyring rotate --data-dir DIR", 1, "there is no platform in the data directory"},
		"plain HTTP for all":   {"serve --data-dir DIR --listen 0.0.0.0:0", 2, "--tls-cert"},
		"plain HTTP, any host": {"serve --data-dir DIR --listen :0", 2, "--tls-cert"},
		"plain HTTP by name":   {"serve --data-dir DIR --listen example.com:0", 2, "--tls-cert"},
		"no port":              {"serve --data-dir DIR --listen 127.0.0.1", 2, "HOST:PORT"},
		"certificate alone":    {"serve --data-dir DIR --tls-cert x", 2, "belong together"},
		"clients in the clear": {"serve --data-dir DIR --client-ca x", 2, "--client-ca needs --tls-cert"},
		"missing certificate":  {"serve --data-dir DIR --tls-cert x --tls-key y", 1, "no such file"},
		"token alone":          {"token", 2, "token create"},
		"no role":              {create + " --data-dir DIR", 2, "--role"},
		"invalid duration":     {create + " --data-dir DIR --role auditor --ttl soon", 2, "--ttl"},
		"empty directory":      {create + " --data-dir DIR --role auditor", 1, "bootstrap"},
		"missing environment":  {create + " --data-dir DIR/b --role auditor", 1, "bootstrap"},
		"invalid tenant":       {"bootstrap --data-dir DIR/b --tenant Acme! --environments staging", 1, "the tenant must"},
		"invalid environment": {
			"bootstrap --data-dir DIR/b --tenant acme --environments staging,", 1, "environment 2 must",
		},
		"environment twice": {
			"bootstrap --data-dir DIR/b --tenant acme --environments staging,staging", 1,
			"environment staging is named twice",
		},
	} {
		t.Run(name, func(t *testing.T) {
			args := strings.Fields(strings.ReplaceAll(c.line, "DIR", dir))
			code, out, log := call(t, clock.NewFake(epoch), args...)
			if code != c.code || out != "" || !strings.Contains(log, c.says) || strings.Contains(log, "qcp_secret") {
				t.Errorf("exit code %d, want %d with %q: %s%s", code, c.code, c.says, out, log)
			}
		})
	}
	if code, out, _ := call(t, clock.NewFake(epoch), "help"); code != 0 || !strings.Contains(out, "token create") {
		t.Errorf("help: exit code %d: %s", code, out)
	}
}
