package access

import (
	"context"
	"errors"
	"net/netip"
	"slices"
	"time"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/keys"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/problem"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/store"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/txn"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/secret"
)

// SessionIdle is how long a browser may be still before it must sign in again, and commandIdle the same for commands.
const (
	SessionIdle = 30 * time.Minute
	commandIdle = time.Hour
	// SeenInterval is the least time between two writes of the last use of a session.
	SeenInterval = time.Minute
)

// Person is somebody who is signed in, and the environment that a request is about.
type Person struct {
	Session     *store.Session
	Environment string

	// Where the request of the browser comes from: the console asks the API inside of the same process.
	Address   netip.Addr
	UserAgent string
}

type personKey struct{}

// WithPerson returns the context of a request that the console makes for a person. No request from outside has one.
func WithPerson(ctx context.Context, p *Person) context.Context {
	return context.WithValue(ctx, personKey{}, p)
}

// PersonOf returns the person that the console makes a request for; nil for none.
func PersonOf(ctx context.Context) *Person {
	p, _ := ctx.Value(personKey{}).(*Person)
	return p
}

// RolesOf lists the roles that a person has in an environment, in the order of api.PersonRoles. A group counts only of
// the issuer that the binding names, and an e-mail address only where that issuer has verified it.
func RolesOf(p *store.Person, bindings []*store.RoleBinding, environment string) []string {
	var out []string
	for _, b := range bindings {
		if b.Scope != (store.Scope{Tenant: p.Tenant, Environment: environment}) || b.IssuerID != p.IssuerID ||
			!p.GoneAt.IsZero() {
			continue
		}
		fits := b.Attribute == api.AttributeGroup && slices.Contains(p.Groups, b.Value) ||
			b.Attribute == api.AttributeEmail && p.EmailVerified && p.Email == b.Value
		if fits && !slices.Contains(out, b.Role) {
			out = append(out, b.Role)
		}
	}
	return inOrder(out)
}

// ReadPerson reads a person, and checks the row.
func ReadPerson(ctx context.Context, tx *txn.Tx, tenant, id string) (*store.Person, error) {
	p, err := tx.Person(ctx, tenant, id)
	if err != nil {
		return nil, err
	}
	bound, err := tx.Keys.Rows().Person(p)
	return p, tx.CheckBound(ctx, bound, err)
}

// BindingsOf reads the role bindings of a person's issuer in the whole tenant, and checks their rows.
func BindingsOf(ctx context.Context, tx *txn.Tx, p *store.Person) ([]*store.RoleBinding, error) {
	found, err := tx.RoleBindingsOf(ctx, p.Tenant, p.IssuerID)
	if err != nil {
		return nil, err
	}
	for _, b := range found {
		bound, err := tx.Keys.Rows().RoleBinding(b)
		if err := tx.CheckBound(ctx, bound, err); err != nil {
			return nil, err
		}
	}
	return found, nil
}

// FindSession finds the session of a value, and checks its row. It returns store.ErrNotFound for none.
func FindSession(ctx context.Context, tx *txn.Tx, value secret.Value) (s *store.Session, err error) {
	lookup, err := tx.Keys.Lookup(ctx, tx.Tx)
	if err != nil {
		return nil, err
	}
	err = keys.Find(lookup.Token(value), func(hash []byte) (err error) {
		s, err = tx.SessionByHash(ctx, hash)
		return err
	})
	if err != nil {
		return nil, err
	}
	bound, err := tx.Keys.Rows().Session(s)
	return s, tx.CheckBound(ctx, bound, err)
}

// Why a session does not count.
const (
	SessionEnded   = "ended"
	SessionExpired = "expired" // it has lasted as long as it may
	SessionUnused  = "unused"  // nobody has used it for as long as its kind allows
)

// CheckSession says why a session does not count at a moment; empty where it does.
func CheckSession(s *store.Session, now time.Time) string {
	switch {
	case !s.EndedAt.IsZero():
		return SessionEnded
	case !now.Before(s.ExpiresAt):
		return SessionExpired
	case s.Kind == store.SessionBrowser && !now.Before(s.SeenAt.Add(SessionIdle)),
		s.Kind == store.SessionCommand && !now.Before(s.SeenAt.Add(commandIdle)):
		return SessionUnused
	}
	return ""
}

// person finds out what a person may do in the environment of a request. Everything counts as it is now: what the
// issuer said last, the bindings, and whether the session lasts.
func person(ctx context.Context, runner *txn.Runner, r *Request) error {
	in := r.Person
	scope := store.Scope{Tenant: in.Session.Tenant, Environment: in.Environment}
	var found *store.Person
	err := runner.View(ctx, r.Caller(), func(tx *txn.Tx) error {
		s, err := tx.Session(ctx, in.Session.Tenant, in.Session.ID)
		if err != nil {
			return err
		}
		bound, err := tx.Keys.Rows().Session(s)
		if err := tx.CheckBound(ctx, bound, err); err != nil {
			return err
		}
		if CheckSession(s, tx.Now) != "" {
			r.failed(scope, api.KindPersons, s.PersonID, endedBy(s.EndedAt))
			return notSignedIn()
		}
		if found, err = ReadPerson(ctx, tx, s.Tenant, s.PersonID); err != nil {
			return err
		}
		bindings, err := BindingsOf(ctx, tx, found)
		if err != nil {
			return err
		}
		r.Roles, err = RolesNow(ctx, tx, found, bindings, in.Environment)
		return err
	})
	if err != nil {
		return err
	}
	r.Principal = &store.Principal{
		ID: found.ID, Scope: scope, Name: found.Name, CreatedAt: found.CreatedAt, ExpiresAt: in.Session.ExpiresAt,
	}
	if len(r.Roles) > 0 {
		r.Principal.Role = r.Roles[0]
	}
	return nil
}

func notSignedIn() error {
	return problem.New(api.CodeUnauthenticated, "", "nobody is signed in with this session; sign in again, with "+
		"quickconnect login where a command has sent this request")
}

// command finds the person whom a token of quickconnect login is of. It counts in the environment of the token alone.
func command(ctx context.Context, runner *txn.Runner, r *Request) error {
	var s *store.Session
	var now time.Time
	err := runner.View(ctx, r.Caller(), func(tx *txn.Tx) (err error) {
		now = tx.Now
		s, err = FindSession(ctx, tx, r.Bearer)
		return err
	})
	if errors.Is(err, store.ErrNotFound) || err == nil && s.Kind != store.SessionCommand {
		return notSignedIn()
	}
	if err != nil {
		return err
	}
	r.Person = &Person{Session: s, Environment: s.Environment, Address: r.Address, UserAgent: r.UserAgent}
	if err := person(ctx, runner, r); err != nil {
		return err
	}
	if now.Sub(s.SeenAt) < SeenInterval {
		return nil
	}
	return runner.TryUpdate(ctx, txn.Caller{}, func(tx *txn.Tx) error {
		return tx.MarkSessionSeen(ctx, s.Tenant, s.ID, tx.Now)
	})
}
