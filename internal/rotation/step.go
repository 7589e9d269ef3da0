package rotation

import "time"

// ActorPlatform is the actor of every transition that a deadline makes.
const ActorPlatform = "platform"

// Step names one move of a credential. It is what a client asks for, what a Status says is due, and what an audit
// event is called.
type Step string

// The steps a Command can ask for.
const (
	StepBegin       Step = "begin"
	StepRotate      Step = "rotate"
	StepAcknowledge Step = "acknowledge"
	StepPromote     Step = "promote"
	StepRetire      Step = "retire"
	StepCancel      Step = "cancel"
	StepRollback    Step = "rollback"
	StepRevoke      Step = "revoke"
	StepReissue     Step = "reissue"
	StepHold        Step = "hold"
	StepRelease     Step = "release"
)

// Steps that have a function of their own or that only a deadline makes, and the absence of a step.
const (
	StepNone           Step = "none" // nothing is due
	StepCreate         Step = "create"
	StepExpire         Step = "expire"
	StepMinimumVersion Step = "minimum_version"
	StepReplace        Step = "replace"
)

// Moves tells whether the step changes the stored object as a client sees it, so that its etag moves. Evidence does not.
func (s Step) Moves() bool { return s != StepAcknowledge }

// Command is a step that somebody asks for.
type Command struct {
	Step     Step
	Actor    string
	Reason   string // required for revoke, hold, and whatever is forced
	Force    bool   // promote and retire: without their guard
	Version  int64  // acknowledge: the pending version, so that nobody acknowledges another one than they tested
	Evidence string // acknowledge: the kind of evidence; empty means EvidenceAcknowledgement
	Below    int64  // revoke: every version below this number
	All      bool   // revoke: every version
	Hold     bool   // revoke: set a hold as well
}

// Transition is one thing that happened to a credential: one audit event.
type Transition struct {
	Step     Step
	At       time.Time
	Actor    string
	Versions []int64 // the versions whose state it changed, or that it is about, ascending
	Issued   int64   // the version it issued, whose value the caller has to make; 0 for none
	Forced   bool
	Reason   string
}
