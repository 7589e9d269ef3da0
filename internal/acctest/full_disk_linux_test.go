package acctest_test

import (
	"errors"
	"fmt"
	"io"
	"math"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/acctest"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/client"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/clock"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/secret"
)

// fullDisk is the real program, whose disk is full while its files may not grow.
type fullDisk struct {
	t         *testing.T
	p         *acctest.Process
	deployer  *client.Client
	runtime   *client.Client
	connector string
	token     string
	value     secret.Value
	written   int
}

func newFullDisk(t *testing.T) *fullDisk {
	t.Helper()
	p := acctest.StartProcess(t)
	d := &fullDisk{t: t, p: p, deployer: p.Client(p.Bootstrap("acme", "staging")["staging"])}
	d.runtime = p.Client(p.CreateToken("acme", "staging", api.RoleRuntime, "--name", "gateway"))
	connector, err := d.deployer.Connectors().Create(t.Context(),
		api.ConnectorCreate{Name: "chat", Owner: "team", Type: "custom"})
	if err != nil {
		t.Fatal(err)
	}
	token, err := d.deployer.ScopedTokens().Create(t.Context(), api.ScopedTokenCreate{
		RotatedCreate: api.RotatedCreate{Name: "notifier", Owner: "team"},
		ConnectorID:   connector.ID, Scopes: []string{"messages:send"}, ExpiresAt: new("2099-01-01T00:00:00Z"),
	})
	if err != nil {
		t.Fatal(err)
	}
	revealed, err := d.deployer.ScopedTokens().Reveal(t.Context(), token.ID, 1)
	if err != nil {
		t.Fatal(err)
	}
	d.connector, d.token, d.value = connector.ID, token.ID, revealed.Value
	return d
}

// limit sets how large a file of the process may get.
func (d *fullDisk) limit(bytes uint64) {
	d.t.Helper()
	limit := unix.Rlimit{Cur: bytes, Max: math.MaxUint64}
	if err := unix.Prlimit(d.p.Pid(), unix.RLIMIT_FSIZE, &limit, nil); err != nil {
		d.t.Fatal(err)
	}
}

// fill stops the growth of the files, and creates objects until a write is refused. All that was written is still in
// the journal: SQLite moves it to the database when it is larger. So the journal has to grow for every write.
func (d *fullDisk) fill() {
	d.t.Helper()
	info, err := os.Stat(filepath.Join(d.p.DataDir, "quickconnect.db-wal"))
	if err != nil {
		d.t.Fatal(err)
	}
	d.limit(uint64(info.Size()))
	acctest.WaitFor(d.t, "the disk is full", func() bool {
		err := d.write()
		return err != nil && d.refused(err)
	})
}

// write creates an object that takes a few pages.
func (d *fullDisk) write() error {
	d.written++
	settings := map[string]string{}
	for i := range 8 {
		settings[fmt.Sprint("note", i)] = strings.Repeat("x", 1000)
	}
	_, err := d.deployer.Connectors().Create(d.t.Context(), api.ConnectorCreate{
		Name: fmt.Sprintf("filler-%d", d.written), Owner: "team", Type: "custom", Settings: settings,
	})
	return err
}

// refused fails the test unless an error is that of a write that the disk does not take.
func (d *fullDisk) refused(err error) bool {
	d.t.Helper()
	var e *client.Error
	if !errors.As(err, &e) || e.Status != 503 || e.Code != api.CodeUnavailable ||
		!strings.Contains(err.Error(), "free space") {
		d.t.Fatalf("a write on a full disk: %v", err)
	}
	return true
}

func (d *fullDisk) get(path string) (status int, body string) {
	d.t.Helper()
	r, err := http.NewRequestWithContext(d.t.Context(), http.MethodGet, d.p.URL+path, nil)
	if err != nil {
		d.t.Fatal(err)
	}
	resp, err := http.DefaultClient.Do(r)
	if err != nil {
		d.t.Fatal(err)
	}
	defer resp.Body.Close()
	data, err := io.ReadAll(resp.Body)
	if err != nil {
		d.t.Fatal(err)
	}
	return resp.StatusCode, string(data)
}

// use introspects the token as its consumer does.
func (d *fullDisk) use() {
	d.t.Helper()
	got, err := d.runtime.Introspect(d.t.Context(), d.value, client.Presented{})
	if err != nil || !got.Active {
		d.t.Fatalf("introspection: %+v, %v", got, err)
	}
}

