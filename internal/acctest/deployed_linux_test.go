package acctest_test

import (
	"context"
	"crypto/tls"
	"net"
	"net/http"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/acctest"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/launch"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/pgtest"
)

// deployed is the program as an example of examples/deploy starts it: as a user without rights, with secrets in files
// of root that its group can read. Tests that do not run as root start it as their own user.
type deployed struct {
	t       *testing.T
	program string
	dir     string
	user    []string // the command that changes the user
	gid     int
	server  launch.Server
}

func newDeployed(t *testing.T) *deployed {
	t.Helper()
	dir, err := os.MkdirTemp("", "deployed") //nolint:usetesting // that of the test is closed to other users
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(dir) })
	d := &deployed{t: t, dir: dir, program: filepath.Join(dir, "quickconnectd")}
	d.ok(os.Chmod(dir, 0o755))
	d.ok(os.Link(acctest.Quickconnectd(t), d.program))
	if os.Geteuid() == 0 {
		d.user = []string{"setpriv", "--reuid=postgres", "--regid=postgres", "--clear-groups", "--"}
		u, err := user.Lookup("postgres") // it reaches the socket of the database
		d.ok(err)
		d.gid, err = strconv.Atoi(u.Gid)
		d.ok(err)
	}
	return d
}

func (d *deployed) ok(err error) {
	d.t.Helper()
	if err != nil {
		d.t.Fatal(err)
	}
}

// secret puts a file into a directory that the program cannot write, as a Secret or a credential is.
func (d *deployed) secret(dir, name string, content []byte) {
	d.t.Helper()
	path := filepath.Join(d.dir, dir)
	d.ok(os.MkdirAll(path, 0o755))
	file := filepath.Join(path, name)
	if d.user == nil {
		d.ok(os.WriteFile(file, content, 0o400))
		return
	}
	d.ok(os.WriteFile(file, content, 0o440))
	d.ok(os.Chown(file, 0, d.gid))
}

// platform makes a platform in PostgreSQL as an operator does. It returns the URL of its database, and its keyring.
func (d *deployed) platform() (url string, keyring []byte) {
	d.t.Helper()
	url = pgtest.Shared(d.t).Empty(d.t)
	keys, file := d.t.TempDir(), filepath.Join(d.t.TempDir(), "url")
	d.ok(os.WriteFile(file, []byte(url+"\n"), 0o600))
	out, err := exec.CommandContext(d.t.Context(), d.program, "bootstrap", "--data-dir", keys, "--database-file", file,
		"--tenant", "acme", "--environments", "staging").CombinedOutput()
	if err != nil {
		d.t.Fatalf("%v: %s", err, out)
	}
	keyring, err = os.ReadFile(filepath.Join(keys, "keyring.json"))
	d.ok(err)
	return url, keyring
}

// certificate returns a certificate and its key, in PEM.
func (d *deployed) certificate() (cert, key []byte) {
	d.t.Helper()
	certFile, keyFile := newAuthority(d.t).pair("server", 1)
	return []byte(read(d.t, certFile)), []byte(read(d.t, keyFile))
}

func (d *deployed) command(ctx context.Context, env map[string]string, args ...string) *exec.Cmd {
	all := slices.Concat(d.user, []string{d.program}, args)
	cmd := exec.CommandContext(ctx, all[0], all[1:]...)
	cmd.Env = []string{"PATH=" + os.Getenv("PATH")}
	for name, value := range env {
		cmd.Env = append(cmd.Env, name+"="+value)
	}
	return cmd
}

// wantFlags fails the test if the program does not know a flag or a variable of an example.
func (d *deployed) wantFlags(env map[string]string, args []string) {
	d.t.Helper()
	help, err := exec.CommandContext(d.t.Context(), d.program, "help", "serve").Output()
	d.ok(err)
	names := regexp.MustCompile(`--[a-z-]+`).FindAllString(strings.Join(args, " "), -1)
	for variable := range env {
		if name, ours := strings.CutPrefix(variable, "QUICKCONNECTD_"); ours {
			names = append(names, "--"+strings.ReplaceAll(strings.ToLower(name), "_", "-"))
		}
	}
	if args[0] != "serve" || len(names) == 0 {
		d.t.Errorf("it starts %v with %v", args, env)
	}
	for _, name := range names {
		if !regexp.MustCompile(`(?m)^ +` + name + `\s`).Match(help) {
			d.t.Errorf("serve has no flag %s", name)
		}
	}
}

// start starts the server. The addresses are free ones of this machine, in place of those of the example.
func (d *deployed) start(env map[string]string, args ...string) (metrics string) {
	d.t.Helper()
	d.wantFlags(env, args)
	free, err := new(net.ListenConfig).Listen(d.t.Context(), "tcp", "127.0.0.1:0")
	d.ok(err)
	metrics = free.Addr().String()
	d.ok(free.Close())
	env["QUICKCONNECTD_LISTEN"], env["QUICKCONNECTD_METRICS_LISTEN"] = "127.0.0.1:0", metrics
	d.server = launch.Server{Name: "quickconnectd", LogFile: filepath.Join(d.t.TempDir(), "log")}
	d.ok(d.server.Start(d.t.Context(), d.command(context.WithoutCancel(d.t.Context()), env, args...)))
	d.t.Cleanup(d.server.Kill)
	return metrics
}

func (d *deployed) wantOK(url string) {
	d.t.Helper()
	c := http.Client{Transport: &http.Transport{
		TLSClientConfig: &tls.Config{InsecureSkipVerify: true},
	}}
	r, err := http.NewRequestWithContext(d.t.Context(), http.MethodGet, url, nil)
	d.ok(err)
	resp, err := c.Do(r)
	d.ok(err)
	_ = resp.Body.Close()
	if resp.StatusCode != http.StatusOK {
		d.t.Errorf("%s: status %d", url, resp.StatusCode)
	}
}
