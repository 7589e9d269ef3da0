// Package connector has the resource and the data source quickconnect_connector.
package connector

import (
	"fmt"
	"maps"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework-validators/int64validator"
	"github.com/hashicorp/terraform-plugin-framework-validators/setvalidator"
	datasource "github.com/hashicorp/terraform-plugin-framework/datasource/schema"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/booldefault"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/planmodifier"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/provider/tfkit"
)

var kind = api.Connectors

// The descriptions that resource and data source share.
const (
	scopesText = "No token of this connector may have a scope beyond these. Null is no limit; an empty set allows " +
		"no scope at all."
	enabledText = "Whether the connector works. While it does not, all its tokens are inactive."
	consentText = "Id (`cns_…`) of the consent that a person granted for connectors of this `type`. What a token may " +
		"do is within it, and while it is revoked, every token of the connector is inactive. The guide `consent` has the " +
		"whole way."
	policyText  = "Id (`pol_…`) of the rotation policy that says how old the credentials may get."
	versionText = "Counts the credentials that the connector has had. Null as long as it had none."
	setAtText   = "When the present credentials were set (RFC 3339, UTC). Null where there are none."
	dueAtText   = "When the present credentials are to be replaced (RFC 3339, UTC): at the policy's `interval`, or an " +
		"`overlap` (24h without a policy) before `credentials_expire_at`, whichever comes first. Null without credentials, " +
		"or without both."
	expireText        = "When the present credentials end at the third party (RFC 3339, such as `2027-01-31T12:00:00Z`)."
	refreshStatusText = "How the platform does with the access token of a connector of type `oauth2`: `pending` (it has " +
		"none yet), `current`, `retrying` (it could not renew it, and tries again by itself), `refresh_failed` (it does " +
		"not try again until credentials or settings are set). Null for other types, and without credentials."
	refreshReasonText = "Why `refresh_status` is `retrying` or `refresh_failed`, and what to do. Null otherwise."
	statusText        = "`missing`: there are no credentials, or none since `type` changed; `current`; " +
		"`due`: past `credentials_due_at`; `overdue`: older than the policy's `max_age`, or past " +
		"`credentials_expire_at`; `revoked`: they were revoked on the platform."
)

