package sessions

import (
	"context"
	"errors"
	"time"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/access"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/keys"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/people"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/store"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/txn"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/secret"
)

const (
	// checkInterval is how often the issuer of a session is asked whether it still knows the person.
	checkInterval = 5 * time.Minute
	// unreachableFor is how long a session lasts whose issuer cannot be asked.
	unreachableFor = 15 * time.Minute
	checkBatch     = 50
)

// after says why a session ends after its issuer was asked; empty where it lasts. It notes in the session what came
// of it.
func after(s *store.Session, asked error, now time.Time) (ends string) {
	s.CheckedAt = now
	switch {
	case asked == nil:
		s.FailingSince = time.Time{}
		return ""
	case !errors.Is(asked, people.ErrUnavailable):
		return access.EndedNotConfirmed
	case s.FailingSince.IsZero():
		s.FailingSince = now
	}
	if now.Sub(s.FailingSince) >= unreachableFor {
		return access.EndedUnreachable
	}
	return ""
}

// Run asks issuers about the sessions that are due, until the context ends.
func (s *Sessions) Run(ctx context.Context, interval time.Duration) {
	tick := time.NewTicker(interval)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
			if err := s.Check(ctx); err != nil && !errors.Is(err, store.ErrUnavailable) && ctx.Err() == nil {
				s.Log.ErrorContext(ctx, "sessions could not be checked at their issuer", "error", err.Error())
			}
		}
	}
}

// Check asks issuers about the sessions that are due, if this process leads, and returns when it has done so.
func (s *Sessions) Check(ctx context.Context) error {
	leader, leads := s.Runner.Store.Serving.Lead(ctx)
	if !leads {
		return nil
	}
	for {
		var due []*store.Session
		err := s.Runner.View(leader, txn.Caller{}, func(tx *txn.Tx) (err error) {
			if !tx.Paused {
				due, err = tx.SessionsDue(leader, tx.Now.Add(-checkInterval), checkBatch)
			}
			return err
		})
		if err != nil {
			return err
		}
		for _, one := range due {
			if err := s.check(leader, one); err != nil {
				return err
			}
		}
		if len(due) < checkBatch {
			return nil
		}
	}
}

// check asks the issuer about one session.
func (s *Sessions) check(ctx context.Context, due *store.Session) error {
	var issuer *store.Issuer
	var person *store.Person
	var clientSecret, with secret.Value
	err := s.Runner.View(ctx, txn.Caller{}, func(tx *txn.Tx) (err error) {
		if access.CheckSession(due, tx.Now) != "" || due.Sealed == nil {
			return nil
		}
		if issuer, err = people.ReadIssuer(ctx, tx, due.Tenant, due.IssuerID); err != nil {
			return err
		}
		if person, err = access.ReadPerson(ctx, tx, due.Tenant, due.PersonID); err != nil {
			return err
		}
		if issuer.Sealed != nil {
			if clientSecret, err = keys.OpenClientSecret(ctx, tx.Keys, tx.Tx, issuer); err != nil {
				return err
			}
		}
		with, err = keys.OpenIssuerToken(ctx, tx.Keys, tx.Tx, due)
		return err
	})
	if err != nil {
		return err
	}
	var answer *people.Answer
	var asked error
	if issuer != nil {
		answer, asked = s.Client.Again(ctx, issuer, clientSecret, with, due.SealedKind, person.Subject)
	}
	return s.Runner.Update(ctx, txn.Caller{}, func(tx *txn.Tx) error {
		now, err := tx.Session(ctx, due.Tenant, due.ID)
		if err != nil || !now.EndedAt.IsZero() { // signed out meanwhile
			return err
		}
		if reason := access.CheckSession(now, tx.Now); reason != "" {
			return access.EndSession(ctx, tx, now, reason)
		}
		if ends := after(now, asked, tx.Now); ends != "" {
			return access.EndSession(ctx, tx, now, ends)
		}
		if answer != nil {
			if _, err := people.Record(ctx, tx, issuer, answer.Said); err != nil {
				return err
			}
			if err := keep(ctx, tx, now, answer); err != nil {
				return err
			}
		}
		return access.SaveSession(ctx, tx, now)
	})
}
