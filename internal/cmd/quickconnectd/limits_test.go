package main

import (
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"strings"
	"testing"

	"github.com/spf13/pflag"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/clock"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/limits"
)

func parsed(t *testing.T, args ...string) limits.Config {
	t.Helper()
	var f serveFlags
	flags := pflag.NewFlagSet("serve", pflag.ContinueOnError)
	f.define(flags)
	if err := errors.Join(flags.Parse(args), fromEnvironment(flags)); err != nil {
		t.Fatal(err)
	}
	o, err := f.read()
	if err != nil {
		t.Fatal(err)
	}
	return o.limits
}

// TestLimitFlags: a flag comes before its environment variable, and that before the default. 0 is no limit.
func TestLimitFlags(t *testing.T) {
	if got := parsed(t); got.Principal != 200 || got.Environment != 1000 || got.Address != 20 || got.Introspection != 0 ||
		got.Objects != 100_000 || got.Deliveries != 100_000 || got.DeliveryBytes != 1<<30 || got.Answers != 1_000_000 ||
		got.Connections != 256 || got.Trusted != nil {
		t.Errorf("the defaults are %+v", got)
	}
	for i, s := range limits.Settings() {
		value := fmt.Sprint(i + 3)
		c := parsed(t, "--"+s.Flag, value)
		if got := fmt.Sprint(*s.In(&c)); got != value {
			t.Errorf("--%s %s sets %s", s.Flag, value, got)
		}
		t.Setenv(s.Variable(), value)
		if c = parsed(t); fmt.Sprint(*s.In(&c)) != value {
			t.Errorf("%s=%s sets %d", s.Variable(), value, *s.In(&c))
		}
		if c = parsed(t, "--"+s.Flag, "0"); *s.In(&c) != 0 {
			t.Errorf("%s comes before --%s", s.Variable(), s.Flag)
		}
	}
	t.Setenv("QUICKCONNECTD_TRUSTED_PROXIES", "10.0.0.0/8")
	if got := parsed(t).Trusted; len(got) != 1 || got[0].String() != "10.0.0.0/8" {
		t.Errorf("%v", got)
	}
	if got := parsed(t, "--trusted-proxies", "192.0.2.1,192.0.2.2").Trusted; len(got) != 2 {
		t.Errorf("%v", got)
	}
}

func TestLimitsThatAreNoLimits(t *testing.T) {
	c := clock.NewFake(epoch)
	for _, args := range [][]string{
		{"--limit-principal", "-1"},
		{"--limit-principal", "many"},
		{"--trusted-proxies", "proxy.example.com"},
	} {
		code, _, log := call(t, c, append([]string{"serve", "--data-dir", t.TempDir()}, args...)...)
		if code != exitUsage || !strings.Contains(log, args[0][2:]) {
			t.Errorf("%v: exit code %d, %s", args, code, log)
		}
	}
	t.Setenv("QUICKCONNECTD_LIMIT_OBJECTS", "many")
	code, _, log := call(t, c, "serve", "--data-dir", t.TempDir())
	if code != exitUsage || !strings.Contains(log, "QUICKCONNECTD_LIMIT_OBJECTS must be a whole number") {
		t.Errorf("exit code %d, %s", code, log)
	}
}

// TestLimitsAreListed: the help and the guide have every limit with its default, as the table of the code says.
func TestLimitsAreListed(t *testing.T) {
	_, help, _ := call(t, clock.NewFake(epoch), "help", "serve")
	guide, err := os.ReadFile("../../../templates/guides/platform.md")
	if err != nil {
		t.Fatal(err)
	}
	var rows []string
	for _, s := range limits.Settings() {
		byDefault := fmt.Sprint(s.Default)
		if s.Default == 0 {
			byDefault = "no limit"
		}
		rows = append(rows, fmt.Sprintf("| `--%s` | %s | %s |", s.Flag, s.Meaning, byDefault))
		text := "N " + s.Meaning + " (default " + byDefault + ")"
		if !strings.Contains(help, "--"+s.Flag+" N") || !strings.Contains(help, text) {
			t.Errorf("the help has no --%s:\n%s", s.Flag, help)
		}
	}
	if table := strings.Join(rows, "\n"); !strings.Contains(string(guide), table) {
		t.Errorf("the table in the guide \"Operating the platform\" should be:\n%s", table)
	}
}

func TestServeLimitsConnections(t *testing.T) {
	s := start(t, clock.NewFake(epoch), "--data-dir", t.TempDir(), "--listen", "127.0.0.1:0", "--limit-connections", "2")
	address := strings.TrimPrefix(s.url, "http://")
	open := func() net.Conn {
		conn, err := new(net.Dialer).DialContext(t.Context(), "tcp", address)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = conn.Close() })
		_, _ = fmt.Fprint(conn, "GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n") // it may be closed already
		return conn
	}
	answers := func(conn net.Conn) bool {
		n, err := io.ReadAtLeast(conn, make([]byte, 12), 12)
		return err == nil && n == 12
	}
	first, second := open(), open()
	if !answers(first) || !answers(second) {
		t.Fatal("a connection within the limit is closed")
	}
	if answers(open()) {
		t.Error("a connection over the limit is open")
	}
}

func TestServeLimitsRequests(t *testing.T) {
	dir := t.TempDir()
	c := clock.NewFake(epoch)
	s := start(t, c, "--data-dir", dir, "--listen", "127.0.0.1:0", "--limit-principal", "1")
	token := bootstrapped(t, c, dir)
	var limited bool
	for range 3 {
		status, _ := identity(t, http.DefaultClient, s.url, token)
		limited = status == http.StatusTooManyRequests
	}
	if !limited {
		t.Error("the third request of a principal with 1 a second was let through")
	}
}
