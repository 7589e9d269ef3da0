package acctest_test

import (
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"testing"
	"time"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/acctest"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
)

func TestSavedPlanAfterTheWorldMoved(t *testing.T) {
	t.Parallel()
	patched := func(p *acctest.Platform) {
		p.As(api.RoleOperator).Patch(api.KindScopedTokens, "notifier", map[string]any{"description": "by hand"}).Want(http.StatusOK)
	}
	held := func(p *acctest.Platform) {
		p.As(api.RoleSecurity).Verb(api.KindScopedTokens, "notifier", "hold", api.HoldRequest{Reason: "investigating"}).Want(http.StatusOK)
	}
	for _, c := range []struct {
		name   string
		policy string
		until  func(*acctest.Platform)
		step   string // what the plan wants
		moved  func(*acctest.Platform)
	}{
		{"begin, someone else began", "", untilDue, `"stable" -> "staged"`, stepBy(api.StepBegin, api.StepRequest{})},
		{"begin, someone patched the token", "", untilDue, `"stable" -> "staged"`, patched},
		{"begin, someone set a hold", "", untilDue, `"stable" -> "staged"`, held},
		{"begin, someone revoked it", "", untilDue, `"stable" -> "staged"`, untilRevoked},
		{"rotate, someone else rotated", withoutAcknowledgement, untilDue, `"stable" -> "draining"`, stepBy(api.StepRotate, api.StepRequest{})},
		{"rotate, someone rotated and the overlap has ended", withoutAcknowledgement, untilDue, `"stable" -> "draining"`, func(p *acctest.Platform) {
			stepBy(api.StepRotate, api.StepRequest{})(p)
			p.Clock.Advance(2 * day)
		}},
		{"rotate, the policy now asks for an acknowledgement", withoutAcknowledgement, untilDue, `"stable" -> "draining"`, func(p *acctest.Platform) {
			p.As(api.RoleOperator).Patch(api.KindRotationPolicies, "monthly", map[string]any{"require_acknowledgement": true}).Want(http.StatusOK)
		}},
		{"promote, someone promoted by hand", "", untilAcknowledged, `"staged" -> "draining"`, stepBy(api.StepPromote, api.StepRequest{})},
		{"promote, someone cancelled", "", untilAcknowledged, `"staged" -> "draining"`, stepBy(api.StepCancel, api.StepRequest{Reason: "broken"})},
		{"promote, someone patched the token", "", untilAcknowledged, `"staged" -> "draining"`, patched},
		{"retire, someone retired by hand", withoutAcknowledgement + `quiet_period = "1h"`, untilQuiet, `"draining" -> "stable"`, stepBy(api.StepRetire, api.StepRequest{})},
		{"retire, someone rolled back", withoutAcknowledgement + `quiet_period = "1h"`, untilQuiet, `"draining" -> "stable"`, stepBy(api.StepRollback, api.StepRequest{Reason: "broken"})},
		{"retire, the old version is in use again", withoutAcknowledgement + `quiet_period = "1h"`, untilQuiet, `"draining" -> "stable"`, func(p *acctest.Platform) {
			p.As(api.RoleRuntime).Introspect(p.As(api.RoleDeployer).Reveal("notifier", 1))
		}},
		{"reissue, someone reissued", "", untilRevoked, `"revoked" -> "stable"`, stepBy(api.StepReissue, api.StepRequest{})},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			p, tf := acctest.Start(t)
			tf.Config(policy(c.policy) + notifier(`description = "Sends the alerts."`))
			tf.Apply()
			c.until(p)
			tf.SavePlan("saved.tfplan").Has(c.step)
			c.moved(p)
			before := standing(t, p)

			tf.ApplyPlanFails("saved.tfplan").Has("Changed since the plan", "Run terraform plan again")

			if after := standing(t, p); after != before {
				t.Errorf("the refused apply changed the token\nbefore: %s\nafter:  %s", before, after)
			}
			// Planning again is indeed the way out.
			tf.Apply()
		})
	}
}

