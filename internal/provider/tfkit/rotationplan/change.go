package rotationplan

import (
	"context"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/provider/tfkit"
)

// Noun is how a kind of resource is called in messages.
type Noun struct {
	Name     string // scoped token
	Short    string // token
	Kind     string // as it stands in paths
	Awaiting string // what a pending version waits for, as a sentence
	Ends     string // what happens to a version that ends: "is refused"
	EndsNow  string // what to do about it where there is no overlap, as a sentence; empty for nothing
	Fails    string // who fails until they have the new one, as a sentence

	id string // of the object that the plan is about
}

func (n Noun) release() string { return n.call("release", api.PermissionContain) }

func (n Noun) rollback() string { return n.call("rotation/rollback", api.PermissionContain) }

func (n Noun) cancel() string { return n.call("rotation/cancel", api.PermissionWrite) }

func (n Noun) promote() string { return n.call("rotation/promote", api.PermissionWrite) }

func (n Noun) versions() string { return "GET /v1/" + n.Kind + "/" + n.id + "/versions" }

// call is how something is done by hand.
func (n Noun) call(verb, permission string) string {
	return "POST /v1/" + n.Kind + "/" + n.id + "/" + verb + ", role " + tfkit.RolesWith(permission, "or")
}

// Attributes are those that a rotation is about, as they stand in a plan or in a state.
type Attributes struct {
	ID                types.String
	Version           types.Int64
	Rotation          types.Object
	MinimumVersion    types.Int64
	RotateWhenChanged types.Map
	ExpiresAt         types.String // null for what does not expire
}

// Change is what one plan, or one apply, does about the rotation of one object.
type Change struct {
	noun     Noun
	name     string
	state    Attributes
	rotation rotation // of the state
	prior    prior
	wanted   wanted
	decision decision
	notes    Notes
}

// Decide finds out what is to be done. It depends on its arguments and on nothing else.
func Decide(ctx context.Context, n Noun, name string, state, plan Attributes, supply Supply, notes Notes, diags *diag.Diagnostics) Change {
	n.id = state.ID.ValueString()
	c := Change{noun: n, name: name, state: state, notes: notes, rotation: rotationOf(ctx, state.Rotation, diags)}
	c.prior = state.prior(c.rotation)
	c.wanted = plan.wanted(supply)
	c.decision = decide(c.prior, c.wanted)
	return c
}

// Refused adds the error of what cannot be done, and reports whether there is one.
func (c Change) Refused(diags *diag.Diagnostics) bool {
	r := c.decision.refused
	if r == nil {
		return false
	}
	diags.AddAttributeError(path.Root(r.attribute), strings.ReplaceAll(r.summary, "%s", c.noun.Short), r.detail(c.noun))
	return true
}

// Open reports whether the configuration is not known well enough: the apply decides.
func (c Change) Open() bool { return c.decision.open }

// Steps reports whether a step is taken.
func (c Change) Steps() bool { return c.decision.step != "" }

// Requests reports whether a request for a rotation is to be recorded.
func (c Change) Requests() bool { return c.decision.requested }

// Supplies reports whether the configured value is sent with the step.
func (c Change) Supplies() bool { return c.decision.supplies }

// SuppliesInPatch reports whether it is sent with the PATCH: the step is a raised minimum_version.
func (c Change) SuppliesInPatch() bool {
	return c.decision.supplies && c.decision.step == stepMinimumVersion
}

// Planned is what the plan shows of version and rotation. The framework marks every computed value unknown as soon as anything differs, and none
// if nothing does; both are wrong here, so what is known is always said. differs says that something else is planned as well.
func (c Change) Planned(ctx context.Context, differs bool, diags *diag.Diagnostics) (version types.Int64, rotation types.Object, loose bool) {
	changes := differs || c.Steps() || c.Requests()
	switch {
	case c.Open(), c.Supplies(), changes && c.wanted.supply.MaySend && (c.wanted.supply.Configured || !c.Steps()):
		return types.Int64Unknown(), types.ObjectUnknown(rotationTypes()), true
	case c.Steps():
		return types.Int64Value(c.decision.after.version), plannedRotation(c.decision.after).object(ctx, diags), false
	}
	return c.state.Version, c.state.Rotation, false
}

func (a Attributes) prior(r rotation) prior {
	p := prior{
		numbers:                 numbersOf(a.Version, r),
		due:                     r.Due.ValueString(),
		reason:                  r.Reason.ValueString(),
		requiresAcknowledgement: r.RequiresAcknowledgement.ValueBool(),
		minimumVersion:          a.MinimumVersion.ValueInt64(),
		triggers:                tfkit.StringMap(a.RotateWhenChanged),
		expiresAt:               a.ExpiresAt.ValueString(),
		phaseEnds:               r.PendingExpiresAt.ValueString(),
	}
	if p.phase == api.PhaseDraining {
		p.phaseEnds = r.PreviousExpiresAt.ValueString()
	}
	return p
}

func (a Attributes) wanted(s Supply) wanted {
	return wanted{
		minimumVersion:        a.MinimumVersion.ValueInt64(),
		minimumVersionUnknown: a.MinimumVersion.IsUnknown(),
		triggers:              tfkit.StringMap(a.RotateWhenChanged),
		triggersUnknown:       a.RotateWhenChanged.IsUnknown() || anyUnknown(a.RotateWhenChanged.Elements()),
		expiresAt:             a.ExpiresAt.ValueString(),
		expiresAtUnknown:      a.ExpiresAt.IsUnknown(),
		supply:                s,
	}
}

func numbersOf(version types.Int64, r rotation) numbers {
	return numbers{
		phase:    r.Phase.ValueString(),
		version:  version.ValueInt64(),
		current:  r.CurrentVersion.ValueInt64(),
		pending:  r.PendingVersion.ValueInt64(),
		previous: r.PreviousVersion.ValueInt64(),
		next:     r.NextVersion.ValueInt64(),
	}
}

func anyUnknown(values map[string]attr.Value) bool {
	for _, v := range values {
		if v.IsUnknown() {
			return true
		}
	}
	return false
}
