// Package launch starts the programs of this repository and the Terraform CLI, for the acceptance tests and the demo.
package launch

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"time"
)

// Patience is how long a program may take until it listens, and until it has stopped.
const Patience = time.Minute

// poll is how often a log is read for the line that a program is expected to write.
const poll = 20 * time.Millisecond

// Server is a program that prints where it listens, as quickconnectd and the receivers do.
type Server struct {
	// Name is what errors call it.
	Name string
	// LogFile takes what it prints, over all its starts. A file, not a pipe, because the program may outlive its parent.
	LogFile string
	// URL is where it listens. Start sets it.
	URL string

	mu    sync.Mutex
	cmd   *exec.Cmd
	ended chan struct{}
}

// Start runs the command and returns when it has printed "listening on URL".
func (s *Server) Start(ctx context.Context, cmd *exec.Cmd) error {
	log, err := os.OpenFile(s.LogFile, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	defer func() { _ = log.Close() }()
	before, err := log.Seek(0, 2)
	if err != nil {
		return err
	}
	cmd.Stdout, cmd.Stderr = log, log
	// A session of its own: Ctrl-C reaches the parent, which stops its servers last.
	cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true}
	if err := cmd.Start(); err != nil {
		return err
	}
	ended := make(chan struct{})
	go func() {
		_ = cmd.Wait()
		close(ended)
	}()
	s.mu.Lock()
	s.cmd, s.ended = cmd, ended
	s.mu.Unlock()
	url, err := s.listening(ctx, ended, before)
	if err != nil {
		s.Kill()
		return err
	}
	if s.URL == "" { // a restart changes nothing, and others may be reading it
		s.URL = url
	}
	return nil
}

// listening waits for the line that says where the program listens, after the first `from` bytes of the log.
func (s *Server) listening(ctx context.Context, ended <-chan struct{}, from int64) (url string, err error) {
	err = WaitFor(ctx, s.Name+" listens", Patience, func() (bool, error) {
		isOver := false
		select {
		case <-ended:
			isOver = true
		default:
		}
		text := s.Log()[from:]
		if _, after, found := strings.Cut(text, "listening on "); found && strings.Contains(after, "\n") {
			url, _, _ = strings.Cut(after, "\n")
			return true, nil
		}
		if isOver {
			return false, fmt.Errorf("%s has ended instead of listening:\n%s", s.Name, text)
		}
		return false, nil
	})
	return strings.TrimSpace(url), err
}

// Log returns what it has printed so far, over all its starts.
func (s *Server) Log() string {
	data, _ := os.ReadFile(filepath.Clean(s.LogFile))
	return string(data)
}

// Lines returns the whole lines that it has printed so far.
func (s *Server) Lines() []string {
	lines := strings.Split(s.Log(), "\n")
	return lines[:len(lines)-1]
}

// Pid returns the id of its process.
func (s *Server) Pid() int { return s.cmd.Process.Pid }

// Running reports whether it was started and has not ended.
func (s *Server) Running() bool {
	_, ended := s.process()
	if ended == nil {
		return false
	}
	select {
	case <-ended:
		return false
	default:
		return true
	}
}

// Stop ends it as an operator does, by SIGTERM, and by force if that does not help. It does nothing if there was no
// start.
func (s *Server) Stop() error {
	cmd, ended := s.process()
	if ended == nil {
		return nil
	}
	_ = cmd.Process.Signal(syscall.SIGTERM)
	timer := time.NewTimer(Patience)
	defer timer.Stop()
	select {
	case <-ended:
	case <-timer.C:
		s.Kill()
		return fmt.Errorf("%s has not stopped %s after SIGTERM", s.Name, Patience)
	}
	if code := cmd.ProcessState.ExitCode(); code != 0 {
		return fmt.Errorf("%s has not stopped cleanly (exit code %d)", s.Name, code)
	}
	return nil
}

// Kill ends it as a power failure does.
func (s *Server) Kill() {
	if cmd, ended := s.process(); ended != nil {
		_ = cmd.Process.Kill()
		<-ended
	}
}

func (s *Server) process() (*exec.Cmd, chan struct{}) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.cmd, s.ended
}

// WaitFor waits until the condition is true or an error. It gives up after the limit.
func WaitFor(ctx context.Context, what string, limit time.Duration, condition func() (bool, error)) error {
	ctx, cancel := context.WithTimeoutCause(ctx, limit, fmt.Errorf("%s: not within %s", what, limit))
	defer cancel()
	tick := time.NewTicker(poll)
	defer tick.Stop()
	for {
		if done, err := condition(); done || err != nil {
			return err
		}
		select {
		case <-tick.C:
		case <-ctx.Done():
			return errors.Join(context.Cause(ctx))
		}
	}
}
