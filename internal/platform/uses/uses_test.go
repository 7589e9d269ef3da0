package uses_test

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"net/netip"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/uses"
)

var start = time.Date(2026, 5, 1, 12, 0, 0, 0, time.UTC)

func at(seconds int) time.Time { return start.Add(time.Duration(seconds) * time.Second) }

func span(first, last int, count int64) uses.Span {
	return uses.Span{First: at(first), Last: at(last), Count: count}
}

func use(second int, from, by string, scopes ...string) uses.Use {
	u := uses.Use{At: at(second), By: uses.Consumer{How: "introspection", Actor: by}, Scopes: scopes}
	u.From, _ = netip.ParseAddr(from)
	return u
}

func sum(l uses.Limits, all ...uses.Use) *uses.Summary {
	s := &uses.Summary{}
	for _, u := range all {
		s.Add(u, l)
	}
	return s
}

func by(actor string) uses.Consumer { return uses.Consumer{How: "introspection", Actor: actor} }

var equal = cmp.Options{
	cmpopts.IgnoreFields(uses.Summary{}, "Activity"), cmpopts.EquateEmpty(),
	cmp.Comparer(func(a, b netip.Prefix) bool { return a == b }),
}

func TestNetwork(t *testing.T) {
	for from, want := range map[string]string{
		"192.0.2.7": "192.0.2.0/24", "::ffff:192.0.2.7": "192.0.2.0/24", "2001:db8:1:2::7": "2001:db8:1::/48",
		"2001:db8:1:ffff::1%eth0": "2001:db8:1::/48",
	} {
		if got := uses.Network(netip.MustParseAddr(from)).String(); got != want {
			t.Errorf("%s counts for %s, want %s", from, got, want)
		}
	}
}

// TestMerge has one line for each way in which two summaries meet.
func TestMerge(t *testing.T) {
	few := uses.Limits{Networks: 2, Consumers: 2, Scopes: 1}
	network := netip.MustParsePrefix
	for name, tc := range map[string]struct {
		stored, more []uses.Use
		want         uses.Summary
	}{
		"nothing and nothing": {},
		"the first use": {
			more: []uses.Use{use(3, "192.0.2.7", "a", "m:r")},
			want: uses.Summary{
				Span:      span(3, 3, 1),
				Networks:  uses.Counts[netip.Prefix]{network("192.0.2.0/24"): span(3, 3, 1)},
				Consumers: uses.Counts[uses.Consumer]{by("a"): span(3, 3, 1)},
				Scopes:    uses.Counts[string]{"m:r": span(3, 3, 1)},
			},
		},
		"the same consumer again, of the same network": {
			stored: []uses.Use{use(1, "192.0.2.7", "a", "m:r")}, more: []uses.Use{use(9, "192.0.2.200", "a", "m:r")},
			want: uses.Summary{
				Span:      span(1, 9, 2),
				Networks:  uses.Counts[netip.Prefix]{network("192.0.2.0/24"): span(1, 9, 2)},
				Consumers: uses.Counts[uses.Consumer]{by("a"): span(1, 9, 2)},
				Scopes:    uses.Counts[string]{"m:r": span(1, 9, 2)},
			},
		},
		"uses that were kept, and are older than what is stored": {
			stored: []uses.Use{use(9, "", "a")}, more: []uses.Use{use(1, "", "a")},
			want: uses.Summary{
				Span: span(1, 9, 2), Consumers: uses.Counts[uses.Consumer]{by("a"): span(1, 9, 2)}, Unscoped: 2,
			},
		},
		"more than the limits, the first ones stay": {
			stored: []uses.Use{use(1, "192.0.2.7", "a", "m:r")},
			more: []uses.Use{
				use(4, "198.51.100.1", "d", "m:s"), use(3, "203.0.113.1", "b", "m:s"), use(5, "203.0.113.1", "d", "m:r"),
			},
			want: uses.Summary{
				Span: span(1, 5, 4),
				Networks: uses.Counts[netip.Prefix]{
					network("192.0.2.0/24"): span(1, 1, 1), network("203.0.113.0/24"): span(3, 5, 2),
				},
				Consumers: uses.Counts[uses.Consumer]{by("a"): span(1, 1, 1), by("b"): span(3, 3, 1)},
				Scopes:    uses.Counts[string]{"m:r": span(1, 5, 2)},
				Others:    uses.Others{Networks: 1, Consumers: 2, Scopes: 2},
			},
		},
		"two scopes in one use": {
			more: []uses.Use{use(1, "", "a", "m:r", "m:s")},
			want: uses.Summary{
				Span: span(1, 1, 1), Consumers: uses.Counts[uses.Consumer]{by("a"): span(1, 1, 1)},
				Scopes: uses.Counts[string]{"m:r": span(1, 1, 1)}, Others: uses.Others{Scopes: 1},
			},
		},
	} {
		t.Run(name, func(t *testing.T) {
			got, more := sum(few, tc.stored...), sum(uses.PerVersion, tc.more...)
			before, size := sum(uses.PerVersion, tc.more...), got.Size()
			if added := got.Merge(more, few); added != got.Size()-size {
				t.Errorf("%d are said to be new, of %d after %d", added, got.Size(), size)
			}
			if diff := cmp.Diff(&tc.want, got, equal); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
			if diff := cmp.Diff(before, more, equal); diff != "" {
				t.Errorf("merging changed what was merged:\n%s", diff)
			}
			text, err := json.Marshal(got.Consumers)
			var read uses.Counts[uses.Consumer]
			if err == nil {
				err = json.Unmarshal(text, &read)
			}
			if diff := cmp.Diff(got.Consumers, read, equal); err != nil || diff != "" {
				t.Errorf("read again: %v %s", err, diff)
			}
		})
	}
}

// TestNoUseIsLost: however uses are cut into summaries, their number is what the entries and the others add up to.
func TestNoUseIsLost(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	for round := range 200 {
		var all []uses.Use
		stored := &uses.Summary{}
		limits := uses.Limits{Networks: random.IntN(5), Consumers: random.IntN(5), Scopes: random.IntN(3)}
		for range random.IntN(5) {
			batch := &uses.Summary{}
			for range random.IntN(20) {
				from, by := fmt.Sprintf("192.0.%d.1", random.IntN(8)), fmt.Sprint(random.IntN(8))
				u := use(random.IntN(100), from, by, fmt.Sprint(random.IntN(4)))
				all = append(all, u)
				batch.Add(u, uses.PerVersion)
			}
			stored.Merge(batch, limits)
		}
		want := sum(uses.PerVersion, all...)
		if stored.Span != want.Span {
			t.Fatalf("round %d: %+v, want %+v", round, stored.Span, want.Span)
		}
		got := [3]int64{stored.Others.Networks, stored.Others.Consumers, stored.Others.Scopes}
		for _, s := range stored.Networks {
			got[0] += s.Count
		}
		for _, s := range stored.Consumers {
			got[1] += s.Count
		}
		for _, s := range stored.Scopes {
			got[2] += s.Count
		}
		if n := int64(len(all)); got != [3]int64{n, n, n} {
			t.Fatalf("round %d: %d uses, counted as %v", round, n, got)
		}
		if len(stored.Networks) > limits.Networks || len(stored.Consumers) > limits.Consumers ||
			len(stored.Scopes) > limits.Scopes {
			t.Fatalf("round %d: %+v is over %+v", round, stored, limits)
		}
	}
}