func (d *fullDisk) lastUsed() time.Time {
	d.t.Helper()
	got, err := d.deployer.ScopedTokens().Get(d.t.Context(), d.token)
	if err != nil || got.LastUsedAt == nil {
		d.t.Fatalf("%+v, %v", got, err)
	}
	return *got.LastUsedAt
}

// TestFullDisk fills the disk of the real program. Tokens are checked all the time, and their uses are written when
// there is space again.
func TestFullDisk(t *testing.T) {
	d := newFullDisk(t)
	d.use()
	before := d.lastUsed()
	d.fill()

	full := clock.System().Now()
	acctest.WaitFor(t, "a use is kept", func() bool {
		d.use()
		_, metrics := d.get("/metrics")
		return strings.Contains(metrics, "quickconnect_database_writable 0\n") &&
			strings.Contains(metrics, `quickconnect_uses_waiting{of="versions"} 1`+"\n")
	})
	if status, body := d.get("/readyz"); status != 503 || !strings.Contains(body, "free space") {
		t.Errorf("/readyz: %d %s", status, body)
	}
	if status, _ := d.get("/healthz"); status != 200 {
		t.Errorf("/healthz: %d", status)
	}
	if _, err := d.deployer.Identity(t.Context()); err != nil {
		t.Errorf("authentication: %v", err)
	}
	_, err := d.deployer.ScopedTokens().Reveal(t.Context(), d.token, 1)
	d.refused(err)
	_, err = d.deployer.ScopedTokens().Step(t.Context(), d.token, api.StepBegin, api.StepRequest{}, client.Write{})
	d.refused(err)
	for range 20 {
		d.use()
		d.refused(d.write())
	}
	const outage = "the database cannot be written"
	acctest.WaitFor(t, "the log has the outage", func() bool { return strings.Contains(d.p.Log(), outage) })
	if n := strings.Count(d.p.Log(), outage); n != 1 {
		t.Errorf("the log has the outage %d times:\n%s", n, d.p.Log())
	}

	d.limit(math.MaxUint64)
	acctest.WaitFor(t, "the platform is ready", func() bool { status, _ := d.get("/readyz"); return status == 200 })
	acctest.WaitFor(t, "the uses are written", func() bool {
		_, metrics := d.get("/metrics")
		return strings.Contains(metrics, `quickconnect_uses_waiting{of="versions"} 0`+"\n")
	})
	if used := d.lastUsed(); used.Before(full.Add(-time.Second)) || !used.After(before) {
		t.Errorf("last used at %s, before the disk was full at %s", used, full)
	}
	if err := d.write(); err != nil {
		t.Error(err)
	}
	if log := d.p.Log(); strings.Count(log, "can be written again") != 1 || strings.Contains(log, "request failed") {
		t.Errorf("log:\n%s", log)
	}
}

// TestStopOnFullDisk stops the program in order, and starts it again when there is space.
func TestStopOnFullDisk(t *testing.T) {
	d := newFullDisk(t)
	d.fill()
	acctest.WaitFor(t, "a use is kept", func() bool {
		d.use()
		_, metrics := d.get("/metrics")
		return strings.Contains(metrics, `quickconnect_uses_waiting{of="versions"} 1`+"\n")
	})
	d.p.Stop()
	if log := d.p.Log(); !strings.Contains(log, "kept in memory are lost") || !strings.Contains(log, `"uses":1`) {
		t.Errorf("the log does not say that a use is lost:\n%s", log)
	}
	d.p.Restart()
	d.use()
	if err := d.write(); err != nil {
		t.Error(err)
	}
}

// TestStartOnFullDisk says what to do.
func TestStartOnFullDisk(t *testing.T) {
	p := acctest.StartProcess(t)
	p.Stop()
	for name, dir := range map[string]string{"a new platform": t.TempDir(), "one that was stopped": p.DataDir} {
		t.Run(name, func(t *testing.T) {
			cmd := exec.CommandContext(t.Context(), "sh", "-c", `ulimit -f 4; exec "$0" "$@"`,
				p.Program(), "serve", "--data-dir", dir, "--listen", "127.0.0.1:0")
			out, err := cmd.CombinedOutput()
			if err == nil || !strings.Contains(string(out), "free space") || !strings.Contains(string(out), dir) {
				t.Errorf("%v: %s", err, out)
			}
		})
	}
}
