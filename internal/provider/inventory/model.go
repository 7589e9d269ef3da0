package inventory

import (
	"time"

	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/client"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/provider/tfkit"
)

type model struct {
	Kind               types.String `tfsdk:"kind"`
	Owner              types.String `tfsdk:"owner"`
	ConnectorID        types.String `tfsdk:"connector_id"`
	Label              types.String `tfsdk:"label"`
	UnusedFor          types.String `tfsdk:"unused_for"`
	OlderThan          types.String `tfsdk:"older_than"`
	ExpiresWithin      types.String `tfsdk:"expires_within"`
	Finding            types.String `tfsdk:"finding"`
	Overdue            types.Bool   `tfsdk:"overdue"`
	Unacknowledged     types.Bool   `tfsdk:"unacknowledged"`
	Orphan             types.Bool   `tfsdk:"orphan"`
	CertificationEnded types.Bool   `tfsdk:"certification_ended"`
	Riskiest           types.Bool   `tfsdk:"riskiest"`
	Limit              types.Int64  `tfsdk:"limit"`
	Truncated          types.Bool   `tfsdk:"truncated"`
	Credentials        []item       `tfsdk:"credentials"`
}

func (m model) filter() client.InventoryFilter {
	return client.InventoryFilter{
		Kind: m.Kind.ValueString(), Owner: m.Owner.ValueString(), ConnectorID: m.ConnectorID.ValueString(),
		Label: m.Label.ValueString(), UnusedFor: m.UnusedFor.ValueString(), OlderThan: m.OlderThan.ValueString(),
		ExpiresWithin: m.ExpiresWithin.ValueString(), Finding: m.Finding.ValueString(), Overdue: m.Overdue.ValueBool(),
		Unacknowledged: m.Unacknowledged.ValueBool(), Orphan: m.Orphan.ValueBool(),
		CertificationEnded: m.CertificationEnded.ValueBool(),
	}
}

type item struct {
	Kind         types.String      `tfsdk:"kind"`
	ID           types.String      `tfsdk:"id"`
	Name         types.String      `tfsdk:"name"`
	Owner        types.String      `tfsdk:"owner"`
	Environment  types.String      `tfsdk:"environment"`
	Labels       map[string]string `tfsdk:"labels"`
	ConnectorID  types.String      `tfsdk:"connector_id"`
	Role         types.String      `tfsdk:"role"`
	CreatedAt    types.String      `tfsdk:"created_at"`
	Claimed      types.Bool        `tfsdk:"claimed"`
	Phase        types.String      `tfsdk:"phase"`
	Due          types.String      `tfsdk:"due"`
	DueReason    types.String      `tfsdk:"due_reason"`
	DueAt        types.String      `tfsdk:"due_at"`
	Overdue      types.Bool        `tfsdk:"overdue"`
	Acknowledged types.Bool        `tfsdk:"acknowledged"`
	ExpiresAt    types.String      `tfsdk:"expires_at"`
	HoldReason   types.String      `tfsdk:"hold_reason"`

	QuarantineReason types.String `tfsdk:"quarantine_reason"`
	QuarantineUntil  types.String `tfsdk:"quarantine_until"`

	UnusedQuarantineAt types.String `tfsdk:"unused_quarantine_at"`
	CertifiedUntil     types.String `tfsdk:"certified_until"`
	CertificationEnded types.Bool   `tfsdk:"certification_ended"`

	AgeDays      types.Int64  `tfsdk:"age_days"`
	LastUsedAt   types.String `tfsdk:"last_used_at"`
	UnusedDays   types.Int64  `tfsdk:"unused_days"`
	Versions     []version    `tfsdk:"versions"`
	Scopes       []string     `tfsdk:"scopes"`
	UnusedScopes []string     `tfsdk:"unused_scopes"`
	ReusedBy     types.String `tfsdk:"reused_by"`
	Exemptions   []exemption  `tfsdk:"exemptions"`
	Findings     []finding    `tfsdk:"findings"`
	Risk         types.Int64  `tfsdk:"risk"`
	RiskReasons  []string     `tfsdk:"risk_reasons"`
}

type version struct {
	Version    types.Int64  `tfsdk:"version"`
	State      types.String `tfsdk:"state"`
	IssuedAt   types.String `tfsdk:"issued_at"`
	AgeDays    types.Int64  `tfsdk:"age_days"`
	ExpiresAt  types.String `tfsdk:"expires_at"`
	LastUsedAt types.String `tfsdk:"last_used_at"`
	Uses       types.Int64  `tfsdk:"uses"`
	Consumers  []consumer   `tfsdk:"consumers"`
	Complete   types.Bool   `tfsdk:"complete"`
}

