// Package accesstokens has short-lived tokens: their rows, how one is made, found, extended and ended. What a parent
// allows, and whether it still accepts its tokens, is for the domain of the parent to decide.
package accesstokens

import (
	"context"
	"errors"
	"strconv"
	"strings"
	"time"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/guardrails"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/keys"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/problem"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/store"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/txn"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/secret"
)

const (
	// Retention is how long the row of an access token stays after its expiry, so that /v1/identify recognises its value.
	Retention = 24 * time.Hour

	// maxLive is how many access tokens of one parent may live at a time. A caller chooses how many it makes, so there
	// must be a limit.
	maxLive = 10_000
)

// ErrTooMany is the error of Issue where the parent has as many live access tokens as it may have.
var ErrTooMany = errors.New("the parent has too many live access tokens")

// Grant is what an access token is made of. Its maker has checked that the parent allows it.
type Grant struct {
	Kind     string // of the parent, as in the paths of the API
	ParentID string
	Version  int64 // of the parent; 0 where it has no versions
	Scopes   []string
	TTL      time.Duration
	NotAfter time.Time // the end of the parent; zero for none
	OpenedBy string    // the principal that opens it, or the id of the parent whose own value is exchanged
}

// End returns when an access token ends that is to live for a while from now on: never after its parent, and never
// later than 12 hours after it was opened.
func End(opened, now time.Time, ttl time.Duration, notAfter time.Time) time.Time {
	end := now.Add(ttl)
	if latest := EndsAtLatest(opened, notAfter); end.After(latest) {
		end = latest
	}
	return end
}

// EndsAtLatest returns when an access token ends however often it is extended.
func EndsAtLatest(opened, notAfter time.Time) time.Time {
	latest := opened.Add(api.MaxAccessTokenLife)
	if !notAfter.IsZero() && notAfter.Before(latest) {
		latest = notAfter
	}
	return latest
}

// Issue makes an access token in the caller's environment, and returns it with its value, which is not stored.
func Issue(ctx context.Context, tx *txn.Tx, g Grant) (*store.AccessToken, secret.Value, error) {
	live, err := tx.CountAccessTokens(ctx, tx.Scope, g.ParentID, tx.Now)
	if err == nil && live >= maxLive {
		err = ErrTooMany
	}
	if err != nil {
		return nil, secret.Value{}, err
	}
	if g.TTL, err = guardrails.CapTTL(ctx, tx, g.Kind, g.ParentID, g.TTL); err != nil {
		return nil, secret.Value{}, err
	}
	value, err := keys.NewToken(api.PrefixAccessToken, tx.Random)
	if err != nil {
		return nil, value, err
	}
	lookup, err := tx.Keys.Lookup(ctx, tx.Tx)
	if err != nil {
		return nil, value, err
	}
	t := &store.AccessToken{
		Scope: tx.Scope, Hash: lookup.Token(value)[0], ParentKind: g.Kind, ParentID: g.ParentID, ParentVersion: g.Version,
		Scopes: append([]string{}, g.Scopes...), CreatedAt: tx.Now, ExpiresAt: End(tx.Now, tx.Now, g.TTL, g.NotAfter),
		OpenedBy: g.OpenedBy,
	}
	if t.ID, err = tx.NewID(keys.IDAccess); err != nil {
		return nil, value, err
	}
	bound, err := tx.Keys.Rows().AccessToken(t)
	if err != nil {
		return nil, value, err
	}
	if err := tx.InsertAccessToken(ctx, t, bound.MAC); err != nil {
		return nil, value, err
	}
	return t, value, audit(ctx, tx, txn.ActionCreate, t, map[string]string{
		"scopes": strings.Join(t.Scopes, " "), "expires_at": shown(t.ExpiresAt),
	})
}

// Find reads the access token of a value, in whatever environment it is, even if it has expired or was ended. It
// returns store.ErrNotFound for none.
func Find(ctx context.Context, tx *txn.Tx, value secret.Value) (t *store.AccessToken, err error) {
	if !keys.Matches(api.PrefixAccessToken, value) {
		return nil, store.ErrNotFound
	}
	lookup, err := tx.Keys.Lookup(ctx, tx.Tx)
	if err != nil {
		return nil, err
	}
	err = keys.Find(lookup.Token(value), func(hash []byte) (err error) {
		t, err = tx.AccessTokenByHash(ctx, hash)
		return err
	})
	if err != nil {
		return nil, err
	}
	return t, checkBound(ctx, tx, t)
}

// ByID reads an access token of the caller's environment, even if it has expired or was ended.
func ByID(ctx context.Context, tx *txn.Tx, id string) (*store.AccessToken, error) {
	t, err := tx.AccessToken(ctx, tx.Scope, id)
	if errors.Is(err, store.ErrNotFound) {
		return nil, problem.New(api.CodeNotFound, "", "there is no access token with this id in tenant %s, environment %s",
			tx.Scope.Tenant, tx.Scope.Environment)
	}
	if err != nil {
		return nil, err
	}
	return t, checkBound(ctx, tx, t)
}

// checkBound refuses an access token whose row was changed outside of the platform.
func checkBound(ctx context.Context, tx *txn.Tx, t *store.AccessToken) error {
	bound, err := tx.Keys.Rows().AccessToken(t)
	return tx.CheckBound(ctx, bound, err)
}

// Extend lets a live access token live for a while from now on. It never shortens its life.
func Extend(ctx context.Context, tx *txn.Tx, t *store.AccessToken, ttl time.Duration, notAfter time.Time) error {
	ttl, err := guardrails.CapTTL(ctx, tx, t.ParentKind, t.ParentID, ttl)
	if err != nil {
		return err
	}
	end := End(t.CreatedAt, tx.Now, ttl, notAfter)
	if !end.After(t.ExpiresAt) {
		return nil
	}
	t.ExpiresAt = end
	if err := save(ctx, tx, t); err != nil {
		return err
	}
	return audit(ctx, tx, txn.ActionUpdate, t, map[string]string{"expires_at": shown(end)})
}

// Why an access token ended.
const (
	ReasonRevoked      = "revoked"       // by its id
	ReasonTokenRevoked = "token_revoked" // by its value
)

// Revoke ends an access token for good. It reports whether the token was live.
func Revoke(ctx context.Context, tx *txn.Tx, t *store.AccessToken, reason string) (revoked bool, err error) {
	if !t.LiveAt(tx.Now) {
		return false, nil
	}
	t.EndedAt, t.EndedBy, t.EndReason = tx.Now, tx.Actor, reason
	if err := save(ctx, tx, t); err != nil {
		return false, err
	}
	return true, audit(ctx, tx, actionRevoke, t, map[string]string{"reason": reason})
}

func save(ctx context.Context, tx *txn.Tx, t *store.AccessToken) error {
	bound, err := tx.Keys.Rows().AccessToken(t)
	if err != nil {
		return err
	}
	return tx.UpdateAccessToken(ctx, t, bound.MAC)
}

const actionRevoke = "revoke"

// audit records what was done to an access token, with what it was made from.
func audit(ctx context.Context, tx *txn.Tx, action string, t *store.AccessToken, detail map[string]string) error {
	detail["parent"] = t.ParentID
	if t.ParentVersion > 0 {
		detail["version"] = strconv.FormatInt(t.ParentVersion, 10)
	}
	return tx.Audit(ctx, action, api.KindAccessTokens, t.ID, detail)
}

func shown(t time.Time) string { return t.UTC().Format(time.RFC3339) }
