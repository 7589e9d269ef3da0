package sessions

import (
	"context"
	"errors"
	"net/url"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/access"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/keys"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/people"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/store"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/txn"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/secret"
)

// Complete ends a sign-in whose browser has come back from the issuer. Value is what Begin gave to the browser, before
// the session that the browser had, which ends. It returns the value of a new session, and where the browser goes.
func (s *Sessions) Complete(
	ctx context.Context, value, before secret.Value, query url.Values, from Origin,
) (session secret.Value, returnTo string, err error) {
	begun, issuer, clientSecret, err := s.take(ctx, value, query)
	if err != nil {
		return session, "", err
	}
	if err := s.checkResponse(ctx, issuer, query); err != nil {
		return session, "", err
	}
	answer, err := s.Client.Exchange(ctx, issuer, clientSecret, query.Get("code"), s.start(value))
	if err != nil {
		return session, "", asRefused(err)
	}
	if session, err = keys.NewToken(api.PrefixSession, s.Runner.Random); err != nil {
		return session, "", err
	}
	row := &store.Session{Kind: store.SessionBrowser}
	err = s.Runner.Update(ctx, from, func(tx *txn.Tx) error {
		row.ExpiresAt = tx.Now.Add(browserLasts)
		if err := s.open(ctx, tx, row, issuer.ID, begun.Tenant, session, answer); err != nil {
			return err
		}
		return s.replace(ctx, tx, before)
	})
	return session, begun.ReturnTo, err
}

// take ends a sign-in that has begun, so that its state and its code are used once, and returns its issuer.
func (s *Sessions) take(
	ctx context.Context, value secret.Value, query url.Values,
) (begun *store.SignIn, issuer *store.Issuer, clientSecret secret.Value, err error) {
	if !keys.Matches(api.PrefixSignIn, value) || query.Get("state") != s.start(value).State {
		return nil, nil, clientSecret, refused("state", "The sign-in was not begun in this browser. "+beginAgain)
	}
	err = s.Runner.Update(ctx, txn.Caller{}, func(tx *txn.Tx) error {
		lookup, err := tx.Keys.Lookup(ctx, tx.Tx)
		if err != nil {
			return err
		}
		err = keys.Find(lookup.Token(value), func(hash []byte) (err error) {
			begun, err = tx.TakeSignIn(ctx, hash)
			return err
		})
		if errors.Is(err, store.ErrNotFound) || err == nil && !tx.Now.Before(begun.ExpiresAt) {
			begun = nil
			return nil // committed: it is used up
		}
		if err != nil {
			return err
		}
		if issuer, err = people.ReadIssuer(ctx, tx, begun.Tenant, begun.IssuerID); errors.Is(err, store.ErrNotFound) {
			begun = nil
			return nil
		}
		if err != nil || issuer.Sealed == nil {
			return err
		}
		clientSecret, err = keys.OpenClientSecret(ctx, tx.Keys, tx.Tx, issuer)
		return err
	})
	if err == nil && begun == nil {
		err = refused("used or expired", "The sign-in was used before, or took longer than ten minutes. "+beginAgain)
	}
	return begun, issuer, clientSecret, err
}

// checkResponse refuses what another issuer sent, and what says that nobody has signed in.
func (s *Sessions) checkResponse(ctx context.Context, issuer *store.Issuer, query url.Values) error {
	says, err := s.Client.SaysIssuer(ctx, issuer)
	if err != nil {
		return asRefused(err)
	}
	switch name, there := query["iss"]; {
	case there && (len(name) != 1 || name[0] != issuer.URL), !there && says:
		return refused("another issuer", "The answer came from another issuer. "+beginAgain)
	case query.Get("error") != "":
		return refused("the issuer answered with an error", "The issuer did not sign you in. "+beginAgain)
	case query.Get("code") == "":
		return refused("no code", "The answer of the issuer is incomplete. "+beginAgain)
	}
	return nil
}

func asRefused(err error) error {
	var token *people.RefusedError
	switch {
	case errors.As(err, &token) && (token.Reason == people.ReasonACR || token.Reason == people.ReasonAMR):
		return refused(token.Reason, "This tenant asks for a stronger sign-in, such as a second factor, than the issuer "+
			"reports. Sign in at the issuer with it, and then here again.")
	case errors.As(err, &token):
		return refused(token.Reason, "The answer of the issuer does not fit. "+beginAgain)
	case errors.Is(err, people.ErrRefused):
		return refused("code", "The issuer does not accept the answer that this browser brought. "+beginAgain)
	case errors.Is(err, people.ErrUnavailable):
		return refused(err.Error(), "The issuer cannot be asked at the moment. Try again in a minute.")
	}
	return err
}

// open stores a new session of whom the issuer has just signed in. A new session always has a new value.
func (s *Sessions) open(
	ctx context.Context, tx *txn.Tx, row *store.Session, issuerID, tenant string, value secret.Value,
	answer *people.Answer,
) error {
	issuer, err := people.ReadIssuer(ctx, tx, tenant, issuerID)
	if errors.Is(err, store.ErrNotFound) {
		return refused("issuer removed", "This sign-in was removed a moment ago.")
	}
	if err != nil {
		return err
	}
	person, err := people.Record(ctx, tx, issuer, answer.Said)
	if err != nil {
		return err
	}
	if row.ID, err = tx.NewID(keys.IDSession); err != nil {
		return err
	}
	lookup, err := tx.Keys.Lookup(ctx, tx.Tx)
	if err != nil {
		return err
	}
	row.Tenant, row.PersonID, row.IssuerID, row.SID = tenant, person.ID, issuer.ID, answer.Said.SID
	row.TokenHash, row.KeyEnvironment = lookup.Token(value)[0], issuer.KeyEnvironment
	row.CreatedAt, row.SeenAt, row.CheckedAt = tx.Now, tx.Now, tx.Now
	if err := keep(ctx, tx, row, answer); err != nil {
		return err
	}
	if err := tx.InsertSession(ctx, row); err != nil {
		return err
	}
	bound, err := tx.Keys.Rows().Session(row)
	if err := tx.Bind(ctx, bound, err); err != nil {
		return err
	}
	return access.AuditSession(ctx, tx, access.ActionSignIn, row, map[string]string{"issuer": issuer.Name})
}

// keep seals what the issuer is asked with from now on: a refresh token, or else the access token, as long as that
// lasts.
func keep(ctx context.Context, tx *txn.Tx, row *store.Session, answer *people.Answer) (err error) {
	value := answer.RefreshToken
	if row.SealedKind = store.SealedRefresh; value.IsEmpty() {
		row.SealedKind, value = store.SealedAccess, answer.AccessToken
	}
	row.Sealed, err = keys.SealIssuerToken(ctx, tx.Keys, tx.Tx, value, row)
	return err
}

// replace ends the session that a browser had before it signed in again.
func (s *Sessions) replace(ctx context.Context, tx *txn.Tx, before secret.Value) error {
	if !keys.Matches(api.PrefixSession, before) {
		return nil
	}
	old, err := access.FindSession(ctx, tx, before)
	if errors.Is(err, store.ErrNotFound) || err == nil && !old.EndedAt.IsZero() {
		return nil
	}
	if err != nil {
		return err
	}
	return access.EndSession(ctx, tx, old, access.EndedReplaced)
}
