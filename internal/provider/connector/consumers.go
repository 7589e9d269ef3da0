package connector

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	datasource "github.com/hashicorp/terraform-plugin-framework/datasource/schema"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/provider/tfkit"
)

// consumer is a service that uses the credentials, in the data source.
type consumer struct {
	Consumer        types.String `tfsdk:"consumer"`
	ScopedTokenID   types.String `tfsdk:"scoped_token_id"`
	ScopedTokenName types.String `tfsdk:"scoped_token_name"`
	Version         types.Int64  `tfsdk:"version"`
	Retrievals      types.Int64  `tfsdk:"retrievals"`
	LastRetrievedAt types.String `tfsdk:"last_retrieved_at"`
	FetchAgainAt    types.String `tfsdk:"fetch_again_at"`
}

func consumerAttributes() map[string]datasource.Attribute {
	text := func(description string) datasource.StringAttribute {
		return datasource.StringAttribute{Computed: true, MarkdownDescription: description}
	}
	number := func(description string) datasource.Int64Attribute {
		return datasource.Int64Attribute{Computed: true, MarkdownDescription: description}
	}
	return map[string]datasource.Attribute{
		"consumer": text("What the service calls itself in the header `" + api.HeaderConsumer +
			"`, or else its address."),
		"scoped_token_id":   text("Id of the scoped token it fetches with."),
		"scoped_token_name": text("The name of that token. Empty where it was deleted."),
		"version":           number("The newest version that it fetched."),
		"retrievals":        number("How often it fetched that version, at least."),
		"last_retrieved_at": text("When it fetched last (RFC 3339, UTC)."),
		"fetch_again_at":    text("When it was told to come back, at the latest (RFC 3339, UTC)."),
	}
}

func flattenConsumers(all []api.Consumer) []consumer {
	out := make([]consumer, len(all))
	for i, c := range all {
		out[i] = consumer{
			Consumer: types.StringValue(c.Consumer), ScopedTokenID: types.StringValue(c.ScopedTokenID),
			ScopedTokenName: types.StringValue(c.ScopedTokenName), Version: types.Int64Value(c.Version),
			Retrievals: types.Int64Value(c.Retrievals), LastRetrievedAt: tfkit.TimeValue(&c.LastRetrievedAt),
			FetchAgainAt: tfkit.TimeValue(&c.FetchAgainAt),
		}
	}
	return out
}

// previousUse is the note about who still uses earlier credentials. It moves by itself, so it is in the private state
// and in no attribute.
type previousUse struct {
	Version int64          `json:"version"` // the present one
	InUseBy []api.Consumer `json:"in_use_by"`
	Safe    bool           `json:"safe"`
}

const keyPreviousUse = "previous_use"

// previousUseOf returns the note; nil where there is nothing to say.
func previousUseOf(c *api.Connector) *previousUse {
	if c.SafeToRevokePrevious == nil || c.Version == nil {
		return nil
	}
	return &previousUse{Version: *c.Version, InUseBy: c.PreviousInUseBy, Safe: *c.SafeToRevokePrevious}
}

func loadPreviousUse(ctx context.Context, p tfkit.PrivateReader, diags *diag.Diagnostics) *previousUse {
	return tfkit.LoadPrivate[previousUse](ctx, p, keyPreviousUse, diags)
}

// maxNamed is how many consumers a warning names.
const maxNamed = 5

// warn says whether the earlier credentials may be revoked at the third party.
func (h *previousUse) warn(diags *diag.Diagnostics, connector string) {
	at := path.Root("credentials_wo")
	switch {
	case h == nil:
	case h.Safe:
		diags.AddAttributeWarning(at, "Old credentials can be revoked", fmt.Sprintf("Every service that fetched the "+
			"earlier credentials of connector %q has the present ones, version %d: the earlier ones may be revoked at the "+
			"third party now, if that was not done. This warning ends a week after the last service has moved.",
			connector, h.Version))
	case len(h.InUseBy) > 0:
		diags.AddAttributeWarning(at, "Old credentials in use", fmt.Sprintf("Earlier credentials of connector %q are "+
			"still used by %s. Do not revoke them at the third party yet. A service moves when it fetches the credentials "+
			"again.", connector, named(h.InUseBy)))
	}
}

func named(consumers []api.Consumer) string {
	var names []string
	for _, c := range consumers[:min(len(consumers), maxNamed)] {
		names = append(names, fmt.Sprintf("%s (version %d, last fetched at %s)", c.Consumer, c.Version,
			c.LastRetrievedAt.UTC().Format(time.RFC3339)))
	}
	slices.Sort(names)
	if more := len(consumers) - maxNamed; more > 0 {
		names = append(names, fmt.Sprintf("%d more", more))
	}
	return strings.Join(names, ", ")
}
