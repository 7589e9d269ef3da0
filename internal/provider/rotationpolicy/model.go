package rotationpolicy

import (
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/provider/tfkit"
)

// model is the part that resource and data sources share.
type model struct {
	tfkit.Common
	Interval               types.String `tfsdk:"interval"`
	Overlap                types.String `tfsdk:"overlap"`
	MaxStage               types.String `tfsdk:"max_stage"`
	MaxAge                 types.String `tfsdk:"max_age"`
	RequireAcknowledgement types.Bool   `tfsdk:"require_acknowledgement"`
	OnStageTimeout         types.String `tfsdk:"on_stage_timeout"`
	QuietPeriod            types.String `tfsdk:"quiet_period"`
}

// managed is the resource.
type managed struct {
	model
	NamePrefix types.String `tfsdk:"name_prefix"`
}

func (m managed) subject() tfkit.Subject {
	return tfkit.Subject{Type: kind.Terraform, Name: tfkit.NameOf(m.Name, m.NamePrefix)}
}

func (m managed) expand() api.RotationPolicyCreate {
	return api.RotationPolicyCreate{
		Name:                   m.Name.ValueString(),
		NamePrefix:             m.NamePrefix.ValueString(),
		Description:            m.Description.ValueStringPointer(),
		Labels:                 tfkit.StringMap(m.Labels),
		Interval:               m.Interval.ValueString(),
		Overlap:                m.Overlap.ValueStringPointer(),
		MaxStage:               m.MaxStage.ValueStringPointer(),
		MaxAge:                 m.MaxAge.ValueStringPointer(),
		RequireAcknowledgement: m.RequireAcknowledgement.ValueBoolPointer(),
		OnStageTimeout:         m.OnStageTimeout.ValueStringPointer(),
		QuietPeriod:            m.QuietPeriod.ValueStringPointer(),
	}
}

func (m managed) expandPatch(state managed) api.RotationPolicyPatch {
	return api.RotationPolicyPatch{
		Name:                   tfkit.ChangedString(m.Name, state.Name),
		Description:            tfkit.ChangedString(m.Description, state.Description),
		Labels:                 tfkit.ChangedMap(m.Labels, state.Labels),
		Interval:               tfkit.ChangedString(m.Interval, state.Interval),
		Overlap:                tfkit.ChangedString(m.Overlap, state.Overlap),
		MaxStage:               tfkit.ChangedString(m.MaxStage, state.MaxStage),
		MaxAge:                 tfkit.ChangedString(m.MaxAge, state.MaxAge),
		RequireAcknowledgement: tfkit.ChangedBool(m.RequireAcknowledgement, state.RequireAcknowledgement),
		OnStageTimeout:         tfkit.ChangedString(m.OnStageTimeout, state.OnStageTimeout),
		QuietPeriod:            tfkit.ChangedString(m.QuietPeriod, state.QuietPeriod),
	}
}

func flatten(p *api.RotationPolicy) model {
	return model{
		Common:                 tfkit.Flatten(p.Object),
		Interval:               types.StringValue(p.Interval),
		Overlap:                types.StringValue(p.Overlap),
		MaxStage:               types.StringValue(p.MaxStage),
		MaxAge:                 types.StringPointerValue(p.MaxAge),
		RequireAcknowledgement: types.BoolValue(p.RequireAcknowledgement),
		OnStageTimeout:         types.StringValue(p.OnStageTimeout),
		QuietPeriod:            types.StringPointerValue(p.QuietPeriod),
	}
}

// read is what Read stores over a state. Over the zero value it is what an import begins with.
func read(p *api.RotationPolicy, state managed) managed {
	next := managed{flatten(p), tfkit.ReadPrefix(state.NamePrefix)}
	next.Common = next.ReadOver(state.Common)
	return next
}

// planned is what is stored after a write: what the plan shows, and from the answer what the plan left open. Only
// computed fields of Common can be open.
func (m managed) planned(answered model) managed {
	m.Common = m.Planned(answered.Common)
	return m
}
