package platform_test

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
)

// secretWorld is a world with one signing secret under a policy.
func secretWorld(t *testing.T, policy object) (*world, api.SigningSecret) {
	t.Helper()
	w := newWorld(t)
	return w, w.another("signing", policy)
}

// another is one more signing secret of a world, under a policy of its own.
func (w *world) another(name string, policy object) api.SigningSecret {
	w.t.Helper()
	name = slug(name)
	return w.newSecret(name, w.newEndpoint(name, w.newConnector(name, nil).ID, nil).ID, w.newPolicy(name, policy).ID, nil)
}

func (w *world) command(id, verb string, body object) api.SigningSecret {
	w.t.Helper()
	return decoded[api.SigningSecret](w.do("POST", pathSecrets+"/"+id+"/"+verb, body).want(200))
}

// TestSigningSecretSteps takes every step from the phase that it belongs to.
func TestSigningSecretSteps(t *testing.T) {
	w := newWorld(t)
	begun := func(w *world, id string) { w.turned(id, api.StepBegin, nil) }
	promoted := func(w *world, id string) {
		begun(w, id)
		w.turned(id, api.StepPromote, forced)
	}
	revoked := func(w *world, id string) { w.command(id, "revoke", object{"all": true, "reason": "test"}) }
	for name, x := range map[string]struct {
		prepare func(*world, string)
		step    string
		body    object
		phase   string
		valid   []int64
		version int64
		held    bool
		action  string
	}{
		"begin":           {nil, api.StepBegin, nil, api.PhaseStaged, []int64{1, 2}, 2, false, "begin"},
		"rotate":          {nil, api.StepRotate, nil, api.PhaseDraining, []int64{1, 2}, 2, false, "rotate"},
		"acknowledge":     {begun, api.StepAcknowledge, object{"version": 2}, api.PhaseStaged, []int64{1, 2}, 2, false, "acknowledge"},
		"promote":         {begun, api.StepPromote, object{"force": true, "reason": "r"}, api.PhaseDraining, []int64{1, 2}, 2, false, "promote"},
		"retire":          {promoted, api.StepRetire, object{"force": true, "reason": "r"}, api.PhaseStable, []int64{2}, 2, false, "retire"},
		"cancel":          {begun, api.StepCancel, nil, api.PhaseStable, []int64{1}, 1, true, "hold"},
		"rollback":        {promoted, api.StepRollback, nil, api.PhaseStaged, []int64{1, 2}, 1, true, "hold"},
		"reissue":         {revoked, api.StepReissue, nil, api.PhaseStable, []int64{2}, 2, false, "reissue"},
		"revoke all":      {begun, "revoke", object{"all": true, "reason": "r"}, api.PhaseRevoked, nil, 2, false, "revoke"},
		"revoke below":    {begun, "revoke", object{"below": 2, "reason": "r"}, api.PhaseStable, []int64{2}, 2, false, "revoke"},
		"revoke and hold": {begun, "revoke", object{"below": 2, "hold": true, "reason": "r"}, api.PhaseStable, []int64{2}, 2, true, "hold"},
		"hold":            {begun, "hold", object{"reason": "r"}, api.PhaseStaged, []int64{1, 2}, 2, true, "hold"},
	} {
		t.Run(name, func(t *testing.T) {
			w := w.in(t)
			s := w.another(name, object{"require_acknowledgement": false})
			if x.prepare != nil {
				x.prepare(w, s.ID)
			}
			path := pathSecrets + "/" + s.ID + "/rotation/" + x.step
			if x.step == "revoke" || x.step == "hold" {
				path = pathSecrets + "/" + s.ID + "/" + x.step
			}
			etag := w.secret(s.ID).Etag
			if x.body == nil {
				x.body = object{}
			}
			got := decoded[api.SigningSecret](w.do("POST", path, x.body, ifMatch(etag)).want(200))
			if got.Rotation.Phase != x.phase || got.Version != x.version || (got.Hold != nil) != x.held {
				t.Errorf("%+v", got)
			}
			if moved := got.Etag != etag; moved != (x.step != api.StepAcknowledge) {
				t.Errorf("etag %s, then %s", etag, got.Etag)
			}
			if diff := cmp.Diff(x.valid, w.validVersions(s.ID)); diff != "" {
				t.Errorf("valid (-want +got):\n%s", diff)
			}
			if diff := cmp.Diff(got, w.secret(s.ID)); diff != "" {
				t.Errorf("what was answered is not what is read:\n%s", diff)
			}
			if actions := w.actions(s.ID); actions[len(actions)-1] != x.action {
				t.Errorf("the audit ends with %v", actions)
			}
		})
	}
}

