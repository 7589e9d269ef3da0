package store

import (
	"context"
	"time"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/store/column"
)

// SigningSecret signs the deliveries to one endpoint.
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
	CertifiedUntil     *string // as the user wrote it
	Credential         Credential

	// The fields below change without the etag.

	NextProbeAt time.Time // when to probe the version that lacks evidence; zero: not at all
	Probes      int64     // how often that version was probed
	Probe       Probe     // the last probe

	// RevokedSecrets are the supplied values that were revoked and are not in use again, oldest first.
	RevokedSecrets []RevokedSecret

	facts map[int64]SecretFacts
}

// RevokedSecret is a supplied value that was revoked.
type RevokedSecret struct {
	Digest string `json:"digest"`
	// SecretWOVersion is the number that the configuration had at the revocation; nil for none.
	SecretWOVersion *int64 `json:"number"`
}

// Probe is the result of a probe. The zero value means that there was none.
type Probe struct {
	Version       int64
	At            time.Time
	Result        string
	Status        *int64
	ControlStatus *int64
	Detail        string
}

// Facts returns what may be shown of the value of a version, or the zero value if the version has no value.
func (s *SigningSecret) Facts(number int64) SecretFacts { return s.facts[number] }

// SetFacts records what PutSecret stores for a version, so that the changed object shows it.
func (s *SigningSecret) SetFacts(number int64, f SecretFacts) {
	if s.facts == nil {
		s.facts = map[int64]SecretFacts{}
	}
	s.facts[number] = f
}

const (
	signingSecretColumns = `o.owner, o.endpoint_id, o.algorithm, o.secret_wo_version,
		o.rotation_policy_id, o.rotate_when_changed, o.minimum_version, o.deletion_protection, o.next_probe_at,
		o.probes, o.probe_version, o.probe_at, o.probe_result, o.probe_status, o.probe_control, o.probe_detail,
		o.revoked_secrets, o.certified_until, ` + credentialColumns
	fromSigningSecrets = `signing_secrets o JOIN credentials c ON c.id = o.id`
)

var (
	signingSecrets = newReader(api.KindSigningSecrets, signingSecretColumns, fromSigningSecrets,
		scanSigningSecret, "owner", "endpoint_id")
	signingSecretsOfEndpoint = statement(`SELECT ` + objectColumns(api.KindSigningSecrets) + `, ` +
		signingSecretColumns + ` FROM ` + fromSigningSecrets + `
		WHERE o.tenant = $1 AND o.environment = $2 AND o.endpoint_id = $3 ORDER BY o.id`)
	insertSigningSecret = statement(`INSERT INTO signing_secrets (tenant, environment, id, name, description, labels,
		created_at, etag, endpoint_id, algorithm, owner, secret_wo_version, rotation_policy_id, rotate_when_changed,
		minimum_version, deletion_protection, next_probe_at, probes, probe_version, probe_at, probe_result,
		probe_status, probe_control, probe_detail, revoked_secrets, certified_until)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22,
		$23, $24, $25, $26)`)
	updateSigningSecret = statement(`UPDATE signing_secrets SET name = $4, description = $5, labels = $6, etag = $7,
		owner = $8, secret_wo_version = $9, rotation_policy_id = $10, rotate_when_changed = $11,
		minimum_version = $12, deletion_protection = $13, next_probe_at = $14, probes = $15, probe_version = $16,
		probe_at = $17, probe_result = $18, probe_status = $19, probe_control = $20, probe_detail = $21,
		revoked_secrets = $22, certified_until = $23 WHERE tenant = $1 AND environment = $2 AND id = $3`)
	deleteSigningSecret = statement(`DELETE FROM signing_secrets WHERE tenant = $1 AND environment = $2 AND id = $3`)
	probesDue           = statement(`SELECT s.tenant, s.environment, '` + api.KindSigningSecrets + `', s.id
		FROM signing_secrets s
		JOIN webhook_endpoints e ON e.tenant = s.tenant AND e.environment = s.environment AND e.id = s.endpoint_id
		JOIN connectors c ON c.tenant = e.tenant AND c.environment = e.environment AND c.id = e.connector_id
		WHERE s.next_probe_at > 0 AND s.next_probe_at <= $1 AND e.enabled = 1 AND e.probed_at <= $2
		AND e.paused_until <= $1 AND c.enabled = 1 ORDER BY s.next_probe_at, s.id LIMIT $3`)
)

func scanSigningSecret(row scanner) (*SigningSecret, error) {
	var s SigningSecret
	var marks markColumns
	dest := append([]any{
		&s.Owner, &s.EndpointID, &s.Algorithm, &s.SecretWOVersion, &s.RotationPolicyID,
		column.JSON(&s.RotateWhenChanged), &s.MinimumVersion, &s.DeletionProtection, column.Time(&s.NextProbeAt), &s.Probes,
		&s.Probe.Version, column.Time(&s.Probe.At), &s.Probe.Result, &s.Probe.Status, &s.Probe.ControlStatus,
		&s.Probe.Detail, column.JSON(&s.RevokedSecrets), &s.CertifiedUntil,
	}, s.Credential.columns(&marks)...)
	err := s.scan(row, api.KindSigningSecrets, dest...)
	s.Credential.setMarks(marks)
	return &s, err
}

