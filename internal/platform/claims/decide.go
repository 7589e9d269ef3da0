package claims

import (
	"bytes"
	"time"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/store"
)

// Outcome is what becomes of a create that finds an object of its kind and name.
type Outcome int

// The outcomes.
const (
	Refuse Outcome = iota // the name is taken
	Wait                  // another run may still store the object in its state
	Adopt                 // the create gets the object
)

// Reason says why. There is one outcome for each.
type Reason string

// The reasons.
const (
	ReasonUnclaimed          Reason = api.TakenUnclaimed          // it was made without a claim
	ReasonPresented          Reason = api.TakenPresented          // a state has it
	ReasonOtherPrincipal     Reason = api.TakenOtherPrincipal     // somebody else made it
	ReasonOtherSpecification Reason = api.TakenOtherSpecification // another create made it
	ReasonChanged            Reason = api.TakenChanged            // it is not as it was made
	ReasonTooOld             Reason = api.TakenTooOld             // it was made too long ago
	ReasonSameRun            Reason = api.TakenSameRun            // two blocks of one configuration
	ReasonEndedInOrder       Reason = api.TakenEndedInOrder       // the run that made it got all its answers
	ReasonRunLives           Reason = "run_lives"                 // the run that made it is at work
	ReasonClockInDoubt       Reason = "clock_in_doubt"            // whether the run that made it lives is not known
	ReasonInterrupted        Reason = "interrupted"               // the run that made it was interrupted
)

// Create is a create that came with a claim.
type Create struct {
	Principal     string
	RunID         string
	Specification []byte
	Now           time.Time
	ClockInDoubt  bool
}

// Object is an object that is in the way of a create.
type Object struct {
	Etag  int64
	Claim *store.Claim // that counts; nil for none
	Run   *store.Run   // of the claim; nil where it is forgotten
}

// Decide decides what becomes of a create that finds an object.
func Decide(c Create, o Object) (Outcome, Reason) {
	switch {
	case o.Claim == nil:
		return Refuse, ReasonUnclaimed
	case !o.Claim.PresentedAt.IsZero():
		return Refuse, ReasonPresented
	case o.Claim.Principal != c.Principal:
		return Refuse, ReasonOtherPrincipal
	case !bytes.Equal(o.Claim.Specification, c.Specification):
		return Refuse, ReasonOtherSpecification
	case o.Claim.Etag != o.Etag:
		return Refuse, ReasonChanged
	case !c.Now.Before(o.Claim.CreatedAt.Add(api.AdoptionWindow)), o.Run == nil:
		return Refuse, ReasonTooOld
	case o.Claim.RunID == c.RunID:
		return Refuse, ReasonSameRun
	case o.Run.InOrder:
		return Refuse, ReasonEndedInOrder
	case Lives(o.Run, c.Now):
		return Wait, ReasonRunLives
	case c.ClockInDoubt && o.Run.EndedAt.IsZero():
		return Wait, ReasonClockInDoubt
	}
	return Adopt, ReasonInterrupted
}

// Lives reports whether a run may still get answers, and store them in a state.
func Lives(r *store.Run, now time.Time) bool { return r.EndedAt.IsZero() && now.Before(r.LeaseUntil) }
