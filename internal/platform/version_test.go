package platform_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
)

var minimumCases = map[string]struct {
	prepare func(w *world, id string)
	minimum int64
	valid   []int64
	phase   string
	version int64
}{
	"stable, next":        {func(*world, string) {}, 2, []int64{2}, api.PhaseStable, 2},
	"stable, nothing":     {func(*world, string) {}, 1, []int64{1}, api.PhaseStable, 1},
	"staged, pending":     {(*world).begun, 2, []int64{2}, api.PhaseStable, 2},
	"staged, next":        {(*world).begun, 3, []int64{3}, api.PhaseStable, 3},
	"staged, nothing":     {(*world).begun, 1, []int64{1, 2}, api.PhaseStaged, 2},
	"draining, current":   {(*world).drained, 2, []int64{2}, api.PhaseStable, 2},
	"draining, next":      {(*world).drained, 3, []int64{3}, api.PhaseStable, 3},
	"rolled back":         {(*world).rolledBack, 2, []int64{2}, api.PhaseStable, 2},
	"revoked":             {(*world).revoked, 2, nil, api.PhaseRevoked, 1},
	"a gap, the next one": {(*world).cancelled, 3, []int64{3}, api.PhaseStable, 3},
}

func TestMinimumVersion(t *testing.T) {
	eachKind(t, func(t *testing.T, w *world, k api.Kind) {
		for name, x := range minimumCases {
			t.Run(name, func(t *testing.T) {
				w := w.in(t)
				o := w.createUnder(nil, k, name)
				x.prepare(w, o.ID)
				values := w.values(o.ID)
				got := w.change(o.ID, object{"minimum_version": x.minimum})
				if got.Rotation.Phase != x.phase || got.Version != x.version || *got.MinimumVersion != x.minimum {
					t.Errorf("%+v", got)
				}
				for n, value := range w.values(o.ID) {
					for m, old := range values {
						if (n == m) != (value == old) {
							t.Errorf("version %d has the value of version %d", n, m)
						}
					}
					values[n] = value
				}
				w.wantValid(o.ID, values, x.valid...)
				lower := w.change(o.ID, object{"minimum_version": 1})
				if lower.Version != x.version || lower.Rotation.Phase != x.phase {
					t.Errorf("a lower minimum had an effect: %+v", lower)
				}
			})
		}
	})
}

func TestNumbersContinueUnderAName(t *testing.T) {
	eachKind(t, func(t *testing.T, w *world, k api.Kind) {
		policy := w.newPolicy("monthly", nil).ID
		other := api.ScopedTokens
		if k == other {
			other = api.SigningSecrets
		}
		w.create(other, "a", policy, object{"minimum_version": 100}) // the names of another kind do not count
		a := w.create(k, "a", policy, nil)
		w.cancelled(a.ID)
		w.delete(a.ID)
		again := w.create(k, "a", policy, nil)
		if again.Version != 3 || again.Rotation.NextVersion != 4 || again.ID == a.ID {
			t.Errorf("created again: %+v", again)
		}
		w.delete(again.ID)
		high := w.create(k, "a", policy, object{"minimum_version": 10})
		if high.Version != 10 || high.Rotation.NextVersion != 11 {
			t.Errorf("with a minimum: %+v", high)
		}
		low := w.create(k, "b", policy, object{"minimum_version": 5})
		if low.Version != 5 {
			t.Errorf("a new name with a minimum: version %d, want 5", low.Version)
		}
		// A renamed object continues the numbers of its new name. The old name keeps its own.
		w.delete(low.ID)
		fresh := w.create(k, "fresh", policy, nil)
		renamed := w.change(fresh.ID, object{"name": "b"})
		if fresh.Version != 1 || renamed.Version != 1 || renamed.Rotation.NextVersion != 6 {
			t.Errorf("renamed: %+v", renamed)
		}
		w.begun(fresh.ID)
		if got := w.state(fresh.ID); got.Version != 6 {
			t.Errorf("begun after the rename: version %d, want 6", got.Version)
		}
		if got := w.create(k, "fresh", policy, nil); got.Version != 2 {
			t.Errorf("created under the old name: version %d, want 2", got.Version)
		}
	})
}

func TestReveal(t *testing.T) {
	eachKind(t, func(t *testing.T, w *world, k api.Kind) {
		o := w.createUnder(nil, k, "revealed")
		got := w.as(api.RolePlanner, "POST", revealPath(o.ID, 1), nil, key("k")).want(200)
		first := decoded[revealed](got)
		if got.header.Get("Cache-Control") != "no-store" || first.Version != 1 || first.ExpiresAt != nil {
			t.Errorf("version %d, ends %v, headers %v", first.Version, first.ExpiresAt, got.header)
		}
		if again := w.reveal(o.ID, 1); again != first.Value {
			t.Error("two reveals give two values")
		}
		w.begun(o.ID)
		pending := decoded[revealed](w.do("POST", revealPath(o.ID, 2), nil).want(200))
		if pending.ExpiresAt == nil || !pending.ExpiresAt.Equal(*w.state(o.ID).Rotation.PendingExpiresAt) {
			t.Errorf("the pending version ends %v", pending.ExpiresAt)
		}
		w.step(o.ID, api.StepCancel, nil).want(200)
		p := w.do("POST", revealPath(o.ID, 2), nil).problem(api.CodeConflict, "")
		if !strings.Contains(p.Detail, "version 1") {
			t.Errorf("the problem does not name the version to reveal: %s", p.Detail)
		}
		w.do("POST", revealPath(o.ID, 3), nil).problem(api.CodeNotFound, "")
		w.do("POST", revealPath(o.ID, 1)+"x", nil).problem(api.CodeNoSuchRoute, "")
		w.do("POST", strings.Replace(revealPath(o.ID, 1), "/1/", "/one/", 1), nil).problem(api.CodeInvalid, "")
		if got := w.state(o.ID).Etag; got != "3" {
			t.Errorf("etag %s, want 3: a reveal is no change", got)
		}
		w.revoked(o.ID)
		w.do("POST", revealPath(o.ID, 1), nil).problem(api.CodeConflict, "")
		var versions []string
		for _, e := range w.audited(o.ID, "reveal") {
			versions = append(versions, e.Detail["versions"])
			if e.RequestID == "" || !strings.HasPrefix(e.Actor, "prn_") {
				t.Errorf("%+v", e)
			}
		}
		if diff := cmp.Diff([]string{"1", "1", "2"}, versions); diff != "" {
			t.Errorf("reveals in the audit (-want +got):\n%s", diff)
		}
	})
}
