package exchange

import (
	"context"
	"errors"
	"maps"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/access"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/accesstokens"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/httpapi"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/problem"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/store"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/txn"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/workload"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/secret"
)

const (
	refusedAddress = "address"
	// refusedChanged: the identity was written while its JWT was verified.
	refusedChanged = "identity_changed"
)

const actionExchange = "exchange"

// named says which identity a form names.
type named struct {
	id    string // or
	scope store.Scope
	name  string
}

// namedBy reads which identity a form names: by its id, or by tenant, environment and name.
func namedBy(form url.Values) (named, error) {
	identity, scope := form.Get("identity"), store.Scope{Tenant: form.Get("tenant"), Environment: form.Get("environment")}
	switch {
	case identity == "":
		return named{}, problem.Refused("/identity", errors.New("is required for a JWT: the id of a workload identity, or "+
			"its name with tenant and environment"))
	case scope == store.Scope{}:
		if !strings.HasPrefix(identity, api.WorkloadIdentities.IDPrefix) {
			return named{}, problem.Refused("/identity", errors.New("must be the id of a workload identity ("+
				api.WorkloadIdentities.IDPrefix+"…) where tenant and environment are absent"))
		}
		return named{id: identity}, nil
	case scope.Tenant == "":
		return named{}, problem.Refused("/tenant", errors.New("is required with environment"))
	case scope.Environment == "":
		return named{}, problem.Refused("/environment", errors.New("is required with tenant"))
	}
	return named{scope: scope, name: identity}, nil
}

// find reads the identity. It returns store.ErrNotFound for none.
func (n named) find(ctx context.Context, tx *txn.Tx) (*store.WorkloadIdentity, error) {
	var err error
	id, scope := n.id, n.scope
	if id != "" {
		scope, err = tx.WorkloadIdentityScope(ctx, id)
	} else {
		id, err = tx.IDByName(ctx, scope, api.KindWorkloadIdentities, n.name)
	}
	if err != nil {
		return nil, err
	}
	return workload.Load(ctx, tx.As(tx.In(scope)), id)
}

// jwt exchanges the JWT of a workload.
func (h *Handler) jwt(ctx context.Context, value secret.Value, form url.Values, a asked) (*httpapi.Answer, error) {
	which, err := namedBy(form)
	if err != nil {
		return nil, err
	}
	caller := access.From(ctx)
	var w *store.WorkloadIdentity
	now := time.Time{}
	err = h.engine.View(ctx, caller.Caller(), func(tx *txn.Tx) (err error) {
		now = tx.Now
		w, err = which.find(ctx, tx)
		return err
	})
	if errors.Is(err, store.ErrNotFound) || problem.IsNotFound(err) {
		return nil, h.noIdentity(ctx, which)
	}
	if err != nil {
		return nil, err
	}
	ref := store.Ref{Scope: w.Scope, Kind: api.KindWorkloadIdentities, ID: w.ID}
	caller.Token = &ref
	token := workload.Read(value)
	verdict := workload.Refusal{Reason: refusedAddress}
	if access.AddressAllowed(caller.Address, w.AllowedCIDRs) {
		verdict = h.verifier.Verify(ctx, w, token, now)
	}
	var out *httpapi.Answer
	err = h.engine.Update(ctx, caller.Caller(), func(tx *txn.Tx) error {
		out = nil
		reason := verdict
		if reason.Reason == "" {
			var err error
			if out, reason.Reason, err = h.issueVerified(ctx, tx, w, token, a); err != nil {
				return err
			}
		}
		if reason.Reason != "" {
			return h.refused(ctx, tx, ref, reason, "")
		}
		return nil
	})
	if err == nil && out == nil {
		err = refusal()
	}
	return out, err
}

// noIdentity refuses a JWT for an identity that there is not. Where the name is looked for in an environment that there
// is, its audit trail has it: once a minute and network, as anybody may ask.
func (h *Handler) noIdentity(ctx context.Context, which named) error {
	unknown := workload.Refusal{Reason: refusedUnknown}
	if api.CheckName(which.name) != nil {
		_ = h.refused(ctx, nil, store.Ref{}, unknown, "")
		return refusal()
	}
	subject := store.Ref{Scope: which.scope, Kind: api.KindWorkloadIdentities}
	caller := access.From(ctx).Caller().In(which.scope)
	exists := false
	err := h.engine.View(ctx, caller, func(tx *txn.Tx) (err error) {
		exists, err = tx.EnvironmentExists(ctx, which.scope)
		return err
	})
	switch {
	case err != nil:
		return err
	case !exists:
		_ = h.refused(ctx, nil, store.Ref{}, unknown, "")
		return refusal()
	}
	err = h.engine.Update(ctx, caller, func(tx *txn.Tx) error {
		return h.refused(ctx, tx, subject, unknown, which.name)
	})
	if err != nil {
		return err
	}
	return refusal()
}

// issueVerified makes the access token of an identity that takes a JWT, unless the identity was written since it was
// read.
func (h *Handler) issueVerified(
	ctx context.Context, tx *txn.Tx, w *store.WorkloadIdentity, token *workload.Token, a asked,
) (*httpapi.Answer, string, error) {
	now, err := workload.Load(ctx, tx, w.ID)
	switch {
	case problem.IsNotFound(err):
		return nil, refusedChanged, nil
	case err != nil:
		return nil, "", err
	case now.Etag != w.Etag:
		return nil, refusedChanged, nil
	}
	longest, err := api.ParseDuration(w.MaxTTL)
	if err != nil {
		return nil, "", err
	}
	a.ttl = min(a.ttl, longest)
	out, reason, err := issue(ctx, tx, accesstokens.Grant{
		Kind: api.KindWorkloadIdentities, ParentID: w.ID, Scopes: api.PermissionsOf(w.Role),
	}, a)
	if err != nil || reason != "" {
		return nil, reason, err
	}
	claims := map[string]string{}
	for path := range w.Claims {
		claims[path], _ = token.Claim(path)
	}
	return out, "", tx.AuditEvent(ctx, store.AuditEvent{
		Action: actionExchange, Kind: api.KindWorkloadIdentities, ObjectID: w.ID, Workload: w.ID, Claims: claims,
		Detail: matched(ctx, w, token),
	})
}

// matched is what the audit has of an exchange: who came from where, and the claims that fitted. Nothing of it can be
// exchanged again.
func matched(ctx context.Context, w *store.WorkloadIdentity, token *workload.Token) map[string]string {
	detail := map[string]string{"name": w.Name, "issuer": w.Issuer, "address": access.From(ctx).Address.String()}
	for _, path := range slices.Sorted(maps.Keys(w.Claims)) {
		detail["claim "+path], _ = token.Claim(path)
	}
	return detail
}