// A plan may wait for its approval: nothing in it depends on the moment of the apply.
func TestSavedPlanAppliedLate(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name   string
		policy string
		until  func(*acctest.Platform)
		late   time.Duration
		want   map[string]any
	}{
		{"begin after 8 hours", "", untilDue, 8 * time.Hour, map[string]any{"phase": "staged", "pending_version": 2.0, "next_version": 3.0}},
		{"begin after several days", "", untilDue, 5 * day, map[string]any{"phase": "staged", "pending_version": 2.0, "next_version": 3.0}},
		{"rotate after several intervals", withoutAcknowledgement, untilDue, 100 * day, map[string]any{"phase": "draining", "current_version": 2.0, "next_version": 3.0}},
		{"begin once it has become overdue", `max_age = "60d"`, untilDue, 45 * day, map[string]any{"phase": "staged", "pending_version": 2.0}},
		{"promote after several days", "", untilAcknowledged, 5 * day, map[string]any{"phase": "draining", "current_version": 2.0, "previous_version": 1.0}},
		{"retire after 8 hours", withoutAcknowledgement + `quiet_period = "1h"`, untilQuiet, 8 * time.Hour, map[string]any{"phase": "stable", "current_version": 2.0, "previous_version": nil}},
		{"reissue after several days", "", untilRevoked, 5 * day, map[string]any{"phase": "stable", "current_version": 2.0}},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			p, tf := acctest.Start(t)
			tf.Config(policy(c.policy) + notifier(""))
			tf.Apply()
			c.until(p)
			tf.SavePlan("saved.tfplan")
			p.Clock.Advance(c.late)
			tf.ApplyPlan("saved.tfplan")
			wantRotation(t, tf, 2, c.want)
			tf.Plan(0)
		})
	}
}

// What the platform did by itself at the deadline, a saved plan does not do again, and does not call an error either.
func TestSavedPlanAfterThePlatformTookTheStep(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name   string
		policy string
		until  func(*acctest.Platform)
		edited bool // the plan edits the description too
		late   time.Duration
		phase  string // what the platform has then
		by     func(versions []api.Version) string
	}{
		{"promote at the stage deadline", "", untilAcknowledged, false, 7*day + time.Hour, "draining", promotedBy},
		{"promote, and the overlap has ended as well", "", untilAcknowledged, false, 9 * day, "stable", promotedBy},
		{"promote with an edit", "", untilAcknowledged, true, 7*day + time.Hour, "draining", promotedBy},
		{"promote with an edit, and the overlap has ended as well", "", untilAcknowledged, true, 9 * day, "stable", promotedBy},
		{"retire at the overlap deadline", withoutAcknowledgement + `quiet_period = "1h"`, untilQuiet, false, day, "stable", endedBy},
		{"retire, planned after the platform had promoted", `quiet_period = "1h"`, untilPromotedAndQuiet, false, day, "stable", endedBy},
		{"retire with an edit, planned after the platform had promoted", `quiet_period = "1h"`, untilPromotedAndQuiet, true, day, "stable", endedBy},
		{"retire with an edit", withoutAcknowledgement + `quiet_period = "1h"`, untilQuiet, true, day, "stable", endedBy},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			p, tf := acctest.Start(t)
			operator := p.As(api.RoleOperator)
			s := acctest.NewSink(t)
			config := policy(c.policy) + handover(s)
			tf.Config(config + notifier(""))
			tf.Apply()
			c.until(p)
			if c.edited {
				tf.Config(config + notifier(`description = "Sends the alerts."`))
			}
			tf.SavePlan("saved.tfplan")
			p.Clock.Advance(c.late)
			before := operator.ScopedToken("notifier")
			if before.Rotation.Phase != c.phase {
				t.Fatalf("the platform is in phase %s, want %s", before.Rotation.Phase, c.phase)
			}

			tf.ApplyPlan("saved.tfplan")

			after := operator.ScopedToken("notifier")
			if !sameJSON(t, after.Rotation, before.Rotation) {
				t.Errorf("the apply took a step of its own\nbefore: %+v\nafter:  %+v", before.Rotation, after.Rotation)
			}
			if got := c.by(operator.Versions("notifier")); got != "platform" {
				t.Errorf("the step is recorded as done by %q, want the platform", got)
			}
			if edited := after.Description != nil; edited != c.edited {
				t.Errorf("the description is %v, the plan edits it: %t", after.Description, c.edited)
			}
			if !c.edited && after.Etag != before.Etag {
				t.Errorf("the etag moved from %s to %s", before.Etag, after.Etag)
			}
			if version, value := s.Last(); version != 2 || !operator.Introspect(value).Active {
				t.Errorf("the sink was last given version %d, want the value of version 2", version)
			}
			tf.Plan(0).Silent()
		})
	}
}

// untilPromotedAndQuiet lets the stage deadline promote: the etag that a plan reads then is one that a deadline has moved.
func untilPromotedAndQuiet(p *acctest.Platform) {
	untilAcknowledged(p)
	p.Clock.Advance(7*day + 2*time.Hour)
}

