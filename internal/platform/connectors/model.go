package connectors

import (
	"context"
	"time"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/credentials"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/httpapi"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/lifecycle"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/problem"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/store"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/txn"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/rotation"
)

// expand makes a connector of what the caller sent.
func expand(ctx context.Context, tx *txn.Tx, b *api.ConnectorCreate) (*connector, error) {
	object, err := httpapi.NewObject(ctx, tx, api.Connectors, httpapi.Naming{Name: b.Name, Prefix: b.NamePrefix},
		b.Description, b.Labels)
	if err != nil {
		return nil, err
	}
	if err := lifecycle.CheckNumber("/credentials_wo_version", b.CredentialsWOVersion); err != nil {
		return nil, err
	}
	return &connector{Connector: &store.Connector{
		Object: object, Owner: b.Owner, Type: b.Type, Settings: b.Settings, AllowedScopes: b.AllowedScopes,
		Enabled: httpapi.ValueOr(b.Enabled, true), RotationPolicyID: httpapi.ValueOr(b.RotationPolicyID, ""),
		ConsentID:            httpapi.ValueOr(b.ConsentID, ""),
		CredentialsWOVersion: b.CredentialsWOVersion, CredentialsExpireAt: b.CredentialsExpireAt,
		CertifiedUntil: b.CertifiedUntil,
	}}, nil
}

func merge(to *store.Connector, p *api.ConnectorPatch) error {
	if err := httpapi.PatchRequired(&to.Name, p.Name, "/name"); err != nil {
		return err
	}
	if err := httpapi.PatchRequired(&to.Owner, p.Owner, "/owner"); err != nil {
		return err
	}
	if err := httpapi.PatchRequired(&to.Type, p.Type, "/type"); err != nil {
		return err
	}
	if err := httpapi.PatchRequired(&to.Enabled, p.Enabled, "/enabled"); err != nil {
		return err
	}
	if err := lifecycle.CheckNumber("/credentials_wo_version", p.CredentialsWOVersion.Value); err != nil {
		return err
	}
	httpapi.PatchNullable(&to.Description, p.Description)
	httpapi.PatchDefault(&to.Labels, p.Labels, nil)
	httpapi.PatchDefault(&to.Settings, p.Settings, nil)
	httpapi.PatchDefault(&to.AllowedScopes, p.AllowedScopes, nil)
	httpapi.PatchDefault(&to.RotationPolicyID, p.RotationPolicyID, "")
	httpapi.PatchDefault(&to.ConsentID, p.ConsentID, "")
	httpapi.PatchNullable(&to.CredentialsWOVersion, p.CredentialsWOVersion)
	httpapi.PatchNullable(&to.CredentialsExpireAt, p.CredentialsExpireAt)
	httpapi.PatchNullable(&to.CertifiedUntil, p.CertifiedUntil)
	return nil
}

// check checks a whole connector, except its settings.
func check(c *store.Connector) error {
	if err := httpapi.CheckObject(&c.Object); err != nil {
		return err
	}
	if err := api.CheckOwner(c.Owner); err != nil {
		return problem.Refused("/owner", err)
	}
	if err := api.CheckConnectorType(c.Type); err != nil {
		return problem.Refused("/type", err)
	}
	if _, err := expiryOf(c); err != nil {
		return problem.Refused("/credentials_expire_at", err)
	}
	if err := lifecycle.CheckCertifiedUntil(c.CertifiedUntil); err != nil {
		return err
	}
	return httpapi.CheckScopes("allowed_scopes", c.AllowedScopes)
}

// checkSettings is called for settings that are new: an older build may have taken what this one refuses, and such a
// connector must stay usable.
//
// tokenURL checks whether the platform may connect to one.
func checkSettings(c *store.Connector, tokenURL func(string) error) error {
	wrong := api.CheckSettings(c.Type, c.Settings)
	if len(wrong) == 0 && c.Type == api.TypeOAuth2 {
		if err := tokenURL(c.Settings[api.SettingTokenURL]); err != nil {
			wrong = []api.Mistake{{Where: api.SettingTokenURL, Err: err}}
		}
	}
	switch {
	case len(wrong) == 0:
		return nil
	case wrong[0].Where == "":
		return problem.Refused("/settings", wrong[0].Err)
	default:
		key := wrong[0].Where
		return problem.New(api.CodeInvalid, problem.Pointer("settings", key), "settings: %s %v", key, wrong[0].Err)
	}
}