type consumer struct {
	How        types.String `tfsdk:"how"`
	Actor      types.String `tfsdk:"actor"`
	ActorName  types.String `tfsdk:"actor_name"`
	Consumer   types.String `tfsdk:"consumer"`
	UserAgent  types.String `tfsdk:"user_agent"`
	LastUsedAt types.String `tfsdk:"last_used_at"`
	Uses       types.Int64  `tfsdk:"uses"`
}

type exemption struct {
	Rule      types.String `tfsdk:"rule"`
	Reason    types.String `tfsdk:"reason"`
	ExpiresAt types.String `tfsdk:"expires_at"`
}

type finding struct {
	Finding    types.String `tfsdk:"finding"`
	Open       types.Int64  `tfsdk:"open"`
	ID         types.String `tfsdk:"id"`
	LastSeenAt types.String `tfsdk:"last_seen_at"`
	Summary    types.String `tfsdk:"summary"`
}

func flatten(e *api.InventoryEntry) item {
	out := item{
		Kind: types.StringValue(e.Kind), ID: types.StringValue(e.ID), Name: types.StringValue(e.Name),
		Owner: types.StringValue(e.Owner), Environment: types.StringValue(e.Environment), Labels: e.Labels,
		ConnectorID: types.StringPointerValue(e.ConnectorID), Role: types.StringValue(e.Role),
		CreatedAt: timeValue(e.CreatedAt), Claimed: types.BoolValue(e.Claimed), Phase: types.StringValue(e.Phase),
		Due: types.StringValue(e.Due), DueReason: types.StringValue(e.DueReason), DueAt: tfkit.TimeValue(e.DueAt),
		Overdue: types.BoolValue(e.Overdue), Acknowledged: types.BoolPointerValue(e.Acknowledged),
		ExpiresAt: tfkit.TimeValue(e.ExpiresAt), AgeDays: types.Int64Value(e.AgeDays),
		LastUsedAt: tfkit.TimeValue(e.LastUsedAt), UnusedDays: types.Int64Value(e.UnusedDays),
		Versions: make([]version, len(e.Versions)), Scopes: e.Scopes, UnusedScopes: e.UnusedScopes,
		Exemptions: make([]exemption, len(e.Exemptions)), Findings: make([]finding, len(e.Findings)),
		Risk:        types.Int64Value(e.Risk.Score),
		RiskReasons: e.Risk.Reasons, UnusedQuarantineAt: tfkit.TimeValue(e.UnusedQuarantineAt),
		CertifiedUntil:     tfkit.TimeValue(e.CertifiedUntil),
		CertificationEnded: types.BoolValue(e.CertificationEnded),
	}
	out.QuarantineReason, out.QuarantineUntil = types.StringNull(), types.StringNull()
	if q := e.Quarantine; q != nil {
		out.QuarantineReason, out.QuarantineUntil = types.StringValue(q.Reason), tfkit.TimeValue(&q.Until)
	}
	if e.Hold != nil {
		out.HoldReason = types.StringValue(e.Hold.Reason)
	}
	if r := e.Reuse; r != nil {
		out.ReusedBy = types.StringValue(r.ID)
	}
	for i, v := range e.Versions {
		out.Versions[i] = flattenVersion(v)
	}
	for i, f := range e.Findings {
		out.Findings[i] = finding{
			Finding: types.StringValue(f.Finding), Open: types.Int64Value(f.Open), ID: types.StringValue(f.ID),
			LastSeenAt: timeValue(f.LastSeenAt), Summary: types.StringValue(f.Summary),
		}
	}
	for i, x := range e.Exemptions {
		out.Exemptions[i] = exemption{
			Rule: types.StringValue(x.Rule), Reason: types.StringValue(x.Reason), ExpiresAt: types.StringValue(x.ExpiresAt),
		}
	}
	return out
}

func flattenVersion(v api.InventoryVersion) version {
	out := version{
		Version: types.Int64Value(v.Version), State: types.StringValue(v.State), IssuedAt: timeValue(v.IssuedAt),
		AgeDays: types.Int64Value(v.AgeDays), ExpiresAt: tfkit.TimeValue(v.ExpiresAt),
		LastUsedAt: tfkit.TimeValue(v.LastUsedAt), Uses: types.Int64Value(v.Uses), Complete: types.BoolValue(v.Complete),
		Consumers: make([]consumer, len(v.Consumers)),
	}
	for i, c := range v.Consumers {
		out.Consumers[i] = consumer{
			How: types.StringValue(c.How), Actor: types.StringValue(c.Actor), ActorName: types.StringValue(c.ActorName),
			Consumer: types.StringValue(c.Consumer), UserAgent: types.StringValue(c.UserAgent),
			LastUsedAt: timeValue(c.LastAt), Uses: types.Int64Value(c.Count),
		}
	}
	return out
}

func timeValue(t time.Time) types.String { return tfkit.TimeValue(&t) }
