package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"syscall"
)

// process is a server that the demo starts and stops: the platform, or a receiver of webhooks.
type process struct {
	name    string
	logFile string
	url     string
	cmd     *exec.Cmd
	// ended is closed when the process is no more.
	ended chan struct{}
}

// start starts a program and waits until it says where it listens.
func (p *process) start(ctx context.Context, d *demo, env []string, program string, args ...string) error {
	// A file, not a pipe, because the process may outlive the demo.
	log, err := os.Create(p.logFile)
	if err != nil {
		return err
	}
	defer func() { _ = log.Close() }()
	//nolint:noctx // the process ends when the demo stops it, by SIGTERM, and the platform is kept with KEEP=1
	p.cmd = exec.Command(program, args...)
	p.cmd.Env = append(os.Environ(), env...)
	p.cmd.Stdout, p.cmd.Stderr = log, log
	// A session of its own: Ctrl-C reaches the demo, and the demo stops its processes last.
	p.cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true}
	if err := p.cmd.Start(); err != nil {
		return err
	}
	p.ended = make(chan struct{})
	go func() {
		_ = p.cmd.Wait()
		close(p.ended)
	}()
	return d.waitFor(ctx, p.name+" listens", patience, func() (bool, error) {
		select {
		case <-p.ended:
			return false, errors.New(p.name + " has ended instead of listening")
		default:
		}
		lines, err := p.lines()
		for _, line := range lines {
			if _, url, found := strings.Cut(line, "listening on "); found {
				p.url = url
				return true, nil
			}
		}
		return false, err
	})
}

// lines are the whole lines that it has printed so far.
func (p *process) lines() ([]string, error) {
	data, err := os.ReadFile(p.logFile) //nolint:gosec // the file that start has made
	lines := strings.Split(string(data), "\n")
	return lines[:len(lines)-1], err
}

// stop ends it as an operator does, and by force if that does not help.
func (p *process) stop() error {
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
		return fmt.Errorf("%s has not stopped cleanly (exit code %d)", p.name, code)
	}
	return nil
}

// printLog shows the end of what it has printed, which has no secrets.
func (p *process) printLog() {
	lines, err := p.lines()
	if err != nil || len(lines) == 0 {
		return
	}
	const shown = 20
	fmt.Fprintf(os.Stderr, "\nThe last lines that %s has printed:\n%s\n", p.name, strings.Join(lines[max(0, len(lines)-shown):], "\n"))
}
