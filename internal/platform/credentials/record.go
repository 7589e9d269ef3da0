package credentials

import (
	"context"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/store"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/txn"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/rotation"
)

// Apply takes a step on behalf of the transaction's caller, and saves the object.
func Apply(ctx context.Context, tx *txn.Tx, o Object, cmd rotation.Command, issue Issuer) error {
	p := o.Parts()
	cmd.Actor = tx.Actor
	after, done, err := rotation.Apply(p.Credential.Credential, p.Policy, cmd, tx.Now)
	if err != nil {
		return err
	}
	return Finish(ctx, tx, o, after, done, issue)
}

// Finish records the outcome of a step and saves the object, where the step did anything.
func Finish(
	ctx context.Context, tx *txn.Tx, o Object, after rotation.Credential, done []rotation.Transition, issue Issuer,
) error {
	if len(done) == 0 {
		return nil
	}
	if err := Record(ctx, tx, o.Parts(), after, done, issue); err != nil {
		return err
	}
	// A step that clients do not see, such as an acknowledgement, does not change the etag.
	if slices.ContainsFunc(done, func(t rotation.Transition) bool { return t.Step.Moves() }) {
		o.Parts().Touch()
	}
	return o.Save(ctx, tx)
}

// Record puts the outcome of a step into the object: it makes the values of the versions that were issued, erases
// those of the versions that ended, remembers the highest number under the name, and audits every transition. It does
// not save the object.
func Record(
	ctx context.Context, tx *txn.Tx, p Parts, after rotation.Credential, done []rotation.Transition, issue Issuer,
) error {
	before := p.Credential.Credential
	for _, t := range done {
		if t.Issued != 0 {
			if err := issue(ctx, t.Issued); err != nil {
				return err
			}
		}
		if err := audit(ctx, tx, p, t, promotedBy(t, after)); err != nil {
			return err
		}
		if err := notifyQuarantine(ctx, tx, p, t); err != nil {
			return err
		}
	}
	for _, v := range after.Versions {
		if was, _ := before.Lookup(v.Number); !was.State.Valid() || v.State.Valid() {
			continue
		}
		if p.Revoked != nil && v.State == rotation.StateRevoked && !cancelled(done, v.Number) {
			p.Revoked(v.Number)
		}
		if err := tx.EraseSecret(ctx, p.Object.ID, v.Number); err != nil {
			return err
		}
	}
	nameActor(tx, &after)
	p.Credential.Credential = after
	if after.Highest == before.Highest {
		return nil
	}
	return tx.RecordNumber(ctx, tx.Scope, p.Kind.Path, p.Object.Name, after.Highest)
}

// nameActor adds the name of the caller to what the caller has just set.
func nameActor(tx *txn.Tx, c *rotation.Credential) {
	if h := c.Hold; h != nil && h.By == tx.Actor && h.ByName == "" {
		named := *h
		named.ByName = tx.ActorName
		c.Hold = &named
	}
	if q := c.Quarantine; q != nil && q.By == tx.Actor && q.ByName == "" {
		named := *q
		named.ByName = tx.ActorName
		c.Quarantine = &named
	}
}

// cancelled reports whether a version ended with its stage. Its value was then not reported as leaked.
func cancelled(done []rotation.Transition, number int64) bool {
	return slices.ContainsFunc(done, func(t rotation.Transition) bool {
		return t.Step == rotation.StepCancel && slices.Contains(t.Versions, number)
	})
}

// Audit records one transition of a credential at the time as of which it counts.
func Audit(ctx context.Context, tx *txn.Tx, kind, objectID string, t rotation.Transition) error {
	return audited(ctx, tx, kind, objectID, t, map[string]string{"versions": numbers(t.Versions)})
}

// audit is Audit for a step that may have promoted a version because it ended another one.
func audit(ctx context.Context, tx *txn.Tx, p Parts, t rotation.Transition, promoted []int64) error {
	detail := map[string]string{"versions": numbers(t.Versions)}
	if len(promoted) > 0 {
		detail["promoted"] = numbers(promoted)
	}
	return audited(ctx, tx, p.Kind.Path, p.Object.ID, t, detail)
}

// promotedBy returns the versions that a step which ends versions has left as the current one.
func promotedBy(t rotation.Transition, after rotation.Credential) (out []int64) {
	if t.Step != rotation.StepRevoke && t.Step != rotation.StepMinimumVersion {
		return nil
	}
	for _, n := range t.Versions {
		if v, ok := after.Lookup(n); ok && v.State.Valid() && n != t.Issued {
			out = append(out, n)
		}
	}
	return out
}

func audited(
	ctx context.Context, tx *txn.Tx, kind, objectID string, t rotation.Transition, detail map[string]string,
) error {
	if t.Issued != 0 {
		detail["issued"] = strconv.FormatInt(t.Issued, 10)
	}
	if t.Forced {
		detail["forced"] = "true"
	}
	if t.Reason != "" {
		detail["reason"] = t.Reason
	}
	if !t.At.Equal(tx.Now) {
		detail["settled_at"] = tx.Now.Format(time.RFC3339Nano)
	}
	version := t.Issued
	if version == 0 && len(t.Versions) == 1 {
		version = t.Versions[0]
	}
	return tx.AuditEvent(ctx, store.AuditEvent{
		At: t.At, Actor: t.Actor, Action: string(t.Step), Kind: kind, ObjectID: objectID, Version: version, Detail: detail,
	})
}

// Deleted returns what the audit has to say of an object that is deleted.
func Deleted(p Parts) map[string]string {
	return map[string]string{"name": p.Object.Name, "versions": numbers(Valid(p.Credential.Versions))}
}

// Valid returns the numbers of the versions that are valid.
func Valid(versions []rotation.Version) (out []int64) {
	for _, v := range versions {
		if v.State.Valid() {
			out = append(out, v.Number)
		}
	}
	return out
}

func numbers(versions []int64) string {
	out := make([]string, len(versions))
	for i, n := range versions {
		out[i] = strconv.FormatInt(n, 10)
	}
	return strings.Join(out, ",")
}
