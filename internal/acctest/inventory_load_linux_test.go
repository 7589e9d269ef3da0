package acctest_test

import (
	"bytes"
	"fmt"
	"io"
	"os"
	"os/exec"
	"regexp"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/acctest"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/clock"
)

// pageMemory is more than a page takes, with what the collector has not freed yet: what a list may need more than a
// page with one entry.
const pageMemory = 48 << 10 // KiB

// TestInventoryOfMany reads the inventory with the command and with the data source. What the command needs does not
// depend on how many credentials there are; make campaign has 50,000.
func TestInventoryOfMany(t *testing.T) {
	n := sized(1100, 50_000)
	m := acctest.NewManyValues(t, "", n, false)
	m.UseAll()
	p := m.Start()
	few := listed(t, p, m, "--kind principals")
	for _, words := range []string{"", "--output json", "--riskiest 100", "--unused-for 90d"} {
		all, want := listed(t, p, m, words), few.found+n
		switch words {
		case "--riskiest 100":
			want = 100
		case "--unused-for 90d": // the principal is in use
			want = n
		}
		switch {
		case all.found != want:
			t.Errorf("inventory %s lists %d credentials, want %d", words, all.found, want)
		case all.memory > few.memory+pageMemory:
			t.Errorf("inventory %s needs %d KiB, and a list of %d credentials %d KiB", words, all.memory, few.found,
				few.memory)
		}
		t.Logf("%d credentials, quickconnect inventory %s: %s, %d MiB (%d MiB for %d)", n, words, all.took, all.memory>>10,
			few.memory>>10, few.found)
	}
	tf := acctest.NewCLI(t)
	for name, value := range map[string]string{
		"QUICKCONNECT_ENDPOINT": p.URL, "QUICKCONNECT_TENANT": acctest.Tenant,
		"QUICKCONNECT_ENVIRONMENT": acctest.Environment, "QUICKCONNECT_TOKEN": m.Deployer,
	} {
		tf.Set(name, value)
	}
	tf.Config(`data "quickconnect_credentials" "all" {
  riskiest = true
  limit    = 100
}

output "found" {
  value = "${length(data.quickconnect_credentials.all.credentials)} ${data.quickconnect_credentials.all.truncated}"
}
`)
	stop := make(chan uint64)
	go sample(stop)
	start := clock.System().Now()
	tf.Run("apply", "-auto-approve", "-input=false").Want(0).Has(`found = "100 true"`)
	stop <- 0
	took, heap := since(start), <-stop
	platform, _ := resident(p.Pid())
	t.Logf("%d credentials, data source with riskiest and a limit of 100, a whole apply: %s; heap of the process of the "+
		"test and the provider: %d MiB; most of the platform: %d MiB", n, took, heap>>20, platform>>10)
}

// sample looks at the heap until it is asked, and answers with the most that it saw.
func sample(stop chan uint64) {
	var most uint64
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	for {
		select {
		case <-stop:
			stop <- most
			return
		case <-tick.C:
			var s runtime.MemStats
			runtime.ReadMemStats(&s)
			most = max(most, s.HeapInuse)
		}
	}
}

// listing is what a run of quickconnect inventory came to.
type listing struct {
	found  int
	memory int // KiB
	took   time.Duration
}

// rows counts the entries of a table and of JSON, and keeps nothing.
type rows struct {
	entry *regexp.Regexp
	rest  []byte
	found int
}

func (r *rows) Write(p []byte) (int, error) {
	text := slices.Concat(r.rest, p)
	end := bytes.LastIndexByte(text, '\n') + 1
	r.found += len(r.entry.FindAll(text[:end], -1))
	r.rest = bytes.Clone(text[end:])
	return len(p), nil
}

func listed(t *testing.T, p *acctest.Process, m *acctest.ManyValues, words string) listing {
	t.Helper()
	out := &rows{entry: regexp.MustCompile(`(?m)^(prn_|tok_|con_)|^    "id": "`)}
	var stderr strings.Builder
	args := append([]string{"inventory"}, strings.Fields(words)...)
	cmd := exec.CommandContext(t.Context(), acctest.Quickconnect(t), args...)
	cmd.Stdout, cmd.Stderr = io.Writer(out), &stderr
	cmd.Env = []string{
		"QUICKCONNECT_ENDPOINT=" + p.URL, "QUICKCONNECT_TENANT=" + acctest.Tenant,
		"QUICKCONNECT_ENVIRONMENT=" + acctest.Environment, "QUICKCONNECT_TOKEN=" + m.Deployer,
	}
	start := clock.System().Now()
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	memory := memoryOf(cmd.Process.Pid)
	if err := cmd.Wait(); err != nil {
		t.Fatalf("quickconnect inventory %s: %v\n%s", words, err, stderr.String())
	}
	return listing{out.found, <-memory, since(start)}
}

// memoryOf looks at a process until it ends, and answers with the most memory that it had, in KiB. What the system says
// after the end would count the memory of the test too, whose copy the process was before it began.
func memoryOf(pid int) <-chan int {
	most := make(chan int, 1)
	go func() {
		last := 0
		tick := time.NewTicker(2 * time.Millisecond)
		defer tick.Stop()
		for range tick.C {
			now, ok := resident(pid)
			if !ok {
				most <- last
				return
			}
			last = now
		}
	}()
	return most
}

// since is how long something has taken by the clock of the machine.
func since(start time.Time) time.Duration {
	return clock.System().Now().Sub(start).Round(10 * time.Millisecond)
}

// resident is the most memory that a process had, in KiB. It is not ok once the process has ended.
func resident(pid int) (kib int, ok bool) {
	status, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
	_, after, found := strings.Cut(string(status), "VmHWM:")
	if err != nil || !found {
		return 0, false
	}
	kib, err = strconv.Atoi(strings.Fields(after)[0])
	return kib, err == nil
}
