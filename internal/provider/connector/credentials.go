package connector

import (
	"context"
	"fmt"

	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/provider/tfkit"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/provider/tfkit/writeonly"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/secret"
)

// credentialsOf converts the configured credentials. ok is false while something in them is unknown.
func credentialsOf(m types.Map) (credentials map[string]secret.Value, ok bool) {
	if m.IsUnknown() {
		return nil, false
	}
	if m.IsNull() || len(m.Elements()) == 0 {
		return nil, true // an empty map is never sent over existing credentials
	}
	credentials = make(map[string]secret.Value, len(m.Elements()))
	for k, v := range m.Elements() {
		s, isString := v.(types.String)
		if !isString || s.IsUnknown() || s.IsNull() {
			return nil, false
		}
		credentials[k] = secret.New(s.ValueString())
	}
	return credentials, true
}

// factsOf returns what the decision about the configured credentials depends on.
func factsOf(
	p *tfkit.Session,
	number types.Int64,
	credentialsWO types.Map,
	state model,
	last *writeonly.Applied,
) (writeonly.Facts, map[string]secret.Value) {
	f := writeonly.Facts{
		Configured: !credentialsWO.IsNull(),
		Number:     number,
		Platform:   state.CredentialsDigest.ValueString(),
		Revoked:    state.CredentialsStatus.ValueString() == api.CredentialsRevoked,
		Applied:    last,
	}
	credentials, known := credentialsOf(credentialsWO)
	if known && credentials != nil {
		f.Value, _ = p.Digest(kind.Path, state.ID.ValueString(), credentials)
		f.Blind = p.Blind()
	}
	return f, credentials
}

// credentialsCheck checks the shape of credentials_wo. Its messages have neither keys nor values.
type credentialsCheck struct{}

func (credentialsCheck) Description(context.Context) string {
	return fmt.Sprintf("1 to %d credentials", api.MaxCredentials)
}

func (c credentialsCheck) MarkdownDescription(ctx context.Context) string { return c.Description(ctx) }

// ValidateMap checks keys and lengths as far as they are known.
func (credentialsCheck) ValidateMap(_ context.Context, req validator.MapRequest, resp *validator.MapResponse) {
	if req.ConfigValue.IsNull() || req.ConfigValue.IsUnknown() {
		return
	}
	lengths := make(map[string]int, len(req.ConfigValue.Elements()))
	for k, v := range req.ConfigValue.Elements() {
		lengths[k] = 1
		if s, ok := v.(types.String); ok && !s.IsUnknown() {
			lengths[k] = len(s.ValueString())
		}
	}
	if err := api.CheckCredentials(lengths); err != nil {
		tfkit.Invalid(&resp.Diagnostics, req.Path, err)
	}
}