func promotedBy(versions []api.Version) string { return versionOf(versions, 2).PromotedBy }
func endedBy(versions []api.Version) string    { return versionOf(versions, 1).EndedBy }

// An edit that comes with a step is guarded like the step: both happen, or, if the world moved before, neither does.
func TestSavedPlanWithAnEditAndAStep(t *testing.T) {
	t.Parallel()
	start := func(t *testing.T) (*acctest.Platform, *acctest.CLI) {
		t.Helper()
		p, tf := acctest.Start(t)
		tf.Config(policy("") + notifier(""))
		tf.Apply()
		untilDue(p)
		tf.Config(policy("") + notifier(`description = "Sends the alerts."`))
		tf.SavePlan("saved.tfplan").Has(`"stable" -> "staged"`, "Sends the alerts.")
		return p, tf
	}

	t.Run("both are done, each under the etag before it", func(t *testing.T) {
		t.Parallel()
		p, tf := start(t)
		etag, err := strconv.Atoi(p.As(api.RoleOperator).ScopedToken("notifier").Etag)
		if err != nil {
			t.Fatal(err)
		}
		p.ForgetRequests()
		tf.ApplyPlan("saved.tfplan")
		var guards []string
		for _, r := range p.Requests() {
			if r.Method == http.MethodPatch || r.Method == http.MethodPost {
				guards = append(guards, r.Method+" "+r.IfMatch)
			}
		}
		if want := []string{fmt.Sprintf(`PATCH "%d"`, etag), fmt.Sprintf(`POST "%d"`, etag+1)}; !slices.Equal(guards, want) {
			t.Errorf("the requests and what they must meet are %q, want %q", guards, want)
		}
		wantRotation(t, tf, 2, map[string]any{"phase": "staged", "pending_version": 2.0})
		tf.Plan(0)
	})

	t.Run("the world moved before the apply: neither", func(t *testing.T) {
		t.Parallel()
		p, tf := start(t)
		stepBy(api.StepBegin, api.StepRequest{})(p)
		before := standing(t, p)
		tf.ApplyPlanFails("saved.tfplan").Has("Changed since the plan", "Run terraform plan again")
		if after := standing(t, p); after != before {
			t.Errorf("the refused apply changed the token\nbefore: %s\nafter:  %s", before, after)
		}
		tf.Apply()
		tf.Plan(0)
	})

	t.Run("the world moved between the two: the edit stays, the step is not taken", func(t *testing.T) {
		t.Parallel()
		p, tf := start(t)
		moved := false
		p.AfterEach(func() {
			if description := p.As(api.RoleOperator).ScopedToken("notifier").Description; description != nil && !moved {
				moved = true
				stepBy(api.StepBegin, api.StepRequest{})(p)
			}
		})
		tf.ApplyPlanFails("saved.tfplan").Has("Changed since the plan", "Run terraform plan again", "step not taken")
		if !moved {
			t.Fatal("nobody moved the world between the two")
		}
		if next := p.As(api.RoleOperator).ScopedToken("notifier").Rotation.NextVersion; next != 3 {
			t.Errorf("the next version is %d, want 3: only the other one's step may have issued one", next)
		}
		if state := tf.State(token); state["description"] != "Sends the alerts." {
			t.Errorf("the state has the description %v, want the one that the platform has now", state["description"])
		}
		tf.Apply()
		wantRotation(t, tf, 2, map[string]any{"phase": "staged", "pending_version": 2.0})
		tf.Plan(0)
	})
}

// An edit without a step is no reason to plan again, whatever else happened: it changes what it says and nothing more.
func TestSavedPlanWithAnEditOnly(t *testing.T) {
	t.Parallel()
	p, tf := acctest.Start(t)
	tf.Config(policy(withoutAcknowledgement) + notifier(""))
	tf.Apply()
	tf.Config(policy(withoutAcknowledgement) + notifier(`description = "Sends the alerts."`))
	tf.SavePlan("saved.tfplan").HasNot("known after apply")
	stepBy(api.StepRotate, api.StepRequest{})(p)
	tf.ApplyPlan("saved.tfplan")
	if next := p.As(api.RoleOperator).ScopedToken("notifier").Rotation.NextVersion; next != 3 {
		t.Errorf("the next version is %d, want 3", next)
	}
	tf.Plan(0)
	tf.Apply()
	wantRotation(t, tf, 2, map[string]any{"phase": "draining", "current_version": 2.0, "previous_version": 1.0})
}
