package credentials

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"time"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/notifications"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/store"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/txn"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/rotation"
)

const (
	// noticeBatch is at how many credentials one transaction looks.
	noticeBatch = 100
	// noticeRetry is after how long a credential is looked at again that could not be judged.
	noticeRetry = time.Hour
)

// RaiseDue raises the rotations that have fallen due or overdue since the last call. It looks only at credentials whose
// time has come: each one has stored when its status changes next by itself, and a change of it, or of its policy, sets
// that to now. While the clock is in doubt it does nothing.
func RaiseDue(ctx context.Context, r *txn.Runner) error {
	var failed []error
	for {
		waiting := false
		err := r.View(ctx, txn.Caller{}, func(tx *txn.Tx) error {
			found, err := tx.NoticeDue(ctx, tx.Now, 1)
			waiting = len(found) > 0 && !tx.Paused
			return err
		})
		if err != nil || !waiting {
			return errors.Join(append(failed, err)...)
		}
		var n int
		var unjudged []error
		err = r.TryUpdate(ctx, txn.Caller{}, func(tx *txn.Tx) (err error) {
			n, unjudged, err = raiseSome(ctx, tx)
			return err
		})
		failed = append(failed, unjudged...)
		if err != nil || n < noticeBatch {
			return errors.Join(append(failed, err)...)
		}
	}
}

// raiseSome looks at some credentials, and returns how many. One that cannot be judged, because its policy was changed
// outside of the platform for example, is looked at again later: the others must not wait for it.
func raiseSome(ctx context.Context, tx *txn.Tx) (n int, unjudged []error, err error) {
	if tx.Paused {
		return 0, nil, nil
	}
	found, err := tx.NoticeDue(ctx, tx.Now, noticeBatch)
	if err != nil {
		return 0, nil, err
	}
	for _, c := range found {
		scoped := tx.As(txn.Caller{Scope: c.Ref.Scope, Actor: rotation.ActorPlatform})
		notice, err := noticeOf(ctx, scoped, c)
		if err != nil {
			unjudged = append(unjudged, fmt.Errorf("look whether %s %s is due: %w", c.Ref.Kind, c.Ref.ID, err))
			notice = rotation.Notice{Next: tx.Now.Add(noticeRetry)}
		}
		if fact, ok := factOf(c.Ref, notice); ok {
			if err := notifications.Raise(ctx, scoped, fact); err != nil {
				return 0, nil, err
			}
		}
		if err := tx.SetNotice(ctx, c.Ref.ID, notice.Next); err != nil {
			return 0, nil, err
		}
	}
	return len(found), unjudged, nil
}

func noticeOf(ctx context.Context, tx *txn.Tx, c *store.Counted) (rotation.Notice, error) {
	policy, err := Policy(ctx, tx, c.PolicyID)
	if err != nil || c.Ref.Kind != api.KindConnectors {
		return rotation.NoticeAt(c.Credential.Credential, policy, tx.Now), err
	}
	var expiry time.Time
	if c.ExpireAt != nil {
		if expiry, err = api.ParseExpiry(*c.ExpireAt); err != nil {
			return rotation.Notice{}, err
		}
	}
	return rotation.ConnectorNoticeAt(c.Credential.Credential, policy, expiry, tx.Now), nil
}

// factOf returns what endpoints are told. One version falls due once, and is overdue once.
func factOf(ref store.Ref, n rotation.Notice) (f notifications.Fact, ok bool) {
	f = notifications.Fact{
		Kind: ref.Kind, ID: ref.ID, Version: n.Version, At: n.Since, Key: strconv.FormatInt(n.Version, 10),
		Details: map[string]string{},
	}
	switch {
	case n.Overdue:
		f.Type = api.NotifyRotationOverdue
	case n.Due:
		f.Type = api.NotifyRotationDue
	default:
		return f, false
	}
	if n.Step != "" {
		f.Details["step"] = string(n.Step)
	}
	if n.Reason != "" {
		f.Details["reason"] = n.Reason
	}
	return f, true
}