func TestSigningSecretStepsRefused(t *testing.T) {
	w, s := secretWorld(t, nil)
	w.turn(s.ID, api.StepRotate, nil).problem(api.CodeConflict, "") // the policy asks for an acknowledgement
	w.turn(s.ID, api.StepReissue, nil).problem(api.CodeConflict, "")
	w.turned(s.ID, api.StepBegin, nil)
	w.turn(s.ID, api.StepBegin, nil).problem(api.CodeConflict, "")
	w.turn(s.ID, api.StepPromote, nil).problem(api.CodeConflict, "")
	w.turn(s.ID, api.StepPromote, object{"force": true}).problem(api.CodeInvalid, "/reason")
	w.turn(s.ID, api.StepAcknowledge, object{"version": 1}).problem(api.CodeConflict, "")
	w.turned(s.ID, api.StepPromote, forced)
	w.turn(s.ID, api.StepRetire, nil).problem(api.CodeConflict, "")
	w.command(s.ID, "hold", because)
	w.turn(s.ID, api.StepRollback, nil).problem(api.CodeHeld, "")
	w.do("PATCH", pathSecrets+"/"+s.ID, object{"minimum_version": 3}).problem(api.CodeHeld, "")
	w.clock.Advance(time.Hour) // the overlap ends all the same
	if got := w.secret(s.ID); got.Rotation.Phase != api.PhaseStable || got.Rotation.Reason != api.ReasonHeld {
		t.Errorf("%+v", got)
	}
	w.turn(s.ID, api.StepBegin, nil).problem(api.CodeHeld, "")
	w.command(s.ID, "release", because)
	if got := w.turned(s.ID, api.StepBegin, nil); got.Version != 3 {
		t.Errorf("%+v", got)
	}
}

// TestSigningSecretDeadlines pass without anybody, and as if done at the deadline however late they are noticed.
func TestSigningSecretDeadlines(t *testing.T) {
	w := newWorld(t)
	for name, x := range map[string]struct {
		policy      object
		acknowledge bool
		wait        time.Duration
		phase       string
		valid       []int64
		ends        string // how the last of the versions to end did
		endedAt     time.Duration
	}{
		"the last moment of the stage":             {nil, false, 2*time.Hour - time.Microsecond, api.PhaseStaged, []int64{1, 2}, "", 0},
		"a stage that nobody acknowledged":         {nil, false, 2 * time.Hour, api.PhaseStable, []int64{1}, "stage_timeout", 2 * time.Hour},
		"a stage that somebody acknowledged":       {nil, true, 2 * time.Hour, api.PhaseDraining, []int64{1, 2}, "", 0},
		"a policy may promote it all the same":     {object{"on_stage_timeout": "promote"}, false, 2 * time.Hour, api.PhaseDraining, []int64{1, 2}, "", 0},
		"the last moment of the overlap":           {nil, true, 3*time.Hour - time.Microsecond, api.PhaseDraining, []int64{1, 2}, "", 0},
		"the overlap counts from the stage's end":  {nil, true, 3 * time.Hour, api.PhaseStable, []int64{2}, "overlap_ended", 3 * time.Hour},
		"two deadlines pass before anybody looks":  {nil, true, 50 * time.Hour, api.PhaseStable, []int64{2}, "overlap_ended", 3 * time.Hour},
		"one deadline long before anybody looks":   {nil, false, 50 * time.Hour, api.PhaseStable, []int64{1}, "stage_timeout", 2 * time.Hour},
		"a policy without an overlap ends at once": {object{"overlap": "0s"}, true, 2 * time.Hour, api.PhaseStable, []int64{2}, "overlap_ended", 2 * time.Hour},
	} {
		for _, sweeper := range []string{"read", "swept"} {
			t.Run(name+", "+sweeper, func(t *testing.T) {
				w := w.in(t)
				s := w.another(name+" "+sweeper, x.policy)
				start := w.clock.Now()
				w.turned(s.ID, api.StepBegin, nil)
				if x.acknowledge {
					w.turned(s.ID, api.StepAcknowledge, object{"version": 2})
				}
				w.clock.Advance(x.wait)
				if sweeper == "swept" {
					w.sweep()
				}
				if got := w.secret(s.ID); got.Rotation.Phase != x.phase || got.Hold != nil || got.Rotation.NextVersion != 3 {
					t.Errorf("%+v", got)
				}
				if diff := cmp.Diff(x.valid, w.validVersions(s.ID)); diff != "" {
					t.Errorf("valid (-want +got):\n%s", diff)
				}
				ended := ""
				for _, v := range w.secretVersions(s.ID) {
					if v.EndedAt == nil {
						continue
					}
					ended = v.EndReason
					if v.EndedBy != "platform" || !v.EndedAt.Equal(start.Add(x.endedAt)) {
						t.Errorf("%+v", v)
					}
					w.do("POST", secretRevealPath(s.ID, v.Version), nil).problem(api.CodeConflict, "")
				}
				if ended != x.ends {
					t.Errorf("ended %q, want %q", ended, x.ends)
				}
			})
		}
	}
}

