package deliveries

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/store"
)

var (
	staging    = store.Scope{Tenant: "acme", Environment: "staging"}
	production = store.Scope{Tenant: "acme", Environment: "production"}
)

// at returns places of an environment, each at a host of its own, or all at one host.
func at(scope store.Scope, n int, host string, as place) (out []place) {
	for i := range n {
		p := as
		p.ref = store.Ref{Scope: scope, ID: fmt.Sprintf("%s-%s-%d", scope.Environment, host, i)}
		if p.host = host; host == "" {
			p.host = fmt.Sprintf("%s-%d.example", scope.Environment, i)
		}
		p.origin = p.host + ":443"
		out = append(out, p)
	}
	return out
}

func scopes(n int) (out []store.Scope) {
	for i := range n {
		out = append(out, store.Scope{Tenant: fmt.Sprint("t", i), Environment: "production"})
	}
	return out
}

func TestAssign(t *testing.T) {
	answered, late, fresh := place{}, place{late: true}, place{fresh: true}
	good := at(production, 1, "good", answered)
	for name, c := range map[string]struct {
		running, waiting []place
		want             int
	}{
		"one environment":               {nil, at(staging, 20, "", answered), 16},
		"half of it timed out":          {nil, at(staging, 20, "", late), 8},
		"half of it is at new hosts":    {nil, at(staging, 20, "", fresh), 8},
		"one host":                      {nil, at(staging, 20, "h", answered), 8},
		"one host that times out":       {nil, at(staging, 20, "h", late), 4},
		"a new host gets one at a time": {nil, at(staging, 20, "h", fresh), 1},
		"also later":                    {at(staging, 1, "h", fresh), at(staging, 20, "h", fresh)[1:], 0},
		"two environments share a host": {
			nil, append(at(staging, 20, "h", answered), at(production, 20, "h", answered)...),
			16,
		},
		"a full environment": {
			at(staging, 16, "", answered),
			append(at(staging, 17, "", answered)[16:], good...), 1,
		},
		"a hung environment": {at(staging, 8, "", late), append(at(staging, 17, "", late)[8:], good...), 1},
		"hung at the same host": {
			at(staging, 4, "good", late), append(at(staging, 17, "good", late)[4:], good...),
			1,
		},
		"hung at the same new host": {
			at(staging, 1, "good", fresh),
			append(at(staging, 17, "good", fresh)[1:], at(production, 1, "good", fresh)...), 1,
		},
		"an answer beside those that are": {at(staging, 8, "", late), at(staging, 1, "h", answered), 1},
	} {
		if got := assign(c.running, c.waiting); len(got) != c.want {
			t.Errorf("%s: %d get a place, want %d", name, len(got), c.want)
		}
	}
}

// TestEveryEnvironmentGetsAPlace: environments that fill all places but the reserve leave one for each that has none.
func TestEveryEnvironmentGetsAPlace(t *testing.T) {
	var running, waiting []place
	for _, s := range scopes(10) {
		waiting = append(waiting, at(s, 16, s.Tenant, place{})...)
	}
	for _, i := range assign(nil, waiting) {
		running = append(running, waiting[i])
	}
	if len(running) != placesAtOnce-placesForFirst {
		t.Fatalf("%d have a place", len(running))
	}
	for n := range placesForFirst {
		more := at(store.Scope{Tenant: fmt.Sprint("more", n), Environment: "e"}, 2, "", place{})
		chosen := assign(running, more)
		if len(chosen) != 1 {
			t.Fatalf("environment %d gets %d places", n, len(chosen))
		}
		running = append(running, more[chosen[0]])
	}
	if got := assign(running, at(staging, 1, "", place{})); len(got) != 0 {
		t.Errorf("%d places more than there are", len(got))
	}
}

// TestEveryTenantHasItsShareOfAHost: who comes first does not take all.
func TestEveryTenantHasItsShareOfAHost(t *testing.T) {
	var waiting []place
	for _, s := range scopes(5) {
		waiting = append(waiting, at(s, 20, "shared", place{})...)
	}
	got := map[string]int{}
	for _, i := range assign(nil, waiting) {
		got[waiting[i].ref.Scope.Tenant]++
	}
	if diff := cmp.Diff(map[string]int{"t0": 3, "t1": 3, "t2": 3, "t3": 3, "t4": 3}, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// TestOrderOfTurns: who answered last goes before a new host, that before who timed out, and otherwise who had no turn
// for longest.
func TestOrderOfTurns(t *testing.T) {
	waiting := slices.Concat(
		at(staging, 1, "late", place{late: true}), at(staging, 1, "new", place{fresh: true}),
		at(staging, 1, "b", place{turn: 2}), at(staging, 1, "a", place{turn: 1}),
		at(production, 1, "c", place{turn: 9}))
	var got []string
	for _, i := range assign(nil, waiting) {
		got = append(got, waiting[i].host)
	}
	if diff := cmp.Diff([]string{"a", "c", "b", "new", "late"}, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestSlots(t *testing.T) {
	now := time.Date(2026, 5, 1, 12, 0, 0, 0, time.UTC)
	waker := NewWaker()
	s := newSlots(waker)
	due := func(n int, url string) (out []store.DueEndpoint) {
		for i := range n {
			out = append(out, store.DueEndpoint{Ref: store.Ref{Scope: staging, ID: fmt.Sprint(i)}, URL: url})
		}
		return out
	}
	const url = "https://Hooks.example:444/a"
	first := s.begin(due(2, url), now)
	if len(first) != 1 || first[0].host != "hooks.example" || first[0].attempts() != 1 {
		t.Fatalf("%+v", first)
	}
	if _, more := s.goOn(first[0]); more {
		t.Error("it goes on while another endpoint waits")
	}
	s.accept(staging, url)
	if got := s.begin(due(2, url), now); len(got) != 1 || got[0].ref.ID != "1" || got[0].attempts() != attemptsAtOnce {
		t.Errorf("%+v", got)
	}
	if p, more := s.goOn(first[0]); !more || p.attempts() != attemptsAtOnce {
		t.Errorf("%+v %v", p, more)
	}
	// After a failure of the platform it waits, and is forgotten with its queue.
	s.end("0", now, ending{failed: true})
	if got := s.begin(due(1, url), now.Add(firstBackoff-1)); len(got) != 0 || len(waker) != 0 {
		t.Errorf("%+v", got)
	}
	s.end("1", now, ending{})
	if len(waker) != 1 {
		t.Error("nobody is woken")
	}
	if got := s.begin(due(1, url), now.Add(firstBackoff)); len(got) != 1 {
		t.Errorf("%+v", got)
	}
	s.end("0", now, ending{failed: true})
	s.begin(nil, now)
	if len(s.running)+len(s.backoffs)+len(s.turns) != 0 {
		t.Errorf("%+v", s)
	}
	for i := range originsKept {
		s.accept(staging, fmt.Sprintf("https://%d.example", i))
	}
	if len(s.accepted) > originsKept {
		t.Errorf("%d origins are kept", len(s.accepted))
	}
}
