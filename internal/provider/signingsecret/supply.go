package signingsecret

import (
	"fmt"
	"slices"

	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/provider/rotate"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/provider/tfkit"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/provider/tfkit/writeonly"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/secret"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/webhook"
)

// suppliedOf returns the configured secret; nil where there is none, or where it is not known yet.
func suppliedOf(v types.String) *secret.Value {
	if v.IsNull() || v.IsUnknown() || v.ValueString() == "" {
		return nil
	}
	s := secret.New(v.ValueString())
	return &s
}

// factsOf returns what the decision about the configured secret depends on.
func factsOf(
	p *tfkit.Session,
	secretWO types.String,
	number types.Int64,
	state model,
	last *writeonly.Applied,
) writeonly.Facts {
	f := writeonly.Facts{
		Configured: !secretWO.IsNull(),
		Number:     number,
		Platform:   state.SecretDigest.ValueString(),
		Revoked:    state.phase() == api.PhaseRevoked,
		Applied:    last,
	}
	if s := suppliedOf(secretWO); s != nil {
		digests := p.DigestsOfText(api.KindSigningSecrets, state.ID.ValueString(), *s)
		f.Value, f.Digests = digests.Like(f.Platform), digests
		f.Blind = p.Blind()
	}
	return f
}

// sameValue reports whether the platform is known to have the configured value.
func sameValue(f writeonly.Facts) bool { return f.Configured && f.Value != "" && f.Value == f.Platform }

// supplyOf is what the configured secret means for a rotation. A value that was revoked may have leaked: it is not sent
// again unless the number asks for it, whatever the platform has now.
func supplyOf(f writeonly.Facts, notes rotate.Notes) rotate.Supply {
	d, why := writeonly.Decide(f)
	s := rotate.Supply{
		Argument:   "secret_wo",
		Configured: f.Configured,
		New:        d == writeonly.Send,
		Unsure:     d == writeonly.Unsure,
		MaySend:    (f.Configured || f.Platform != "") && writeonly.MaySend(f),
		Supplied:   f.Platform != "",
	}
	// A rotation to the value that the platform has already is pointless, whatever its number says.
	if sameValue(f) {
		s.New = false
	}
	last := f.Applied
	if s.New && f.Value == "" && last != nil {
		_, barred := revokedBefore([]string{last.Digest}, f, notes.Revoked)
		s.Unsure = barred // it may be the one that was revoked, or another one
	}
	s.Revoked, s.Barred = revokedBefore(f.Digests, f, notes.Revoked)
	s.Barred = s.Barred && s.New
	switch {
	case s.Barred, why == writeonly.Platform:
	case why == writeonly.Missing:
		// The platform has a secret that it made itself: the configuration has begun to supply one, or the secret was
		// rotated outside Terraform.
		s.ByUser = last == nil || last.Digest == ""
	default:
		s.ByUser = true
	}
	if notes.Hold != nil || notes.Quarantine != nil {
		s.MaySend, s.Unsure = false, false // nothing is sent, whatever the value is
	}
	return s
}

// supplyAtApply is supplyOf for an apply. A digest that the plan shows is a promise that nothing is sent.
func supplyAtApply(f writeonly.Facts, notes rotate.Notes, plan model) rotate.Supply {
	s := supplyOf(f, notes)
	if !plan.SecretDigest.IsUnknown() {
		s.New, s.Unsure, s.Barred = false, false, false
	}
	return s
}

// revokedBefore reports whether a value of these digests was revoked, and whether it is barred: the configuration has
// no number that the value did not have yet, neither then nor at the last apply. Where every version was revoked and
// the state does not say yet which value that was, it was the value of the last apply.
func revokedBefore(digests []string, f writeonly.Facts, revoked []api.RevokedSecret) (found, barred bool) {
	is := func(digest string) bool { return digest != "" && slices.Contains(digests, digest) }
	var before []attr.Value
	if last := f.Applied; last != nil {
		before = append(before, types.Int64PointerValue(last.Number))
		found = f.Revoked && len(revoked) == 0 && is(last.Digest)
	}
	for _, r := range revoked {
		if is(r.Digest) {
			found, before = true, append(before, types.Int64PointerValue(r.SecretWOVersion))
		}
	}
	isNew := !f.Number.IsNull() && !slices.ContainsFunc(before, f.Number.Equal)
	return found, found && !isNew
}

// refuseRevoked refuses to start another signing secret with a value that was revoked. The platform would not recognise
// it there.
func refuseRevoked(diags *diag.Diagnostics, f writeonly.Facts, notes rotate.Notes) {
	if _, barred := revokedBefore(f.Digests, f, notes.Revoked); barred {
		diags.AddAttributeError(path.Root("secret_wo"), "The value was revoked", "The plan replaces the signing "+
			"secret, and secret_wo still has a value that was revoked on the platform: "+
			"configure a new one (and raise secret_wo_version if that is set). To begin with the same one "+
			"nevertheless, give secret_wo_version a number that it has not had.")
	}
}

// checkConfigured refuses a value that turns out to be empty at the apply. The platform would take it for none and make
// a secret instead.
func checkConfigured(diags *diag.Diagnostics, secretWO types.String) {
	if secretWO.ValueString() == "" && !secretWO.IsNull() && !secretWO.IsUnknown() {
		tfkit.Invalid(diags, path.Root("secret_wo"), webhook.ErrSupplied)
	}
}

// warnAdopted warns that a number is adopted after an import and nothing is sent.
func warnAdopted(diags *diag.Diagnostics, plan, state model, f writeonly.Facts) {
	if _, why := writeonly.Decide(f); why != writeonly.Adopted || plan.SecretWOVersion.Equal(state.SecretWOVersion) {
		return
	}
	text := fmt.Sprintf("Signing secret %s was imported and has a supplied secret, but no number on the platform: "+
		"secret_wo_version is adopted and nothing is sent.", state.Name.String())
	if f.Value != "" && f.Value != f.Platform {
		text += " The configured value differs from the platform's and is NOT sent; raise secret_wo_version to send it."
	}
	diags.AddAttributeWarning(path.Root("secret_wo"), "Secret taken over", text)
}
