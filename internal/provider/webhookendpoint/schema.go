// Package webhookendpoint has the resource quickconnect_webhook_endpoint.
package webhookendpoint

import (
	"fmt"
	"maps"

	"github.com/hashicorp/terraform-plugin-framework-validators/setvalidator"
	"github.com/hashicorp/terraform-plugin-framework-validators/stringvalidator"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/booldefault"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/planmodifier"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/provider/tfkit"
)

var kind = api.WebhookEndpoints

func resourceSchema() schema.Schema {
	attributes := tfkit.CommonAttributes(kind)
	maps.Copy(attributes, map[string]schema.Attribute{
		"connector_id": schema.StringAttribute{
			Required:      true,
			Validators:    []validator.String{tfkit.IDOf("con_", "a connector")},
			PlanModifiers: []planmodifier.String{tfkit.ReplacesIfKnown()},
			MarkdownDescription: "Id of the connector whose events are delivered. A change replaces the endpoint, " +
				"and what is queued for it is not delivered any more." + tfkit.UnknownID +
				"An error on it means that there is no such connector in the environment. While the connector is " +
				"disabled, nothing is delivered.",
		},
		"url": urlAttribute(),
		"event_types": schema.SetAttribute{
			Optional:    true,
			ElementType: types.StringType,
			Validators: []validator.Set{
				setvalidator.SizeBetween(1, api.MaxEventTypes),
				tfkit.EachString("event types such as message.delivered or message.*", api.CheckEventTypes),
			},
			MarkdownDescription: fmt.Sprintf("The types of events that are delivered, such as `message.delivered`, and "+
				"families such as `message.*`, which cover what is below them: 1 to %d. Default: all but the platform's own, "+
				"such as `quickconnect.rotation.due`, which must be named (`quickconnect.*` for all of them). Events of type "+
				"`%s`, which show the platform whether a receiver accepts a new signing secret, are always delivered.",
				api.MaxEventTypes, api.ProbeEventType),
		},
		"enabled": schema.BoolAttribute{
			Optional: true, Computed: true, Default: booldefault.StaticBool(true),
			MarkdownDescription: "Whether events are delivered. While `false`, what is queued waits, and a " +
				"rotation of a signing secret finds no evidence. A receiver that answers 410 (gone) disables " +
				"its endpoint: " +
				"the next plan shows that, and its apply enables it again unless this is set to `false`. " +
				"Default: `true`.",
		},
	})
	maps.Copy(attributes, requestAttributes())
	maps.Copy(attributes, tlsAttributes())
	return schema.Schema{
		MarkdownDescription: "Where the events of a connector are delivered. Deliveries follow [Standard " +
			"Webhooks](https://www.standardwebhooks.com/) and are signed by every valid version of the endpoint's " +
			"`quickconnect_webhook_signing_secret`; without one, nothing is delivered. An event is tried for about " +
			"three days, until the receiver answers 2xx. " +
			"Removing `headers_wo` or `client_key_wo` leaves the value on the platform; an empty `headers_wo` removes the " +
			"headers, and a key goes with its `client_certificate`. " +
			tfkit.DeletionText + " Until then events are delivered.",
		Attributes: attributes,
	}
}

func urlAttribute() schema.Attribute {
	return schema.StringAttribute{
		Optional: true,
		Validators: []validator.String{
			tfkit.StringCheck("a URL", checkURL),
			stringvalidator.ExactlyOneOf(path.MatchRoot("url"), path.MatchRoot("url_wo")),
		},
		MarkdownDescription: fmt.Sprintf("Where events are posted to: `https`, without user name, password and "+
			"fragment, at most %d bytes. It can be changed in place; what is queued goes to the new URL. "+
			"Not for secrets: it is stored in the state and shown in plans; `url_wo` is for a URL that is a secret. "+
			"Exactly one of the two; no default. "+
			"The platform connects only to addresses that are reachable from everywhere, uses no proxy and "+
			"follows no redirect: "+
			"a literal address that is private, or `http`, is an error of the apply, and a name that resolves "+
			"to one fails at the delivery. "+
			"`http` is accepted for this machine (`localhost`, `127.0.0.1`) where the platform was started "+
			"with `--allow-private-endpoints`.", api.MaxEndpointURL),
	}
}

// checkURL checks what every platform refuses. Whether private addresses are allowed depends on the platform.
func checkURL(s string) error { return api.CheckEndpointURL(s, true) }
