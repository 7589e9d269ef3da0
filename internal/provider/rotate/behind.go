package rotate

import (
	"fmt"
	"time"

	"github.com/hashicorp/terraform-plugin-framework/diag"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/rotation"
)

// behind says whether the consumers are behind: they use the older of two valid versions, and the newer one is unused.
// Each value is the reason of one outcome.
type behind string

const (
	isBehind behind = "the older version was used since the newer one was issued, and the newer one never"

	oneValid       behind = "fewer than two versions are valid"
	rolledBack     behind = "the newer version was rolled back, so consumers should hold the older one"
	endedOnPurpose behind = "this apply ends the older version at once, on purpose"
	neverRead      behind = "no read has said when the versions were used"
	followed       behind = "the newer version was used"
	unverified     behind = "the receiver verifies nothing, so it refuses nothing when the older version ends"
	olderIdle      behind = "the older version was not used since the newer one was issued"
)

// versionUse is all that decides whether the consumers are behind.
type versionUse struct {
	numbers  rotation.Numbers
	reason   string        // of the rotation: why a step is due, or why none is
	step     rotation.Step // that this apply takes
	versions []api.ValidVersion
	probe    *api.Probe
	together bool // see Kind.UsedTogether
}

// pair returns the older and the newer of two valid versions; zeros where there are not two.
func (u versionUse) pair() (older, newer int64) {
	if valid := u.numbers.Valid(); len(valid) == 2 {
		return valid[0], valid[1]
	}
	return 0, 0
}

// lookup returns what is known of a version.
func (u versionUse) lookup(number int64) (v api.ValidVersion, known bool) {
	for _, v := range u.versions {
		if v.Version == number {
			return v, true
		}
	}
	return v, false
}

// decide compares the use of the two valid versions. An overlap in which the newer version is used is as it should be,
// whoever uses the older one beside it. A use of the older one before the newer one was issued says nothing.
func (u versionUse) decide() behind {
	older, newer := u.pair()
	switch {
	case newer == 0:
		return oneValid
	case u.numbers.Phase == rotation.PhaseStaged && u.numbers.Version != newer:
		return rolledBack
	case u.step == rotation.StepMinimumVersion:
		return endedOnPurpose
	}
	old, oldKnown := u.lookup(older)
	young, youngKnown := u.lookup(newer)
	switch {
	case !oldKnown || !youngKnown:
		return neverRead
	case u.used(young):
		return followed
	case u.reason == rotation.ReasonNotEnforced || u.probed(newer) == api.ProbeNotEnforced:
		return unverified
	case old.LastUsedAt == nil || !old.LastUsedAt.After(young.IssuedAt):
		return olderIdle
	}
	return isBehind
}

// used reports whether a consumer was seen to use the newer version. Where both versions are used together, only
// evidence tells. Where they are not, an acknowledgement is no use: it can be wrong.
func (u versionUse) used(newer api.ValidVersion) bool {
	if u.together {
		return newer.EvidenceAt != nil || u.probed(newer.Version) == api.ProbeProven
	}
	return newer.LastUsedAt != nil
}

// probed returns the result of the last probe of a version; empty without one.
func (u versionUse) probed(version int64) string {
	if u.probe == nil || u.probe.Version != version {
		return ""
	}
	return u.probe.Result
}

func (c Change) versionUse() versionUse {
	return versionUse{
		numbers: c.prior.Numbers, reason: c.prior.reason, step: c.decision.step, versions: c.notes.Versions,
		probe: c.notes.Probe, together: c.kind.UsedTogether,
	}
}

// warnBehind warns of consumers that are behind, unless another warning of the plan says so.
func (c Change) warnBehind(name string, diags *diag.Diagnostics) {
	if c.versionUse().decide() != isBehind || !c.Steps() && (c.awaits() || c.unproven() != "" && !c.prior.stopped()) {
		return
	}
	older, newer := c.versionUse().pair()
	does := "is still in use"
	if c.decision.step == rotation.StepRetire {
		does = "will end"
	}
	diags.AddWarning(
		fmt.Sprintf("Version %d of %s %s, version %d was %s", older, name, does, newer, c.kind.Unused),
		paragraph(c.stillInUse(), fmt.Sprintf("A consumer without version %d fails when version %d has ended.", newer,
			older), c.handOverAgain(), c.lastResort(older)))
}

// lastResort says what can still be done, or what happens by itself, where no step is taken.
func (c Change) lastResort(older int64) string {
	switch {
	case c.Steps():
		return ""
	case c.prior.Phase == rotation.PhaseStaged:
		return c.stageEnds()
	}
	return fmt.Sprintf("If there is no time for that, roll back before version %d ends (%s).", older, c.callToRollBack())
}

// stillInUse says when the older version was last used and when it ends; empty where the consumers are not behind.
func (c Change) stillInUse() string {
	u := c.versionUse()
	if u.decide() != isBehind {
		return ""
	}
	older, newer := u.pair()
	old, _ := u.lookup(older)
	young, _ := u.lookup(newer)
	last, issued := old.LastUsedAt.UTC().Format(time.RFC3339), young.IssuedAt.UTC().Format(time.RFC3339)
	text := fmt.Sprintf("Version %d is still in use (last at %s)%s; version %d, issued at %s, was %s.",
		older, last, c.olderEnds(), newer, issued, c.kind.Unused)
	if c.decision.step == rotation.StepRetire {
		text = fmt.Sprintf("Version %d was last used at %s and ends with this apply; version %d, issued at %s, was %s.",
			older, last, newer, issued, c.kind.Unused)
	}
	if u.together {
		text += " Both sign every delivery, so that its acceptance does not show which one the receiver knows."
	}
	return text
}

// olderEnds says when the older version ends. In a stage that depends on the rotation policy, see stageEnds.
func (c Change) olderEnds() string {
	switch {
	case c.decision.step == rotation.StepPromote:
		return " and ends after the overlap that this apply begins"
	case c.prior.Phase == rotation.PhaseDraining:
		return " and ends at " + c.prior.phaseEnds
	}
	return ""
}

// handOverAgain is the repair of a hand-over that has failed. A provider does not know the address of the sink.
func (c Change) handOverAgain() string {
	_, newer := c.versionUse().pair()
	return fmt.Sprintf("If the sink does not have version %d, the hand-over has failed: a sink can keep the new number "+
		"in its state although it did not take the value, and then no plan sends it again. Hand it over again: "+
		"terraform apply -replace=ADDRESS_OF_THE_SINK.", newer)
}
