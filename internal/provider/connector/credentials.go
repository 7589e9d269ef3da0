package connector

import (
	"errors"
	"maps"
	"slices"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
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
	p *tfkit.Session, credentialsWO types.Map, plan, state model, last *writeonly.Applied,
) (writeonly.Facts, map[string]secret.Value) {
	f := writeonly.Facts{
		Configured: !credentialsWO.IsNull(),
		Number:     plan.CredentialsWOVersion,
		Platform:   state.CredentialsDigest.ValueString(),
		Revoked:    state.CredentialsStatus.ValueString() == api.CredentialsRevoked,
		Applied:    last,
	}
	if tfkit.Moved(plan.Type, state.Type) {
		f.Platform, f.Revoked = "", false // another service has no use for the platform's
	}
	credentials, known := credentialsOf(credentialsWO)
	if known && credentials != nil {
		f.Value = p.Digests(kind.Path, state.ID.ValueString(), credentials).Like(f.Platform)
		f.Blind = p.Blind()
	}
	return f, credentials
}

// validateSettings checks the settings of the connector's type, once all of them are known.
func (m model) validateSettings(diags *diag.Diagnostics) {
	at := path.Root("settings")
	null := false
	for key, v := range m.Settings.Elements() {
		if v.IsUnknown() {
			return
		}
		if v.IsNull() {
			null = true
			tfkit.Invalid(diags, at.AtMapKey(key), errors.New("is null: leave it out"))
		}
	}
	if null {
		return
	}
	for _, wrong := range api.CheckSettings(m.Type.ValueString(), tfkit.StringMap(m.Settings)) {
		p := at
		if wrong.Where != "" {
			p = at.AtMapKey(wrong.Where)
		}
		tfkit.Invalid(diags, p, wrong.Err)
	}
}

// validateCredentials checks keys and values of credentials_wo as far as they are known.
func (m model) validateCredentials(diags *diag.Diagnostics) {
	at := path.Root("credentials_wo")
	values := m.CredentialsWO.Elements()
	given := slices.Sorted(maps.Keys(values))
	typ := m.Type.ValueString()
	if err := api.CheckCredentialKeys(typ, tfkit.StringMap(m.Settings), given); err != nil {
		tfkit.Invalid(diags, at, err)
	}
	for _, k := range given {
		s, ok := values[k].(types.String)
		if !ok || s.IsUnknown() {
			continue
		}
		if listed, err := api.CheckCredential(typ, k, s.ValueString()); err != nil && listed {
			tfkit.Invalid(diags, at.AtMapKey(k), err)
		} else if err != nil {
			tfkit.Invalid(diags, at, err)
		}
	}
}
