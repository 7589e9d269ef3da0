package store

import (
	"context"
	"errors"
	"time"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/rotation"
)

// What a caller tells apart with errors.Is; everything else is a failure of the database.
var (
	ErrNotFound   = errors.New("not found")
	ErrNameTaken  = errors.New("the name is taken")
	ErrReferenced = errors.New("a reference between objects would break")
)

type Store struct{}
type Tx struct{}

func Open(ctx context.Context, path string) (*Store, error)           { panic("soon") }
func (s *Store) Close() error                                         { panic("soon") }
func (s *Store) Ping(ctx context.Context) error                       { panic("soon") }
func (s *Store) View(ctx context.Context, do func(*Tx) error) error   { panic("soon") }
func (s *Store) Update(ctx context.Context, do func(*Tx) error) error { panic("soon") }

func (tx *Tx) InsertConnector(ctx context.Context, c *Connector) error { panic("soon") }
func (tx *Tx) Connector(ctx context.Context, scope Scope, id string) (*Connector, error) {
	panic("soon")
}
func (tx *Tx) Connectors(ctx context.Context, scope Scope, list List) ([]*Connector, error) {
	panic("soon")
}
func (tx *Tx) UpdateConnector(ctx context.Context, c *Connector) error           { panic("soon") }
func (tx *Tx) DeleteConnector(ctx context.Context, scope Scope, id string) error { panic("soon") }

func (tx *Tx) InsertScopedToken(ctx context.Context, t *ScopedToken) error { panic("soon") }
func (tx *Tx) ScopedToken(ctx context.Context, scope Scope, id string) (*ScopedToken, error) {
	panic("soon")
}
func (tx *Tx) ScopedTokens(ctx context.Context, scope Scope, list List) ([]*ScopedToken, error) {
	panic("soon")
}
func (tx *Tx) UpdateScopedToken(ctx context.Context, t *ScopedToken) error         { panic("soon") }
func (tx *Tx) DeleteScopedToken(ctx context.Context, scope Scope, id string) error { panic("soon") }

func (tx *Tx) InsertRotationPolicy(ctx context.Context, p *RotationPolicy) error { panic("soon") }
func (tx *Tx) RotationPolicy(ctx context.Context, scope Scope, id string) (*RotationPolicy, error) {
	panic("soon")
}
func (tx *Tx) RotationPolicies(ctx context.Context, scope Scope, list List) ([]*RotationPolicy, error) {
	panic("soon")
}
func (tx *Tx) UpdateRotationPolicy(ctx context.Context, p *RotationPolicy) error { panic("soon") }
func (tx *Tx) DeleteRotationPolicy(ctx context.Context, scope Scope, id string) error {
	panic("soon")
}

func (tx *Tx) ReferencesTo(ctx context.Context, scope Scope, kind, id string) (map[string]int, error) {
	panic("soon")
}
func (tx *Tx) CredentialsDue(ctx context.Context, now time.Time, limit int) ([]Ref, error) {
	panic("soon")
}
func (tx *Tx) CredentialsOfPolicy(ctx context.Context, scope Scope, policyID string) ([]Ref, error) {
	panic("soon")
}

// Versions returns the metadata of every version, ascending.
func (tx *Tx) Versions(ctx context.Context, scope Scope, credentialID string) ([]rotation.Version, error) {
	panic("soon")
}

func (tx *Tx) PutSecret(ctx context.Context, credentialID string, number int64, sealed, lookupHash []byte) error {
	panic("soon")
}
func (tx *Tx) Secret(ctx context.Context, credentialID string, number int64) ([]byte, error) {
	panic("soon")
}
func (tx *Tx) EraseSecret(ctx context.Context, credentialID string, number int64) error {
	panic("soon")
}
func (tx *Tx) TokenByHash(ctx context.Context, hash []byte) (Ref, int64, error) { panic("soon") }
func (tx *Tx) MarkUsed(ctx context.Context, credentialID string, number int64, at time.Time, evidence *rotation.Evidence) error {
	panic("soon")
}

func (tx *Tx) HighestNumber(ctx context.Context, scope Scope, kind, name string) (int64, error) {
	panic("soon")
}
func (tx *Tx) RecordNumber(ctx context.Context, scope Scope, kind, name string, n int64) error {
	panic("soon")
}

func (tx *Tx) InsertPrincipal(ctx context.Context, p *Principal, tokenHash []byte) error {
	panic("soon")
}
func (tx *Tx) PrincipalByHash(ctx context.Context, tokenHash []byte) (*Principal, error) {
	panic("soon")
}
func (tx *Tx) CreateEnvironment(ctx context.Context, scope Scope, at time.Time) error { panic("soon") }
func (tx *Tx) EnvironmentExists(ctx context.Context, scope Scope) (bool, error)       { panic("soon") }

func (tx *Tx) InsertKey(ctx context.Context, purpose string, number int64, sealed []byte, at time.Time) error {
	panic("soon")
}
func (tx *Tx) LatestKey(ctx context.Context, purpose string) (number int64, sealed []byte, err error) {
	panic("soon")
}

func (tx *Tx) AppendAudit(ctx context.Context, e *AuditEvent) error { panic("soon") }
func (tx *Tx) AuditEvents(ctx context.Context, scope Scope, after string, limit int) ([]*AuditEvent, error) {
	panic("soon")
}
func VerifyAudit(events []*AuditEvent) error { panic("soon") }

func (tx *Tx) Idempotent(ctx context.Context, principal, method, path, key string) (*Idempotent, error) {
	panic("soon")
}
func (tx *Tx) InsertIdempotent(ctx context.Context, i *Idempotent) error { panic("soon") }
func (tx *Tx) ForgetIdempotent(ctx context.Context, before time.Time) (int64, error) {
	panic("soon")
}
