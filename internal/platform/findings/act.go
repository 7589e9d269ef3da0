package findings

import (
	"context"
	"time"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/access"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/accesstokens"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/credentials"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/store"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/txn"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/rotation"
)

// act does what the policy of the environment says about a finding that opens, and notes in it what was done. The whole
// of it is in the transaction of the finding.
func (h *Handler) act(ctx context.Context, tx *txn.Tx, f *store.Finding, rules api.EnvironmentRules) error {
	switch rules.OnFinding[f.Finding] {
	case api.OnFindingRevoke:
		done, err := h.revoke(ctx, tx, f)
		if done {
			f.Action = api.FindingRevoked
		}
		return err
	case api.OnFindingQuarantine:
		if f.Kind == api.KindPrincipals || f.Kind == api.KindAccessTokens {
			return nil // they have no quarantine
		}
		ref := store.Ref{Scope: f.Scope, Kind: f.Kind, ID: f.ObjectID}
		done, err := h.engine.Quarantine(ctx, tx, ref, "finding "+f.Finding+" "+f.ID, quarantineFor)
		if done {
			f.Action = api.FindingQuarantined
		}
		return err
	}
	return nil
}

// quarantineFor is for how long a finding quarantines a credential, which is revoked then.
const quarantineFor = 7 * 24 * time.Hour

// revoke ends what a finding is about. done is false where it had ended already.
func (h *Handler) revoke(ctx context.Context, tx *txn.Tx, f *store.Finding) (done bool, err error) {
	switch f.Kind {
	case api.KindPrincipals:
		p, err := access.Find(ctx, tx, f.ObjectID)
		if err != nil || !p.LiveAt(tx.Now) {
			return false, err
		}
		return true, access.End(ctx, tx, p, reasonLeaked)
	case api.KindAccessTokens:
		a, err := accesstokens.ByID(ctx, tx, f.ObjectID)
		if err != nil {
			return false, err
		}
		return accesstokens.Revoke(ctx, tx, a, reasonLeaked)
	}
	kind, _ := api.KindAt(f.Kind)
	o, err := h.engine.Load(ctx, tx, kind, f.ObjectID)
	if err != nil {
		return false, err
	}
	p := o.Parts()
	if !p.Credential.ValidAt(p.Policy, f.Version, tx.Now) {
		return false, nil
	}
	after, steps := rotation.RevokeValue(p.Credential.Credential, p.Policy, f.Version, tx.Actor, tx.Now)
	return len(steps) > 0, credentials.Finish(ctx, tx, o, after, steps, nil)
}

// reasonLeaked is the reason of what ended because of a report.
const reasonLeaked = "leaked"
