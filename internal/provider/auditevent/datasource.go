// Package auditevent has the data source quickconnect_audit_events.
package auditevent

import (
	"context"
	"time"

	"github.com/hashicorp/terraform-plugin-framework-validators/int64validator"
	"github.com/hashicorp/terraform-plugin-framework/datasource"
	"github.com/hashicorp/terraform-plugin-framework/datasource/schema"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/client"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/provider/tfkit"
)

const typeName = "quickconnect_audit_events"

// defaultLimit keeps a state small. The export of the platform has every event.
const defaultLimit = 1000

var _ datasource.DataSourceWithConfigure = (*listDataSource)(nil)

type listDataSource struct{ tfkit.DataSourceBase }

type model struct {
	Actor     types.String `tfsdk:"actor"`
	Action    types.String `tfsdk:"action"`
	Kind      types.String `tfsdk:"kind"`
	ObjectID  types.String `tfsdk:"object_id"`
	Outcome   types.String `tfsdk:"outcome"`
	Since     types.String `tfsdk:"since"`
	Until     types.String `tfsdk:"until"`
	Limit     types.Int64  `tfsdk:"limit"`
	Events    []item       `tfsdk:"events"`
	Truncated types.Bool   `tfsdk:"truncated"`
}

type item struct {
	Index     types.Int64       `tfsdk:"index"`
	ID        types.String      `tfsdk:"id"`
	At        types.String      `tfsdk:"at"`
	Actor     types.String      `tfsdk:"actor"`
	Role      types.String      `tfsdk:"role"`
	Workload  types.String      `tfsdk:"workload_identity"`
	Claims    map[string]string `tfsdk:"claims"`
	Action    types.String      `tfsdk:"action"`
	Kind      types.String      `tfsdk:"kind"`
	ObjectID  types.String      `tfsdk:"object_id"`
	Version   types.Int64       `tfsdk:"version"`
	Outcome   types.String      `tfsdk:"outcome"`
	Address   types.String      `tfsdk:"address"`
	UserAgent types.String      `tfsdk:"user_agent"`
	RequestID types.String      `tfsdk:"request_id"`
	Detail    map[string]string `tfsdk:"detail"`
	Erased    types.Bool        `tfsdk:"erased"`
}

// NewListDataSource makes the data source.
func NewListDataSource() datasource.DataSource { return &listDataSource{} }

func (d *listDataSource) Metadata(_ context.Context, _ datasource.MetadataRequest, resp *datasource.MetadataResponse) {
	resp.TypeName = typeName
}

func (d *listDataSource) Schema(_ context.Context, _ datasource.SchemaRequest, resp *datasource.SchemaResponse) {
	resp.Schema = schema.Schema{
		MarkdownDescription: "The audit trail of the environment: who did what to which object, and from where. Never a " +
			"value. It changes with every apply, so use it in outputs and `check` blocks, and let no resource depend on it. " +
			"It needs a token that may read. The guide `audit` shows how to prove that nobody changed the trail.",
		Attributes: map[string]schema.Attribute{
			"actor":     filter("Only events of this actor, by its id. Default: all."),
			"action":    filter("Only events of this action, such as `reveal`. Default: all."),
			"kind":      filter("Only events about objects of this kind, such as `scoped-tokens`. Default: all."),
			"object_id": filter("Only events about the object with this id. Default: all."),
			"outcome":   filter("Only events with this outcome: `success` or `failure`. Default: all.", outcomeCheck),
			"since":     filter("Only events at or after this time (RFC 3339). Default: from the first one.", timeCheck),
			"until":     filter("Only events before this time (RFC 3339). Default: to the last one.", timeCheck),
			"limit": schema.Int64Attribute{
				Optional: true, Validators: []validator.Int64{int64validator.Between(1, 10000)},
				MarkdownDescription: "How many events at most, 1 to 10000: the oldest that match. Default: 1000.",
			},
			"events": schema.ListNestedAttribute{
				Computed: true, NestedObject: schema.NestedAttributeObject{Attributes: itemAttributes()},
				MarkdownDescription: "The events, the oldest first. Empty if there are none.",
			},
			"truncated": schema.BoolAttribute{
				Computed: true, MarkdownDescription: "More events match than `limit`: choose a later `since`.",
			},
		},
	}
}

func (d *listDataSource) Read(ctx context.Context, req datasource.ReadRequest, resp *datasource.ReadResponse) {
	var config model
	resp.Diagnostics.Append(req.Config.Get(ctx, &config)...)
	c := d.Client(&resp.Diagnostics)
	if resp.Diagnostics.HasError() {
		return
	}
	limit := defaultLimit
	if !config.Limit.IsNull() {
		limit = int(config.Limit.ValueInt64())
	}
	found, more, err := c.AuditEvents(ctx, client.AuditFilter{
		Actor: config.Actor.ValueString(), Action: config.Action.ValueString(), Kind: config.Kind.ValueString(),
		ObjectID: config.ObjectID.ValueString(), Outcome: config.Outcome.ValueString(), Since: config.Since.ValueString(),
		Until: config.Until.ValueString(),
	}, limit)
	if err != nil {
		d.Report(&resp.Diagnostics, err, tfkit.Subject{Type: typeName})
		return
	}
	config.Events, config.Truncated = make([]item, len(found)), types.BoolValue(more)
	for i, e := range found {
		config.Events[i] = flatten(e)
	}
	resp.Diagnostics.Append(resp.State.Set(ctx, config)...)
}

func flatten(e api.AuditEvent) item {
	return item{
		Index: types.Int64Value(e.Index), ID: types.StringValue(e.ID), At: tfkit.TimeValue(e.At),
		Actor: types.StringValue(e.Actor), Role: types.StringValue(e.Role), Workload: types.StringValue(e.Workload),
		Claims: e.Claims, Action: types.StringValue(e.Action), Kind: types.StringValue(e.Kind),
		ObjectID: types.StringValue(e.ObjectID), Version: types.Int64Value(e.Version),
		Outcome: types.StringValue(e.Outcome), Address: types.StringValue(e.Address),
		UserAgent: types.StringValue(e.UserAgent), RequestID: types.StringValue(e.RequestID), Detail: e.Detail,
		Erased: types.BoolValue(e.Erased),
	}
}

func checkOutcome(s string) error {
	if s != api.OutcomeSuccess && s != api.OutcomeFailure {
		return errOutcome
	}
	return nil
}

func checkTime(s string) error {
	if _, err := time.Parse(time.RFC3339, s); err != nil {
		return errTime
	}
	return nil
}