// TestSecretStepsThatThePlatformDidItself succeed for who has seen nothing else happen, without being done again.
func TestSecretStepsThatThePlatformDidItself(t *testing.T) {
	w, s := secretWorld(t, nil)
	w.turned(s.ID, api.StepBegin, nil)
	planned := w.turned(s.ID, api.StepAcknowledge, object{"version": 2})
	w.clock.Advance(2 * time.Hour)
	promoted := decoded[api.SigningSecret](w.turn(s.ID, api.StepPromote, nil, ifMatch(planned.Etag)).want(200))
	if promoted.Rotation.Phase != api.PhaseDraining || promoted.Version != 2 {
		t.Errorf("%+v", promoted)
	}
	w.clock.Advance(time.Hour)
	retired := decoded[api.SigningSecret](w.turn(s.ID, api.StepRetire, nil, ifMatch(promoted.Etag)).want(200))
	if retired.Rotation.Phase != api.PhaseStable || retired.Version != 2 {
		t.Errorf("%+v", retired)
	}
	w.turn(s.ID, api.StepBegin, nil, ifMatch(promoted.Etag)).problem(api.CodePreconditionFailed, "")
	want := []string{"create", "begin", "acknowledge", "promote", "retire"}
	if diff := cmp.Diff(want, w.actions(s.ID)); diff != "" {
		t.Errorf("audit (-want +got):\n%s", diff)
	}
}

// TestAPolicyChangeComesTooLateForSigningSecrets: what has passed is settled under the policy as it was.
func TestAPolicyChangeComesTooLateForSigningSecrets(t *testing.T) {
	w, s := secretWorld(t, nil)
	w.turned(s.ID, api.StepBegin, nil)
	w.clock.Advance(time.Hour)
	w.do("PATCH", pathPolicies+"/"+s.RotationPolicyID, object{"max_stage": "30d", "overlap": "30d"}).want(200)
	if got := w.secret(s.ID); !got.Rotation.PendingExpiresAt.Equal(epoch.Add(2 * time.Hour)) {
		t.Errorf("a running deadline has moved: %+v", got)
	}
	w.clock.Advance(time.Hour)
	w.do("PATCH", pathPolicies+"/"+s.RotationPolicyID, object{"on_stage_timeout": "promote"}).want(200)
	if v := w.secretVersions(s.ID)[1]; v.State != "revoked" || v.EndReason != "stage_timeout" || !v.EndedAt.Equal(epoch.Add(2*time.Hour)) {
		t.Errorf("%+v", v)
	}
	// The same for another policy of the secret.
	w.turned(s.ID, api.StepBegin, nil)
	other := w.newPolicy("other", nil)
	w.clock.Advance(31 * 24 * time.Hour)
	w.patchSecret(s.ID, object{"rotation_policy_id": other.ID})
	if v := w.secretVersions(s.ID)[2]; v.State != "current" || v.PromotedBy != "platform" {
		t.Errorf("%+v", v)
	}
}

