package credentials

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/store"
)

var start = time.Date(2026, 5, 1, 12, 0, 0, 0, time.UTC)

func use(number int64, actor string, after time.Duration) Use {
	return Use{Number: number, Evidence: "introspection", Actor: actor, At: start.Add(after)}
}

// TestKeptIsOneOfEachVersionAndActor keeps the first use, which is evidence, and the last one.
func TestKeptIsOneOfEachVersionAndActor(t *testing.T) {
	k, ref := newKept(10), store.Ref{ID: "tok_1"}
	for i := range 1000 {
		k.add(ref, use(1, "gateway", time.Duration(i)*time.Second))
	}
	k.add(ref, use(1, "worker", 5*time.Second))
	k.add(ref, use(2, "gateway", 6*time.Second))
	want := []Use{
		use(1, "gateway", 0), use(1, "worker", 5*time.Second), use(2, "gateway", 6*time.Second),
		use(1, "gateway", 999*time.Second),
	}
	if diff := cmp.Diff(want, k.uses(ref)); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if k.count != 3 || k.lost != 0 {
		t.Errorf("%d are kept, %d lost", k.count, k.lost)
	}
}

func TestKeptIsBounded(t *testing.T) {
	k := newKept(2)
	for _, id := range []string{"tok_1", "tok_2", "tok_3", "tok_1", "tok_4"} {
		k.add(store.Ref{ID: id}, use(1, "gateway", time.Second))
	}
	if k.count != 2 || k.lost != 2 || len(k.refs()) != 2 {
		t.Errorf("%d are kept of %d objects, %d lost", k.count, len(k.refs()), k.lost)
	}
}

// TestDropLeavesWhatCameMeanwhile: a use that was seen again after it was written has to be written again.
func TestDropLeavesWhatCameMeanwhile(t *testing.T) {
	k, ref := newKept(10), store.Ref{ID: "tok_1"}
	k.add(ref, use(1, "gateway", 0))
	k.add(ref, use(2, "gateway", 0))
	written := k.uses(ref)
	k.add(ref, use(2, "gateway", time.Second))
	k.drop(ref, written)
	want := []Use{use(2, "gateway", 0), use(2, "gateway", time.Second)}
	if diff := cmp.Diff(want, k.uses(ref)); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	k.drop(ref, k.uses(ref))
	if k.count != 0 || len(k.of) != 0 {
		t.Errorf("%d are kept of %d objects", k.count, len(k.of))
	}
}
