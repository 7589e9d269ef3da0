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
	// unusedRetry is after how long it is tried again to put a credential in quarantine.
	unusedRetry = time.Minute
)

// RaiseDue raises the rotations that have fallen due or overdue since the last call, announces the quarantine of what
// nobody uses, and sets it. It looks only at credentials whose time has come: each one has stored when there is
// something to say of it next, and a change of it, or of its policies, sets that to now. While the clock is in doubt it
// does nothing.
func RaiseDue(ctx context.Context, e *Engine, limit MaxUnused) error {
	e.recorder.flush.RLock() // no use is neither in memory nor read
	defer e.recorder.flush.RUnlock()
	var failed []error
	for {
		waiting := false
		err := e.runner.View(ctx, txn.Caller{}, func(tx *txn.Tx) error {
			found, err := tx.NoticeDue(ctx, tx.Now, 1)
			waiting = len(found) > 0 && !tx.Paused
			return err
		})
		if err != nil || !waiting {
			return errors.Join(append(failed, err)...)
		}
		var n int
		var due []store.Ref
		var unjudged []error
		err = e.runner.TryUpdate(ctx, txn.Caller{}, func(tx *txn.Tx) (err error) {
			n, due, unjudged, err = raiseSome(ctx, tx, e, limit)
			return err
		})
		failed = append(failed, unjudged...)
		for _, ref := range due {
			if err == nil {
				failed = append(failed, quarantineUnused(ctx, e, ref, limit))
			}
		}
		if err != nil || n < noticeBatch {
			return errors.Join(append(failed, err)...)
		}
	}
}

// raiseSome looks at some credentials, and returns how many, and which of them are to be put in quarantine. One that
// cannot be judged, because its policy was changed outside of the platform for example, is looked at again later: the
// others must not wait for it.
func raiseSome(
	ctx context.Context, tx *txn.Tx, e *Engine, limit MaxUnused,
) (n int, due []store.Ref, unjudged []error, err error) {
	if tx.Paused {
		return 0, nil, nil, nil
	}
	found, err := tx.NoticeDue(ctx, tx.Now, noticeBatch)
	if err != nil {
		return 0, nil, nil, err
	}
	for _, c := range found {
		scoped := tx.As(txn.Caller{Scope: c.Ref.Scope, Actor: rotation.ActorPlatform})
		next := tx.Now.Add(noticeRetry)
		notice, err := noticeOf(ctx, scoped, c)
		var unused unused
		if err == nil {
			unused, err = unusedAt(ctx, scoped, e, c.Ref, &c.Credential, c.Unused, limit)
		}
		if err != nil {
			unjudged = append(unjudged, fmt.Errorf("look at %s %s: %w", c.Ref.Kind, c.Ref.ID, err))
		} else if next, err = raise(ctx, scoped, c, notice, unused); err != nil {
			return 0, nil, nil, err
		}
		if err := tx.SetNotice(ctx, c.Ref.ID, next); err != nil {
			return 0, nil, nil, err
		}
		if unused.Reason == rotation.UnusedDue {
			due = append(due, c.Ref)
		}
	}
	return len(found), due, unjudged, nil
}

// raise tells what there is to say of a credential now, and returns when to look again.
func raise(
	ctx context.Context, tx *txn.Tx, c *store.Counted, n rotation.Notice, u unused,
) (next time.Time, err error) {
	if fact, ok := factOf(c.Ref, n); ok {
		if err := notifications.Raise(ctx, tx, fact); err != nil {
			return next, err
		}
	}
	if err := announce(ctx, tx, c, u); err != nil {
		return next, err
	}
	if u.Reason == rotation.UnusedDue {
		u.Next = tx.Now.Add(unusedRetry) // it is put in quarantine at once, which is a change
	}
	if next = n.Next; next.IsZero() || !u.Next.IsZero() && u.Next.Before(next) {
		next = u.Next
	}
	return next, nil
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
