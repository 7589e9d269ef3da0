package scopedtoken

import (
	"encoding/json"
	"strconv"
	"testing"
	"time"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/acctest/fakes"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
	rules "github.com/quickconnect/terraform-provider-quickconnect/internal/rotation"
)

// fake is a platform with room for one token.
type fake struct {
	*fakes.Rotated
	token api.ScopedToken
}

const tokenID = "tok_01"

func newFake(t *testing.T) *fake {
	t.Helper()
	f := &fake{}
	f.Rotated = fakes.Start(t, f)
	return f
}

func (f *fake) Path() string { return "/v1/scoped-tokens" }

func (f *fake) ID() string { return tokenID }

func (f *fake) Name() string { return f.token.Name }

func (f *fake) Protected() bool { return f.token.DeletionProtection }

func (f *fake) Create(body []byte, now time.Time) (minimum *int64, expires time.Time, err error) {
	var in api.ScopedTokenCreate
	if err := json.Unmarshal(body, &in); err != nil {
		return nil, time.Time{}, err
	}
	f.token = api.ScopedToken{
		Object: api.Object{ID: tokenID, Name: in.Name, Description: in.Description, Labels: in.Labels, Tenant: "acme", Environment: "staging", CreatedAt: now},
		Rotated: api.Rotated{
			Owner: in.Owner, RotateWhenChanged: in.RotateWhenChanged, MinimumVersion: in.MinimumVersion,
			DeletionProtection: in.DeletionProtection != nil && *in.DeletionProtection,
		},
		ConnectorID: in.ConnectorID, Scopes: in.Scopes, AllowedCIDRs: in.AllowedCIDRs, ExpiresAt: in.ExpiresAt,
		RotationPolicyID: in.RotationPolicyID,
	}
	return in.MinimumVersion, expiry(in.ExpiresAt), nil
}

func expiry(s *string) time.Time {
	if s == nil {
		return time.Time{}
	}
	at, _ := api.ParseExpiry(*s)
	return at
}

func (f *fake) Patch(body []byte, c rules.Credential, now time.Time) (after rules.Credential, commit func() (changed bool), err error) {
	var in api.ScopedTokenPatch
	if err := json.Unmarshal(body, &in); err != nil {
		return c, nil, err
	}
	t := f.token
	fakes.Set(&t.Name, in.Name)
	fakes.Set(&t.Owner, in.Owner)
	fakes.Set(&t.Scopes, in.Scopes)
	fakes.Set(&t.Labels, in.Labels)
	fakes.Set(&t.AllowedCIDRs, in.AllowedCIDRs)
	fakes.Set(&t.RotateWhenChanged, in.RotateWhenChanged)
	fakes.Set(&t.DeletionProtection, in.DeletionProtection)
	fakes.Point(&t.Description, in.Description)
	fakes.Point(&t.RotationPolicyID, in.RotationPolicyID)
	fakes.Point(&t.MinimumVersion, in.MinimumVersion)
	fakes.Point(&t.ExpiresAt, in.ExpiresAt)
	if in.ExpiresAt.Set {
		c, _, err = rules.SetExpiry(c, f.Policy, expiry(in.ExpiresAt.Value), now)
	}
	return c, func() bool { f.token = t; return true }, err
}

func (f *fake) Issued(rules.Credential, []rules.Transition, *string) {}

func (f *fake) Show(s rules.Status, r api.Rotation, h *api.Hold, etag string) any {
	t := f.token
	t.Version, t.Rotation, t.Hold, t.Etag = s.Version, r, h, etag
	return t
}

func (f *fake) Value(n int64) string { return "qct_canary" + strconv.FormatInt(n, 10) }

func (f *fake) Sent(string) string { return "something" }

// uses has a consumer use the version.
func (f *fake) uses(n int64) { f.Used(n, rules.EvidenceIntrospection, "consumer") }
