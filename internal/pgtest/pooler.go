package pgtest

import (
	"fmt"
	"net"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"
)

// Pooled returns the URL of a database behind PgBouncer, which gives every transaction another connection. It skips the
// test where PgBouncer is not installed, but never where the variable CI is set.
func (c *Cluster) Pooled(tb testing.TB, database string) string {
	tb.Helper()
	program, err := exec.LookPath("pgbouncer")
	if err != nil {
		if program, err = exec.LookPath("/usr/sbin/pgbouncer"); err != nil {
			if os.Getenv("CI") != "" {
				tb.Fatal("PgBouncer is not installed (apt-get install pgbouncer); CI must run this test")
			}
			tb.Skip("PgBouncer is not installed (apt-get install pgbouncer)")
		}
	}
	u, err := url.Parse(database)
	if err != nil {
		tb.Fatal(err)
	}
	dir, err := os.MkdirTemp(c.dir, "pooler") //nolint:usetesting // another user must reach it
	if err != nil {
		tb.Fatal(err)
	}
	if err := os.Chmod(dir, 0o777); err != nil {
		tb.Fatal(err)
	}
	// server_round_robin and three connections: two transactions of a session are seldom on the same one.
	config := fmt.Sprintf("[databases]\n%s = host=%s user=%s\n[pgbouncer]\npool_mode = transaction\nauth_type = any\n"+
		"unix_socket_dir = %s\nlisten_port = 6432\nserver_round_robin = 1\nmin_pool_size = 3\ndefault_pool_size = 6\n"+
		"max_client_conn = 200\nlogfile = %s\n", u.Path[1:], c.dir, Owner, dir, filepath.Join(dir, "log"))
	file := filepath.Join(dir, "pgbouncer.ini")
	if err := os.WriteFile(file, []byte(config), 0o644); err != nil {
		tb.Fatal(err)
	}
	cmd := c.command(program, "--quiet", file)
	if err := cmd.Start(); err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(func() {
		_ = cmd.Process.Kill()
		_ = cmd.Wait()
	})
	waitFor(tb, filepath.Join(dir, ".s.PGSQL.6432"))
	return "postgres:///" + u.Path[1:] + "?" + url.Values{"host": {dir}, "port": {"6432"}, "user": {Owner}}.Encode()
}

func waitFor(tb testing.TB, socket string) {
	tb.Helper()
	deadline := time.After(startPatience)
	tick := time.NewTicker(10 * time.Millisecond)
	defer tick.Stop()
	for {
		conn, err := net.Dial("unix", socket)
		if err == nil {
			_ = conn.Close()
			return
		}
		select {
		case <-deadline:
			tb.Fatalf("PgBouncer does not listen: %v", err)
		case <-tick.C:
		}
	}
}