func resourceSchema() schema.Schema {
	attributes := tfkit.CommonAttributes(kind)
	maps.Copy(attributes, map[string]schema.Attribute{
		"owner": tfkit.Owner(),
		"type": schema.StringAttribute{
			Required:   true,
			Validators: []validator.String{tfkit.StringCheck("a type of connector", api.CheckConnectorType)},
			MarkdownDescription: fmt.Sprintf("The outside service: `%s`. It can be changed in place: `settings` are "+
				"checked for the new type, and the credentials end, unless `credentials_wo` is set, which is sent. "+
				"Tokens and webhook endpoints of the connector stay. On hold a change that ends credentials is "+
				"an error of the plan.", strings.Join(api.ConnectorTypes(), "`, `")),
		},
		"settings": schema.MapAttribute{
			Optional: true, ElementType: types.StringType,
			MarkdownDescription: "Configuration of the service that is not secret: settings are stored in the " +
				"state and shown in plans. Which keys there are depends on `type`; " +
				"an unknown key, a missing one or a value of the wrong form is an error in the plan. " +
				api.SettingsText() + " No default.",
		},
		"credentials_wo": schema.MapAttribute{
			Optional: true, Sensitive: true, WriteOnly: true, ElementType: types.StringType,
			MarkdownDescription: fmt.Sprintf("The service's credentials, such as `{ api_key = … }`: 1 to %d "+
				"entries of at most %d bytes each. Write-only: they are sent to the platform, which seals them, "+
				"and are in no state and no plan. ",
				api.MaxCredentials, api.MaxCredentialValue) +
				"Which keys there are depends on `type`; an unknown key, a missing one or a value of another form is an " +
				"error in the plan, which does not repeat the value. A URL that is a secret, such as that of an incoming " +
				"webhook, belongs here under `url`. " + api.CredentialsText() + " " +
				"Without `credentials_wo_version` the provider compares a keyed digest of them with the platform's " +
				"and sends them when they differ, whichever side changed. " +
				"Removing the argument, or naming it in `ignore_changes`, leaves the platform's credentials as they " +
				"are; an empty map is an error, " +
				"because it is never sent over existing ones. No default. " +
				"An error `held` means that someone put the connector on hold: new credentials are refused until " +
				"it is released.",
		},
		"credentials_wo_version": schema.Int64Attribute{
			Optional:   true,
			Validators: []validator.Int64{int64validator.AtLeast(1)},
			MarkdownDescription: "Switches the comparison off and sends `credentials_wo` when this number changes, " +
				"or when the credentials were changed or revoked on the platform. " +
				"The choice for a value that is made anew on every run, which would otherwise differ every time. " +
				"At least 1; a lower number than before is sent too, with a warning. " +
				"After an import of a connector that has credentials, but no number on the platform, the first " +
				"number is adopted and nothing is sent: where the configured value differs from the platform's, " +
				"a warning of the plan says that it is not sent; raise the number to send it. Where the platform " +
				"has a number, another one in the configuration is a change, and `credentials_wo` is sent. No default.",
		},
		"credentials_expire_at": schema.StringAttribute{
			Optional:   true,
			Validators: []validator.String{tfkit.StringCheck("a date (RFC 3339)", api.CheckDate)},
			PlanModifiers: []planmodifier.String{tfkit.SameMeaning("Dates that mean the same moment are "+
				"no difference.", api.SameInstant)},
			MarkdownDescription: expireText + " The platform does not end them; `credentials_due_at` and " +
				"`credentials_status` count from it. Change it together with `credentials_wo`. A malformed date is an error " +
				"in the plan. Default: none.",
		},
		"certified_until": tfkit.CertifiedUntil(kind),
		"allowed_scopes": schema.SetAttribute{
			Optional:    true,
			ElementType: types.StringType,
			Validators: []validator.Set{
				setvalidator.SizeAtMost(api.MaxScopes),
				tfkit.EachString("scopes", api.CheckScope),
			},
			MarkdownDescription: scopesText + fmt.Sprintf(" At most %d scopes such as `messages:send` or "+
				"`contacts:*`. Narrowing takes effect at once, also for tokens that have more: what counts is what "+
				"both allow. The scope `credentials:read`, with which a token fetches the credentials themselves, must be named: "+
				"no wildcard covers it. "+
				"A malformed scope is an error in the plan, and one that the scope catalogue does not have (guide `concepts`) is "+
				"a warning. Default: null.", api.MaxScopes),
		},
		"enabled": schema.BoolAttribute{
			Optional: true, Computed: true, Default: booldefault.StaticBool(true),
			MarkdownDescription: enabledText + " Default `true`.",
		},
		"consent_id": schema.StringAttribute{
			Optional:   true,
			Validators: []validator.String{tfkit.IDOf(api.ConsentIDPrefix, "a consent")},
			MarkdownDescription: consentText + " A change counts at once and reissues nothing: after a new consent the same " +
				"token values work again. Default: none, unless `require_consent` of the environment policy asks for one. An " +
				"error on the attribute means that the consent is of another environment or another type, or is not granted.",
		},
		"rotation_policy_id": schema.StringAttribute{
			Optional:   true,
			Validators: []validator.String{tfkit.IDOf("pol_", "a rotation policy")},
			MarkdownDescription: policyText + " The platform cannot make new credentials of an outside service, so " +
				"a policy plans nothing here: when they are due, every plan warns. Default: none. " +
				"An error that there is no such policy means that it is of another environment, or was deleted.",
		},
		"version": schema.Int64Attribute{Computed: true, MarkdownDescription: versionText},
		"credentials_digest": schema.StringAttribute{
			Computed: true, Sensitive: true,
			MarkdownDescription: "Keyed digest of the present credentials, by which the provider recognises them. " +
				"It reveals nothing without the environment's comparison key. Null where there are none.",
		},
		"credentials_set_at": schema.StringAttribute{Computed: true, MarkdownDescription: setAtText},
		"credentials_due_at": schema.StringAttribute{Computed: true, MarkdownDescription: dueAtText},
		"credentials_status": schema.StringAttribute{
			Computed:            true,
			MarkdownDescription: statusText + " Revoked or missing ones are sent again where `credentials_wo` is set.",
		},
		"refresh_status": schema.StringAttribute{
			Computed:            true,
			MarkdownDescription: refreshStatusText + " After `refresh_failed`, every plan warns.",
		},
		"refresh_reason": schema.StringAttribute{Computed: true, MarkdownDescription: refreshReasonText},
	})
	return schema.Schema{
		MarkdownDescription: "One integration with an outside service: Slack, Twilio, SMTP, an application of your " +
			"own. Its credentials go to the platform: they are write-only, and no plan, no state and no ephemeral resource " +
			"ever has them. A service fetches them from the platform at run time, with a scoped token of this connector " +
			"that names the scope `credentials:read`: see `examples/clients`. " +
			"Of a connector of type `oauth2` a service gets an access token, which the platform renews before it ends; the " +
			"refresh token and the client's secret never leave the platform. Where the authorization server replaces the " +
			"refresh token, the platform stores the new one as the next `version`; `credentials_digest` and " +
			"`credentials_set_at` stay, and nothing is sent: the configuration goes on with the one that it has. " +
			"After a replacement, plans warn as long as a service still uses the old credentials, and then for a week that " +
			"these may be revoked at the third party. " +
			tfkit.DeletionText + " Until then its credentials still work.",
		Attributes: attributes,
	}
}

