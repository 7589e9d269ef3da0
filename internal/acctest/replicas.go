package acctest

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"sync"
	"syscall"
	"testing"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/pgtest"
)

// Replicas are several platforms as processes on one PostgreSQL database and one keyring, behind a load balancer.
type Replicas struct {
	*Balancer

	// All are the processes.
	All []*Process

	t        testing.TB
	cluster  *pgtest.Cluster
	database string
}

// StartReplicas starts n processes at once, on an empty database and an empty data directory. They end with the test.
func StartReplicas(tb testing.TB, n int, flags ...string) *Replicas {
	tb.Helper()
	r := &Replicas{t: tb, cluster: pgtest.Shared(tb)}
	r.database = r.cluster.Empty(tb)
	data := tb.TempDir()
	var starting sync.WaitGroup
	failed := make([]error, n)
	for i := range n {
		p := NewProcess(tb, data, flags...)
		// Not a flag: the commands beside the server need it too.
		p.platform.Env = append(p.platform.Env, "QUICKCONNECTD_DATABASE="+r.database)
		r.All = append(r.All, p)
		starting.Go(func() { failed[i] = p.platform.Start(tb.Context()) })
	}
	starting.Wait()
	if err := errors.Join(failed...); err != nil {
		tb.Fatal(err)
	}
	urls := make([]string, n)
	for i, p := range r.All {
		p.URL = p.platform.URL
		urls[i] = p.URL
	}
	r.Balancer = StartBalancer(tb, urls...)
	return r
}

// Terminate ends the session of one backend that works for the replicas, as a failover or an operator does. It prefers
// one that is in the middle of a transaction.
func (r *Replicas) Terminate() {
	r.t.Helper()
	r.cluster.Exec(r.t, fmt.Sprintf(`SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '%s'
		ORDER BY xact_start IS NULL, random() LIMIT 1`, pgtest.Name(r.database)))
}

// Leader returns the number of a process that says that it leads; -1 if none does. It does not ask the one that is left
// out, which may not answer; -1 leaves out none.
func (r *Replicas) Leader(leftOut int) int {
	r.t.Helper()
	for i := range r.All {
		if i != leftOut && r.check(i, "leader") == "this process leads" {
			return i
		}
	}
	return -1
}

// Follows reports whether a process says that another one leads.
func (r *Replicas) Follows(i int) bool {
	r.t.Helper()
	return r.check(i, "leader") == "another process leads"
}

// check returns the text of a check of readiness; empty where the process does not answer.
func (r *Replicas) check(i int, name string) string {
	req, err := http.NewRequestWithContext(r.t.Context(), http.MethodGet, r.All[i].URL+"/readyz", nil)
	if err != nil {
		r.t.Fatal(err)
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		return ""
	}
	defer resp.Body.Close()
	var ready struct {
		Checks []struct{ Name, Text string }
	}
	_ = json.NewDecoder(resp.Body).Decode(&ready) // a process that is killed in the middle has no checks
	for _, c := range ready.Checks {
		if c.Name == name {
			return c.Text
		}
	}
	return ""
}

// Pause stops a process where it is, as a machine does that has no memory left. Continue lets it go on.
func (r *Replicas) Pause(i int) { r.signal(i, syscall.SIGSTOP) }

// Continue ends Pause.
func (r *Replicas) Continue(i int) { r.signal(i, syscall.SIGCONT) }

func (r *Replicas) signal(i int, s syscall.Signal) {
	r.t.Helper()
	if err := syscall.Kill(r.All[i].Pid(), s); err != nil {
		r.t.Fatal(err)
	}
}
