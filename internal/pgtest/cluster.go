// Package pgtest starts PostgreSQL for tests, from Debian's packages: one cluster for each test binary, and a database
// for each test.
package pgtest

import (
	"context"
	"fmt"
	"io"
	"net/url"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

// Owner is the role that tests connect as. It is no superuser, as in production.
const Owner = "quickconnect"

// account is the user that the server runs as where the test is root, which the server refuses. Debian's package makes
// it.
const account = "postgres"

// Cluster is a running server.
type Cluster struct {
	dir, bin  string
	settings  []string
	asAccount bool
	guarded   io.Closer // the standard input of the guard

	made      atomic.Int64
	mu        sync.Mutex
	templates map[string]error
}

var shared = sync.OnceValues(func() (*Cluster, error) { return start() })

// Shared returns the cluster of this test binary, and starts it first if that was not done. It skips the test where
// PostgreSQL is not installed, but never where the variable CI is set.
func Shared(tb testing.TB) *Cluster {
	tb.Helper()
	installed(tb)
	c, err := shared()
	if err != nil {
		tb.Fatal(err)
	}
	return c
}

// Own starts a cluster for one test, which may stop it or change its settings. A setting is NAME=VALUE.
func Own(tb testing.TB, settings ...string) *Cluster {
	tb.Helper()
	installed(tb)
	c, err := start(settings...)
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(func() {
		c.Stop(tb)
		_ = os.RemoveAll(c.dir)
	})
	return c
}

func installed(tb testing.TB) {
	tb.Helper()
	if _, err := binaries(); err != nil {
		if os.Getenv("CI") != "" {
			tb.Fatalf("%v; CI must run this test", err)
		}
		tb.Skip(err)
	}
}

// binaries returns the directory of the server's programs.
func binaries() (string, error) {
	out, err := exec.Command("pg_config", "--bindir").Output()
	dir := strings.TrimSpace(string(out))
	if err == nil {
		_, err = os.Stat(filepath.Join(dir, "initdb"))
	}
	if err != nil {
		return "", fmt.Errorf("PostgreSQL's server is not installed (apt-get install postgresql): %w", err)
	}
	return dir, nil
}

// start makes a cluster and starts it. A process beside the test stops it and deletes its files when the test binary
// ends, however that happens.
func start(settings ...string) (*Cluster, error) {
	bin, err := binaries()
	if err != nil {
		return nil, err
	}
	dir, err := os.MkdirTemp("", "pgtest")
	if err != nil {
		return nil, err
	}
	c := &Cluster{dir: dir, bin: bin, settings: settings, asAccount: os.Geteuid() == 0, templates: map[string]error{}}
	if err := c.give(); err != nil {
		return nil, err
	}
	if err := c.guard(); err != nil {
		return nil, err
	}
	// The rules of a language order texts otherwise than SQLite does: that must not matter.
	if err := c.run("initdb", "--pgdata", c.data(), "--auth", "trust", "--username", account, "--no-sync",
		"--encoding", "UTF8", "--locale-provider", "icu", "--icu-locale", "en", "--locale", "C.UTF-8"); err != nil {
		return nil, err
	}
	if err := c.up(); err != nil {
		return nil, err
	}
	return c, c.exec(context.Background(), "CREATE ROLE "+Owner+" LOGIN CREATEDB")
}

// give hands the directory to the user that the server runs as.
func (c *Cluster) give() error {
	if !c.asAccount {
		return nil
	}
	u, err := user.Lookup(account)
	if err != nil {
		return fmt.Errorf("initdb refuses root: %w", err)
	}
	uid, err := strconv.Atoi(u.Uid)
	if err != nil {
		return err
	}
	gid, err := strconv.Atoi(u.Gid)
	if err != nil {
		return err
	}
	return os.Chown(c.dir, uid, gid)
}

// guard starts the process that outlives the test binary. Its standard input ends with the test binary.
func (c *Cluster) guard() error {
	// A signal to the group of the test binary must not end it before the server.
	const script = `trap '' HUP INT TERM; cat >/dev/null; ` +
		`"$1/pg_ctl" --pgdata "$0/data" --mode immediate --silent stop; rm -rf "$0"`
	cmd := c.command("sh", "-c", script, c.dir, c.bin)
	stdin, err := cmd.StdinPipe()
	if err != nil {
		return err
	}
	c.guarded = stdin
	return cmd.Start()
}

func (c *Cluster) data() string { return filepath.Join(c.dir, "data") }

// command returns a command that runs as the user of the server.
func (c *Cluster) command(name string, args ...string) *exec.Cmd {
	cmd := exec.Command(name, args...)
	if c.asAccount {
		cmd = exec.Command("setpriv", append([]string{
			"--reuid=" + account, "--regid=" + account, "--clear-groups", "--", name,
		}, args...)...)
	}
	cmd.Dir = "/"
	return cmd
}

func (c *Cluster) run(program string, args ...string) error {
	out, err := c.command(filepath.Join(c.bin, program), args...).CombinedOutput()
	if err != nil {
		logged, _ := os.ReadFile(filepath.Join(c.dir, "log"))
		return fmt.Errorf("%s: %w: %s%s", program, err, out, logged)
	}
	return nil
}

func (c *Cluster) up() error {
	options := []string{
		"-k " + c.dir, "-c listen_addresses=", "-c fsync=off", "-c max_connections=200",
		// The databases of all tests share the memory for locks.
		"-c max_locks_per_transaction=512", "-c max_pred_locks_per_transaction=512",
	}
	for _, s := range c.settings {
		options = append(options, "-c "+s)
	}
	return c.run("pg_ctl", "--pgdata", c.data(), "--wait", "--silent", "--log", filepath.Join(c.dir, "log"),
		"--options", strings.Join(options, " "), "start")
}

// Stop ends the server, and every connection to it at once.
func (c *Cluster) Stop(tb testing.TB) {
	tb.Helper()
	if err := c.run("pg_ctl", "--pgdata", c.data(), "--mode", "fast", "--wait", "--silent", "stop"); err != nil {
		tb.Error(err)
	}
}

// Start starts a server that was stopped.
func (c *Cluster) Start(tb testing.TB) {
	tb.Helper()
	if err := c.up(); err != nil {
		tb.Fatal(err)
	}
}

// URL returns the URL of a database, for a role.
func (c *Cluster) URL(role, database string) string {
	return "postgres:///" + database + "?" + url.Values{"host": {c.dir}, "user": {role}}.Encode()
}

// startPatience is how long a program of a test may take to be ready.
const startPatience = 20 * time.Second
