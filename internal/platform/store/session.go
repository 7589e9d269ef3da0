package store

import (
	"context"
	"time"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/store/column"
)

// Kinds of sessions. That of a command reaches one environment.
const (
	SessionBrowser = "browser"
	SessionCommand = "command"
)

// What the sealed value of a session is.
const (
	SealedRefresh = "refresh" // a refresh token
	SealedAccess  = "access"  // an access token for userinfo
)

// Session is a person who is signed in, in one browser or with one command.
type Session struct {
	Tenant         string
	ID             string
	Kind           string
	Environment    string // the only one that it reaches; empty: every environment of the tenant
	PersonID       string
	IssuerID       string
	TokenHash      []byte
	SID            string // the session at the issuer; empty: the issuer did not say
	KeyEnvironment string // whose data key seals Sealed
	Sealed         []byte // what the issuer is asked with; nil: nothing
	SealedKind     string
	CreatedAt      time.Time
	SeenAt         time.Time // the last request; at most a minute behind
	ExpiresAt      time.Time // when it ends, however much it is used
	CheckedAt      time.Time // when the issuer was last asked
	FailingSince   time.Time // since when the issuer could not be asked; zero: it answered
	EndedAt        time.Time // zero: it lasts
	EndReason      string
}

const selectSession = `SELECT tenant, id, kind, environment, person_id, issuer_id, token_hash, sid, key_environment,
	sealed, sealed_kind, created_at, seen_at, expires_at, checked_at, failing_since, ended_at, end_reason FROM sessions `

var (
	sessionByHash = statement(selectSession + `WHERE token_hash = $1`)
	sessionByID   = statement(selectSession + `WHERE tenant = $1 AND id = $2`)
	sessionsDue   = statement(selectSession + `WHERE ended_at = 0 AND checked_at <= $1 ORDER BY checked_at LIMIT $2`)
	sessionsFrom  = statement(selectSession + `WHERE tenant = $1 AND issuer_id = $2 AND ended_at = 0`)
	sessionsBy    = statement(selectSession + `WHERE tenant = $1 AND person_id = $2 AND ended_at = 0`)
	insertSession = statement(`INSERT INTO sessions (tenant, id, kind, environment, person_id, issuer_id, token_hash, sid,
		key_environment, sealed, sealed_kind, created_at, seen_at, expires_at, checked_at, failing_since, ended_at,
		end_reason) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, 0, '')`)
	updateSession = statement(`UPDATE sessions SET sealed = $3, checked_at = $4, failing_since = $5, ended_at = $6,
		end_reason = $7 WHERE tenant = $1 AND id = $2`)
	markSessionSeen = statement(`UPDATE sessions SET seen_at = $3 WHERE tenant = $1 AND id = $2 AND seen_at < $3`)
	forgetSessions  = statement(`DELETE FROM sessions WHERE id IN
		(SELECT id FROM sessions WHERE expires_at < $1 ORDER BY expires_at LIMIT $2)`)
)

func (tx *Tx) sessions(ctx context.Context, text string, args ...any) (found []*Session, err error) {
	err = tx.each(ctx, text, args, func(row scanner) error {
		var s Session
		err := row.Scan(&s.Tenant, &s.ID, &s.Kind, &s.Environment, &s.PersonID, &s.IssuerID, &s.TokenHash, &s.SID,
			&s.KeyEnvironment, &s.Sealed, &s.SealedKind, column.Time(&s.CreatedAt), column.Time(&s.SeenAt),
			column.Time(&s.ExpiresAt), column.Time(&s.CheckedAt), column.Time(&s.FailingSince), column.Time(&s.EndedAt),
			&s.EndReason)
		found = append(found, &s)
		return err
	})
	return found, failed("reading", "sessions", "", err)
}

func (tx *Tx) session(ctx context.Context, text string, args ...any) (*Session, error) {
	found, err := tx.sessions(ctx, text, args...)
	if err == nil && len(found) == 0 {
		err = failed("looking for", "session", "", ErrNotFound)
	}
	if err != nil {
		return nil, err
	}
	return found[0], nil
}

// SessionByHash returns the session whose value has this keyed hash, even if it has ended.
func (tx *Tx) SessionByHash(ctx context.Context, hash []byte) (*Session, error) {
	return tx.session(ctx, sessionByHash, hash)
}

// Session reads a session by its id, even if it has ended.
func (tx *Tx) Session(ctx context.Context, tenant, id string) (*Session, error) {
	return tx.session(ctx, sessionByID, tenant, id)
}

// SessionsDue returns sessions of every tenant that last and whose issuer was last asked by a time.
func (tx *Tx) SessionsDue(ctx context.Context, by time.Time, limit int) ([]*Session, error) {
	return tx.sessions(ctx, sessionsDue, column.Micros(by), limit)
}

// SessionsFrom returns the sessions of an issuer that last.
func (tx *Tx) SessionsFrom(ctx context.Context, tenant, issuerID string) ([]*Session, error) {
	return tx.sessions(ctx, sessionsFrom, tenant, issuerID)
}

// SessionsBy returns the sessions of a person that last.
func (tx *Tx) SessionsBy(ctx context.Context, tenant, personID string) ([]*Session, error) {
	return tx.sessions(ctx, sessionsBy, tenant, personID)
}

// InsertSession stores a new session.
func (tx *Tx) InsertSession(ctx context.Context, s *Session) error {
	_, err := tx.exec(ctx, insertSession, s.Tenant, s.ID, s.Kind, s.Environment, s.PersonID, s.IssuerID, s.TokenHash,
		s.SID, s.KeyEnvironment, s.Sealed, s.SealedKind, column.Micros(s.CreatedAt), column.Micros(s.SeenAt),
		column.Micros(s.ExpiresAt), column.Micros(s.CheckedAt), column.Micros(s.FailingSince))
	return failed("storing", "session", s.ID, err)
}

// UpdateSession stores what the issuer said of a session, and its end.
func (tx *Tx) UpdateSession(ctx context.Context, s *Session) error {
	return failed("updating", "session", s.ID, tx.execOne(ctx, updateSession, s.Tenant, s.ID, s.Sealed,
		column.Micros(s.CheckedAt), column.Micros(s.FailingSince), column.Micros(s.EndedAt), s.EndReason))
}

// MarkSessionSeen records a request, and never moves the last one back.
func (tx *Tx) MarkSessionSeen(ctx context.Context, tenant, id string, at time.Time) error {
	_, err := tx.exec(ctx, markSessionSeen, tenant, id, column.Micros(at))
	return failed("recording a use of", "session", id, err)
}

// ForgetSessions deletes at most limit sessions that expired before a time, and returns their number.
func (tx *Tx) ForgetSessions(ctx context.Context, before time.Time, limit int) (int64, error) {
	n, err := tx.exec(ctx, forgetSessions, column.Micros(before), limit)
	return n, failed("forgetting", "sessions", "", err)
}
