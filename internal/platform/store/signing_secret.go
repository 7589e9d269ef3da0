package store

import (
	"context"
	"time"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
)

// SigningSecret is what the deliveries to one endpoint are signed with.
type SigningSecret struct {
	Object
	Owner              string
	EndpointID         string // never changes
	Algorithm          string // never changes
	SecretWOVersion    *int64
	RotationPolicyID   string
	RotateWhenChanged  map[string]string
	MinimumVersion     *int64
	DeletionProtection bool
	Credential         Credential

	// What moves without the etag: when its unproven version is to be probed (zero: it is not), how often it was, and how it went.
	NextProbeAt time.Time
	Probes      int64
	Probe       Probe

	// RevokedSecrets are the supplied values that were revoked and are not in use again, the oldest first.
	RevokedSecrets []RevokedSecret

	facts map[int64]SecretFacts
}

// RevokedSecret is a supplied value that was revoked.
type RevokedSecret struct {
	Digest string `json:"digest"`
	// SecretWOVersion is the number that the configuration gave it when it was revoked; nil for none.
	SecretWOVersion *int64 `json:"number"`
}

// Probe is the result of a probe. The zero value is that there was none.
type Probe struct {
	Version       int64
	At            time.Time
	Result        string
	Status        *int64
	ControlStatus *int64
	Detail        string
}

// Facts is what may be shown of the value of a version; the zero value where it has none any more.
func (s *SigningSecret) Facts(number int64) SecretFacts { return s.facts[number] }

// SetFacts notes what PutSecret stores for a version, so that the object that was just changed shows it too.
func (s *SigningSecret) SetFacts(number int64, f SecretFacts) {
	if s.facts == nil {
		s.facts = map[int64]SecretFacts{}
	}
	s.facts[number] = f
}

const (
	signingSecretColumns = objectColumns + `, o.owner, o.endpoint_id, o.algorithm, o.secret_wo_version, o.rotation_policy_id, o.rotate_when_changed,
		o.minimum_version, o.deletion_protection, o.next_probe_at, o.probes, o.probe_version, o.probe_at, o.probe_result, o.probe_status, o.probe_control,
		o.probe_detail, o.revoked_secrets, ` + credentialColumns
	fromSigningSecrets = `signing_secrets o JOIN credentials c ON c.id = o.id`
)

var (
	readSigningSecrets       = readings(signingSecretColumns, fromSigningSecrets)
	signingSecretsOfEndpoint = statement(`SELECT ` + signingSecretColumns + ` FROM ` + fromSigningSecrets + `
		WHERE o.tenant = $1 AND o.environment = $2 AND o.endpoint_id = $3 ORDER BY o.id`)
	insertSigningSecret = statement(`INSERT INTO signing_secrets (tenant, environment, id, name, description, labels, created_at, etag,
		endpoint_id, algorithm, owner, secret_wo_version, rotation_policy_id, rotate_when_changed, minimum_version, deletion_protection,
		next_probe_at, probes, probe_version, probe_at, probe_result, probe_status, probe_control, probe_detail,
		revoked_secrets)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22, $23, $24, $25)`)
	updateSigningSecret = statement(`UPDATE signing_secrets SET name = $4, description = $5, labels = $6, etag = $7, owner = $8, secret_wo_version = $9,
		rotation_policy_id = $10, rotate_when_changed = $11, minimum_version = $12, deletion_protection = $13, next_probe_at = $14, probes = $15,
		probe_version = $16, probe_at = $17, probe_result = $18, probe_status = $19, probe_control = $20, probe_detail = $21,
		revoked_secrets = $22
		WHERE tenant = $1 AND environment = $2 AND id = $3`)
	deleteSigningSecret = statement(`DELETE FROM signing_secrets WHERE tenant = $1 AND environment = $2 AND id = $3`)
	probesDue           = statement(`SELECT s.tenant, s.environment, '` + api.KindSigningSecrets + `', s.id FROM signing_secrets s
		JOIN webhook_endpoints e ON e.tenant = s.tenant AND e.environment = s.environment AND e.id = s.endpoint_id
		JOIN connectors c ON c.tenant = e.tenant AND c.environment = e.environment AND c.id = e.connector_id
		WHERE s.next_probe_at > 0 AND s.next_probe_at <= $1 AND e.enabled = 1 AND e.probed_at <= $2 AND e.paused_until <= $1 AND c.enabled = 1
		ORDER BY s.next_probe_at, s.id LIMIT $3`)
)

func scanSigningSecret(row scanner) (*SigningSecret, error) {
	var s SigningSecret
	var h holdColumns
	dest := append(s.columns(), &s.Owner, &s.EndpointID, &s.Algorithm, &s.SecretWOVersion, &s.RotationPolicyID, textJSON(&s.RotateWhenChanged),
		&s.MinimumVersion, &s.DeletionProtection, moment(&s.NextProbeAt), &s.Probes, &s.Probe.Version, moment(&s.Probe.At), &s.Probe.Result,
		&s.Probe.Status, &s.Probe.ControlStatus, &s.Probe.Detail, textJSON(&s.RevokedSecrets))
	err := row.Scan(append(dest, s.Credential.columns(&h)...)...)
	s.Credential.Hold = h.hold()
	return &s, err
}