// expiryOf returns when the credentials end at the third party; zero for never.
func expiryOf(c *store.Connector) (time.Time, error) {
	if c.CredentialsExpireAt == nil {
		return time.Time{}, nil
	}
	return api.ParseExpiry(*c.CredentialsExpireAt)
}

// in reports whether the credentials are selected.
func (c *connector) in(s rotation.Selection, now time.Time) bool {
	expiry, _ := expiryOf(c.Connector) // it was checked before it was stored
	return s.Takes(c.Credential.Credential, c.policy, expiry, now)
}

func (c *connector) flatten(now time.Time) api.Connector {
	expiry, _ := expiryOf(c.Connector) // it was checked before it was stored
	age := rotation.AgeAt(c.Credential.Credential, c.policy, expiry, now)
	behind, safe := c.previousUse(now)
	status, reason := flattenRefresh(c.refresh)
	var revoked *time.Time
	if c.consent != nil {
		revoked = httpapi.UTC(c.consent.RevokedAt)
	}
	return api.Connector{
		ConsentRevokedAt:    revoked,
		CredentialsExpireAt: c.CredentialsExpireAt, PreviousInUseBy: behind, SafeToRevokePrevious: safe,
		Object: httpapi.FlattenObject(&c.Object), Deletion: httpapi.FlattenDeletion(&c.Object),
		Uses: httpapi.FlattenUses(&c.Object, now, c.RotationPolicyID), Owner: c.Owner, Type: c.Type, Settings: c.Settings,
		AllowedScopes: c.AllowedScopes, Enabled: c.Enabled, ConsentID: httpapi.TextOrNull(c.ConsentID),
		RotationPolicyID: httpapi.TextOrNull(c.RotationPolicyID), CredentialsWOVersion: c.CredentialsWOVersion,
		Version: httpapi.NumberOrNull(c.Credential.Version), CredentialsDigest: httpapi.TextOrNull(c.Digest),
		CredentialsSetAt: httpapi.UTC(age.SetAt), CredentialsDueAt: httpapi.UTC(age.DueAt), CredentialsStatus: age.Status,
		Quarantine:         lifecycle.FlattenQuarantine(c.Credential.Credential),
		UnusedQuarantineAt: lifecycle.UnusedQuarantineAt(c.Credential.Credential, c.Credential.LastUsedAt),
		Hold:               lifecycle.FlattenHold(c.Credential.Hold), RefreshStatus: status, RefreshReason: reason,
		Findings:      credentials.FlattenFindings(c.Credential.Findings),
		Certification: lifecycle.FlattenCertification(c.CertifiedUntil, now),
	}
}

// previousUse shows who still uses an earlier version of the credentials. A nil safe says that it is not known.
func (c *connector) previousUse(now time.Time) (behind []api.Consumer, safe *bool) {
	names := map[string]string{}
	all := make([]rotation.Retrieval, len(c.retrievals))
	for i, r := range c.retrievals {
		all[i], names[r.Token] = r.Retrieval, r.TokenName
	}
	use := rotation.PreviousUseAt(c.version(), all, now)
	behind = make([]api.Consumer, len(use.Behind))
	for i, r := range use.Behind {
		behind[i] = api.Consumer{
			Consumer: r.Consumer, ScopedTokenID: r.Token, ScopedTokenName: names[r.Token], Version: r.Version,
			Retrievals: r.Count, LastRetrievedAt: r.LastAt.UTC(), FetchAgainAt: r.FetchAgainAt.UTC(),
		}
	}
	if use.Known {
		safe = &use.Safe
	}
	return behind, safe
}
