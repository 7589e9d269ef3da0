// Package accesstoken has the ephemeral resource that opens a short-lived access token of a scoped token.
package accesstoken

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/ephemeral"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/types"
	"github.com/hashicorp/terraform-plugin-log/tflog"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/client"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/clock"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/provider/tfkit"
)

type accessToken struct{ tfkit.EphemeralBase }

// NewEphemeralResource makes the ephemeral resource.
func NewEphemeralResource() ephemeral.EphemeralResource { return &accessToken{} }

var (
	_ ephemeral.EphemeralResourceWithConfigure = &accessToken{}
	_ ephemeral.EphemeralResourceWithRenew     = &accessToken{}
	_ ephemeral.EphemeralResourceWithClose     = &accessToken{}
)

type model struct {
	ScopedTokenID types.String `tfsdk:"scoped_token_id"`
	Scopes        types.Set    `tfsdk:"scopes"`
	TTL           types.String `tfsdk:"ttl"`
	RevokeOnClose types.Bool   `tfsdk:"revoke_on_close"`
	AccessToken   types.String `tfsdk:"access_token"`
	ID            types.String `tfsdk:"id"`
	ExpiresAt     types.String `tfsdk:"expires_at"`
}

// opened is what is noted of an opened token for its renewals and its end. The value is not in it.
type opened struct {
	ID        string    `json:"id"`
	TTL       string    `json:"ttl"`
	ExpiresAt time.Time `json:"expires_at"`
	// Ends is when it ends by the clock of this machine, which may show another time than the platform's.
	Ends   time.Time `json:"ends"`
	Revoke bool      `json:"revoke"`
}

const noteKey = "access_token"

func (a *accessToken) Metadata(_ context.Context, _ ephemeral.MetadataRequest, resp *ephemeral.MetadataResponse) {
	resp.TypeName = "quickconnect_access_token"
}

func (a *accessToken) Open(ctx context.Context, req ephemeral.OpenRequest, resp *ephemeral.OpenResponse) {
	var m model
	resp.Diagnostics.Append(req.Config.Get(ctx, &m)...)
	c := a.Client(&resp.Diagnostics)
	if resp.Diagnostics.HasError() {
		return
	}
	note := opened{
		TTL:    api.FormatDuration(api.DefaultAccessTokenTTL),
		Revoke: !m.RevokeOnClose.Equal(types.BoolValue(false)),
	}
	if !m.TTL.IsNull() {
		note.TTL = m.TTL.ValueString()
	}
	ask := api.AccessTokenOpen{TTL: &note.TTL}
	if !m.Scopes.IsNull() {
		ask.Scopes = tfkit.StringSlice(m.Scopes)
	}
	m.AccessToken, m.ID, m.ExpiresAt = types.StringNull(), types.StringNull(), types.StringNull()
	t, err := c.ScopedTokens().Open(ctx, m.ScopedTokenID.ValueString(), ask)
	switch {
	case a.tolerates(&resp.Diagnostics, err, m.ScopedTokenID.ValueString()):
	case err != nil:
		a.Report(&resp.Diagnostics, err, tfkit.Subject{
			Type: "quickconnect_access_token", Sent: map[string][]string{"scopes": ask.Scopes},
		})
		return
	default:
		now := clock.System().Now()
		note.ID = t.ID
		note.lives(t.AccessTokenLife, now)
		m.AccessToken, m.ID = types.StringValue(t.Value.Expose()), types.StringValue(t.ID)
		m.ExpiresAt = tfkit.TimeValue(&t.ExpiresAt)
		scopes, d := types.SetValueFrom(ctx, types.StringType, t.Scopes)
		m.Scopes = scopes
		resp.Diagnostics.Append(d...)
		resp.RenewAt = renewAt(t.AccessTokenLife, now)
	}
	tfkit.StorePrivate(ctx, resp.Private, noteKey, &note, &resp.Diagnostics)
	resp.Diagnostics.Append(resp.Result.Set(ctx, m)...)
}