// changing returns the values that an update can change, besides those of the Object and of the Credential.
func (s *SigningSecret) changing() []any {
	return []any{
		s.Owner, s.SecretWOVersion, s.RotationPolicyID, column.JSON(&s.RotateWhenChanged), s.MinimumVersion,
		column.Bool(s.DeletionProtection), column.Micros(s.NextProbeAt), s.Probes, s.Probe.Version, column.Micros(s.Probe.At),
		s.Probe.Result, s.Probe.Status, s.Probe.ControlStatus, s.Probe.Detail, column.JSON(&s.RevokedSecrets),
		s.CertifiedUntil,
	}
}

// InsertSigningSecret stores a new signing secret with its credential.
func (tx *Tx) InsertSigningSecret(ctx context.Context, s *SigningSecret) error {
	fixed := append(s.inserted(), s.EndpointID, s.Algorithm)
	_, err := tx.exec(ctx, insertSigningSecret, append(fixed, s.changing()...)...)
	if err == nil {
		err = tx.insertCredential(ctx, s.Scope, api.KindSigningSecrets, s.ID, &s.Credential)
	}
	return failed("storing", api.KindSigningSecrets, s.ID, err)
}

// SigningSecret reads one signing secret.
func (tx *Tx) SigningSecret(ctx context.Context, scope Scope, id string) (*SigningSecret, error) {
	return signingSecrets.one(ctx, tx, scope, id, func(s *SigningSecret) error {
		return tx.completeSigningSecret(ctx, s)
	})
}

// completeSigningSecret reads the versions, and the facts about their values.
func (tx *Tx) completeSigningSecret(ctx context.Context, s *SigningSecret) error {
	if err := tx.readParts(ctx, s.Scope, s.ID, &s.Credential); err != nil {
		return err
	}
	return tx.readFacts(ctx, selectFacts, []any{s.ID}, func(_ string, number int64, f SecretFacts) {
		s.SetFacts(number, f)
	})
}

// SigningSecrets reads a page of signing secrets.
func (tx *Tx) SigningSecrets(ctx context.Context, scope Scope, list List) ([]*SigningSecret, error) {
	return signingSecrets.page(ctx, tx, scope, list, func(page []*SigningSecret) error {
		byID := make(map[string]*SigningSecret, len(page))
		credentials := make(map[string]*Credential, len(page))
		for _, s := range page {
			byID[s.ID], credentials[s.ID] = s, &s.Credential
		}
		if err := tx.readPartsOfPage(ctx, scope, api.KindSigningSecrets, credentials); err != nil {
			return err
		}
		first, last := page[0].ID, page[len(page)-1].ID
		args := []any{scope.Tenant, scope.Environment, api.KindSigningSecrets, first, last}
		return tx.readFacts(ctx, selectFactsOfPage, args, func(id string, number int64, f SecretFacts) {
			if s, ok := byID[id]; ok {
				s.SetFacts(number, f)
			}
		})
	})
}

// SigningSecretsOf reads the signing secrets of an endpoint, oldest first.
func (tx *Tx) SigningSecretsOf(ctx context.Context, scope Scope, endpointID string) ([]*SigningSecret, error) {
	args := []any{scope.Tenant, scope.Environment, endpointID}
	found, err := signingSecrets.all(ctx, tx, signingSecretsOfEndpoint, args)
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

// UpdateSigningSecret stores a changed signing secret, which was read in the same transaction.
func (tx *Tx) UpdateSigningSecret(ctx context.Context, s *SigningSecret) error {
	err := tx.execOne(ctx, updateSigningSecret, append(s.updated(), s.changing()...)...)
	if err == nil {
		err = tx.updateCredential(ctx, s.Scope, s.ID, &s.Credential)
	}
	return failed("updating", api.KindSigningSecrets, s.ID, err)
}

// DeleteSigningSecret deletes a signing secret with its versions and secrets.
func (tx *Tx) DeleteSigningSecret(ctx context.Context, scope Scope, id string) error {
	return tx.deleteWithCredential(ctx, deleteSigningSecret, scope, api.KindSigningSecrets, id)
}

// ProbesDue returns the signing secrets of every scope that have a version to probe, those that waited longest first.
// It leaves out endpoints that were probed after probedBefore, and those that are disabled or paused.
func (tx *Tx) ProbesDue(ctx context.Context, now, probedBefore time.Time, limit int) ([]Ref, error) {
	refs, err := tx.refs(ctx, probesDue, column.Micros(now), column.Micros(probedBefore), limit)
	return refs, failed("looking for", "signing secrets to probe", "", err)
}
