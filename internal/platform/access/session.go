package access

import (
	"context"
	"strings"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/store"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/txn"
)

// Why a session was ended.
const (
	EndedSignOut       = "sign_out"
	EndedByIssuer      = "issuer_sign_out" // the issuer said so
	EndedNotConfirmed  = "not_confirmed"   // the issuer no longer confirms the person
	EndedUnreachable   = "issuer_unreachable"
	EndedIssuerRemoved = "issuer_removed"
	EndedReplaced      = "replaced" // the same browser signed in again
	EndedRestored      = "restored" // the platform was restored from a backup
)

// Actions of the audit about people.
const (
	ActionSignIn  = "sign_in"
	ActionSignOut = "sign_out"
)

// SaveSession stores a changed session, and binds its row.
func SaveSession(ctx context.Context, tx *txn.Tx, s *store.Session) error {
	if err := tx.UpdateSession(ctx, s); err != nil {
		return err
	}
	bound, err := tx.Keys.Rows().Session(s)
	return tx.Bind(ctx, bound, err)
}

// EndSession ends a session that lasts. What the issuer was asked with is erased.
func EndSession(ctx context.Context, tx *txn.Tx, s *store.Session, reason string) error {
	s.EndedAt, s.EndReason, s.Sealed = tx.Now, reason, nil
	if err := SaveSession(ctx, tx, s); err != nil {
		return err
	}
	return AuditSession(ctx, tx, ActionSignOut, s, map[string]string{"reason": reason})
}

// AuditSession records that a person was signed in or out: in each environment that the session reaches and in which
// the person has a role.
func AuditSession(ctx context.Context, tx *txn.Tx, action string, s *store.Session, detail map[string]string) error {
	p, err := ReadPerson(ctx, tx, s.Tenant, s.PersonID)
	if err != nil {
		return err
	}
	bindings, err := BindingsOf(ctx, tx, p)
	if err != nil {
		return err
	}
	detail["session"], detail["kind"], detail["name"] = s.ID, s.Kind, p.Name
	last := ""
	for _, b := range bindings { // one environment after another
		e := b.Scope.Environment
		roles := RolesOf(p, bindings, e)
		if e == last || s.Environment != "" && e != s.Environment || len(roles) == 0 {
			continue
		}
		last = e
		in := tx.As(tx.In(b.Scope))
		in.Role = strings.Join(roles, ", ")
		if in.Actor == "" {
			in.Actor = p.ID
		}
		if err := in.Audit(ctx, action, api.KindPersons, p.ID, detail); err != nil {
			return err
		}
	}
	return nil
}
