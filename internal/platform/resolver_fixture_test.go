package platform_test

import (
	"context"
	"net"
	"net/netip"
	"sync"
)

// resolver is a fake DNS. Each lookup of a name takes its next answer, and repeats the last one.
type resolver struct {
	mu      sync.Mutex
	answers map[string][][]netip.Addr
}

// LookupNetIP serves egress.
func (r *resolver) LookupNetIP(_ context.Context, _, host string) ([]netip.Addr, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	answers := r.answers[host]
	if len(answers) == 0 {
		return nil, &net.DNSError{Err: "no such host", Name: host, IsNotFound: true}
	}
	if len(answers) > 1 {
		r.answers[host] = answers[1:]
	}
	return answers[0], nil
}

// is sets the answers for a name.
func (r *resolver) is(host string, answers ...string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	var list [][]netip.Addr
	for _, a := range answers {
		list = append(list, []netip.Addr{netip.MustParseAddr(a)})
	}
	r.answers[host] = list
}
