package launch

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"net/url"
	"os/exec"
	"strings"
)

// Quickconnectd is the platform as a process, on a data directory.
type Quickconnectd struct {
	Server
	// Program is the path of quickconnectd.
	Program string
	// DataDir is where it keeps everything.
	DataDir string
	// Flags are further flags of serve.
	Flags []string
	// Env is its environment; nil is the parent's.
	Env []string
}

// Start starts it: the first time on any free port, and again on the same one.
func (p *Quickconnectd) Start(ctx context.Context) error {
	listen := "127.0.0.1:0"
	if p.URL != "" {
		u, err := url.Parse(p.URL)
		if err != nil {
			return err
		}
		listen = u.Host
	}
	p.Name = "quickconnectd"
	args := append([]string{"serve", "--data-dir", p.DataDir, "--listen", listen}, p.Flags...)
	cmd := exec.Command(p.Program, args...) //nolint:noctx // SIGTERM or Kill ends it; the demo can leave it running
	cmd.Env = p.Env
	return p.Server.Start(ctx, cmd)
}

// Bootstrap makes a tenant with its environments beside the running server. It returns each environment's deployer
// token.
func (p *Quickconnectd) Bootstrap(
	ctx context.Context, tenant string, environments ...string,
) (map[string]string, error) {
	out, err := p.run(ctx, "bootstrap", "--data-dir", p.DataDir, "--tenant", tenant, "--environments",
		strings.Join(environments, ","))
	if err != nil {
		return nil, err
	}
	tokens := map[string]string{}
	if err := json.Unmarshal(out, &tokens); err != nil {
		return nil, fmt.Errorf("quickconnectd bootstrap did not print one JSON object: %w", err)
	}
	return tokens, nil
}

// CreateToken makes one more principal and returns its token.
func (p *Quickconnectd) CreateToken(
	ctx context.Context, tenant, environment, role string, flags ...string,
) (string, error) {
	args := []string{
		"token", "create", "--data-dir", p.DataDir, "--tenant", tenant, "--environment", environment, "--role", role,
	}
	out, err := p.run(ctx, append(args, flags...)...)
	return strings.TrimSpace(string(out)), err
}

func (p *Quickconnectd) run(ctx context.Context, args ...string) ([]byte, error) {
	cmd := exec.CommandContext(ctx, p.Program, args...)
	cmd.Env = p.Env
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil {
		return nil, fmt.Errorf("quickconnectd %s: %w: %s", args[0], err, strings.TrimSpace(stderr.String()))
	}
	return out, nil
}
