package txn

import (
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/journal"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/store"
)

// journaled are the actions that the journal has, because a backup may lack them.
var journaled = map[string]bool{
	ActionCreate: true, ActionUpdate: true, ActionDelete: true, ActionClosed: true, "begin": true, "rotate": true,
	"promote": true, "retire": true, "cancel": true, "rollback": true, "revoke": true, "reissue": true, "replace": true,
	"expire": true, "minimum_version": true, "hold": true, "quarantine": true,
}

// journaledLate are those that lift a containment: they count only once they are committed.
var journaledLate = map[string]bool{"release": true, "release_quarantine": true, "end_quarantine": true}

// journaledDetail are the members of a detail that the journal has. Others may be what a user wrote.
var journaledDetail = []string{"name", "versions", "issued", "promoted", "changed", "enabled", "role"}

// note writes what a transaction has audited to the journal. What ends or contains something is there before the
// commit, so before the answer: where the commit fails, the journal has one containment too many, and never one too
// few.
func (r *Runner) note(tx *Tx) {
	if r.Journal == nil {
		return
	}
	var now, later []journal.Entry
	for _, e := range tx.Audited() {
		switch {
		case journaled[e.Action]:
			now = append(now, r.entry(e))
		case journaledLate[e.Action]:
			later = append(later, r.entry(e))
		}
	}
	if len(now) > 0 {
		r.Journal.Append(now...)
	}
	if len(later) > 0 {
		tx.OnCommit(func() { r.Journal.Append(later...) })
	}
}

func (r *Runner) entry(e *store.AuditEvent) journal.Entry {
	out := journal.Entry{
		ID: e.ID, At: e.At.UTC(), Platform: r.Platform.ID, Incarnation: r.Platform.Incarnation, Tenant: e.Tenant,
		Environment: e.Environment, Actor: e.Actor, Action: e.Action, Kind: e.Kind, ObjectID: e.ObjectID,
		Detail: map[string]string{},
	}
	for _, name := range journaledDetail {
		if v := e.Detail[name]; v != "" {
			out.Detail[name] = v
		}
	}
	switch reason := e.Detail["reason"]; reason {
	case "token_revoked", "minimum_version": // the platform's own words
		out.Detail["reason"] = reason
	}
	return out
}
