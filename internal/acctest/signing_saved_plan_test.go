package acctest_test

import (
	"net/http"
	"testing"
	"time"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
)

// A plan waits for its approval, and somebody moves the rotation first: the apply changes nothing and says to plan again, and that is the way out.
func TestSigningSavedPlanAfterTheWorldMoved(t *testing.T) {
	cancel, promote := signingStep(api.StepCancel, api.StepRequest{Reason: "broken"}), signingStep(api.StepPromote, nil)
	begin, rotate := signingStep(api.StepBegin, nil), signingStep(api.StepRotate, nil)
	theirs := func(s *signing) { signingStep(api.StepBegin, map[string]any{"secret": whsec("x")})(s) }
	for name, tc := range map[string]struct {
		rules, more string
		supplied    bool
		until       func(*signing)
		then        func(*signing) // configures
		step        string         // what the plan wants
		moved       func(*signing)
	}{
		"begin, somebody began":            {until: (*signing).due, step: `"stable" -> "staged"`, moved: begin},
		"begin, somebody set a hold":       {until: (*signing).due, step: `"stable" -> "staged"`, moved: (*signing).hold},
		"begin, somebody revoked":          {until: (*signing).due, step: `"stable" -> "staged"`, moved: (*signing).revoked},
		"rotate, somebody rotated":         {rules: withoutAcknowledgement, until: (*signing).due, step: `"stable" -> "draining"`, moved: rotate},
		"promote, somebody promoted":       {until: (*signing).proven, step: `"staged" -> "draining"`, moved: promote},
		"promote, somebody cancelled":      {until: (*signing).proven, step: `"staged" -> "draining"`, moved: cancel},
		"promote of keys, cancelled":       {more: ed25519Keys, until: (*signing).proven, step: `"staged" -> "draining"`, moved: cancel},
		"reissue, somebody reissued":       {until: (*signing).revoked, step: `"revoked" -> "stable"`, moved: signingStep(api.StepReissue, nil)},
		"a new value, somebody began":      {supplied: true, then: func(s *signing) { s.supply("b", "", "") }, step: "secret_wo has a new value", moved: theirs},
		"a new value, somebody set a hold": {supplied: true, then: func(s *signing) { s.supply("b", "", "") }, step: "secret_wo has a new value", moved: (*signing).hold},
		"minimum_version, somebody began": {
			then: func(s *signing) { s.config("", minimumVersion(2)) }, step: "minimum_version is raised", moved: begin,
		},
		"minimum_version and a new value, somebody began": {
			supplied: true, then: func(s *signing) { s.supply("b", "", minimumVersion(2)) }, step: "minimum_version is raised", moved: theirs,
		},
	} {
		t.Run(name, func(t *testing.T) {
			start := startSigning
			if tc.supplied {
				start = startSupplied
			}
			s := start(t, tc.rules, tc.more)
			if tc.until != nil {
				tc.until(s)
			}
			if tc.then != nil {
				tc.then(s)
			}
			s.tf.SavePlan("saved.tfplan").Has(tc.step)
			tc.moved(s)
			before := s.standing()

			s.tf.ApplyPlanFails("saved.tfplan").Has("Changed since the plan", "Run terraform plan again")

			if after := s.standing(); after != before {
				t.Errorf("the refused apply changed it\nbefore: %s\nafter:  %s", before, after)
			}
			if tc.supplied {
				return // what the next plan says of the configured value is tested with the supplied secrets
			}
			s.tf.Apply()
			s.tf.Plan(0)
		})
	}
}

