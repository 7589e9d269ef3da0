package acctest

import (
	"context"
	"errors"
	"net"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"strings"
	"sync/atomic"
	"testing"
	"time"
)

// Balancer is a load balancer in front of replicas. Each request has a connection of its own, to the next replica that
// takes it: a replica that does not listen is left out. A connection that breaks later is answered 502, because the
// balancer cannot know what was done. So is one whose replica does not answer in time.
type Balancer struct {
	// URL is where it listens.
	URL string

	addresses []string
	next      atomic.Uint64
	failed    atomic.Int64 // answers of replicas that say that something is wrong inside
	answers   atomic.Int64
	losing    atomic.Int64   // one answer of so many; 0: none
	taken     []atomic.Int64 // connections, by replica
}

// replicaPatience is more than a write waits for those before it.
const replicaPatience = 5 * time.Second

// StartBalancer starts a balancer in front of the replicas at these URLs. It ends with the test.
func StartBalancer(tb testing.TB, replicas ...string) *Balancer {
	tb.Helper()
	b := &Balancer{taken: make([]atomic.Int64, len(replicas))}
	for _, u := range replicas {
		b.addresses = append(b.addresses, strings.TrimPrefix(u, "http://"))
	}
	proxy := &httputil.ReverseProxy{
		Rewrite: func(r *httputil.ProxyRequest) { r.SetURL(&url.URL{Scheme: "http", Host: "replicas"}) },
		Transport: &http.Transport{
			DialContext: b.dial, DisableKeepAlives: true, ResponseHeaderTimeout: replicaPatience,
		},
		ModifyResponse: b.heed,
		ErrorHandler: func(w http.ResponseWriter, _ *http.Request, _ error) {
			w.WriteHeader(http.StatusBadGateway)
		},
	}
	server := httptest.NewServer(proxy)
	tb.Cleanup(server.Close)
	b.URL = server.URL
	return b
}

func (b *Balancer) dial(ctx context.Context, network, _ string) (net.Conn, error) {
	var failed error
	for range b.addresses {
		i := b.next.Add(1) % uint64(len(b.addresses))
		conn, err := new(net.Dialer).DialContext(ctx, network, b.addresses[i])
		if err == nil {
			b.taken[i].Add(1)
			return conn, nil
		}
		failed = errors.Join(failed, err)
	}
	return nil, failed
}

// heed sees an answer of a replica.
func (b *Balancer) heed(r *http.Response) error {
	if r.StatusCode == http.StatusInternalServerError {
		b.failed.Add(1)
	}
	if n := b.losing.Load(); n > 0 && b.answers.Add(1)%n == 0 {
		return errors.New("the connection broke before the answer")
	}
	return nil
}

// LoseOneOf makes one answer of n get lost: what was asked for is done, and the caller does not learn of it.
func (b *Balancer) LoseOneOf(n int64) { b.losing.Store(n) }

// Taken returns how many connections a replica has taken so far.
func (b *Balancer) Taken(replica int) int64 { return b.taken[replica].Load() }

// Failed returns how many requests replicas have answered with 500, which no fault around them is a reason for.
func (b *Balancer) Failed() int64 { return b.failed.Load() }
