package rotationplan

import (
	"fmt"
	"time"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
)

// stepMinimumVersion is the step that a PATCH carries out by raising minimum_version; the other steps are verbs of the API.
const stepMinimumVersion = "minimum_version"

// numbers is what is known of a rotation before anybody performs it: the phase and who is who. 0 stands for null.
type numbers struct {
	phase                            string
	version                          int64
	current, pending, previous, next int64
}

// prior is what the state says of a credential, as far as it decides about a step.
type prior struct {
	numbers
	due                     string
	reason                  string
	requiresAcknowledgement bool
	minimumVersion          int64             // 0 is null
	triggers                map[string]string // nil is null
	expiresAt               string            // empty is null
	phaseEnds               string            // the date at which the phase ends by itself; empty for none
}

// wanted is what the configuration says of the same. Where a value is not known yet, only its flag counts.
type wanted struct {
	minimumVersion        int64
	minimumVersionUnknown bool
	triggers              map[string]string
	triggersUnknown       bool // the map or one of its values
	expiresAt             string
	expiresAtUnknown      bool
	supply                Supply
}

// Supply is what is known of a value that the configuration supplies, where the resource takes one. The zero value is for none.
type Supply struct {
	Configured bool // the argument is set
	New        bool // its value is to be sent: it is not what the platform has, or its number has changed
	ByUser     bool // New because the configuration has changed; otherwise because the platform has
	Unsure     bool // whether it is to be sent is not known yet
	Revoked    bool // it is a value that was revoked
	Barred     bool // that, and the configuration does not ask for it anew: it is not sent
	MaySend    bool // an apply may find that it is to be sent, although the plan does not
	Supplied   bool // the version that the platform has was supplied
	Argument   string
}

// decision is what one apply does about the rotation of one token.
type decision struct {
	// open says that the configuration is not known well enough: version and rotation are unknown, and the apply decides.
	open bool
	// step is the one step of this apply; empty for none.
	step string
	// after is what will be known once the step is done; without a step what the state says.
	after numbers
	// raised says that the PATCH raises minimum_version, so that it must meet the token the plan was made for.
	raised bool
	// requested says that the PATCH carries a request for a rotation: rotate_when_changed has changed.
	requested bool
	// waits says that the request is only recorded: the step of this apply does not answer it.
	waits bool
	// supplies says that the step takes the configured value; the numbers that it will have are not shown in the plan then.
	supplies bool
	// lacks says that a rotation is due, or asked for, that only a new value can begin.
	lacks bool
	// parted says that the platform went back to another value than the configured one, and that nothing can be done about it in this phase.
	parted bool
	// revives says that the step is possible only because the same apply moves or removes expires_at.
	revives bool
	// refused is why this cannot be planned; nil if it can.
	refused *refusal
}

// refusal is an error of the plan, on the attribute that has to change.
type refusal struct {
	attribute string
	summary   string // %s in it stands for the noun
	detail    func(Noun) string
}

// decide is the whole of plan-driven rotation: one step per apply, the first of minimum_version raised, reissue, the step that
// is due, and rotate_when_changed changed. It asks no clock and no platform, because Terraform plans once more at apply time
// and refuses a plan that comes out differently then.
func decide(p prior, w wanted) decision {
	d := decision{after: p.numbers}
	expired := p.phase == api.PhaseRevoked && p.reason == api.ReasonExpired
	d.open = w.minimumVersionUnknown || w.triggersUnknown || expired && w.expiresAtUnknown || w.supply.Unsure
	if d.open {
		return d
	}
	held := p.reason == api.ReasonHeld
	d.raised = w.minimumVersion > p.minimumVersion
	d.requested = valueChanged(p.triggers, w.triggers)
	moved := !sameInstant(p.expiresAt, w.expiresAt)
	effective := d.raised && p.anyBelow(w.minimumVersion)

	switch {
	case d.raised && w.minimumVersion > p.next:
		d.refused = tooHigh(p.next)
	case effective && held:
		d.refused = heldBack()
	case effective:
		d.step = stepMinimumVersion
		d.after = p.raise(w.minimumVersion)
		d.supplies = d.issues(p) && w.supply.Configured
		if d.supplies && (!w.supply.New || !w.supply.ByUser) {
			d.refused = sameValue(w.supply)
		}
	case held:
	case w.supply.Barred && (p.phase == api.PhaseRevoked || p.phase == api.PhaseStable):
	case w.supply.New && p.phase == api.PhaseRevoked:
		d.step, d.supplies = api.StepReissue, true
	case w.supply.New && p.phase == api.PhaseStable:
		d.step, d.supplies = p.rotationStep(), true
	case w.supply.New && w.supply.ByUser:
		d.refused = inProgress(p, w.supply)
	case p.due == api.StepReissue:
		d.step = api.StepReissue
	case expired && moved:
		d.step, d.revives = api.StepReissue, true
	case p.due == api.StepBegin, p.due == api.StepRotate:
		asked := d.requested || p.reason == api.ReasonRequested
		if d.lacks = needsValue(w.supply, asked); !d.lacks {
			d.step = p.due
		}
	case p.due == api.StepPromote, p.due == api.StepRetire:
		d.step = p.due
	case d.requested && p.phase == api.PhaseStable:
		if d.lacks = w.supply.Configured; !d.lacks {
			d.step = p.rotationStep()
		}
	}
	if d.refused != nil {
		return d
	}
	d.lacks = d.lacks || w.supply.Barred && !held
	d.parted = w.supply.New && !d.supplies && !d.lacks && !held && d.step != stepMinimumVersion
	if d.step != "" && d.step != stepMinimumVersion {
		d.after = p.take(d.step)
	}
	d.waits = d.requested && !d.lacks && !answersRequest(d.step)
	return d
}

