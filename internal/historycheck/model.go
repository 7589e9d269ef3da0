package main

import "github.com/anishathalye/porcupine"

// The codes of refusals.
const (
	held     = "held"
	conflict = "conflict"
)

// versions are the numbers of the versions in each state; 0 for none. Next is what the next one issued is called.
type versions struct{ Current, Pending, Previous, Next int64 }

// state is all that a credential is here: no deadline passes while its history is recorded.
type state struct {
	versions

	Held bool
}

// input is what was asked for: a step of a rotation, release, or read.
type input struct{ Step string }

// output is what was answered. A history without an answer has an Unknown one.
type output struct {
	Unknown bool
	Refused string // the code
	After   versions
	Held    *bool // nil: the answer does not say
}

// model has one credential, from its creation on.
var model = porcupine.Model{
	Init: func() any { return state{versions: versions{Current: 1, Next: 2}} },
	Step: func(before, asked, answered any) (bool, any) {
		s, _ := before.(state)
		in, _ := asked.(input)
		out, _ := answered.(output)
		after, refused := s.take(in.Step)
		return out.fits(after, refused), after
	},
}

// fits reports whether an answer says what a step has done.
func (o output) fits(after state, refused string) bool {
	switch {
	case o.Unknown:
		return true
	case o.Refused != refused:
		return false
	}
	return refused != "" || o.After == after.versions && (o.Held == nil || *o.Held == after.Held)
}

// take returns the state after a step, or the code with which the step is refused.
func (s state) take(step string) (after state, refused string) {
	if refused := s.refusal(step); refused != "" {
		return s, refused
	}
	switch step {
	case "begin":
		s.Pending, s.Next = s.Next, s.Next+1
	case "rotate":
		s.Previous, s.Current, s.Next = s.Current, s.Next, s.Next+1
	case "promote":
		s.Previous, s.Current, s.Pending = s.Current, s.Pending, 0
	case "retire":
		s.Previous = 0
	case "cancel":
		s.Pending, s.Held = 0, true
	case "rollback":
		s.Pending, s.Current, s.Previous, s.Held = s.Current, s.Previous, 0, true
	case "release":
		s.Held = false
	}
	return s, ""
}

func (s state) refusal(step string) string {
	stable, staged, draining := s.Pending == 0 && s.Previous == 0, s.Pending != 0, s.Previous != 0
	stops, fits := s.Held, true
	switch step {
	case "begin", "rotate":
		fits = stable
	case "promote":
		fits = staged
	case "rollback":
		fits = draining
	case "retire":
		stops, fits = false, draining
	case "cancel":
		stops, fits = false, staged
	case "release":
		stops, fits = false, s.Held
	default:
		stops = false
	}
	switch {
	case stops:
		return held
	case !fits:
		return conflict
	}
	return ""
}
