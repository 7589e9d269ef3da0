package findings

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"strconv"
	"time"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/finding"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/credentials"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/guardrails"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/notifications"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/problem"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/store"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/txn"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/rotation"
)

const (
	// perSweep is how many credentials a sweep evaluates, and roundInterval how often all of them are.
	perSweep      = 100
	roundInterval = 5 * time.Minute
	// perObject is how many findings of an object the rules go by.
	perObject = 1000
)

// Sweep evaluates the next credentials. No request waits for it.
func (h *Handler) Sweep(ctx context.Context) error {
	h.mu.Lock()
	defer h.mu.Unlock()
	now, verdict := h.runner.Watch.Judge()
	if verdict.InDoubt() || h.next == "" && now.Before(h.began.Add(roundInterval)) {
		return nil
	}
	if h.next == "" {
		h.began = now
	}
	var page []*store.Counted
	err := h.runner.View(ctx, txn.Caller{}, func(tx *txn.Tx) (err error) {
		page, err = tx.CountedAfter(ctx, h.next, perSweep)
		return err
	})
	if err != nil {
		return err
	}
	var failed []error
	for _, c := range page {
		if err := h.evaluate(ctx, c); err != nil && !problem.IsNotFound(err) {
			failed = append(failed, fmt.Errorf("evaluate %s %s: %w", c.Ref.Kind, c.Ref.ID, err))
		}
	}
	if h.next = ""; len(page) == perSweep {
		h.next = page[len(page)-1].Ref.ID
		return errors.Join(failed...)
	}
	return errors.Join(append(failed, h.closeOrphans(ctx))...)
}

// closeOrphans closes the findings of objects that are deleted.
func (h *Handler) closeOrphans(ctx context.Context) error {
	return h.runner.TryUpdate(ctx, txn.Caller{}, func(tx *txn.Tx) error {
		all, err := tx.FindingsWithoutObject(ctx, perSweep)
		if err != nil {
			return err
		}
		for _, f := range all {
			end(f, rotation.ActorPlatform, "the object is deleted", tx.Now)
			f.Gone = true
			in := tx.As(txn.Caller{Scope: f.Scope, Actor: rotation.ActorPlatform})
			if err := write(ctx, in, change{Finding: f, closed: true}); err != nil {
				return err
			}
		}
		return nil
	})
}

// evaluate evaluates the rules over one credential. It writes only where something changed.
func (h *Handler) evaluate(ctx context.Context, c *store.Counted) error {
	as := txn.Caller{Scope: c.Ref.Scope, Actor: rotation.ActorPlatform}
	var changes []change
	var rules api.EnvironmentRules
	err := h.engine.ViewUses(ctx, as, func(tx *txn.Tx) error {
		policy, err := guardrails.Policy(ctx, tx)
		if err != nil {
			return err
		}
		rules = policy.Rules
		thresholds, err := finding.ThresholdsOf(rules)
		if err != nil {
			return err
		}
		history, err := h.history(ctx, tx, c, thresholds)
		if err != nil {
			return err
		}
		known, err := tx.Findings(ctx, tx.Scope, store.FindingFilter{ObjectID: c.Ref.ID, Limit: perObject})
		if err != nil {
			return err
		}
		var valid []int64
		for _, v := range history.Versions {
			if v.Valid {
				valid = append(valid, v.Number)
			}
		}
		changes = decide(known, finding.Find(history, thresholds), valid, tx.Now)
		return nil
	})
	if err != nil || len(changes) == 0 {
		return err
	}
	return h.engine.TryUpdate(ctx, as, func(tx *txn.Tx) error {
		for _, f := range changes {
			f.Scope, f.Kind, f.ObjectID = c.Ref.Scope, c.Ref.Kind, c.Ref.ID
			if err := h.keep(ctx, tx, f, rules); err != nil {
				return err
			}
		}
		return nil
	})
}

// keep writes a change, and does what the policy of the environment says about one that opens.
func (h *Handler) keep(ctx context.Context, tx *txn.Tx, c change, rules api.EnvironmentRules) error {
	if c.ID == "" {
		var err error
		if c.ID, err = tx.NewID(api.FindingIDPrefix); err != nil {
			return err
		}
	}
	if c.opened {
		if err := h.act(ctx, tx, c.Finding, rules); err != nil {
			return err
		}
		if err := notifications.Raise(ctx, tx, fact(api.NotifyFindingOpened, c.Finding, tx.Now)); err != nil {
			return err
		}
	}
	return write(ctx, tx, c)
}

