package auditevent

import (
	"errors"

	"github.com/hashicorp/terraform-plugin-framework/datasource/schema"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/provider/tfkit"
)

var (
	errOutcome = errors.New("must be success or failure")
	errTime    = errors.New("must be a time such as 2026-05-01T00:00:00Z (RFC 3339)")

	outcomeCheck = tfkit.StringCheck("success or failure", checkOutcome)
	timeCheck    = tfkit.StringCheck("a time (RFC 3339)", checkTime)
)

func filter(description string, checks ...validator.String) schema.StringAttribute {
	return schema.StringAttribute{Optional: true, Validators: checks, MarkdownDescription: description}
}

func text(description string) schema.StringAttribute {
	return schema.StringAttribute{Computed: true, MarkdownDescription: description}
}

func itemAttributes() map[string]schema.Attribute {
	return map[string]schema.Attribute{
		"index": schema.Int64Attribute{
			Computed: true, MarkdownDescription: "Its place in the log of the environment: 0, 1, 2 and so on.",
		},
		"id": text("Its id (`evt_…`)."),
		"at": text("When it happened (RFC 3339, UTC). Null once the event is erased."),
		"actor": text("Who did it: the id of a principal, of a workload identity or of a scoped token; `platform`; or " +
			"`quickconnectd` for a command on the machine of the platform."),
		"role":              text("The role of the actor. Empty for none."),
		"workload_identity": text("The id of the workload identity that acts. Empty for none."),
		"claims": schema.MapAttribute{
			Computed: true, ElementType: types.StringType,
			MarkdownDescription: "The claims of a JWT that fitted, where the event is its exchange.",
		},
		"action":    text("What was done, such as `create`, `reveal` or `promote`."),
		"kind":      text("The kind of the object, such as `scoped-tokens`."),
		"object_id": text("The id of the object."),
		"version": schema.Int64Attribute{
			Computed:            true,
			MarkdownDescription: "The version of the credential. 0 where the event is about none or about several.",
		},
		"outcome":    text("`success` or `failure`. Empty for an event of an older build."),
		"address":    text("Where the request came from. Empty for none."),
		"user_agent": text("The client that the request names."),
		"request_id": text("The request. Empty for what the platform does by itself."),
		"detail": schema.MapAttribute{
			Computed: true, ElementType: types.StringType, MarkdownDescription: "What else there is to say.",
		},
		"erased": schema.BoolAttribute{
			Computed: true, MarkdownDescription: "What the event said was erased. Its place in the log stays.",
		},
	}
}