func dataAttributes() map[string]datasource.Attribute {
	attributes := tfkit.CommonDataAttributes(kind)
	maps.Copy(attributes, map[string]datasource.Attribute{
		"owner": tfkit.DataOwner(),
		"type":  datasource.StringAttribute{Computed: true, MarkdownDescription: "The outside service."},
		"settings": datasource.MapAttribute{
			Computed:            true,
			ElementType:         types.StringType,
			MarkdownDescription: "Configuration of the service that is not secret.",
		},
		"allowed_scopes": datasource.SetAttribute{
			Computed:            true,
			ElementType:         types.StringType,
			MarkdownDescription: scopesText,
		},
		"enabled": datasource.BoolAttribute{Computed: true, MarkdownDescription: enabledText},
		"consent_id": datasource.StringAttribute{
			Computed: true, MarkdownDescription: consentText + " Null where there is none.",
		},
		"rotation_policy_id": datasource.StringAttribute{
			Computed:            true,
			MarkdownDescription: policyText + " Null where there is none.",
		},
		"credentials_expire_at": datasource.StringAttribute{
			Computed: true, MarkdownDescription: expireText + " Null if that is not known.",
		},
		"previous_in_use_by": datasource.ListNestedAttribute{
			Computed: true,
			MarkdownDescription: "The services that fetched an earlier version of the credentials and not yet the present " +
				"one. A service that does not come back is listed for 90 days.",
			NestedObject: datasource.NestedAttributeObject{Attributes: consumerAttributes()},
		},
		"safe_to_revoke_previous": datasource.BoolAttribute{
			Computed: true,
			MarkdownDescription: "True when every service has fetched the present credentials, and the time at which each " +
				"was told to come back with the earlier ones has passed: these may then be revoked at the third party. Null " +
				"where no service fetched earlier ones in the last weeks: who uses them is not known then.",
		},
		"version":            datasource.Int64Attribute{Computed: true, MarkdownDescription: versionText},
		"credentials_set_at": datasource.StringAttribute{Computed: true, MarkdownDescription: setAtText},
		"credentials_due_at": datasource.StringAttribute{Computed: true, MarkdownDescription: dueAtText},
		"credentials_status": datasource.StringAttribute{Computed: true, MarkdownDescription: statusText},
		"refresh_status":     datasource.StringAttribute{Computed: true, MarkdownDescription: refreshStatusText},
		"refresh_reason":     datasource.StringAttribute{Computed: true, MarkdownDescription: refreshReasonText},
		"certified_until":    tfkit.DataCertifiedUntil(),
		"quarantine":         tfkit.DataQuarantine(),
		"hold": tfkit.DataHold("Set while someone has put the connector on hold: new credentials are " +
			"refused. Null otherwise."),
	})
	return attributes
}