// needsValue tells whether the rotation that is due can only begin with a value that somebody supplies: the one there is was supplied, or the
// configuration supplies them. Who has asked for a rotation, and supplies nothing, wants a value that the platform makes.
func needsValue(s Supply, asked bool) bool {
	return s.Configured || s.Supplied && !asked
}

// rotationStep is the step that starts a rotation.
func (p prior) rotationStep() string {
	if p.requiresAcknowledgement {
		return api.StepBegin
	}
	return api.StepRotate
}

// verb is the verb of the API that takes the step after the PATCH; empty if there is none, or if the PATCH itself is the step.
func (d decision) verb() string {
	if d.step == stepMinimumVersion {
		return ""
	}
	return d.step
}

// guarded reports whether the PATCH must meet the token exactly as the plan saw it.
func (d decision) guarded() bool { return d.step != "" || d.raised }

// answersRequest reports whether a step issues a version by which a request of the same PATCH is done with. A raised
// minimum_version is carried out within the PATCH, so the request may come after it.
func answersRequest(step string) bool {
	return step == api.StepBegin || step == api.StepRotate || step == api.StepReissue
}

// issues reports whether the step takes the next number.
func (d decision) issues(p prior) bool { return d.after.next > p.next }

// take computes what a verb of the API will leave behind.
func (n numbers) take(step string) numbers {
	switch step {
	case api.StepBegin:
		n.phase, n.pending, n.version = api.PhaseStaged, n.next, n.next
		n.next++
	case api.StepRotate:
		n.phase, n.previous, n.current, n.version = api.PhaseDraining, n.current, n.next, n.next
		n.next++
	case api.StepPromote:
		n.phase, n.previous, n.current, n.version, n.pending = api.PhaseDraining, n.current, n.pending, n.pending, 0
	case api.StepRetire:
		n.phase, n.previous, n.version = api.PhaseStable, 0, n.current
	case api.StepReissue:
		n = n.issueAlone()
	}
	return n
}

// raise computes what a minimum_version leaves behind that at least one valid version is below: nothing below it, and the newest
// of the others as current, or the next version if there are no others.
func (n numbers) raise(minimum int64) numbers {
	for _, v := range []int64{n.pending, n.current} {
		if v >= minimum {
			n.phase, n.version, n.current, n.pending, n.previous = api.PhaseStable, v, v, 0, 0
			return n
		}
	}
	return n.issueAlone()
}

func (n numbers) issueAlone() numbers {
	return numbers{phase: api.PhaseStable, version: n.next, current: n.next, next: n.next + 1}
}

// anyBelow reports whether a valid version is below the minimum.
func (n numbers) anyBelow(minimum int64) bool {
	for _, v := range []int64{n.previous, n.current, n.pending} {
		if v != 0 && v < minimum {
			return true
		}
	}
	return false
}

// valueChanged reports whether a key that is in both maps has another value. A key, or the whole argument, that comes or goes
// changes nothing: who starts to use the argument does not want a rotation for it.
func valueChanged(before, after map[string]string) bool {
	for k, v := range after {
		if old, ok := before[k]; ok && old != v {
			return true
		}
	}
	return false
}

// SameInstant compares two dates as moments; two empty ones are the same. What is no date equals only itself.
func SameInstant(a, b string) bool { return sameInstant(a, b) }

func sameInstant(a, b string) bool {
	if a == b {
		return true
	}
	ta, errA := time.Parse(time.RFC3339, a)
	tb, errB := time.Parse(time.RFC3339, b)
	return errA == nil && errB == nil && ta.Equal(tb)
}

func tooHigh(next int64) *refusal {
	return &refusal{
		attribute: "minimum_version", summary: "minimum_version is above the next version",
		detail: func(n Noun) string {
			return fmt.Sprintf("The next version of this %s will be %d, so minimum_version can be %d at most: that revokes every "+
				"version there is and issues version %d.", n.Short, next, next, next)
		},
	}
}

func heldBack() *refusal {
	return &refusal{
		attribute: "minimum_version", summary: "The %s is on hold",
		detail: func(n Noun) string {
			return "Raising minimum_version would revoke a valid version, and on hold the platform refuses that. Find out why the " + n.Short + " " +
				"is held, release the hold (" + n.release() + "), and plan again. Where the " +
				n.Short + " has leaked, revoke it on the platform: a hold does not stop that."
		},
	}
}

func sameValue(s Supply) *refusal {
	return &refusal{
		attribute: s.Argument, summary: "The same value again",
		detail: func(n Noun) string {
			why := " still has the value that would be revoked. "
			if s.Barred {
				why = " has a value that was revoked before. "
			}
			return "Raising minimum_version revokes every version of the " + n.Short + ", and " + s.Argument + why +
				"Supply a new one together with it, and raise " + s.Argument + "_version if that is set: the value is sent at once then."
		},
	}
}

func inProgress(p prior, s Supply) *refusal {
	return &refusal{
		attribute: s.Argument, summary: "A rotation is in progress",
		detail: func(n Noun) string {
			giveUp := ""
			if p.phase == api.PhaseStaged {
				giveUp = "To give up that one, cancel it on the platform (" + n.cancel() + ") and release the hold that this sets (" + n.release() + "). "
			}
			return fmt.Sprintf("%s has a new value, which begins a rotation, but the %s is in phase %s of another one until %s. Plan again when that has ended, or put back the value that was sent last. %s"+
				"Where the secrets have leaked, raise minimum_version to %d as well: that revokes both and sends the new value at once.", s.Argument, n.Short, p.phase, p.phaseEnds, giveUp, p.next)
		},
	}
}
