package platform_test

import (
	"encoding/base64"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
)

// secretDigest computes the digest as the provider does.
func (w *world) secretDigest(id, value string) string {
	w.t.Helper()
	k := decoded[api.Identity](w.do("GET", "/v1/identity", nil).want(200)).ComparisonKey
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

// supplies returns a world, and a function that creates signing secrets whose rotation needs no acknowledgement.
func supplies(t *testing.T) (*world, func(name string, more object) api.SigningSecret) {
	t.Helper()
	w := newWorld(t)
	e := w.newEndpoint("hooks", w.newConnector("chat", nil).ID, nil)
	policy := w.newPolicy("monthly", object{"require_acknowledgement": false})
	return w, func(name string, more object) api.SigningSecret { return w.newSecret(name, e.ID, policy.ID, more) }
}

func TestSuppliedSecretsAccepted(t *testing.T) {
	w, made := supplies(t)
	for _, size := range []int{24, 25, 32, 63, 64} {
		value := suppliedSecret("a", size)
		s := made("signing-"+itoa(int64(size)), object{"secret": value})
		if got := w.reveal(s.ID, 1); got != value {
			t.Errorf("of %d bytes: another value is revealed", size)
		}
		if *s.SecretDigest != w.secretDigest(s.ID, value) {
			t.Errorf("of %d bytes: digest %s", size, *s.SecretDigest)
		}
	}
	if s := made("null", object{"secret": nil}); s.SecretDigest != nil || w.reveal(s.ID, 1) == "" {
		t.Errorf("a secret of null is supplied: %+v", s)
	}
}

// TestSuppliedSecretsRefused sends malformed secrets to every route that takes one.
func TestSuppliedSecretsRefused(t *testing.T) {
	w, made := supplies(t)
	s := made("signing", nil)
	gone := made("gone", nil)
	w.lifecycle(gone.ID, "revoke", object{"all": true, "reason": "test"})
	good := strings.TrimPrefix(suppliedSecret("C", 32), "whsec_") // Q0ND…
	for name, secret := range map[string]any{
		"empty":                 "",
		"a prefix alone":        "whsec_",
		"without a prefix":      good,
		"another prefix":        "WHSEC_" + good,
		"a private key":         "whsk_" + good,
		"a public key":          "whpk_" + good,
		"23 bytes":              suppliedSecret("C", 23),
		"65 bytes":              suppliedSecret("C", 65),
		"without padding":       "whsec_" + strings.TrimRight(good, "="),
		"padding in the middle": "whsec_" + good + good,
		"the alphabet of URLs": "whsec_" + base64.URLEncoding.EncodeToString([]byte(strings.Repeat("\xff",
			24)+"CCCCCCCC")),
		"space before":             " whsec_" + good,
		"a line end behind":        "whsec_" + good + "\n",
		"a line end inside":        "whsec_" + good[:8] + "\n" + good[8:],
		"bits beyond the last one": "whsec_" + strings.TrimSuffix(good, "M=") + "N=",
		"not base64":               "whsec_Q0ND" + strings.Repeat("!", 40),
		"a number":                 4711_0815,
		"a list":                   []string{"whsec_" + good},
		"an object":                object{"value": "whsec_" + good},
	} {
		t.Run(name, func(t *testing.T) {
			w := w.in(t)
			for _, r := range []*reply{
				w.do("POST", pathSecrets, object{
					"name": "new", "owner": "o", "endpoint_id": s.EndpointID,
					"rotation_policy_id": s.RotationPolicyID, "secret": secret,
				}),
				w.do("PATCH", pathSecrets+"/"+s.ID, object{"minimum_version": 2, "secret": secret}),
				w.step(s.ID, api.StepBegin, object{"secret": secret}),
				w.step(s.ID, api.StepRotate, object{"secret": secret}),
				w.step(gone.ID, api.StepReissue, object{"secret": secret}),
			} {
				r.problem(api.CodeInvalid, "/secret")
				for _, part := range []string{"Q0ND", "47110815", "//////"} {
					if strings.Contains(string(r.body), part) {
						t.Errorf("%s repeats the secret: %s", r.what, r.body)
					}
				}
			}
			if diff := cmp.Diff(s, w.secret(s.ID)); diff != "" {
				t.Errorf("the object has changed:\n%s", diff)
			}
		})
	}
	if strings.Contains(w.log.String(), "Q0ND") {
		t.Error("the log has the value")
	}
}

func TestSecretIsAcceptedOnlyWithNewVersion(t *testing.T) {
	w, made := supplies(t)
	value := suppliedSecret("a", 32)
	s := made("signing", nil)
	w.step(s.ID, api.StepBegin, nil).want(200)
	staged := w.secret(s.ID)
	for _, step := range []string{api.StepPromote, api.StepRetire, api.StepCancel, api.StepRollback, api.StepAcknowledge} {
		w.step(s.ID, step, object{"secret": value, "version": 2}).problemOneOf(api.CodeInvalid)
		w.step(s.ID, step, object{"secret": value}).problem(api.CodeInvalid, "/secret")
	}
	for _, verb := range []string{"hold", "release", "revoke"} {
		w.do("POST", pathSecrets+"/"+s.ID+"/"+verb, object{"reason": "test", "secret": value}).problem(api.CodeInvalid,
			"/secret")
	}
	for _, body := range []object{
		{"secret": value},
		{"secret": value, "owner": "new"},
		{"secret": value, "minimum_version": 1},
		{"secret": value, "minimum_version": 2}, // which leaves the pending version as the current one
		{"secret": value, "minimum_version": nil},
	} {
		w.do("PATCH", pathSecrets+"/"+s.ID, body).problem(api.CodeInvalid, "/secret")
	}
	if diff := cmp.Diff(staged, w.secret(s.ID)); diff != "" {
		t.Errorf("the object has changed:\n%s", diff)
	}

	ed := made("ed", object{"algorithm": "ed25519"})
	for _, r := range []*reply{
		w.do("POST", pathSecrets, object{
			"name": "new", "owner": "o", "endpoint_id": s.EndpointID,
			"rotation_policy_id": s.RotationPolicyID, "algorithm": "ed25519", "secret": value,
		}),
		w.step(ed.ID, api.StepBegin, object{"secret": value}),
		w.do("PATCH", pathSecrets+"/"+ed.ID, object{"minimum_version": 2, "secret": value}),
	} {
		if p := r.problem(api.CodeInvalid, "/secret"); !strings.Contains(p.Detail, "ed25519") {
			t.Errorf("the problem does not say why: %s", p.Detail)
		}
	}

	token := w.newToken("notifier", w.newConnector("mail", nil).ID, nil)
	for _, step := range []string{api.StepBegin, api.StepRotate, api.StepReissue, api.StepPromote} {
		w.step(token.ID, step, object{"secret": value}).problem(api.CodeInvalid, "/secret")
	}
	w.do("PATCH", pathTokens+"/"+token.ID, object{"minimum_version": 2, "secret": value}).problem(api.CodeInvalid,
		"/secret")
	w.do("POST", pathTokens, tokenBody("other", token.ConnectorID, object{"secret": value})).problem(api.CodeInvalid,
		"/secret")
	if got := w.token(token.ID); got.Version != 1 || got.Etag != token.Etag {
		t.Errorf("%+v", got)
	}
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

// TestValidValueIsRefusedAsNew for a supplied and for an issued value.
func TestValidValueIsRefusedAsNew(t *testing.T) {
	w, made := supplies(t)
	for name, first := range map[string]object{"supplied": {"secret": suppliedSecret("a", 32)}, "issued": nil} {
		t.Run(name, func(t *testing.T) {
			w := w.in(t)
			s := made(name, first)
			old := object{"secret": w.reveal(s.ID, 1)}
			p := w.step(s.ID, api.StepBegin, old).problem(api.CodeInvalid, "/secret")
			if !strings.Contains(p.Detail, "version 1") {
				t.Errorf("the problem does not name the version that has the value: %s", p.Detail)
			}
			w.step(s.ID, api.StepRotate, old).problem(api.CodeInvalid, "/secret")
			w.do("PATCH", pathSecrets+"/"+s.ID, object{"minimum_version": 2, "secret": old["secret"]}).problem(api.CodeInvalid,
				"/secret")
			if diff := cmp.Diff(s, w.secret(s.ID)); diff != "" {
				t.Errorf("the object has changed:\n%s", diff)
			}
			w.step(s.ID, api.StepBegin, nil).want(200)
			w.do("PATCH", pathSecrets+"/"+s.ID, object{
				"minimum_version": 3,
				"secret":          w.reveal(s.ID, 2),
			}).problem(api.CodeInvalid, "/secret")
			// The value of an ended version is accepted, and so is a value of another signing secret.
			w.patchSecret(s.ID, object{"minimum_version": 2})
			w.step(s.ID, api.StepRotate, old).want(200)
			made(name+"-other", old)
		})
	}
}

// TestRepeatedRequestWithSecret issues one version, and keeps no value in the answer, the log or the files.
func TestRepeatedRequestWithSecret(t *testing.T) {
	w, made := supplies(t)
	s := made("signing", nil)
	body := object{"secret": suppliedSecret("a", 32)}
	first := w.step(s.ID, api.StepBegin, body, key("once")).want(200)
	again := w.step(s.ID, api.StepBegin, body, key("once")).want(200)
	if string(first.body) != string(again.body) {
		t.Errorf("(-first +again):\n%s", cmp.Diff(string(first.body), string(again.body)))
	}
	w.step(s.ID, api.StepBegin, object{"secret": suppliedSecret("b", 32)},
		key("once")).problem(api.CodeIdempotencyMismatch, "")
	w.step(s.ID, api.StepBegin, nil, key("once")).problem(api.CodeIdempotencyMismatch, "")
	if n := len(w.versions(s.ID)); n != 2 {
		t.Errorf("%d versions, want 2", n)
	}
	w.restart()
	for where, text := range map[string]string{
		"the answer": string(first.body), "the log": w.log.String(),
		"the files": string(w.files()),
	} {
		for _, value := range []string{suppliedSecret("a", 32)[6:], strings.Repeat("a", 32)} {
			if strings.Contains(text, value) {
				t.Errorf("%s has the value", where)
			}
		}
	}
}
