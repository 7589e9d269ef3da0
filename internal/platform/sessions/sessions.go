// Package sessions signs people in and out of the console, and keeps who is signed in.
package sessions

import (
	"context"
	"errors"
	"log/slog"
	"net/url"
	"strings"
	"time"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/access"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/keys"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/people"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/store"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/txn"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/secret"
)

const (
	// signInLasts is how long a sign-in may take at the issuer.
	signInLasts = 10 * time.Minute
	// browserLasts is how long a browser stays signed in, however much it is used.
	browserLasts = 12 * time.Hour
	// retention is how long a session is kept after the time that it could have lasted to.
	retention = 30 * 24 * time.Hour
)

// Config has what sessions work with.
type Config struct {
	Runner    *txn.Runner
	Client    *people.Client
	PublicURL string // of the platform, without a path
	Log       *slog.Logger
}

// Sessions signs people in and out. It is safe for concurrent use.
type Sessions struct{ Config }

// New returns the sessions of a platform.
func New(c Config) *Sessions { return &Sessions{c} }

// Home is the path of the console, CallbackPath where an issuer sends a browser back to.
const (
	Home         = "/console"
	CallbackPath = Home + "/callback"
)

func (s *Sessions) redirect() string { return s.PublicURL + CallbackPath }

// RefusedError is the error of a sign-in that did not succeed. Text is for the person.
type RefusedError struct {
	Reason string // for the log
	Text   string
}

// Error says why.
func (r *RefusedError) Error() string { return "the sign-in was refused: " + r.Reason }

func refused(reason, text string) error { return &RefusedError{Reason: reason, Text: text} }

const beginAgain = "Begin the sign-in again."

// Origin is where a request of a browser comes from.
type Origin = txn.Caller

// Issuers lists the issuers that sign the people of a tenant in, by name; none for a tenant that is not known.
func (s *Sessions) Issuers(ctx context.Context, tenant string) (names []string, err error) {
	err = s.Runner.View(ctx, txn.Caller{}, func(tx *txn.Tx) error {
		found, err := tx.Issuers(ctx, tenant)
		for _, i := range found {
			names = append(names, i.Name)
		}
		return err
	})
	return names, err
}

// Begin begins a sign-in. It returns where the browser goes, and the value that it must bring back.
func (s *Sessions) Begin(
	ctx context.Context, tenant, issuer, returnTo string,
) (location string, value secret.Value, err error) {
	if value, err = keys.NewToken(api.PrefixSignIn, s.Runner.Random); err != nil {
		return "", value, err
	}
	var i *store.Issuer
	err = s.Runner.View(ctx, txn.Caller{}, func(tx *txn.Tx) error {
		i, err = people.IssuerByName(ctx, tx, tenant, issuer)
		return err
	})
	if errors.Is(err, store.ErrNotFound) {
		return "", value, refused("no issuer", "No sign-in is set up under this name.")
	}
	if err != nil {
		return "", value, err
	}
	if location, err = s.Client.AuthURL(ctx, i, s.start(value)); err != nil {
		return "", value, err
	}
	err = s.Runner.Update(ctx, txn.Caller{}, func(tx *txn.Tx) error {
		lookup, err := tx.Keys.Lookup(ctx, tx.Tx)
		if err != nil {
			return err
		}
		return tx.InsertSignIn(ctx, &store.SignIn{
			TokenHash: lookup.Token(value)[0], Tenant: tenant, IssuerID: i.ID, ReturnTo: ownPath(returnTo),
			ExpiresAt: tx.Now.Add(signInLasts),
		})
	})
	return location, value, err
}

func (s *Sessions) start(value secret.Value) people.Start {
	return people.Start{
		State: keys.Derived(value, "state"), Nonce: keys.Derived(value, "nonce"),
		Verifier: keys.Derived(value, "verifier"), Redirect: s.redirect(),
	}
}

// ownPath returns a path of the console that a browser may be sent to; the first page for everything else, so that no
// sign-in ends elsewhere.
func ownPath(s string) string {
	u, err := url.Parse(s)
	own := err == nil && u.Scheme == "" && u.Host == "" && u.User == nil && u.Opaque == "" &&
		(u.Path == Home || strings.HasPrefix(u.Path, Home+"/")) && !strings.ContainsAny(s, "\\\r\n\t") &&
		!strings.Contains(u.Path, "//") && !strings.Contains(u.Path, "..")
	if !own || strings.HasPrefix(u.Path, Home+"/sign-") || u.Path == CallbackPath {
		return Home
	}
	return u.RequestURI()
}

// Find returns the session of a browser's value. A nil session: nobody is signed in with it.
func (s *Sessions) Find(ctx context.Context, value secret.Value) (found *store.Session, err error) {
	if !keys.Matches(api.PrefixSession, value) {
		return nil, nil
	}
	var now time.Time
	err = s.Runner.View(ctx, txn.Caller{}, func(tx *txn.Tx) error {
		now = tx.Now
		found, err = access.FindSession(ctx, tx, value)
		return err
	})
	switch {
	case errors.Is(err, store.ErrNotFound):
		return nil, nil
	case err != nil:
		return nil, err
	case found.Kind != store.SessionBrowser || access.CheckSession(found, now) != "":
		return nil, nil
	}
	if now.Sub(found.SeenAt) >= access.SeenInterval {
		err = s.Runner.TryUpdate(ctx, txn.Caller{}, func(tx *txn.Tx) error {
			return tx.MarkSessionSeen(ctx, found.Tenant, found.ID, tx.Now)
		})
	}
	return found, err
}

// End signs out: the value of the session counts no longer.
func (s *Sessions) End(ctx context.Context, session *store.Session, from Origin) error {
	return s.Runner.Update(ctx, from, func(tx *txn.Tx) error {
		now, err := tx.Session(ctx, session.Tenant, session.ID)
		if err != nil || !now.EndedAt.IsZero() {
			return err
		}
		return access.EndSession(ctx, tx, now, access.EndedSignOut)
	})
}

// Reach is an environment in which a person has roles.
type Reach struct {
	Environment string
	Roles       []string
}

// Reaches lists the environments in which the person of a session has a role, by name, and the person.
func (s *Sessions) Reaches(ctx context.Context, session *store.Session) (p *store.Person, out []Reach, err error) {
	err = s.Runner.View(ctx, txn.Caller{}, func(tx *txn.Tx) error {
		if p, err = access.ReadPerson(ctx, tx, session.Tenant, session.PersonID); err != nil {
			return err
		}
		bindings, err := access.BindingsOf(ctx, tx, p)
		if err != nil {
			return err
		}
		for _, b := range bindings { // one environment after another
			e := b.Scope.Environment
			if len(out) > 0 && out[len(out)-1].Environment == e {
				continue
			}
			roles, err := access.RolesNow(ctx, tx, p, bindings, e)
			if err != nil {
				return err
			}
			if len(roles) > 0 {
				out = append(out, Reach{e, roles})
			}
		}
		return nil
	})
	return p, out, err
}

// Forget returns what deletes sign-ins that nobody ended, and sessions that ended long ago.
func Forget(ctx context.Context, now time.Time, batch int) []func(*txn.Tx) (int64, error) {
	return []func(*txn.Tx) (int64, error){
		func(tx *txn.Tx) (int64, error) { return tx.ForgetSignIns(ctx, now, batch) },
		func(tx *txn.Tx) (int64, error) { return tx.ForgetLogoutTokens(ctx, now, batch) },
		func(tx *txn.Tx) (int64, error) { return tx.ForgetSessions(ctx, now.Add(-retention), batch) },
	}
}
