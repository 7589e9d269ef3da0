package tokens

import (
	"context"
	"errors"
	"net/netip"
	"time"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/access"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/accesstokens"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/credentials"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/keys"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/store"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/txn"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/writebehind"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/secret"
)

// looks notes introspections for the audit.
type looks struct {
	engine *credentials.Engine
	behind *writebehind.Log
}

// note notes that a value was looked at. Its network is that of who presented it, if that is known.
func (l looks) note(
	caller *access.Request, of store.Ref, version int64, refusal string, from netip.Addr, at time.Time,
) {
	if !from.IsValid() {
		from = caller.Address
	}
	l.behind.Note(writebehind.Event{
		Action: writebehind.ActionIntrospect, Of: of, Version: version, From: from, Refusal: refusal,
		By: caller.Caller(), At: at,
	})
}

// ended is note for the value of a version that has ended, or whose token was deleted: whoever has it should not. The
// former counts as a refused use.
func (l looks) ended(ctx context.Context, caller *access.Request, value secret.Value, from netip.Addr) error {
	if !isBearer(value) {
		return nil
	}
	err := l.engine.View(ctx, caller.Caller(), func(tx *txn.Tx) error {
		ref, number, reason, err := former(ctx, tx, value)
		if err == nil {
			l.note(caller, ref, number, reason, from, tx.Now)
			if reason == RefusedEnded && caller.May(api.PermissionUse) && ref.Scope == tx.Scope {
				credentials.Refused(l.engine, ref, number, tx.Now)
			}
		}
		return err
	})
	if errors.Is(err, store.ErrNotFound) {
		return nil
	}
	return err
}

// former finds the version that a value belonged to, and why the value is refused. It returns store.ErrNotFound for
// none.
func former(
	ctx context.Context, tx *txn.Tx, value secret.Value,
) (ref store.Ref, number int64, reason string, err error) {
	if keys.Matches(api.PrefixAccessToken, value) { // its token is not there, or it would have been found
		a, err := accesstokens.Find(ctx, tx, value)
		if err == nil && (a.Scope != tx.Scope || a.ParentKind != api.KindScopedTokens) {
			err = store.ErrNotFound
		}
		if err != nil {
			return ref, 0, "", err
		}
		return store.Ref{Scope: a.Scope, Kind: a.ParentKind, ID: a.ParentID}, a.ParentVersion, RefusedClosed, nil
	}
	ref, number, err = whose(ctx, tx, value)
	if !errors.Is(err, store.ErrNotFound) {
		return ref, number, RefusedEnded, err
	}
	v, err := closedBy(ctx, tx, value)
	return store.Ref{Scope: tx.Scope, Kind: v.Tombstone.Kind, ID: v.Tombstone.ID}, v.Number, RefusedClosed, err
}