// An edit is planned, and before its apply the platform's prober, a deadline or somebody moves the rotation. The apply edits and nothing more; what has
// moved is the next plan's, and the plan after its apply is clean.
func TestSigningEditWhileTheRotationMoves(t *testing.T) {
	promote := signingStep(api.StepPromote, nil)
	for name, tc := range map[string]struct {
		before    func(*signing)
		meanwhile func(*signing)
		code      int // of the next plan
		has       []string
		version   float64 // after the next apply
		signed    []int64
	}{
		"the prober proves it": {
			(*signing).staged, func(s *signing) { s.know(1, 2); s.p.Probe() }, 2, []string{`"staged" -> "draining"`, "version 2 was seen in use"}, 2, []int64{2, 1},
		},
		"the prober finds that it is not known": {(*signing).staged, func(s *signing) { s.p.Probe() }, 0, []string{"the receiver does not know the version yet"}, 2, []int64{1, 2}},
		"somebody acknowledges": {
			(*signing).staged, signingStep(api.StepAcknowledge, api.StepRequest{Version: new(int64(2))}), 2, []string{`"staged" -> "draining"`}, 2, []int64{2, 1},
		},
		"somebody begins": {nil, signingStep(api.StepBegin, nil), 0, []string{"waits to be seen in use"}, 2, []int64{1, 2}},
		"the prober proves it and somebody promotes": {
			(*signing).staged, func(s *signing) { s.know(1, 2); s.p.Probe(); promote(s) }, 0, nil, 2, []int64{2, 1},
		},
		"somebody cancels": {(*signing).staged, signingStep(api.StepCancel, api.StepRequest{Reason: "broken"}), 0, []string{"is on hold", "broken"}, 1, []int64{1}},
		"the stage ends, proven": {
			(*signing).staged, func(s *signing) { s.know(1, 2); s.p.Probe(); s.p.Clock.Advance(7 * day) }, 0, nil, 2, []int64{2, 1},
		},
		"the stage ends, not proven": {(*signing).staged, func(s *signing) { s.p.Clock.Advance(7 * day) }, 2, []string{"version 3 will be issued"}, 3, []int64{1, 3}},
		"the overlap ends":           {(*signing).draining, func(s *signing) { s.p.Clock.Advance(day) }, 0, nil, 2, []int64{2}},
		"it falls due":               {nil, (*signing).due, 2, []string{"version 2 will be issued"}, 2, []int64{1, 2}},
	} {
		t.Run(name, func(t *testing.T) {
			s := startSigning(t, "", "")
			if tc.before != nil {
				tc.before(s)
			}
			s.config("", `description = "Signs what is ordered."`)
			s.tf.SavePlan("edit.tfplan")
			tc.meanwhile(s)
			s.tf.ApplyPlan("edit.tfplan")
			if got := s.object().Description; got == nil || *got != "Signs what is ordered." {
				t.Error("the description was not edited")
			}
			next := s.tf.Plan(tc.code).Has(tc.has...)
			if len(tc.has) == 0 {
				next.Silent()
			}
			s.tf.Apply()
			s.want(tc.version, nil)
			s.tf.Plan(0)
			s.deliver(tc.signed...)
		})
	}
}

// An edit of a resource with a supplied secret leaves the version open in the plan. What somebody begins meanwhile is theirs: the next plan warns, without an
// error about a value that nobody has changed, and once their rotation has ended the configured value is what counts.
func TestSigningEditOfASuppliedSecretWhileSomebodyBegins(t *testing.T) {
	const rules = "max_stage = \"2d\"\n"
	for name, number := range map[string]string{"without number": "", "with number": secretNumber1} {
		t.Run(name, func(t *testing.T) {
			s := startSupplied(t, rules, number)
			s.supply("a", rules, number+`description = "Signs what is ordered."`)
			s.tf.SavePlan("edit.tfplan").HasNot("Warning:")
			signingStep(api.StepBegin, map[string]any{"secret": whsec("x")})(s)
			s.tf.ApplyPlan("edit.tfplan")
			s.tf.Plan(0).Has(`"orders" does not have the configured value`, "The phase ends at 2026-05-03T12:00:00Z")
			s.deliver(1, 2)
			s.h.Know(whsec("x"))
			s.p.Probe()
			signingStep(api.StepPromote, nil)(s)
			s.p.Clock.Advance(day)
			s.tf.Plan(2).Has("begins: version 3 will be issued", "the platform does not have the configured value of secret_wo")
			s.tf.Apply()
			wantSupplied(t, s.p, 3, api.PhaseStaged, whsec("a"))
		})
	}
}

// What the platform did by itself at the deadline, a saved plan does not do again, and is no error.
func TestSigningSavedPromotionAfterTheDeadline(t *testing.T) {
	for name, tc := range map[string]struct {
		late  time.Duration
		phase string
	}{
		"the stage has ended":            {7*day + time.Hour, "draining"},
		"and the overlap has ended, too": {9 * day, "stable"},
	} {
		t.Run(name, func(t *testing.T) {
			s := startSigning(t, "", "")
			s.proven()
			s.tf.SavePlan("promote.tfplan")
			s.p.Clock.Advance(tc.late)
			s.deliver(map[string][]int64{"draining": {2, 1}, "stable": {2}}[tc.phase]...)
			s.tf.ApplyPlan("promote.tfplan")
			s.tf.Plan(0).Silent()
			s.tf.Apply()
			s.want(2, map[string]any{"phase": tc.phase, "current_version": 2.0, "next_version": 3.0})
			if v := versionOf(versions(s.p, api.KindSigningSecrets, "orders"), 2); v.PromotedBy != "platform" {
				t.Errorf("promoted by %q", v.PromotedBy)
			}
		})
	}
}

// Deleted between plan and apply, it cannot be changed any more. The next plan makes it anew, with the next number.
func TestSigningSavedPlanOfWhatSomebodyDeletes(t *testing.T) {
	s := startSigning(t, "", "")
	s.due()
	s.tf.SavePlan("begin.tfplan")
	s.p.As(api.RoleOperator).Delete(api.KindSigningSecrets, "orders").Want(http.StatusNoContent)
	s.tf.ApplyPlanFails("begin.tfplan").Has("Run terraform plan again", "It was deleted after the plan was made")
	s.tf.Plan(2).Has(theSigning + " will be created")
	s.tf.Apply()
	s.want(2, map[string]any{"phase": "stable", "current_version": 2.0})
	s.know(2)
	s.deliver(2)
	s.tf.Plan(0).Silent()
}