// changing is what of a signing secret can change, besides what every object has and what is in its credential.
func (s *SigningSecret) changing() []any {
	return []any{
		s.Owner, s.SecretWOVersion, s.RotationPolicyID, textJSON(&s.RotateWhenChanged), s.MinimumVersion, truth(s.DeletionProtection),
		micros(s.NextProbeAt), s.Probes, s.Probe.Version, micros(s.Probe.At), s.Probe.Result, s.Probe.Status, s.Probe.ControlStatus, s.Probe.Detail,
		textJSON(&s.RevokedSecrets),
	}
}

// InsertSigningSecret stores a new signing secret with its credential state.
func (tx *Tx) InsertSigningSecret(ctx context.Context, s *SigningSecret) error {
	_, err := tx.exec(ctx, insertSigningSecret, append(append(s.values(), s.EndpointID, s.Algorithm), s.changing()...)...)
	if err == nil {
		err = tx.insertCredential(ctx, s.Scope, api.KindSigningSecrets, s.ID, &s.Credential)
	}
	return failed("storing", api.KindSigningSecrets, s.ID, err)
}

// SigningSecret reads one signing secret.
func (tx *Tx) SigningSecret(ctx context.Context, scope Scope, id string) (*SigningSecret, error) {
	s, err := one(ctx, tx, readSigningSecrets, scope, id, scanSigningSecret)
	if err == nil {
		err = tx.completeSigningSecret(ctx, s)
	}
	if err != nil {
		return nil, failed("reading", api.KindSigningSecrets, id, err)
	}
	return s, nil
}

// completeSigningSecret reads what is in other tables: versions, and facts about their values.
func (tx *Tx) completeSigningSecret(ctx context.Context, s *SigningSecret) error {
	if err := tx.readVersions(ctx, s.ID, &s.Credential); err != nil {
		return err
	}
	return tx.readFacts(ctx, selectFacts, []any{s.ID}, func(_ string, number int64, f SecretFacts) { s.SetFacts(number, f) })
}

// SigningSecrets reads a page of signing secrets.
func (tx *Tx) SigningSecrets(ctx context.Context, scope Scope, list List) ([]*SigningSecret, error) {
	found, err := page(ctx, tx, readSigningSecrets, scope, list, scanSigningSecret)
	if err == nil && len(found) > 0 {
		ids := make([]string, len(found))
		byID := make(map[string]*SigningSecret, len(found))
		for i, s := range found {
			ids[i], byID[s.ID] = s.ID, s
		}
		err = tx.readVersionsOfPage(ctx, scope, api.KindSigningSecrets, ids, func(i int) *Credential { return &found[i].Credential })
		if err == nil {
			args := []any{scope.Tenant, scope.Environment, api.KindSigningSecrets, ids[0], ids[len(ids)-1]}
			err = tx.readFacts(ctx, selectFactsOfPage, args, func(id string, number int64, f SecretFacts) {
				if s, ok := byID[id]; ok {
					s.SetFacts(number, f)
				}
			})
		}
	}
	if err != nil {
		return nil, failed("listing", api.KindSigningSecrets, "", err)
	}
	return found, nil
}

// SigningSecretsOf reads the signing secrets of an endpoint, the oldest first.
func (tx *Tx) SigningSecretsOf(ctx context.Context, scope Scope, endpointID string) ([]*SigningSecret, error) {
	var found []*SigningSecret
	err := tx.each(ctx, signingSecretsOfEndpoint, []any{scope.Tenant, scope.Environment, endpointID}, func(row scanner) error {
		s, err := scanSigningSecret(row)
		found = append(found, s)
		return err
	})
	for _, s := range found {
		if err == nil {
			err = tx.completeSigningSecret(ctx, s)
		}
	}
	if err != nil {
		return nil, failed("reading the signing secrets of", api.KindWebhookEndpoints, endpointID, err)
	}
	return found, nil
}

// UpdateSigningSecret stores a signing secret that was read in the same transaction and then changed.
func (tx *Tx) UpdateSigningSecret(ctx context.Context, s *SigningSecret) error {
	args := []any{s.Scope.Tenant, s.Scope.Environment, s.ID, s.Name, s.Description, textJSON(&s.Labels), s.Etag}
	err := tx.execOne(ctx, updateSigningSecret, append(args, s.changing()...)...)
	if err == nil {
		err = tx.updateCredential(ctx, s.Scope, s.ID, &s.Credential)
	}
	return failed("updating", api.KindSigningSecrets, s.ID, err)
}

// DeleteSigningSecret removes a signing secret with its versions and secrets.
func (tx *Tx) DeleteSigningSecret(ctx context.Context, scope Scope, id string) error {
	err := tx.execOne(ctx, deleteSigningSecret, scope.Tenant, scope.Environment, id)
	if err == nil {
		err = tx.deleteCredential(ctx, scope, id)
	}
	return failed("deleting", api.KindSigningSecrets, id, err)
}

// ProbesDue returns the signing secrets of every scope that have a version to be probed, the one that has waited longest first.
// Endpoints that were probed after probedBefore are left out, and those that are disabled or asked to be left alone.
func (tx *Tx) ProbesDue(ctx context.Context, now, probedBefore time.Time, limit int) ([]Ref, error) {
	refs, err := tx.refs(ctx, probesDue, micros(now), micros(probedBefore), limit)
	return refs, failed("looking for", "signing secrets to probe", "", err)
}
