package acctest

import (
	"crypto/rand"
	"testing"
	"time"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/clock"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/keyring"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/people"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/store"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/txn"
)

// SignIn makes a session of a person in staging, as if the issuer corp of acme had signed the person in. The console's
// own tests sign in at a real provider.
func SignIn(tb testing.TB, s *store.Store, ring *keyring.Keyring, c clock.Clock, said people.Said) *store.Session {
	tb.Helper()
	runner, err := txn.Open(tb.Context(), s, ring, c, rand.Reader)
	if err != nil {
		tb.Fatal(err)
	}
	session := &store.Session{
		Tenant: Tenant, ID: "ses_" + said.Subject, Kind: store.SessionBrowser,
		TokenHash: []byte(said.Subject), KeyEnvironment: Environment, ExpiresAt: c.Now().Add(365 * 24 * time.Hour),
	}
	err = runner.Update(tb.Context(), txn.Caller{}, func(tx *txn.Tx) error {
		issuer, err := people.IssuerByName(tb.Context(), tx, Tenant, "corp")
		if err != nil {
			return err
		}
		p, err := people.Record(tb.Context(), tx, issuer, said)
		if err != nil {
			return err
		}
		session.PersonID, session.IssuerID = p.ID, issuer.ID
		session.CreatedAt, session.CheckedAt = tx.Now, tx.Now
		session.SeenAt = session.ExpiresAt // the clock of a test leaps, and nobody is idle
		if err := tx.InsertSession(tb.Context(), session); err != nil {
			return err
		}
		bound, err := tx.Keys.Rows().Session(session)
		return tx.Bind(tb.Context(), bound, err)
	})
	if err != nil {
		tb.Fatal(err)
	}
	return session
}
