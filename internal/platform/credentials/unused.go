package credentials

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"time"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/notifications"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/problem"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/store"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/txn"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/rotation"
)

// MaxUnused returns after how long without a use the credentials of a transaction's environment are put in quarantine;
// nil for never.
type MaxUnused func(ctx context.Context, tx *txn.Tx) (*string, error)

// actionAnnounce is the action of the audit where a quarantine is announced.
const actionAnnounce = "announce_quarantine"

// errUsed ends a transaction that would put in quarantine what was used meanwhile.
var errUsed = errors.New("it was used meanwhile")

// unused is what is to be done about a credential that nobody uses, and why.
type unused struct {
	rotation.Unused
	lastUsed time.Time
	rule     string // what sets the limit
	limit    string
}

// unusedAt decides what is to be done about a credential because nobody uses it. Uses that are not written yet count.
// own is the limit of the credential itself, which counts before that of its environment.
func unusedAt(
	ctx context.Context, tx *txn.Tx, e *Engine, ref store.Ref, c *store.Credential, own *string, limit MaxUnused,
) (out unused, err error) {
	text := own
	if out.rule = "unused_expiry of the token"; own == nil {
		out.rule = "max_unused of the environment"
		if text, err = limit(ctx, tx); err != nil {
			return out, err
		}
	}
	facts := rotation.UnusedFacts{LastUsed: lastUse(e, ref, c), Paused: tx.Paused}
	if text != nil {
		out.limit = *text
		if facts.Limit, err = api.ParseDuration(*text); err != nil {
			return out, err
		}
	}
	out.lastUsed = facts.LastUsed
	out.Unused = rotation.UnusedAt(c.Credential, facts, tx.Now)
	if out.Reason != rotation.UnusedAnnounced && out.Reason != rotation.UnusedDue {
		return out, nil
	}
	impaired, err := tx.UseImpairments(ctx, out.Since, tx.Now)
	for _, i := range append(impaired, e.recorder.impaired()...) {
		facts.Impaired = append(facts.Impaired, rotation.Span{From: i.From, Until: i.Until})
	}
	out.Unused = rotation.UnusedAt(c.Credential, facts, tx.Now)
	return out, err
}

// lastUse returns the last use of a credential that was read, also where it is not written yet.
func lastUse(e *Engine, ref store.Ref, c *store.Credential) time.Time {
	e.recorder.show(ref, c)
	last := c.LastUsedAt
	for _, u := range e.kept.uses(ref) {
		if u.At.After(last) {
			last = u.At
		}
	}
	return last
}

// announce stores what is announced of a credential, and tells of it once.
func announce(ctx context.Context, tx *txn.Tx, c *store.Counted, u unused) error {
	was, is := c.Credential.Announced, u.Announced
	if was == nil && is == nil || was != nil && is != nil && *was == *is {
		return nil
	}
	if err := tx.SetAnnounced(ctx, c.Ref.ID, is); err != nil || is == nil || was != nil && was.At.Equal(is.At) {
		return err
	}
	details := map[string]string{
		"quarantine_at": is.Due.UTC().Format(time.RFC3339), "reason": u.why(),
		"revoked_at": is.Due.Add(rotation.DefaultQuarantine).UTC().Format(time.RFC3339),
	}
	err := tx.AuditEvent(ctx, store.AuditEvent{
		Action: actionAnnounce, Kind: c.Ref.Kind, ObjectID: c.Ref.ID, Detail: details,
	})
	if err != nil {
		return err
	}
	return notifications.Raise(ctx, tx, notifications.Fact{
		Type: api.NotifyQuarantineAnnounced, Key: strconv.FormatInt(is.At.UnixMicro(), 10), Kind: c.Ref.Kind, ID: c.Ref.ID,
		Details: details,
	})
}

// why is the reason of the quarantine.
func (u unused) why() string {
	since := "never used"
	if !u.lastUsed.IsZero() {
		since = "last used at " + u.lastUsed.UTC().Format(time.RFC3339)
	}
	return fmt.Sprintf("%s; %s is %s", since, u.rule, u.limit)
}

// quarantineUnused puts a credential in quarantine, unless something has changed since it was looked at. A use that
// was accepted meanwhile wins: it is looked for again when everything is written.
func quarantineUnused(ctx context.Context, e *Engine, ref store.Ref, limit MaxUnused) error {
	kind, _ := api.KindAt(ref.Kind)
	by := txn.Caller{Scope: ref.Scope, Actor: rotation.ActorPlatform}
	err := e.runner.TryUpdate(ctx, by, func(tx *txn.Tx) error {
		o, err := e.Load(ctx, tx, kind, ref.ID)
		if err != nil {
			return err
		}
		p := o.Parts()
		u, err := unusedAt(ctx, tx, e, ref, p.Credential, p.UnusedExpiry, limit)
		if err != nil || u.Reason != rotation.UnusedDue {
			return err
		}
		p.Credential.Announced = nil
		err = Apply(ctx, tx, o, rotation.Command{
			Step: rotation.StepQuarantine, Reason: u.why(), Length: rotation.DefaultQuarantine,
		}, nil)
		if err == nil && lastUse(e, ref, p.Credential).After(u.lastUsed) {
			err = errUsed
		}
		return err
	})
	if problem.IsNotFound(err) || errors.Is(err, errUsed) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("put %s %s in quarantine, which nobody uses: %w", ref.Kind, ref.ID, err)
	}
	return nil
}