// fact is what endpoints are told of a finding. One that opens again is another fact.
func fact(what string, f *store.Finding, at time.Time) notifications.Fact {
	details := map[string]string{"finding": f.Finding, "finding_id": f.ID}
	if f.Action != "" {
		details["action"] = f.Action
	}
	maps.Copy(details, f.Evidence)
	return notifications.Fact{
		Type: what, Key: f.ID + "/" + strconv.FormatInt(f.Count, 10), At: at, Kind: f.Kind, ID: f.ObjectID,
		Version: f.Version, Details: details, Name: f.ObjectID,
	}
}

// write stores a change, and records it in the audit trail where the finding opens or closes.
func write(ctx context.Context, tx *txn.Tx, c change) error {
	if err := tx.WriteFinding(ctx, c.Finding); err != nil {
		return err
	}
	action := actionOpen
	switch {
	case c.closed:
		action = actionClose
	case !c.opened:
		return nil
	}
	detail := map[string]string{"finding": c.Finding.Finding, "kind": c.Kind, "object_id": c.ObjectID}
	for name, text := range c.Evidence {
		detail["evidence."+name] = text
	}
	for name, text := range map[string]string{
		"subject": c.Subject, "action": c.Action, "reason": c.CloseReason,
	} {
		if text != "" {
			detail[name] = text
		}
	}
	return tx.AuditEvent(ctx, store.AuditEvent{
		Action: action, Kind: api.KindFindings, ObjectID: c.ID, Version: c.Version, Detail: detail,
	})
}

// Actions of the audit.
const (
	actionOpen   = "open_finding"
	actionClose  = "close_finding"
	actionReport = "report_leak"
)

// history reads what the rules go by.
func (h *Handler) history(
	ctx context.Context, tx *txn.Tx, c *store.Counted, t finding.Thresholds,
) (out finding.History, err error) {
	kind, _ := api.KindAt(c.Ref.Kind)
	o, err := h.engine.Load(ctx, tx, kind, c.Ref.ID)
	if err != nil {
		return out, err
	}
	p := o.Parts()
	versions, err := credentials.Versions(ctx, tx, p)
	if err != nil {
		return out, err
	}
	used, err := h.engine.Uses(ctx, tx, p, versions)
	if err != nil {
		return out, err
	}
	out = finding.History{Now: tx.Now}
	for _, s := range p.Scopes {
		since, known := p.ScopesSince[s]
		if !known {
			since = p.Object.CreatedAt
		}
		out.Granted = append(out.Granted, finding.Grant{Scope: s, Since: since})
	}
	for _, v := range versions {
		valid := p.Credential.ValidAt(p.Policy, v.Number, tx.Now)
		sum, _ := used.Of(v, tx.Now)
		out.Versions = append(out.Versions, versionOf(v, sum, valid, p.Credential.EndsAt(p.Policy, v)))
	}
	if out.Complete, err = complete(ctx, tx, tx.Now.Add(-max(t.Unused, t.UnusedScope))); err != nil {
		return out, err
	}
	attention, err := credentials.AttentionOf(ctx, tx, c)
	if err != nil {
		return out, err
	}
	if attention.Overdue {
		out.OverdueBy = "its age is over max_age of its rotation policy, or its deadline has passed"
	}
	return out, h.elsewhere(ctx, tx, c.Ref, &out, t)
}

// complete reports whether no use is missing since a time.
func complete(ctx context.Context, tx *txn.Tx, since time.Time) (bool, error) {
	all, err := tx.UseImpairments(ctx, since, tx.Now)
	for _, i := range all {
		if i.Reason != store.UsesLate || i.Until.After(tx.Now.Add(-time.Hour)) {
			return false, err
		}
	}
	return true, err
}

// elsewhere reads what other objects say of a credential: who used its new networks before, and who has its value.
func (h *Handler) elsewhere(
	ctx context.Context, tx *txn.Tx, ref store.Ref, out *finding.History, t finding.Thresholds,
) error {
	out.Elsewhere = map[string]int{}
	for _, f := range finding.NewNetworks(*out, t) {
		n, err := tx.NetworkUsedBefore(ctx, ref, f.Subject, f.At)
		if err != nil {
			return err
		}
		out.Elsewhere[f.Subject] = n
	}
	others, err := tx.WithSameValue(ctx, ref)
	for _, r := range others {
		name := "an object of another environment"
		if r.Scope == ref.Scope {
			name = r.Kind + " " + r.ID
		}
		out.ReusedBy = append(out.ReusedBy, name)
	}
	return err
}
