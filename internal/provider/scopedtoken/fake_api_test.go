package scopedtoken

import (
	"encoding/json"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
	rules "github.com/quickconnect/terraform-provider-quickconnect/internal/rotation"
)

func (f *fake) create(r *http.Request, now time.Time) (any, error) {
	var in api.ScopedTokenCreate
	if err := json.NewDecoder(r.Body).Decode(&in); err != nil {
		return nil, err
	}
	if f.exists {
		return nil, &rules.Error{Code: api.CodeNameTaken, Message: "name taken"}
	}
	var minimum int64
	if in.MinimumVersion != nil {
		minimum = *in.MinimumVersion
	}
	f.exists = true
	f.token = api.ScopedToken{
		Object: api.Object{ID: tokenID, Name: in.Name, Description: in.Description, Labels: in.Labels, Tenant: "acme", Environment: "staging", CreatedAt: now},
		Owner:  in.Owner, ConnectorID: in.ConnectorID, Scopes: in.Scopes, AllowedCIDRs: in.AllowedCIDRs, ExpiresAt: in.ExpiresAt,
		RotationPolicyID: in.RotationPolicyID, RotateWhenChanged: in.RotateWhenChanged, MinimumVersion: in.MinimumVersion,
		DeletionProtection: in.DeletionProtection != nil && *in.DeletionProtection,
	}
	f.cred, _ = rules.Create(now, "op", max(f.highest+1, minimum), expiry(in.ExpiresAt))
	f.moved()
	return f.answer(now), nil
}

func expiry(s *string) time.Time {
	if s == nil {
		return time.Time{}
	}
	at, _ := api.ParseExpiry(*s)
	return at
}

func (f *fake) matches(r *http.Request, step rules.Step) (alreadyDone bool, err error) {
	m := strings.Trim(r.Header.Get("If-Match"), `"`)
	if m == "" || m == strconv.Itoa(f.etag) {
		return false, nil
	}
	if f.settledBase != 0 && m == strconv.Itoa(f.settledBase) && (step == "" || slices.Contains(f.settled, step)) {
		return step != "", nil
	}
	return false, &rules.Error{Code: api.CodePreconditionFailed, Message: "the token has changed since"}
}

func (f *fake) patch(r *http.Request, now time.Time) (any, error) {
	var in api.ScopedTokenPatch
	if err := json.NewDecoder(r.Body).Decode(&in); err != nil {
		return nil, err
	}
	if _, err := f.matches(r, ""); err != nil {
		return nil, err
	}
	var err error
	cred, tok := f.cred, f.token
	set(&tok.Name, in.Name)
	set(&tok.Owner, in.Owner)
	set(&tok.Scopes, in.Scopes)
	set(&tok.Labels, in.Labels)
	set(&tok.AllowedCIDRs, in.AllowedCIDRs)
	set(&tok.RotateWhenChanged, in.RotateWhenChanged)
	set(&tok.DeletionProtection, in.DeletionProtection)
	point(&tok.Description, in.Description)
	point(&tok.RotationPolicyID, in.RotationPolicyID)
	if in.ExpiresAt.Set {
		tok.ExpiresAt = in.ExpiresAt.Value
		if cred, _, err = rules.SetExpiry(cred, f.policy, expiry(in.ExpiresAt.Value), now); err != nil {
			return nil, err
		}
	}
	if in.MinimumVersion.Set {
		tok.MinimumVersion = in.MinimumVersion.Value
		if in.MinimumVersion.Value != nil {
			if cred, _, err = rules.RaiseMinimum(cred, f.policy, *in.MinimumVersion.Value, "op", now); err != nil {
				return nil, err
			}
		}
	}
	if in.RotationRequested {
		cred = rules.Request(cred)
	}
	if in.Name.Set {
		cred.Highest = max(cred.Highest, f.highest)
	}
	f.cred, f.token = cred, tok
	f.moved()
	return f.answer(now), nil
}

func set[T any](to *T, o api.Optional[T]) {
	if !o.Set {
		return
	}
	var zero T
	*to = zero
	if o.Value != nil {
		*to = *o.Value
	}
}

func point[T any](to **T, o api.Optional[T]) {
	if o.Set {
		*to = o.Value
	}
}

func (f *fake) step(r *http.Request, step rules.Step, now time.Time) (any, error) {
	done, err := f.matches(r, step)
	if err != nil {
		return nil, err
	}
	if !done {
		cred, trs, err := rules.Apply(f.cred, f.policy, rules.Command{Step: step, Actor: "op"}, now)
		if err != nil {
			return nil, err
		}
		f.cred = cred
		f.moved()
		if len(trs) > 1 { // an overlap of zero
			f.settling(trs[1:])
		}
	}
	return f.answer(now), nil
}
