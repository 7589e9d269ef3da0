package keys

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"time"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/store"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/rotation"
)

// Bound is a row with the keyed hash over its columns that decide about access. An attacker who writes to the database
// without the key can neither change these columns nor exchange them between rows.
type Bound struct {
	Row store.Row
	MAC []byte
}

// Rows computes the keyed hashes of rows.
type Rows struct{ key []byte }

// Rows returns what computes the keyed hashes of rows.
func (k *Keys) Rows() Rows { return Rows{k.binding.key} }

// bind hashes the identity and the deciding columns of a row. JSON keeps them apart, and nil apart from empty.
func (r Rows) bind(row store.Row, columns ...any) (Bound, error) {
	text, err := json.Marshal([]any{row.Table, row.Scope.Tenant, row.Scope.Environment, row.ID, row.Number, columns})
	if err != nil {
		return Bound{}, fmt.Errorf("hash the columns of %s: %w", row, err)
	}
	mac := hmac.New(sha256.New, r.key)
	mac.Write(text)
	return Bound{row, mac.Sum(nil)}, nil
}

// micros is a time as the store keeps it.
func micros(t time.Time) int64 {
	if t.IsZero() {
		return 0
	}
	return t.UnixMicro()
}

// Principal binds the hash of a principal's token to its scope, its role, its expiry and its end.
func (r Rows) Principal(p *store.Principal, hash []byte) (Bound, error) {
	row := store.Row{Table: store.TablePrincipals, Scope: p.Scope, ID: p.ID}
	return r.bind(row, hash, p.Role, micros(p.ExpiresAt), micros(p.EndedAt))
}

// Secret binds the hash of a value to its credential and its version.
func (r Rows) Secret(scope store.Scope, id string, number int64, hash []byte) (Bound, error) {
	return r.bind(store.Row{Table: store.TableSecrets, Scope: scope, ID: id, Number: number}, hash)
}

// ScopedToken binds what a token may do, where, and how long, to the token: with its valid versions and their
// deadlines.
func (r Rows) ScopedToken(t *store.ScopedToken) (Bound, error) {
	row := store.Row{Table: store.TableScopedTokens, Scope: t.Scope, ID: t.ID}
	var valid []any
	for _, v := range t.Credential.Versions {
		if v.State.Valid() {
			valid = append(valid, version(v))
		}
	}
	columns := []any{
		t.ConnectorID, t.Scopes, t.AllowedCIDRs, t.RotationPolicyID, micros(t.Credential.ExpiresAt), valid,
	}
	if t.RateLimit != nil { // an older build knew none, and bound none
		columns = append(columns, *t.RateLimit)
	}
	if q := t.Credential.Quarantine; q != nil {
		columns = append(columns, quarantine(q))
	}
	if t.UnusedExpiry != nil {
		columns = append(columns, []any{"unused_expiry", *t.UnusedExpiry})
	}
	return r.bind(row, columns...)
}

func version(v rotation.Version) []any {
	return []any{
		v.Number, v.State, micros(v.IssuedAt), micros(v.CurrentSince), micros(v.PreviousSince), micros(v.Deadline),
		v.Bounded,
	}
}

func quarantine(q *rotation.Quarantine) []any { return []any{"quarantine", q.Through, micros(q.Until)} }

// Connector binds what the tokens of a connector may do to the connector.
func (r Rows) Connector(c *store.Connector) (Bound, error) {
	columns := []any{c.Enabled, c.AllowedScopes}
	if q := c.Credential.Quarantine; q != nil {
		columns = append(columns, quarantine(q))
	}
	if c.ConsentID != "" {
		columns = append(columns, []any{"consent", c.ConsentID})
	}
	return r.bind(store.Row{Table: store.TableConnectors, Scope: c.Scope, ID: c.ID}, columns...)
}

// Policy binds the limits of a rotation policy to the policy.
func (r Rows) Policy(p *store.RotationPolicy) (Bound, error) {
	row := store.Row{Table: store.TableRotationPolicies, Scope: p.Scope, ID: p.ID}
	return r.bind(row, p.Interval, p.Overlap, p.MaxStage, p.MaxAge, p.QuietPeriod, p.RequireAcknowledgement,
		p.OnStageTimeout)
}

// AccessToken binds the hash of an access token's value to what it was made from, what it may do, who opened it, and
// how long it is accepted.
func (r Rows) AccessToken(t *store.AccessToken) (Bound, error) {
	row := store.Row{Table: store.TableAccessTokens, Scope: t.Scope, ID: t.ID}
	return r.bind(row, t.Hash, t.ParentKind, t.ParentID, t.ParentVersion, t.Scopes, micros(t.CreatedAt),
		micros(t.ExpiresAt), t.OpenedBy, micros(t.EndedAt))
}

