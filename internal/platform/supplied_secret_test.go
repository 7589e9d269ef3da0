package platform_test

import (
	"encoding/base64"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
)

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
	for _, verb := range []string{"hold", "release", "revoke", "quarantine", "release-quarantine"} {
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
