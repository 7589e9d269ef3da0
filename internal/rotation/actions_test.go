package rotation

import (
	"slices"
	"time"
)

// change applies an action to one of the two copies.
type change func(Credential) (Credential, []Transition, error)

// action is one kind of step in a random sequence. prepare reads the world before a copy changes, so that both copies
// get the same request. checkResult checks the result of the Command.
type action struct {
	name    string
	weight  int
	prepare func(w *world, arg uint16) (Command, change)
}

// actions and their weights, which add up to 64. rapid shrinks to the first one.
var actions = []action{
	{"wait", 1, func(*world, uint16) (Command, change) { return Command{}, nothing }},
	{"go on", 17, goOn},
	{"what is due", 5, func(w *world, _ uint16) (Command, change) {
		return w.command(Command{Step: StatusAt(w.eager, w.p, w.now).Due})
	}},
	{"begin", 2, step(StepBegin)},
	{"promote", 2, step(StepPromote)},
	{"use pending", 3, use(Credential.Pending)},
	{"rollback", 2, step(StepRollback)},
	{"release", 2, step(StepRelease)},
	{"rotate", 2, step(StepRotate)},
	{"retire", 1, step(StepRetire)},
	{"cancel", 1, step(StepCancel)},
	{"reissue", 1, step(StepReissue)},
	{"hold", 1, step(StepHold)},
	{"force promote", 1, forced(StepPromote)},
	{"force retire", 1, forced(StepRetire)},
	{"acknowledge", 1, func(w *world, arg uint16) (Command, change) {
		v, _ := w.eager.Pending()
		return w.command(Command{Step: StepAcknowledge, Version: v.Number + int64(arg/7), Evidence: EvidenceProbe})
	}},
	{"use current", 1, use(Credential.Current)},
	{"use previous", 2, use(Credential.Previous)},
	{"revoke all", 1, func(w *world, arg uint16) (Command, change) {
		return w.command(Command{Step: StepRevoke, All: true, Hold: arg == 1})
	}},
	{"revoke below", 1, func(w *world, arg uint16) (Command, change) {
		return w.command(Command{Step: StepRevoke, Below: max(1, w.eager.Highest-2+int64(arg)), Hold: arg == 7})
	}},
	{"revoke value", 2, revokeValue},
	{"minimum_version", 2, minimum},
	{"request", 1, func(*world, uint16) (Command, change) {
		return Command{}, func(c Credential) (Credential, []Transition, error) { return Request(c), nil, nil }
	}},
	{"expires_at", 2, expiry},
	{"policy", 2, func(w *world, arg uint16) (Command, change) {
		old, now := w.p, w.now
		w.p = policies[arg]
		return Command{}, func(c Credential) (Credential, []Transition, error) { // settled before it changes
			c, done := Settle(c, old, now)
			return c, done, nil
		}
	}},
	{"sweep", 1, func(w *world, _ uint16) (Command, change) {
		return Command{}, func(c Credential) (Credential, []Transition, error) {
			c, done := Settle(c, w.p, w.now)
			return c, done, nil
		}
	}},
	{"reload", 1, func(w *world, _ uint16) (Command, change) {
		ended := func(v Version) bool { return !v.State.Valid() }
		w.lazy.Versions = slices.DeleteFunc(slices.Clone(w.lazy.Versions), ended)
		return Command{}, nothing
	}},
	{"quarantine", 2, func(w *world, arg uint16) (Command, change) {
		length := []time.Duration{day, 14 * day, MaxQuarantine, time.Hour, tick, 2 * day, 0, MaxQuarantine + tick}[arg]
		return w.command(Command{Step: StepQuarantine, Until: w.now.Add(length), Lifts: arg&1 == 1})
	}},
	{"release quarantine", 1, func(w *world, arg uint16) (Command, change) {
		return w.command(Command{Step: StepReleaseQuarantine, Lifts: arg&1 == 1})
	}},
	{"rename", 1, func(_ *world, arg uint16) (Command, change) {
		return Command{}, func(c Credential) (Credential, []Transition, error) {
			c.Highest += int64(arg)
			return c, nil, nil
		}
	}},
	{"not enforced", 1, func(w *world, _ uint16) (Command, change) {
		v, _ := w.eager.Pending()
		return Command{}, func(c Credential) (Credential, []Transition, error) {
			c, done := ReportEnforcement(c, w.p, v.Number, false, w.now)
			return c, done, nil
		}
	}},
}

