package acctest

import (
	"bufio"
	"encoding/json"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/clock"
)

// Clients are the languages of the clients under examples/clients.
var Clients = []string{"go", "node", "python"}

// maxDriverLine is the longest answer of a driver.
const maxDriverLine = 4 << 20

// ClientDriver is a client from examples/clients as a process of its own, which does what a test says. Its clock is the
// test's.
type ClientDriver struct {
	t     testing.TB
	clock clock.Clock
	in    io.Writer
	out   *bufio.Scanner
	log   strings.Builder
}

// ClientCommand is what a driver is to do, as testdata/clients reads it.
type ClientCommand map[string]any

// ClientFailure is an error of a client: how it is the same in every language.
type ClientFailure struct {
	Kind       string  `json:"kind"`
	Code       string  `json:"code"`
	Status     int     `json:"status"`
	RetryAfter float64 `json:"retry_after"`
	Message    string  `json:"message"`
}

// Each is what came of something that was done several times at once: every different result and error.
type Each[T any] struct {
	Results []T             `json:"results"`
	Errors  []ClientFailure `json:"errors"`
}

var clientDrivers = map[string]struct {
	needs   string
	files   []string // below the root of the project
	command func(dir string) *exec.Cmd
}{
	"go": {
		needs:   "go",
		command: func(dir string) *exec.Cmd { return exec.Command(filepath.Join(dir, "driver")) },
	},
	"node": {
		needs:   "node",
		files:   []string{"examples/clients/node/quickconnect.mjs", "internal/acctest/testdata/clients/driver.mjs"},
		command: func(dir string) *exec.Cmd { return exec.Command("node", filepath.Join(dir, "driver.mjs")) },
	},
	"python": {
		needs:   "python3",
		files:   []string{"examples/clients/python/quickconnect.py", "internal/acctest/testdata/clients/driver.py"},
		command: func(dir string) *exec.Cmd { return exec.Command("python3", "-B", filepath.Join(dir, "driver.py")) },
	},
}

// StartClient starts the client in this language, with further variables in its environment. It ends with the test.
// Where the language is not installed, the test is skipped, but not in CI.
func StartClient(tb testing.TB, language string, at clock.Clock, env ...string) *ClientDriver {
	tb.Helper()
	made, known := clientDrivers[language]
	if !known {
		tb.Fatalf("there is no client in %q", language)
	}
	NeedsPrograms(tb, made.needs)
	dir := tb.TempDir()
	err := copyFiles(dir, made.files...)
	if language == "go" {
		dir, err = buildGoClient()
	}
	if err != nil {
		tb.Fatal(err)
	}
	d := &ClientDriver{t: tb, clock: at}
	cmd := made.command(dir)
	cmd.Env = append([]string{"PATH=" + os.Getenv("PATH"), "HOME=" + tb.TempDir()}, env...)
	cmd.Stderr = &d.log
	in, err := cmd.StdinPipe()
	if err != nil {
		tb.Fatal(err)
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		tb.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(func() {
		_ = in.Close()
		_ = cmd.Wait()
		if tb.Failed() && d.log.Len() > 0 {
			tb.Log(d.log.String())
		}
	})
	d.in, d.out = in, bufio.NewScanner(out)
	d.out.Buffer(nil, maxDriverLine)
	return d
}

// buildGoClient builds the driver beside a copy of the client: the tests leave nothing among the examples.
var buildGoClient = sync.OnceValues(func() (string, error) {
	root, err := Root()
	if err != nil {
		return "", err
	}
	built, err := makeBuiltDir()
	if err != nil {
		return "", err
	}
	dir := filepath.Join(built, "client-go")
	if err := os.CopyFS(dir, os.DirFS(filepath.Join(root, "examples", "clients", "go"))); err != nil {
		return "", err
	}
	driver := filepath.Join(root, "internal", "acctest", "testdata", "clients", "go")
	if err := os.CopyFS(filepath.Join(dir, "cmd"), os.DirFS(driver)); err != nil {
		return "", err
	}
	return dir, runIn(dir, "go", "build", "-o", "driver", "./cmd")
})

func copyFiles(dir string, files ...string) error {
	root, err := Root()
	if err != nil {
		return err
	}
	for _, name := range files {
		data, err := os.ReadFile(filepath.Join(root, filepath.FromSlash(name)))
		if err != nil {
			return err
		}
		if err := os.WriteFile(filepath.Join(dir, filepath.Base(name)), data, 0o600); err != nil {
			return err
		}
	}
	return nil
}

// Do has the driver do something. It decodes the result into out, or returns the error.
func (d *ClientDriver) Do(c ClientCommand, out any) *ClientFailure {
	d.t.Helper()
	c["now"] = float64(d.clock.Now().UnixNano()) / 1e9
	line, err := json.Marshal(c)
	if err != nil {
		d.t.Fatal(err)
	}
	if _, err := d.in.Write(append(line, '\n')); err != nil {
		d.t.Fatalf("%v: the driver has ended:\n%s", err, d.log.String())
	}
	if !d.out.Scan() {
		d.t.Fatalf("%v: the driver has ended (%v):\n%s", c["do"], d.out.Err(), d.log.String())
	}
	var answer struct {
		Result json.RawMessage
		Error  *ClientFailure
	}
	if err := json.Unmarshal(d.out.Bytes(), &answer); err != nil {
		d.t.Fatalf("%v: %v", c["do"], err)
	}
	if answer.Error != nil {
		return answer.Error
	}
	if out != nil {
		if err := json.Unmarshal(answer.Result, out); err != nil {
			d.t.Fatalf("%v: %v", c["do"], err)
		}
	}
	return nil
}

// Must is Do of what must not fail.
func (d *ClientDriver) Must(c ClientCommand, out any) {
	d.t.Helper()
	if failure := d.Do(c, out); failure != nil {
		d.t.Fatalf("%v: %+v", c["do"], *failure)
	}
}
