package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"os/exec"
	"path/filepath"
	"strings"
)

// platform is quickconnectd in a process of its own.
type platform struct {
	process
	bin string
	dir string
}

func newPlatform(bin, dir string) *platform {
	return &platform{process: process{name: "the platform", logFile: dir + ".log"}, bin: bin, dir: dir}
}

func (p *platform) program() string { return filepath.Join(p.bin, "quickconnectd") }

func (p *platform) start(ctx context.Context, d *demo) error {
	// The receiver of the second act is on this machine, where a platform for others delivers nothing.
	return p.process.start(ctx, d, nil, p.program(), "serve", "--data-dir", p.dir, "--listen", "127.0.0.1:0", "--allow-private-endpoints")
}

func (p *platform) bootstrap(ctx context.Context) (token string, err error) {
	out, err := p.run(ctx, "bootstrap", "--data-dir", p.dir, "--tenant", tenant, "--environments", environment)
	if err != nil {
		return "", err
	}
	tokens := map[string]string{}
	if err := json.Unmarshal(out, &tokens); err != nil || tokens[environment] == "" {
		return "", fmt.Errorf("quickconnectd bootstrap has not printed a token for %s", environment)
	}
	return tokens[environment], nil
}

func (p *platform) createToken(ctx context.Context, role, name string) (string, error) {
	out, err := p.run(ctx, "token", "create", "--data-dir", p.dir, "--tenant", tenant, "--environment", environment, "--role", role, "--name", name)
	return strings.TrimSpace(string(out)), err
}

func (p *platform) run(ctx context.Context, args ...string) ([]byte, error) {
	cmd := exec.CommandContext(ctx, p.program(), args...)
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil {
		return nil, fmt.Errorf("quickconnectd %s: %w: %s", args[0], err, strings.TrimSpace(stderr.String()))
	}
	return out, nil
}