// EnvironmentPolicy binds the rules of an environment, those in force and the defaults, to the environment.
func (r Rows) EnvironmentPolicy(p *store.EnvironmentPolicy) (Bound, error) {
	row := store.Row{Table: store.TableEnvironmentPolicies, Scope: p.Scope, ID: p.ID}
	return r.bind(row, p.Etag, p.Rules, p.Defaults)
}

// Exemption binds what an exemption is for, and when it ends, to the exemption.
func (r Rows) Exemption(e *store.GuardrailExemption) (Bound, error) {
	row := store.Row{Table: store.TableGuardrailExemptions, Scope: e.Scope, ID: e.ID}
	return r.bind(row, e.Kind, e.Name, e.Rule, micros(e.Expires))
}

// WorkloadIdentity binds whose JWT an identity takes, and what it may do with it, to the identity.
func (r Rows) WorkloadIdentity(w *store.WorkloadIdentity) (Bound, error) {
	row := store.Row{Table: store.TableWorkloadIdentities, Scope: w.Scope, ID: w.ID}
	return r.bind(row, w.Role, w.Preset, w.Issuer, w.Audience, w.Claims, w.MaxTTL, w.AllowedCIDRs, w.JWKS)
}

// Run binds whose run it is, and how it ended, to the run.
func (r Rows) Run(run *store.Run) (Bound, error) {
	row := store.Row{Table: store.TableRuns, Scope: run.Scope, ID: run.ID}
	return r.bind(row, run.Principal, micros(run.LeaseUntil), micros(run.EndedAt), run.InOrder)
}

// Claim binds who may adopt an object, and who has adopted it, to the object.
func (r Rows) Claim(c *store.Claim) (Bound, error) {
	row := store.Row{Table: store.TableClaims, Scope: c.Scope, ID: c.ObjectID, Number: c.Number}
	columns := []any{
		c.Kind, c.Hash, c.Specification, c.RunID, c.Principal, c.Etag, micros(c.CreatedAt),
		micros(c.PresentedAt), micros(c.SupersededAt), c.SupersededBy, c.SupersededRun,
	}
	if c.Digest != "" { // an older build stored none, and bound none
		columns = append(columns, c.Digest)
	}
	return r.bind(row, columns...)
}

// RoleBinding binds who has which role to the binding.
func (r Rows) RoleBinding(b *store.RoleBinding) (Bound, error) {
	row := store.Row{Table: store.TableRoleBindings, Scope: b.Scope, ID: b.ID}
	return r.bind(row, b.IssuerID, b.Attribute, b.Value, b.Role)
}

// Consent binds what a person was asked, what was decided and whether it counts to the consent.
func (r Rows) Consent(c *store.Consent) (Bound, error) {
	row := store.Row{Table: store.TableConsents, Scope: c.Scope, ID: c.ID}
	return r.bind(row, c.ConnectorType, c.Purpose, c.Asked, c.TextVersion, c.Granted, c.Decision, c.DecidedBy,
		micros(c.DecidedAt), micros(c.ExpiresAt), micros(c.RevokedAt))
}

// ofTenant is the scope of a row that belongs to a tenant and to no environment.
func ofTenant(tenant string) store.Scope { return store.Scope{Tenant: tenant} }

// Issuer binds whom an issuer is believed, and under which conditions, to the issuer.
func (r Rows) Issuer(i *store.Issuer) (Bound, error) {
	row := store.Row{Table: store.TableIssuers, Scope: ofTenant(i.Tenant), ID: i.ID}
	return r.bind(row, i.URL, i.ClientID, i.GroupsClaim, i.RequiredACR, i.RequiredAMR, micros(i.RemovedAt))
}

// Person binds what an issuer said of a person to the person.
func (r Rows) Person(p *store.Person) (Bound, error) {
	row := store.Row{Table: store.TablePersons, Scope: ofTenant(p.Tenant), ID: p.ID}
	return r.bind(row, p.IssuerID, p.Subject, p.Email, p.EmailVerified, p.Groups, micros(p.GoneAt))
}

// Session binds the hash of a session's value to the person, and to how long it is accepted.
func (r Rows) Session(s *store.Session) (Bound, error) {
	row := store.Row{Table: store.TableSessions, Scope: ofTenant(s.Tenant), ID: s.ID}
	return r.bind(row, s.TokenHash, s.Kind, s.Environment, s.PersonID, s.IssuerID, micros(s.ExpiresAt),
		micros(s.CheckedAt), micros(s.FailingSince), micros(s.EndedAt))
}

// Approval binds what an approval is for, and where it stands, to the approval.
func (r Rows) Approval(a *store.Approval) (Bound, error) {
	row := store.Row{Table: store.TableApprovals, Scope: a.Scope, ID: a.ID}
	return r.bind(row, a.Operation, a.Hash, a.AskedBy, a.About, a.State, micros(a.ExpiresAt), a.DecidedBy,
		a.Role, int64(a.Lasts))
}
