package rotation

import "cmp"

// Numbers says which valid version of a credential has which number. This is what a client knows of a rotation besides
// dates, and it is enough to promise what a step will do. 0 stands for no version.
type Numbers struct {
	Phase    Phase
	Version  int64 // the number a consumer should hold
	Current  int64
	Pending  int64
	Previous int64
	Next     int64 // the number of the next version issued
}

// Valid returns the numbers of the valid versions, the oldest first.
func (n Numbers) Valid() (out []int64) {
	for _, v := range []int64{n.Previous, n.Current, n.Pending} {
		if v != 0 {
			out = append(out, v)
		}
	}
	return out
}

// effect is what a step does to the valid versions: the state that each one gets, and the state in which the step
// issues the next version. Empty means that the version keeps its state, or that no version is issued.
type effect struct {
	current, pending, previous State
	issued                     State
}

// effects is the step table. The platform carries it out (see draft.take), and a plan promises it (see Numbers.After).
var effects = map[Step]effect{
	StepBegin:    {issued: StatePending},
	StepRotate:   {current: StatePrevious, issued: StateCurrent},
	StepPromote:  {current: StatePrevious, pending: StateCurrent},
	StepRetire:   {previous: StateRetired},
	StepCancel:   {pending: StateRevoked},
	StepRollback: {current: StatePending, previous: StateCurrent},
	StepReissue:  {issued: StateCurrent},
}

// on returns the state that a version in state s gets; empty if it keeps its state.
func (e effect) on(s State) State {
	switch s {
	case StateCurrent:
		return e.current
	case StatePending:
		return e.pending
	case StatePrevious:
		return e.previous
	}
	return ""
}

// StartStep is the step that starts a rotation under a policy.
func StartStep(requireAcknowledgement bool) Step {
	if requireAcknowledgement {
		return StepBegin
	}
	return StepRotate
}

// Numbers returns the numbers of the stored versions, as of the last settling.
func (c Credential) Numbers() Numbers {
	n := Numbers{Version: c.Version, Next: c.NextVersion()}
	rolledBack := false
	for i := range c.Versions {
		v := &c.Versions[i]
		n = n.with(v.State, v.Number)
		rolledBack = rolledBack || v.State == StatePending && v.RolledBack
	}
	return n.complete(rolledBack)
}

// After promises the numbers after a step whose guards hold. A step that changes no version's state, or that is
// unknown, leaves them as they are.
func (n Numbers) After(s Step) Numbers {
	e := effects[s]
	out := Numbers{Version: n.Version, Next: n.Next}
	out = out.with(cmp.Or(e.current, StateCurrent), n.Current)
	out = out.with(cmp.Or(e.pending, StatePending), n.Pending)
	out = out.with(cmp.Or(e.previous, StatePrevious), n.Previous)
	if e.issued != "" {
		out = out.with(e.issued, n.Next)
		out.Next++
	}
	return out.complete(n.rolledBack() || s == StepRollback)
}

// AfterMinimum promises the numbers after minimum_version is raised. Where no valid version is below it, nothing
// changes.
func (n Numbers) AfterMinimum(minimum int64) Numbers {
	if !n.AnyBelow(minimum) {
		return n
	}
	out := n.from(minimum)
	if out.Current == 0 {
		out = out.After(StepReissue)
	}
	return out
}

// AnyBelow reports whether a valid version is below a number.
func (n Numbers) AnyBelow(minimum int64) bool {
	for _, v := range []int64{n.Previous, n.Current, n.Pending} {
		if v != 0 && v < minimum {
			return true
		}
	}
	return false
}

// from returns the numbers once every version below minimum is revoked. If that ends the current version, the pending
// one becomes current: a previous version is always older than the current one, so no other version can remain.
func (n Numbers) from(minimum int64) Numbers {
	out := Numbers{Version: n.Version, Next: n.Next}
	for s, v := range map[State]int64{StateCurrent: n.Current, StatePending: n.Pending, StatePrevious: n.Previous} {
		if v >= minimum {
			out = out.with(s, v)
		}
	}
	if out.Current == 0 {
		out.Current, out.Pending = out.Pending, 0
	}
	return out.complete(n.rolledBack())
}

// with gives a version its place by its state. 0 and a version that is not valid have none.
func (n Numbers) with(s State, number int64) Numbers {
	if number == 0 {
		return n
	}
	switch s {
	case StateCurrent:
		n.Current = number
	case StatePending:
		n.Pending = number
	case StatePrevious:
		n.Previous = number
	}
	return n
}

// complete fills in what follows from the numbers: the phase, and the number a consumer should hold. A pending version
// that was rolled back is not the one to hold. In phase revoked the number stays.
func (n Numbers) complete(rolledBack bool) Numbers {
	switch {
	case n.Current == 0:
		n.Phase = PhaseRevoked
	case n.Pending != 0:
		n.Phase = PhaseStaged
	case n.Previous != 0:
		n.Phase = PhaseDraining
	default:
		n.Phase = PhaseStable
	}
	switch {
	case n.Pending != 0 && !rolledBack:
		n.Version = n.Pending
	case n.Current != 0:
		n.Version = n.Current
	}
	return n
}

// rolledBack reports whether the pending version was rolled back: otherwise a consumer should hold it.
func (n Numbers) rolledBack() bool { return n.Pending != 0 && n.Version != n.Pending }