func TestSigningSecretMinimumVersion(t *testing.T) {
	w := newWorld(t)
	for name, x := range map[string]struct {
		steps   []string
		minimum int64
		valid   []int64
		phase   string
	}{
		"stable, nothing":   {nil, 1, []int64{1}, api.PhaseStable},
		"stable, next":      {nil, 2, []int64{2}, api.PhaseStable},
		"staged, nothing":   {[]string{api.StepBegin}, 1, []int64{1, 2}, api.PhaseStaged},
		"staged, pending":   {[]string{api.StepBegin}, 2, []int64{2}, api.PhaseStable},
		"staged, next":      {[]string{api.StepBegin}, 3, []int64{3}, api.PhaseStable},
		"draining, current": {[]string{api.StepRotate}, 2, []int64{2}, api.PhaseStable},
		"draining, next":    {[]string{api.StepRotate}, 3, []int64{3}, api.PhaseStable},
	} {
		t.Run(name, func(t *testing.T) {
			w := w.in(t)
			s := w.another(name, object{"require_acknowledgement": false})
			values := map[int64]string{1: w.revealSecret(s.ID, 1)}
			for _, step := range x.steps {
				w.turned(s.ID, step, nil)
				values[2] = w.revealSecret(s.ID, 2)
			}
			got := w.patchSecret(s.ID, object{"minimum_version": x.minimum})
			if got.Rotation.Phase != x.phase || got.Version != x.valid[len(x.valid)-1] || *got.MinimumVersion != x.minimum {
				t.Errorf("%+v", got)
			}
			if diff := cmp.Diff(x.valid, w.validVersions(s.ID)); diff != "" {
				t.Errorf("valid (-want +got):\n%s", diff)
			}
			value := w.revealSecret(s.ID, got.Version)
			for n, old := range values {
				if (n == got.Version) != (old == value) {
					t.Errorf("version %d has the value of version %d", got.Version, n)
				}
			}
		})
	}
}

// TestSigningSecretFallsDue at the interval of its policy, and when it was asked for.
func TestSigningSecretFallsDue(t *testing.T) {
	w, s := secretWorld(t, object{"max_age": "40d"})
	asked := w.patchSecret(s.ID, object{"rotation_requested": true, "rotate_when_changed": object{"commit": "1"}})
	if !asked.RotationRequested || asked.Rotation.Due != api.StepBegin || asked.Rotation.Reason != api.ReasonRequested {
		t.Errorf("%+v", asked)
	}
	w.turned(s.ID, api.StepBegin, nil)
	w.turned(s.ID, api.StepPromote, forced)
	w.clock.Advance(30*24*time.Hour - time.Second)
	if r := w.secret(s.ID).Rotation; r.Due != api.DueNone || r.Phase != api.PhaseStable {
		t.Errorf("%+v", r)
	}
	w.clock.Advance(time.Second)
	if r := w.secret(s.ID).Rotation; r.Due != api.StepBegin || r.Reason != api.ReasonInterval {
		t.Errorf("%+v", r)
	}
	w.clock.Advance(10 * 24 * time.Hour)
	if r := w.secret(s.ID).Rotation; r.Due != api.StepBegin || r.Reason != api.ReasonOverdue {
		t.Errorf("%+v", r)
	}
	w.command(s.ID, "revoke", object{"all": true, "reason": "test"})
	if r := w.secret(s.ID).Rotation; r.Due != api.StepReissue || r.Reason != api.ReasonRevoked {
		t.Errorf("%+v", r)
	}
}

// TestRepeatedBegin: one request, one version.
func TestRepeatedBegin(t *testing.T) {
	w, s := secretWorld(t, nil)
	first := w.turn(s.ID, api.StepBegin, nil, key("once"), ifMatch(s.Etag)).want(200)
	again := w.turn(s.ID, api.StepBegin, nil, key("once"), ifMatch(s.Etag)).want(200)
	if string(first.body) != string(again.body) {
		t.Errorf("(-first +again):\n%s", cmp.Diff(string(first.body), string(again.body)))
	}
	w.turn(s.ID, api.StepBegin, object{"reason": "another"}, key("once")).problem(api.CodeIdempotencyMismatch, "")
	w.turn(s.ID, api.StepBegin, nil, ifMatch(s.Etag)).problem(api.CodePreconditionFailed, "")
	if n := len(w.secretVersions(s.ID)); n != 2 {
		t.Errorf("%d versions, want 2", n)
	}
}