// actionAt spreads the actions over the 64 numbers a move can name.
var actionAt = func() []int {
	var at []int
	for i, a := range actions {
		for range a.weight {
			at = append(at, i)
		}
	}
	if len(at) != 64 {
		panic("the weights of the actions do not add up to 64")
	}
	// The actions alternate, so that small numbers reach many of them.
	spread := make([]int, 64)
	for i, a := range at {
		spread[i*19%64] = a
	}
	return spread
}()

func nothing(c Credential) (Credential, []Transition, error) { return c, nil, nil }

func (w *world) command(cmd Command) (Command, change) {
	cmd.Actor, cmd.Reason = anyone, "because"
	if cmd.Step == StepQuarantine && !cmd.Lifts {
		cmd.Actor = "other"
	}
	if cmd.Step == StepNone {
		return Command{}, nothing
	}
	p, now := w.p, w.now
	return cmd, func(c Credential) (Credential, []Transition, error) { return Apply(c, p, cmd, now) }
}

func step(s Step) func(*world, uint16) (Command, change) {
	return func(w *world, _ uint16) (Command, change) { return w.command(Command{Step: s}) }
}

func forced(s Step) func(*world, uint16) (Command, change) {
	return func(w *world, _ uint16) (Command, change) { return w.command(Command{Step: s, Force: true}) }
}

// goOn takes a step that the phase allows. Most steps are refused in most phases, and the sequence would end soon.
func goOn(w *world, arg uint16) (Command, change) {
	var sensible []Command
	switch c := w.eager; {
	case c.Hold != nil && arg != 0:
		return w.command(Command{Step: StepRelease})
	case c.Quarantine != nil && arg > 1:
		return w.command(Command{Step: StepReleaseQuarantine, Lifts: true})
	case c.Phase() == PhaseStable:
		sensible = []Command{{Step: StepBegin}, {Step: StepRotate}}
	case c.Phase() == PhaseStaged:
		if v, _ := c.Pending(); v.Evidence == nil && arg < 4 {
			return use(Credential.Pending)(w, arg)
		}
		sensible = []Command{{Step: StepPromote}, {Step: StepPromote}, {Step: StepPromote, Force: true}, {Step: StepCancel}}
	case c.Phase() == PhaseDraining:
		sensible = []Command{{Step: StepRollback}, {Step: StepRetire}, {Step: StepRollback}, {Step: StepRetire, Force: true}}
	case c.expired(w.now):
		return expiry(w, arg&3) // only later ones, and none
	default:
		sensible = []Command{{Step: StepReissue}}
	}
	return w.command(sensible[int(arg)%len(sensible)])
}

func use(which func(Credential) (Version, bool)) func(*world, uint16) (Command, change) {
	return func(w *world, _ uint16) (Command, change) {
		v, ok := which(w.eager)
		p, now := w.p, w.now
		return Command{}, func(c Credential) (Credential, []Transition, error) {
			c, done, valid := Use(c, p, v.Number, EvidenceIntrospection, "run", now)
			if want := ok && !slices.Contains(w.eager.Quarantined(), v.Number); valid != want {
				w.fail("use of version %d: valid %t, want %t", v.Number, valid, want)
			}
			return c, done, nil
		}
	}
}

func revokeValue(w *world, arg uint16) (Command, change) {
	number, p, now := max(1, w.eager.Highest-int64(arg&3)), w.p, w.now
	return Command{Version: number}, func(c Credential) (Credential, []Transition, error) {
		c, done := RevokeValue(c, p, number, anyone, now)
		if c.ValidAt(p, number, now) {
			w.fail("version %d is valid after its revocation", number)
		}
		return c, done, nil
	}
}

func minimum(w *world, arg uint16) (Command, change) {
	n, p, now := w.eager.NextVersion()-int64(arg)+2, w.p, w.now
	if arg < 2 {
		n = w.eager.NextVersion() - int64(arg)
	}
	return Command{Step: StepMinimumVersion, Below: n}, func(c Credential) (Credential, []Transition, error) {
		return RaiseMinimum(c, p, n, anyone, now)
	}
}

func expiry(w *world, arg uint16) (Command, change) {
	until := []time.Time{
		w.now.Add(100 * day),
		{},
		w.now.Add(time.Hour), w.now.Add(day), w.eager.ExpiresAt,
		w.now, w.now.Add(-day), w.now.Add(7 * day),
	}[arg]
	p, now := w.p, w.now
	return Command{}, func(c Credential) (Credential, []Transition, error) { return SetExpiry(c, p, until, now) }
}
