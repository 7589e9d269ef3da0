package sessions

import (
	"context"
	"errors"
	"time"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/access"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/keys"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/people"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/store"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/txn"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/secret"
)

// commandLasts is how long a command stays signed in, however much it is used.
const commandLasts = 8 * time.Hour

// Place is where a command signs a person in: an environment, by an issuer of its tenant.
type Place struct {
	Scope  store.Scope
	Issuer string
}

// Started is a sign-in of a command that waits for the person, and for how long.
type Started struct {
	people.Device
	Lasts time.Duration
}

// PendingError is the error of a sign-in that the person has not answered.
type PendingError struct{ SlowDown bool }

// Error says so.
func (p *PendingError) Error() string { return "the person has not answered at the issuer yet" }

// BeginDevice begins a sign-in of a command at the issuer, which gives a code for the person to type.
func (s *Sessions) BeginDevice(ctx context.Context, at Place) (*Started, error) {
	issuer, clientSecret, err := s.issuerOf(ctx, at)
	if err != nil {
		return nil, err
	}
	d, err := s.Client.BeginDevice(ctx, issuer, clientSecret)
	if err != nil {
		return nil, asDeviceRefused(err)
	}
	lasts := d.ExpiresAt.Sub(s.Runner.Clock.Now())
	if lasts <= 0 || lasts > signInLasts {
		lasts = signInLasts
	}
	return &Started{*d, lasts}, nil
}

// issuerOf reads an issuer and the secret of the platform's client. An environment that does not exist has none.
func (s *Sessions) issuerOf(ctx context.Context, at Place) (i *store.Issuer, clientSecret secret.Value, err error) {
	err = s.Runner.View(ctx, txn.Caller{}, func(tx *txn.Tx) error {
		if i, err = people.IssuerByName(ctx, tx, at.Scope.Tenant, at.Issuer); err != nil || i.Sealed == nil {
			return err
		}
		clientSecret, err = keys.OpenClientSecret(ctx, tx.Keys, tx.Tx, i)
		return err
	})
	if errors.Is(err, store.ErrNotFound) {
		err = refused("no issuer", "No sign-in is set up under this name in this tenant.")
	}
	return i, clientSecret, err
}

// CompleteDevice asks the issuer once whether the person has answered, and signs the person in. Its error is *Pending
// while the person has not.
func (s *Sessions) CompleteDevice(
	ctx context.Context, at Place, code secret.Value, from Origin,
) (row *store.Session, value secret.Value, name string, err error) {
	issuer, clientSecret, err := s.issuerOf(ctx, at)
	if err != nil {
		return nil, value, "", err
	}
	answer, err := s.Client.PollDevice(ctx, issuer, clientSecret, code)
	if err != nil {
		return nil, value, "", asDeviceRefused(err)
	}
	if value, err = keys.NewToken(api.PrefixCommand, s.Runner.Random); err != nil {
		return nil, value, "", err
	}
	row = &store.Session{Kind: store.SessionCommand, Environment: at.Scope.Environment}
	err = s.Runner.Update(ctx, from, func(tx *txn.Tx) error {
		row.ExpiresAt = tx.Now.Add(commandLasts)
		return s.open(ctx, tx, row, issuer.ID, at.Scope.Tenant, value, answer)
	})
	return row, value, answer.Said.Name, err
}

// EndCommand signs out the command that has a token. It reports whether somebody was signed in with it.
func (s *Sessions) EndCommand(ctx context.Context, value secret.Value, from Origin) (ended bool, err error) {
	if !keys.Matches(api.PrefixCommand, value) {
		return false, nil
	}
	err = s.Runner.Update(ctx, from, func(tx *txn.Tx) error {
		found, err := access.FindSession(ctx, tx, value)
		if errors.Is(err, store.ErrNotFound) || err == nil && access.CheckSession(found, tx.Now) != "" {
			return nil
		}
		if err != nil {
			return err
		}
		ended = true
		return access.EndSession(ctx, tx, found, access.EndedSignOut)
	})
	return ended, err
}

func asDeviceRefused(err error) error {
	const again = "Run quickconnect login again."
	switch {
	case errors.Is(err, people.ErrPending), errors.Is(err, people.ErrSlowDown):
		return &PendingError{SlowDown: errors.Is(err, people.ErrSlowDown)}
	case errors.Is(err, people.ErrDenied):
		return refused("denied", "The sign-in was refused at the issuer. "+again)
	case errors.Is(err, people.ErrExpired):
		return refused("expired", "The code has expired before somebody signed in with it. "+again)
	case errors.Is(err, people.ErrRefused):
		return refused("device code", "The issuer does not know this sign-in, or it was used. "+again)
	case errors.Is(err, people.ErrNoDevice):
		return refused("no device flow", "The issuer does not let this client sign in commands: allow the device "+
			"authorization grant for the platform's client there.")
	}
	return asRefused(err)
}
