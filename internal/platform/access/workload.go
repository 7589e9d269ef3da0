package access

import (
	"context"
	"errors"
	"net/netip"
	"slices"
	"time"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/accesstokens"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/problem"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/store"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/txn"
)

// workload finds the workload identity that an access token was made from. Everything counts as it is now: the role,
// the address ranges, and whether the identity exists.
func workload(ctx context.Context, runner *txn.Runner, r *Request) error {
	r.State = runner.State(ctx)
	inMemory := runner.Keys.MemoryHash(r.Bearer)
	found, known := runner.Workloads.Find(inMemory, r.State)
	now := r.State.Now
	if !known {
		err := runner.View(ctx, r.Caller(), func(tx *txn.Tx) (err error) {
			now = tx.Now
			found, err = readWorkload(ctx, tx, r)
			return err
		})
		if err != nil {
			return err
		}
		runner.Workloads.Keep(inMemory, r.State, found)
	}
	w := found.Identity
	if err := checkLiveToken(found.Token, now); err != nil {
		r.failed(w.Scope, api.KindWorkloadIdentities, w.ID, endedBy(found.Token.EndedAt))
		return err
	}
	if !AddressAllowed(r.Address, w.AllowedCIDRs) {
		r.failed(w.Scope, api.KindWorkloadIdentities, w.ID, FailedAddress)
		return notAccepted(r)
	}
	r.Principal = principalOf(found)
	r.Narrowed = append([]string{}, found.Token.Scopes...)
	r.Uses.note(r.Principal, now)
	return nil
}

// readWorkload reads an access token and its workload identity, and checks both rows.
func readWorkload(ctx context.Context, tx *txn.Tx, r *Request) (found txn.WorkloadToken, err error) {
	t, err := accesstokens.Find(ctx, tx, r.Bearer)
	if errors.Is(err, store.ErrNotFound) || err == nil && t.ParentKind != api.KindWorkloadIdentities {
		return found, notAccepted(r)
	}
	if err != nil {
		return found, err
	}
	w, err := tx.WorkloadIdentity(ctx, t.Scope, t.ParentID)
	if errors.Is(err, store.ErrNotFound) {
		return found, problem.New(api.CodeUnauthenticated, "", "the workload identity of this access token was deleted, "+
			"which ended the access token; make the identity anew, and exchange again")
	}
	if err != nil {
		return found, err
	}
	bound, err := tx.Keys.Rows().WorkloadIdentity(w)
	return txn.WorkloadToken{Token: t, Identity: w}, tx.CheckBound(ctx, bound, err)
}

// principalOf returns the identity of a workload as a principal that ends with the access token.
func principalOf(found txn.WorkloadToken) *store.Principal {
	w := found.Identity
	return &store.Principal{
		ID: w.ID, Scope: w.Scope, Name: w.Name, Role: w.Role, CreatedAt: w.CreatedAt, ExpiresAt: found.Token.ExpiresAt,
		LastUsedAt: w.LastUsedAt,
	}
}

// checkLiveToken refuses an access token that was revoked or has expired.
func checkLiveToken(t *store.AccessToken, now time.Time) error {
	if at := t.EndedAt; !at.IsZero() {
		return problem.New(api.CodeUnauthenticated, "", "the access token of this request was revoked at %s; exchange again",
			at.UTC().Format(time.RFC3339))
	}
	if !t.LiveAt(now) {
		return problem.New(api.CodeUnauthenticated, "", "the access token of this request expired at %s; exchange again",
			t.ExpiresAt.UTC().Format(time.RFC3339))
	}
	return nil
}

// notAccepted is the one answer to an access token that is not known, that is for something else, or that comes from
// another address. It does not say which: a thief must not learn whether a value is worth to be tried elsewhere.
func notAccepted(r *Request) error {
	from := "an address that is not known"
	if r.Address.IsValid() {
		from = r.Address.String()
	}
	return problem.New(api.CodeUnauthenticated, "", "the token of this request is an access token (qca_) and is not "+
		"accepted here: one that was made from a scoped token is for introspection and for the credentials of its "+
		"connector; one of a workload identity must belong to this platform, and the allowed_cidrs of the identity, if it "+
		"has any, must contain the address of the caller, which is %s; or send the token of a principal as "+
		"Authorization: Bearer qcp_…", from)
}

// AddressAllowed decides by the address ranges of what calls: nil is no limit. Where there are ranges, the address must
// be known.
func AddressAllowed(from netip.Addr, ranges []string) bool {
	if ranges == nil {
		return true
	}
	return from.IsValid() && slices.ContainsFunc(ranges, func(r string) bool {
		p, err := netip.ParsePrefix(r)
		return err == nil && p.Contains(from)
	})
}
