package rotate

import (
	"fmt"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/provider/tfkit"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/rotation"
)

// refusal returns the error of a plan that is refused, and the attribute that has to change. The summary is empty where
// the plan is not refused.
func (c Change) refusal() (attribute, summary, detail string) {
	supply := c.wanted.supply
	switch c.decision.reason {
	case refusedAboveNext:
		return "minimum_version", "minimum_version is above the next version", c.aboveNext()
	case refusedOnHold:
		return "minimum_version", "The " + c.kind.Short + " is on hold", c.minimumOnHold()
	case refusedSameValue:
		return supply.Argument, "The same value again", c.sameValue()
	case refusedInProgress:
		return supply.Argument, "A rotation is in progress", c.inProgress()
	}
	return "", "", ""
}

func (c Change) aboveNext() string {
	next := c.prior.Next
	return fmt.Sprintf("The next version of this %s will be %d, so minimum_version can be %d at most: that "+
		"revokes every "+
		"version there is and issues version %d.", c.kind.Short, next, next, next)
}

func (c Change) minimumOnHold() string {
	return "Raising minimum_version would revoke a valid version, and on hold the platform refuses that. Find " +
		"out why the " +
		c.kind.Short + " is held, release the hold (" + c.callToRelease() + "), and plan again. Where the " +
		c.kind.Short + " has leaked, revoke it on the platform: a hold does not stop that."
}

func (c Change) sameValue() string {
	argument, why := c.wanted.supply.Argument, " still has the value that would be revoked. "
	if c.wanted.supply.Barred {
		why = " has a value that was revoked before. "
	}
	return "Raising minimum_version revokes every version of the " + c.kind.Short + ", and " + argument + why +
		"Supply a new one together with it, and raise " + argument +
		"_version if that is set: the value is sent at once then."
}

func (c Change) inProgress() string {
	giveUp := ""
	if c.prior.Phase == rotation.PhaseStaged {
		giveUp = "To give up that one, cancel it on the platform (" + c.callToCancel() +
			") and release the hold that this sets (" + c.callToRelease() + "). "
	}
	return fmt.Sprintf("%s has a new value, which begins a rotation, but the %s is in phase %s of another "+
		"one until %s. "+
		"Plan again when that has ended, or put back the value that was sent last. %s"+
		"Where the secrets have leaked, raise minimum_version to %d as well: that revokes both and sends "+
		"the new value "+
		"at once.", c.wanted.supply.Argument, c.kind.Short, c.prior.Phase, c.prior.phaseEnds, giveUp, c.prior.Next)
}

func (c Change) callToRelease() string { return c.call("release", api.PermissionContain) }

func (c Change) callToRollBack() string { return c.call("rotation/rollback", api.PermissionContain) }

func (c Change) callToCancel() string { return c.call("rotation/cancel", api.PermissionWrite) }

func (c Change) callToPromote() string { return c.call("rotation/promote", api.PermissionWrite) }

func (c Change) callToAcknowledge() string {
	return c.call("rotation/acknowledge", api.PermissionAcknowledge)
}

func (c Change) callToListVersions() string {
	return "GET " + c.kind.Route(c.state.ID.ValueString(), "versions")
}

// call describes a call of the API that an operator makes by hand.
func (c Change) call(verb, permission string) string {
	return "POST " + c.kind.Route(c.state.ID.ValueString(), verb) + ", role " + tfkit.RolesWith(permission, "or")
}
