package connector

import (
	"context"
	"fmt"

	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/provider/tfkit"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/secret"
)

// decision is what becomes of the configured credentials.
type decision int

const (
	keep   decision = iota // nothing is sent
	send                   // they are sent
	unsure                 // the apply decides: something that it depends on is not known yet
)

// why is the reason of a decision, for the warning that goes with it.
type why int

const (
	whyNothing       why = iota
	whyMissing           // the platform has none
	whyRevoked           // they were revoked on the platform
	whyNumber            // the number changed
	whyLowerNumber       // the number changed to a lower one
	whyConfiguration     // the configuration changed since the last apply
	whyPlatform          // the platform's changed since the last apply
	whyBoth              // both changed
	whyDifferent         // they differ, and no earlier apply tells whose change it is
	whyAdopted           // imported: the number is taken over
)

// facts is everything a decision depends on. No clock and no request is among it: Terraform plans again when it applies, and
// has to come to the same result.
type facts struct {
	configured bool   // credentials_wo is set
	value      string // digest of credentials_wo; empty where it is not known
	number     types.Int64
	platform   string // digest of the platform's; empty where there are none
	status     string
	applied    *applied
}

// decide compares configuration and platform (DESIGN section 4, write-only values). It leaves a hold aside.
func decide(f facts) (decision, why) {
	switch {
	case !f.configured:
		return keep, whyNothing // removing the argument leaves the platform's as they are
	case f.number.IsUnknown():
		return unsure, whyNothing
	case f.platform == "" && f.status == api.CredentialsRevoked:
		return send, whyRevoked
	case f.platform == "":
		return send, whyMissing
	case f.number.IsNull():
		return compare(f)
	}
	n := f.number.ValueInt64()
	switch {
	case f.applied == nil, f.applied.Imported && f.applied.Number == nil:
		return keep, whyAdopted
	case f.applied.Number == nil:
		return send, whyNumber
	case n < *f.applied.Number:
		return send, whyLowerNumber
	case n != *f.applied.Number:
		return send, whyNumber
	case f.applied.Digest != f.platform:
		return send, whyPlatform
	}
	return keep, whyNothing
}

// compare decides without a number, by the digests.
func compare(f facts) (decision, why) {
	switch {
	case f.value == "":
		return unsure, whyNothing
	case f.value == f.platform:
		return keep, whyNothing
	case f.applied == nil || f.applied.Imported || f.applied.Digest == "":
		return send, whyDifferent
	case f.applied.Digest == f.platform:
		return send, whyConfiguration
	case f.applied.Digest == f.value:
		return send, whyPlatform
	}
	return send, whyBoth
}

// credentialsOf takes the configured credentials into secret.Value. ok is false while something in them is unknown.
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

// factsOf collects what a decision depends on.
func factsOf(p *tfkit.Platform, number types.Int64, credentialsWO types.Map, state model, last *applied) (facts, map[string]secret.Value) {
	f := facts{
		configured: !credentialsWO.IsNull(),
		number:     number,
		platform:   state.CredentialsDigest.ValueString(),
		status:     state.CredentialsStatus.ValueString(),
		applied:    last,
	}
	credentials, known := credentialsOf(credentialsWO)
	if known && credentials != nil {
		f.value, _ = p.Digest(api.KindConnectors, state.ID.ValueString(), credentials)
	}
	return f, credentials
}

// credentialsCheck checks the shape of credentials_wo. Its messages have neither keys nor values.
type credentialsCheck struct{}

// Description says what is accepted.
func (credentialsCheck) Description(context.Context) string {
	return fmt.Sprintf("1 to %d credentials", api.MaxCredentials)
}

// MarkdownDescription says what is accepted.
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
