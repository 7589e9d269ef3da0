package platform

import (
	"time"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/store"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/rotation"
)

func mergeConnector(to *store.Connector, p *api.ConnectorPatch) error {
	if err := patchRequired(&to.Name, p.Name, "/name"); err != nil {
		return err
	}
	if err := patchRequired(&to.Owner, p.Owner, "/owner"); err != nil {
		return err
	}
	if err := patchRequired(&to.Enabled, p.Enabled, "/enabled"); err != nil {
		return err
	}
	patchNullable(&to.Description, p.Description)
	patchDefault(&to.Labels, p.Labels, nil)
	patchDefault(&to.Settings, p.Settings, nil)
	patchDefault(&to.AllowedScopes, p.AllowedScopes, nil)
	patchDefault(&to.RotationPolicyID, p.RotationPolicyID, "")
	patchNullable(&to.CredentialsWOVersion, p.CredentialsWOVersion)
	return nil
}

func checkConnector(c *store.Connector) error {
	if err := checkObject(&c.Object); err != nil {
		return err
	}
	if err := api.CheckOwner(c.Owner); err != nil {
		return refused("/owner", err)
	}
	if err := api.CheckConnectorType(c.Type); err != nil {
		return refused("/type", err)
	}
	if key, err := api.CheckSettings(c.Type, c.Settings); err != nil {
		if key == "" {
			return refused("/settings", err)
		}
		return newProblem(api.CodeInvalid, pointer("settings", key), "one setting %v", err)
	}
	return checkScopes("allowed_scopes", c.AllowedScopes)
}

func flattenConnector(c *store.Connector, p rotation.Policy, now time.Time) api.Connector {
	age := rotation.AgeAt(c.Credential.Credential, p, now)
	return api.Connector{
		Object: flattenObject(&c.Object), Owner: c.Owner, Type: c.Type, Settings: c.Settings, AllowedScopes: c.AllowedScopes,
		Enabled: c.Enabled, RotationPolicyID: textOrNull(c.RotationPolicyID), CredentialsWOVersion: c.CredentialsWOVersion,
		Version: numberOrNull(c.Credential.Version), CredentialsDigest: textOrNull(c.Digest),
		CredentialsSetAt: utc(age.SetAt), CredentialsDueAt: utc(age.DueAt), CredentialsStatus: age.Status,
		Hold: flattenHold(c.Credential.Hold),
	}
}

func flattenHold(h *rotation.Hold) *api.Hold {
	if h == nil {
		return nil
	}
	return &api.Hold{Reason: h.Reason, At: h.At.UTC(), By: h.By}
}
