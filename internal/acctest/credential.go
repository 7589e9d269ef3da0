package acctest

import (
	"net/http"
	"strings"
	"testing"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
)

// Credential is a scoped token or a signing secret that a test operates over the API, outside Terraform.
type Credential struct {
	t    testing.TB
	p    *Platform
	kind api.Kind
	name string
}

// Credential returns the scoped token or signing secret of this name.
func (p *Platform) Credential(kind api.Kind, name string) *Credential {
	return &Credential{p.t, p, kind, name}
}

// rotated is what both kinds have.
type rotated struct {
	api.Object
	Version  int64        `json:"version"`
	Rotation api.Rotation `json:"rotation"`
}

func (c *Credential) get() rotated {
	c.t.Helper()
	return find[rotated](c.p.As(api.RoleDeployer), c.kind.Path, c.name)
}

// ID returns its id.
func (c *Credential) ID() string {
	c.t.Helper()
	return c.get().ID
}

// NextVersion returns what the next version will be called.
func (c *Credential) NextVersion() int64 {
	c.t.Helper()
	return c.get().Rotation.NextVersion
}

// Exists reports whether the platform has it.
func (c *Credential) Exists() bool {
	c.t.Helper()
	return c.p.As(api.RoleDeployer).Find(c.kind.Path, c.name, &rotated{})
}

// Delete deletes it.
func (c *Credential) Delete() {
	c.t.Helper()
	c.p.As(api.RoleDeployer).Delete(c.kind.Path, c.name).Want(http.StatusNoContent)
}

// Patch changes it.
func (c *Credential) Patch(body any) {
	c.t.Helper()
	c.p.As(api.RoleDeployer).Patch(c.kind.Path, c.name, body).Want(http.StatusOK)
}

// Try takes a step of the rotation and reports whether the platform took it.
func (c *Credential) Try(step string, in any) bool {
	c.t.Helper()
	return c.verb("rotation/"+step, in).Status == http.StatusOK
}

// Step takes a step of the rotation.
func (c *Credential) Step(step string, in any) {
	c.t.Helper()
	c.verb("rotation/"+step, in).Want(http.StatusOK)
}

// Begin begins a rotation, to this value if there is one.
func (c *Credential) Begin(value ...string) {
	c.t.Helper()
	c.Step(api.StepBegin, supply(value))
}

// Rotate begins a rotation and promotes at once, to this value if there is one.
func (c *Credential) Rotate(value ...string) {
	c.t.Helper()
	c.Step(api.StepRotate, supply(value))
}

// Reissue issues a version after a revocation, with this value if there is one.
func (c *Credential) Reissue(value ...string) {
	c.t.Helper()
	c.Step(api.StepReissue, supply(value))
}

// supply is the body of a step with this value. A struct of package api would redact it.
func supply(value []string) any {
	if len(value) == 0 {
		return nil
	}
	return map[string]any{"secret": value[0]}
}

// Acknowledge says that the pending version was seen in use.
func (c *Credential) Acknowledge(version int64) {
	c.t.Helper()
	c.Step(api.StepAcknowledge, api.StepRequest{Version: &version})
}

// Promote makes the pending version current, by force, as if it had been seen in use.
func (c *Credential) Promote() {
	c.t.Helper()
	c.Step(api.StepPromote, api.StepRequest{Force: true, Reason: "test"})
}

// Cancel gives the pending version up, and releases the hold that this sets.
func (c *Credential) Cancel() {
	c.t.Helper()
	c.Step(api.StepCancel, api.StepRequest{Reason: "test"})
	c.Release()
}

// Rollback makes the previous version current again. This sets a hold.
func (c *Credential) Rollback(reason string) {
	c.t.Helper()
	c.Step(api.StepRollback, api.StepRequest{Reason: reason})
}

// Revoke revokes every version.
func (c *Credential) Revoke() {
	c.t.Helper()
	c.RevokeAs(api.RevokeRequest{All: true, Reason: "leak"})
}

// RevokeAndHold revokes every version and sets a hold.
func (c *Credential) RevokeAndHold() {
	c.t.Helper()
	c.RevokeAs(api.RevokeRequest{All: true, Hold: true, Reason: "leak"})
}

// RevokeBelow revokes every version below this one.
func (c *Credential) RevokeBelow(version int64) {
	c.t.Helper()
	c.RevokeAs(api.RevokeRequest{Below: &version, Reason: "leak"})
}

// RevokeAs revokes as the request says.
func (c *Credential) RevokeAs(in api.RevokeRequest) {
	c.t.Helper()
	c.verb("revoke", in).Want(http.StatusOK)
}

// Hold sets a hold.
func (c *Credential) Hold(reason string) {
	c.t.Helper()
	c.verb("hold", api.HoldRequest{Reason: reason}).Want(http.StatusOK)
}

// Release ends the hold.
func (c *Credential) Release() {
	c.t.Helper()
	c.verb("release", api.HoldRequest{Reason: "test"}).Want(http.StatusOK)
}

// Quarantine puts it in quarantine.
func (c *Credential) Quarantine(in api.QuarantineRequest) {
	c.t.Helper()
	c.verb("quarantine", in).Want(http.StatusOK)
}

// ReleaseQuarantine ends the quarantine.
func (c *Credential) ReleaseQuarantine() {
	c.t.Helper()
	c.verb("release-quarantine", api.HoldRequest{Reason: "test"}).Want(http.StatusOK)
}

// Reveal returns the value of a valid version.
func (c *Credential) Reveal(version int64) string {
	c.t.Helper()
	return c.p.As(api.RoleDeployer).RevealOf(c.kind.Path, c.name, version)
}

func (c *Credential) verb(verb string, body any) *Reply {
	c.t.Helper()
	role := api.RoleOperator
	if strings.HasSuffix(verb, "quarantine") || verb == "revoke" || verb == "hold" || verb == "release" {
		role = api.RoleSecurity
	}
	return c.p.As(role).Verb(c.kind.Path, c.name, verb, body)
}
