package rotation

import (
	"cmp"
	"errors"
	"strings"
	"time"
)

// refused returns the code with which a settled credential must refuse a command, "" if it must accept it. It states
// the step table of the design independently.
func (w *world) refused(c Credential, cmd Command) string {
	pending, current, previous := one(c.Pending()), one(c.Current()), one(c.Previous())
	inStaged := pending.Number != 0
	inDraining := previous.Number != 0
	inRevoked := current.Number == 0
	inStable := !inStaged && !inDraining && !inRevoked
	no := func(bad bool) string {
		if bad {
			return CodeConflict
		}
		return ""
	}
	switch cmd.Step {
	case StepBegin, StepRotate, StepPromote, StepRollback, StepReissue:
		if c.Hold != nil {
			return CodeHeld
		}
	}
	switch cmd.Step {
	case StepBegin, StepRotate, StepPromote, StepRollback:
		if c.Quarantine != nil {
			return CodeQuarantined
		}
	case StepQuarantine, StepReleaseQuarantine:
		return w.refusedQuarantine(c, cmd)
	}
	switch cmd.Step {
	case StepBegin:
		return no(!inStable)
	case StepRotate:
		return cmp.Or(no(!inStable), unproven(w.p.RequireAcknowledgement))
	case StepAcknowledge:
		if cmd.Version < 1 {
			return CodeInvalid
		}
		return no(!inStaged || pending.Number != cmd.Version)
	case StepPromote:
		if !inStaged || cmd.Force || pending.Evidence != nil {
			return no(!inStaged)
		}
		return cmp.Or(no(pending.RolledBack), unproven(w.p.RequireAcknowledgement))
	case StepRetire:
		unused := w.now.Sub(previous.PreviousSince)
		if previous.LastUsedAt.After(previous.PreviousSince) {
			unused = w.now.Sub(previous.LastUsedAt)
		}
		return no(!inDraining || !cmd.Force && (w.p.QuietPeriod == 0 || unused < w.p.QuietPeriod))
	case StepCancel:
		return no(!inStaged)
	case StepRollback:
		return no(!inDraining)
	case StepReissue:
		return no(!inRevoked || !c.ExpiresAt.IsZero() && !w.now.Before(c.ExpiresAt))
	case StepRelease:
		return no(c.Hold == nil)
	case StepMinimumVersion:
		if cmd.Below > c.Highest+1 {
			return CodeInvalid
		}
		oldest := min(number(pending, cmd.Below), number(current, cmd.Below), number(previous, cmd.Below))
		if oldest < cmd.Below && c.Hold != nil {
			return CodeHeld
		}
	}
	return "" // revoke and hold are never refused
}

// refusedQuarantine is refused for setting and releasing a quarantine.
func (w *world) refusedQuarantine(c Credential, cmd Command) string {
	q := c.Quarantine
	own := q != nil && (cmd.Lifts || cmd.Actor == q.By)
	if cmd.Step == StepReleaseQuarantine {
		switch {
		case q == nil:
			return CodeConflict
		case !own:
			return CodeForbidden
		}
		return ""
	}
	switch {
	case !cmd.Until.After(w.now) || cmd.Until.Sub(w.now) > MaxQuarantine:
		return CodeInvalid
	case c.Phase() == PhaseRevoked:
		return CodeConflict
	case q != nil && !own && !cmd.Until.Before(q.Until) && one(c.Current()).Number <= q.Through:
		return CodeConflict
	}
	return ""
}

// unproven is the refusal of a step that the policy alone forbids.
func unproven(required bool) string {
	if required {
		return CodeAcknowledgementRequired
	}
	return ""
}

func one(v Version, _ bool) Version { return v }

func number(v Version, otherwise int64) int64 {
	if v.Number == 0 {
		return otherwise
	}
	return v.Number
}

// leadsTo is the phase after a step, where the step alone decides it.
var leadsTo = map[Step]Phase{
	StepBegin: PhaseStaged, StepRotate: PhaseDraining, StepPromote: PhaseDraining, StepRetire: PhaseStable,
	StepCancel: PhaseStable, StepRollback: PhaseStaged, StepReissue: PhaseStable,
}

// checkResult checks the result of a command against the step table.
func (w *world) checkResult(cmd Command, before, next Credential, done []Transition, err error) {
	if cmd.Step == "" {
		return
	}
	if want := w.refused(before, cmd); code(err) != want {
		w.fail("%+v: %v, want code %q", cmd, err, want)
	}
	if err != nil {
		if len(done) > 0 || !sameCredential(before, next) {
			w.fail("a refused %s changed something: %+v", cmd.Step, done)
		}
		w.checkRefusal(cmd, before, err)
		return
	}
	if want, ok := leadsTo[cmd.Step]; ok && next.Phase() != want && (want != PhaseDraining || w.p.Overlap > 0) {
		w.fail("%s led to phase %s, want %s", cmd.Step, next.Phase(), want)
	}
	switch cmd.Step {
	case StepQuarantine:
		for _, v := range next.Versions {
			if next.ValidAt(w.p, v.Number, w.now) {
				w.fail("version %d is valid in quarantine", v.Number)
			}
		}
	case StepRevoke, StepMinimumVersion:
		limit := cmd.Below
		if cmd.All {
			limit = next.Highest + 1
		}
		for _, v := range next.Versions {
			if v.State.Valid() && v.Number < limit {
				w.fail("version %d is %s after %s below %d", v.Number, v.State, cmd.Step, limit)
			}
			if old, ok := before.Lookup(v.Number); ok && old.State.Valid() && !v.State.Valid() && v.Number >= limit {
				w.fail("version %d was lost by %s below %d", v.Number, cmd.Step, limit)
			}
		}
		if cmd.Step == StepMinimumVersion && before.Phase() != PhaseRevoked && next.Phase() == PhaseRevoked {
			w.fail("minimum_version left nothing valid")
		}
	case StepPromote, StepRetire:
		if forced := w.refused(before, Command{Step: cmd.Step}) != ""; done[0].Forced != forced {
			w.fail("%s recorded forced %t, want %t", cmd.Step, done[0].Forced, forced)
		}
	}
}

// checkRefusal checks that a refused rotation names the phase and its end.
func (w *world) checkRefusal(cmd Command, before Credential, err error) {
	var e *Error
	if !errors.As(err, &e) || e.Code != CodeConflict || cmd.Step != StepBegin && cmd.Step != StepRotate {
		return
	}
	if before.Phase() == PhaseStable {
		return
	}
	if !strings.Contains(e.Message, string(before.Phase())) {
		w.fail("%q does not name the phase %s", e.Message, before.Phase())
	}
	if ends := before.PhaseEnds(); !ends.IsZero() && !strings.Contains(e.Message, ends.UTC().Format(time.RFC3339)) {
		w.fail("%q does not name the end of the phase, %s", e.Message, ends)
	}
}
