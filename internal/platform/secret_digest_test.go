package platform_test

import (
	"encoding/base64"
	"strconv"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
)

// secretDigest computes the digest as the provider does.
func (w *world) secretDigest(id, value string) string {
	w.t.Helper()
	all := decoded[api.Identity](w.do("GET", "/v1/identity", nil).want(200)).ComparisonKeys
	k := all[len(all)-1]
	key, err := base64.StdEncoding.DecodeString(k.Key.Expose())
	if err != nil {
		w.t.Fatal(err)
	}
	d, err := api.Digest(k.Number, key, "signing-secrets", id, value)
	if err != nil {
		w.t.Fatal(err)
	}
	return d
}

// TestDigestFollowsVersion shows the digest of the version that a consumer should hold, if it is valid and was
// supplied.
func TestDigestFollowsVersion(t *testing.T) {
	w, made := supplies(t)
	values := map[int64]string{
		1: suppliedSecret("a", 32), 2: suppliedSecret("b", 32), 4: suppliedSecret("d", 40),
		5: suppliedSecret("e", 64), 6: suppliedSecret("f", 24),
	}
	s := made("signing", object{"secret": values[1]})
	check := func(got api.SigningSecret, version int64) {
		t.Helper()
		if got.Version != version {
			t.Fatalf("version %d, want %d", got.Version, version)
		}
		value, supplied := values[version]
		if shown := got.SecretDigest; (shown != nil) != supplied || supplied && *shown != w.secretDigest(s.ID, value) {
			t.Errorf("version %d in phase %s: digest %v", version, got.Rotation.Phase, shown)
		}
		if supplied && w.reveal(s.ID, version) != value {
			t.Errorf("version %d is revealed with another value", version)
		}
		if diff := cmp.Diff(got, w.secret(s.ID)); diff != "" {
			t.Errorf("the response differs from a read:\n%s", diff)
		}
		listed := decoded[api.Page[api.SigningSecret]](w.do("GET", pathSecrets, nil).want(200)).Items
		if diff := cmp.Diff([]api.SigningSecret{got}, listed); diff != "" {
			t.Errorf("the response differs from the list:\n%s", diff)
		}
	}
	check(s, 1)
	check(w.mustStep(s.ID, api.StepBegin, object{"secret": values[2]}), 2)
	check(w.mustStep(s.ID, api.StepCancel, nil), 1)
	w.lifecycle(s.ID, "release", because)
	check(w.mustStep(s.ID, api.StepRotate, nil), 3) // issued: no digest
	check(w.mustStep(s.ID, api.StepRollback, nil), 1)
	w.lifecycle(s.ID, "release", because)
	check(w.patchSecret(s.ID, object{"minimum_version": 4, "secret": values[4]}), 4)
	check(w.mustStep(s.ID, api.StepRotate, object{"secret": values[5]}), 5)

	revoked := decoded[api.SigningSecret](w.lifecycle(s.ID, "revoke", object{"all": true, "reason": "test"}))
	if revoked.SecretDigest != nil || revoked.Version != 5 {
		t.Errorf("revoked: %+v", revoked)
	}
	check(w.mustStep(s.ID, api.StepReissue, object{"secret": values[6]}), 6)
}

// TestRevokedSecrets keeps the digests of the newest revoked secrets, with their numbers. It keeps none of a cancelled,
// retired or issued version, and removes a digest when its secret is supplied again.
func TestRevokedSecrets(t *testing.T) {
	w, made := supplies(t)
	value := func(letter string) string { return suppliedSecret(letter, 32) }
	s := made("signing", object{"secret": value("a")})
	want := func(numbers map[string]any, letters ...string) {
		t.Helper()
		revoked := []api.RevokedSecret{}
		for _, l := range letters {
			r := api.RevokedSecret{Digest: w.secretDigest(s.ID, value(l))}
			if n, ok := numbers[l].(int64); ok {
				r.SecretWOVersion = &n
			}
			revoked = append(revoked, r)
		}
		if diff := cmp.Diff(revoked, w.secret(s.ID).RevokedSecrets); diff != "" {
			t.Errorf("revoked: %s", diff)
		}
	}
	revoke := func(in object) {
		t.Helper()
		in["reason"] = "test"
		w.lifecycle(s.ID, "revoke", in)
	}
	want(nil)
	w.mustStep(s.ID, api.StepBegin, object{"secret": value("b")})
	w.mustStep(s.ID, api.StepCancel, nil)
	w.lifecycle(s.ID, "release", because)
	want(nil)
	w.mustStep(s.ID, api.StepBegin, object{"secret": value("c")})
	w.patchSecret(s.ID, object{"minimum_version": 3})
	want(nil, "a")
	w.mustStep(s.ID, api.StepRotate, nil)
	w.mustStep(s.ID, api.StepRetire, object{"force": true, "reason": "test"})
	want(nil, "a")
	revoke(object{"all": true})
	want(nil, "a")
	w.mustStep(s.ID, api.StepReissue, object{"secret": value("a")})
	want(nil)
	w.patchSecret(s.ID, object{"secret_wo_version": 7})
	w.mustStep(s.ID, api.StepBegin, object{"secret": value("d")})
	revoke(object{"all": true})
	want(map[string]any{"a": int64(7), "d": int64(7)}, "a", "d")
	for i := range 31 {
		w.mustStep(s.ID, api.StepReissue, object{"secret": suppliedSecret("n"+strconv.Itoa(i), 16)})
		revoke(object{"all": true})
	}
	got := w.secret(s.ID).RevokedSecrets
	if last := w.secretDigest(s.ID, suppliedSecret("n30", 16)); len(got) != 32 || got[31].Digest != last {
		t.Errorf("%d of them, the last one %s, want %s", len(got), got[len(got)-1].Digest, last)
	}
}