// tolerates warns of what the same plan may put right, or an apply with another token: the plan and a destroy must not
// fail on it.
func (a *accessToken) tolerates(diags *diag.Diagnostics, err error, id string) bool {
	const null = "so access_token is null."
	at := path.Root("scoped_token_id")
	switch {
	case client.IsNotFound(err):
		diags.AddAttributeWarning(at, "Scoped token not found", fmt.Sprintf("There is no scoped token %s in the tenant and "+
			"environment of the provider, %s If it is managed by Terraform, the plan creates it anew; otherwise correct "+
			"scoped_token_id.", id, null))
	case client.HasCode(err, api.CodeConflict), client.HasCode(err, api.CodeQuarantined):
		diags.AddAttributeWarning(
			at,
			"No access token opened",
			fmt.Sprintf("%s For now, %s The plan of the scoped token or of "+
				"its connector says whether it puts that right.", tfkit.SentenceOf(err), null),
		)
	case opensCredentials(err):
		diags.AddAttributeWarning(path.Root("scopes"), "Access token not opened", fmt.Sprintf("It would have the scope %s, "+
			"so it opens the credentials of the connector. That also needs the permission write, which the role of the "+
			"provider's token does not have, %s Leave the scope out of scopes, or apply with a token that has the permission.",
			api.ScopeReadCredentials, null))
	default:
		return false
	}
	return true
}

// opensCredentials reports whether the platform refuses the scopes because they open more than the caller may reveal.
// Where the caller may reveal nothing, the refusal is about no member of the request.
func opensCredentials(err error) bool {
	var e *client.Error
	return errors.As(err, &e) && e.Code == api.CodeForbidden && strings.HasPrefix(e.Field, "/scopes")
}

func (a *accessToken) Renew(ctx context.Context, req ephemeral.RenewRequest, resp *ephemeral.RenewResponse) {
	note := tfkit.LoadPrivate[opened](ctx, req.Private, noteKey, &resp.Diagnostics)
	if note == nil || note.ID == "" {
		return
	}
	c := a.Client(&resp.Diagnostics)
	if resp.Diagnostics.HasError() {
		return
	}
	life, err := c.AccessTokens().Extend(ctx, note.ID, api.AccessTokenExtend{TTL: &note.TTL})
	if err != nil {
		a.notExtended(ctx, note, err, resp)
		return
	}
	now := clock.System().Now()
	note.lives(*life, now)
	resp.RenewAt = renewAt(*life, now)
	if resp.RenewAt.IsZero() {
		resp.Diagnostics.AddWarning("Access token extended for the last time", endsByItself(note)+" It cannot be extended "+
			"further: it lives 12 hours at most, and never longer than the version of the scoped token that it was made from. "+
			"What uses it after that is refused.")
	}
	tfkit.StorePrivate(ctx, resp.Private, noteKey, note, &resp.Diagnostics)
}

// notExtended has a fault that may pass tried again while the token is valid. After an error, Terraform renews no
// more.
func (a *accessToken) notExtended(ctx context.Context, note *opened, err error, resp *ephemeral.RenewResponse) {
	advice := "Run the apply again: it opens another access token."
	if client.Passes(err) {
		if resp.RenewAt = againAt(note.Ends, clock.System().Now(), askedWait(err)); !resp.RenewAt.IsZero() {
			tflog.Info(ctx, "an access token was not extended; the provider tries again", map[string]any{
				"id": note.ID, "error": err.Error(), "at": resp.RenewAt.UTC().Format(time.RFC3339),
			})
			return
		}
		advice = "That was the last try before its end. Once the platform answers again, run the apply again: it opens " +
			"another access token."
	}
	resp.Diagnostics.AddError(
		"Access token not extended",
		fmt.Sprintf("%s %s What uses it after that is refused. %s", tfkit.SentenceOf(err), endsByItself(note), advice),
	)
}

func (a *accessToken) Close(ctx context.Context, req ephemeral.CloseRequest, resp *ephemeral.CloseResponse) {
	note := tfkit.LoadPrivate[opened](ctx, req.Private, noteKey, &resp.Diagnostics)
	if note == nil || note.ID == "" || !note.Revoke {
		return
	}
	c := a.Client(&resp.Diagnostics)
	if resp.Diagnostics.HasError() {
		return
	}
	if err := c.AccessTokens().Revoke(ctx, note.ID); err != nil && !client.IsNotFound(err) {
		resp.Diagnostics.AddWarning("Access token not revoked", fmt.Sprintf("%s %s To end it now: POST /v1/%s/%s/revoke.",
			tfkit.SentenceOf(err), endsByItself(note), api.KindAccessTokens, note.ID))
	}
}

func endsByItself(note *opened) string {
	return fmt.Sprintf("Access token %s ends by itself at %s.", note.ID, note.ExpiresAt.UTC().Format(time.RFC3339))
}
