package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
)

// platform is quickconnectd in a process of its own.
type platform struct {
	bin string
	dir string
	url string
	cmd *exec.Cmd
	// ended is closed when the process is no more.
	ended chan struct{}
}

func (p *platform) program() string { return filepath.Join(p.bin, "quickconnectd") }

// logFile takes what the platform prints: a file, not a pipe, because the platform may outlive the demo.
func (p *platform) logFile() string { return p.dir + ".log" }

func (p *platform) start(ctx context.Context, d *demo) error {
	log, err := os.Create(p.logFile())
	if err != nil {
		return err
	}
	defer func() { _ = log.Close() }()
	//nolint:noctx // the platform ends when the demo stops it, by SIGTERM, and is kept with KEEP=1
	p.cmd = exec.Command(p.program(), "serve", "--data-dir", p.dir, "--listen", "127.0.0.1:0")
	p.cmd.Stdout, p.cmd.Stderr = log, log
	// A session of its own: Ctrl-C reaches the demo, and the demo stops the platform last.
	p.cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true}
	if err := p.cmd.Start(); err != nil {
		return err
	}
	p.ended = make(chan struct{})
	go func() {
		_ = p.cmd.Wait()
		close(p.ended)
	}()
	return d.waitFor(ctx, "the platform listens", patience, func() (bool, error) {
		select {
		case <-p.ended:
			return false, errors.New("the platform has ended instead of listening")
		default:
		}
		data, err := os.ReadFile(p.logFile())
		for line := range strings.Lines(string(data)) {
			if _, url, found := strings.Cut(line, "listening on "); found && strings.HasSuffix(line, "\n") {
				p.url = strings.TrimSpace(url)
				return true, nil
			}
		}
		return false, err
	})
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

// stop ends the platform as an operator does, and by force if that does not help.
func (p *platform) stop() error {
	if p.ended == nil {
		return nil
	}
	_ = p.cmd.Process.Signal(syscall.SIGTERM)
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	select {
	case <-p.ended:
	case <-ctx.Done():
		_ = p.cmd.Process.Kill()
		<-p.ended
	}
	if code := p.cmd.ProcessState.ExitCode(); code != 0 {
		return fmt.Errorf("the platform has not stopped cleanly (exit code %d)", code)
	}
	return nil
}

// printLog shows the end of what the platform has printed; it prints no secrets.
func (p *platform) printLog() {
	data, err := os.ReadFile(p.logFile()) //nolint:gosec // the file that start has made
	if err != nil || len(data) == 0 {
		return
	}
	lines := strings.SplitAfter(string(data), "\n")
	const shown = 20
	fmt.Fprintf(os.Stderr, "\nThe last lines that the platform has printed:\n%s", strings.Join(lines[max(0, len(lines)-shown):], ""))
}
