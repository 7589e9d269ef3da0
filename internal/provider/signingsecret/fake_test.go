package signingsecret

import (
	"encoding/base64"
	"encoding/json"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/acctest/fakes"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
	rules "github.com/quickconnect/terraform-provider-quickconnect/internal/rotation"
)

// fake is a platform with room for one signing secret. It keeps the values, and the digests of those that were supplied.
type fake struct {
	*fakes.Rotated
	secret  api.SigningSecret
	values  map[int64]string // by version
	digests map[int64]string // of the supplied ones
	revoked []api.RevokedSecret
}

const secretID = "sec_01"

var comparisonKey = []byte("0123456789abcdef0123456789abcdef")

func newFake(t *testing.T) *fake {
	t.Helper()
	f := &fake{values: map[int64]string{}, digests: map[int64]string{}}
	f.Rotated = fakes.Start(t, f)
	return f
}

// whsec makes a secret of a user's own that is easy to tell from the others; letterOf tells which one it is.
func whsec(letter string) string {
	return "whsec_" + base64.StdEncoding.EncodeToString([]byte(strings.Repeat(letter, 32)))
}

func letterOf(secret string) string {
	raw, err := base64.StdEncoding.DecodeString(strings.TrimPrefix(secret, "whsec_"))
	if err != nil || len(raw) == 0 {
		return "something else"
	}
	return string(raw[:1])
}

// digestOf is what the platform shows of a supplied value.
func digestOf(value string) string {
	digest, err := api.Digest(1, comparisonKey, api.KindSigningSecrets, secretID, value)
	if err != nil {
		panic(err)
	}
	return digest
}

func (f *fake) Path() string { return "/v1/signing-secrets" }

func (f *fake) ID() string { return secretID }

func (f *fake) Name() string { return f.secret.Name }

func (f *fake) Protected() bool { return f.secret.DeletionProtection }

func (f *fake) Create(body []byte, now time.Time) (minimum *int64, expires time.Time, err error) {
	var in api.SigningSecretCreate
	if err := json.Unmarshal(body, &in); err != nil {
		return nil, time.Time{}, err
	}
	f.secret = api.SigningSecret{
		Object: api.Object{ID: secretID, Name: in.Name, Description: in.Description, Labels: in.Labels, Tenant: "acme", Environment: "staging", CreatedAt: now},
		Rotated: api.Rotated{
			Owner: in.Owner, RotateWhenChanged: in.RotateWhenChanged, MinimumVersion: in.MinimumVersion,
			DeletionProtection: in.DeletionProtection != nil && *in.DeletionProtection,
		},
		EndpointID: in.EndpointID, Algorithm: api.DefaultAlgorithm, SecretWOVersion: in.SecretWOVersion,
		RotationPolicyID: in.RotationPolicyID,
	}
	if in.Algorithm != nil {
		f.secret.Algorithm = *in.Algorithm
	}
	return in.MinimumVersion, time.Time{}, nil
}

func (f *fake) Patch(body []byte, c rules.Credential, _ time.Time) (after rules.Credential, commit func() (changed bool), err error) {
	var in api.SigningSecretPatch
	if err := json.Unmarshal(body, &in); err != nil {
		return c, nil, err
	}
	s := f.secret
	fakes.Set(&s.Name, in.Name)
	fakes.Set(&s.Owner, in.Owner)
	fakes.Set(&s.Labels, in.Labels)
	fakes.Set(&s.RotationPolicyID, in.RotationPolicyID)
	fakes.Set(&s.RotateWhenChanged, in.RotateWhenChanged)
	fakes.Set(&s.DeletionProtection, in.DeletionProtection)
	fakes.Point(&s.Description, in.Description)
	fakes.Point(&s.SecretWOVersion, in.SecretWOVersion)
	fakes.Point(&s.MinimumVersion, in.MinimumVersion)
	return c, func() bool {
		changed := !reflect.DeepEqual(s, f.secret)
		f.secret = s
		return changed
	}, nil
}

// Issued makes or takes the value of what was issued, and remembers what was revoked.
func (f *fake) Issued(before rules.Credential, done []rules.Transition, supplied *string) {
	for _, tr := range done {
		n := tr.Issued
		switch {
		case n == 0:
		case supplied != nil:
			digest := digestOf(*supplied)
			f.values[n], f.digests[n] = *supplied, digest
			f.revoked = slices.DeleteFunc(f.revoked, func(r api.RevokedSecret) bool { return r.Digest == digest })
		case f.secret.Algorithm == api.AlgorithmEd25519:
			f.values[n] = "whpk_canary" + strconv.FormatInt(n, 10)
		default:
			f.values[n] = "whsec_canary" + strconv.FormatInt(n, 10)
		}
		for _, number := range tr.Versions {
			was, _ := before.Lookup(number)
			is, _ := f.Cred.Lookup(number)
			if d := f.digests[number]; d != "" && tr.Step != rules.StepCancel && was.State.Valid() && is.State == rules.StateRevoked {
				f.revoked = append(f.revoked, api.RevokedSecret{Digest: d, SecretWOVersion: f.secret.SecretWOVersion})
			}
		}
	}
}

func (f *fake) Show(s rules.Status, r api.Rotation, h *api.Hold, etag string) any {
	out := f.secret
	out.Version, out.Rotation, out.Hold, out.Etag, out.RevokedSecrets = s.Version, r, h, etag, f.revoked
	if v, _ := f.Cred.Lookup(s.Version); v.State.Valid() && f.digests[s.Version] != "" {
		digest := f.digests[s.Version]
		out.SecretDigest = &digest
	}
	if out.Algorithm == api.AlgorithmEd25519 {
		out.PublicKeys = []string{} // also where none is valid
		for _, v := range slices.Backward(f.Cred.Versions) {
			if v.State.Valid() {
				out.PublicKeys = append(out.PublicKeys, f.values[v.Number])
			}
		}
	}
	return out
}

func (f *fake) Value(n int64) string { return f.values[n] }

func (f *fake) Sent(value string) string { return letterOf(value) }

// proven has a probe find out that the receiver knows the version.
func (f *fake) proven(n int64) { f.Used(n, rules.EvidenceProbe, rules.ActorPlatform) }
