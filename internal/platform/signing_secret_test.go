package platform_test

import (
	"encoding/base64"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/webhook"
)

func TestSigningSecretLifeCycle(t *testing.T) {
	w := newWorld(t)
	e, policy := w.newEndpoint("hooks", w.newConnector("chat", nil).ID, nil), w.newPolicy("monthly", nil)
	created := w.do("POST", pathSecrets, object{
		"name": "signing", "description": "d", "labels": object{}, "owner": "team-messaging", "endpoint_id": e.ID,
		"rotation_policy_id":  policy.ID,
		"rotate_when_changed": object{"k": "v"}, "minimum_version": 1, "secret_wo_version": 3, "deletion_protection": true,
	}).want(201)
	s := decoded[api.SigningSecret](created)
	if created.header.Get("Location") != pathSecrets+"/"+s.ID || created.header.Get("ETag") != `"1"` {
		t.Errorf("headers: %v", created.header)
	}
	if s.Algorithm != api.AlgorithmHMAC || s.SecretDigest != nil || s.PublicKeys != nil || s.Probe != nil ||
		s.LastUsedAt != nil || *s.SecretWOVersion != 3 || s.Version != 1 {
		t.Errorf("%+v", s)
	}
	if diff := cmp.Diff(s, w.secret(s.ID)); diff != "" {
		t.Errorf("the response differs from a read:\n%s", diff)
	}
	for query, want := range map[string][]api.SigningSecret{"": {s}, "?name=signing": {s}, "?name=other": {}} {
		found := decoded[api.Page[api.SigningSecret]](w.do("GET", pathSecrets+query, nil).want(200))
		if diff := cmp.Diff(want, found.Items); diff != "" {
			t.Errorf("list%s (-want +got):\n%s", query, diff)
		}
	}

	patched := w.patchSecret(s.ID, object{
		"owner": "new", "description": nil, "secret_wo_version": 4,
		"rotate_when_changed": nil,
	})
	if patched.Owner != "new" || patched.Description != nil || *patched.SecretWOVersion != 4 ||
		patched.RotateWhenChanged != nil || patched.Etag != "2" || patched.Version != 1 {
		t.Errorf("%+v", patched)
	}
	if same := w.patchSecret(s.ID, object{"owner": "new", "minimum_version": 1}); same.Etag != "2" {
		t.Error("a patch without effect changed the etag")
	}
	if p := w.do("DELETE", pathSecrets+"/"+s.ID, nil).problem(api.CodeConflict, ""); !strings.Contains(p.Detail,
		"deletion_protection") {
		t.Errorf("the problem does not say what protects it: %s", p.Detail)
	}
	w.patchSecret(s.ID, object{"deletion_protection": nil})
	w.do("DELETE", pathSecrets+"/"+s.ID, nil).want(204)
	w.do("GET", pathSecrets+"/"+s.ID, nil).problem(api.CodeNotFound, "")
	w.do("POST", revealPath(s.ID, 1), nil).problem(api.CodeNotFound, "")
	want := []string{"create", "update", "update", "delete", "closed"}
	if diff := cmp.Diff(want, w.actions(s.ID)); diff != "" {
		t.Errorf("audit (-want +got):\n%s", diff)
	}
}

func TestSigningSecretRefused(t *testing.T) {
	w := newWorld(t)
	e, policy := w.newEndpoint("hooks", w.newConnector("chat", nil).ID, nil), w.newPolicy("monthly", nil)
	w.newSecret("taken", e.ID, policy.ID, nil)
	s := w.newSecret("signing", e.ID, policy.ID, nil)
	for name, x := range map[string]struct {
		change object
		code   string
		field  string
		create bool // no patch could ask for it
	}{
		"taken":                     {object{"name": "taken"}, api.CodeNameTaken, "/name", false},
		"no owner":                  {object{"owner": ""}, api.CodeInvalid, "/owner", false},
		"no such endpoint":          {object{"endpoint_id": "wep_x"}, api.CodeInvalid, "/endpoint_id", true},
		"endpoint_id never changes": {object{"endpoint_id": e.ID}, api.CodeInvalid, "/endpoint_id", false},
		"no such algorithm":         {object{"algorithm": "rsa"}, api.CodeInvalid, "/algorithm", true},
		"algorithm never changes":   {object{"algorithm": "hmac-sha256"}, api.CodeInvalid, "/algorithm", false},
		"no such policy":            {object{"rotation_policy_id": "pol_x"}, api.CodeInvalid, "/rotation_policy_id", false},
		"no policy":                 {object{"rotation_policy_id": ""}, api.CodeInvalid, "/rotation_policy_id", false},
		"minimum below one":         {object{"minimum_version": 0}, api.CodeInvalid, "/minimum_version", false},
		"bad trigger": {
			object{"rotate_when_changed": object{"": "v"}},
			api.CodeInvalid, "/rotate_when_changed",
			false,
		},
		"digest is read-only":      {object{"secret_digest": "k1:x"}, api.CodeInvalid, "/secret_digest", false},
		"version is read-only":     {object{"version": 2}, api.CodeInvalid, "/version", false},
		"number below one":         {object{"secret_wo_version": 0}, api.CodeInvalid, "/secret_wo_version", false},
		"a negative number":        {object{"secret_wo_version": -1}, api.CodeInvalid, "/secret_wo_version", false},
		"a number for the version": {object{"secret_wo_version": "1"}, api.CodeInvalid, "/secret_wo_version", false},
	} {
		t.Run(name, func(t *testing.T) {
			w := w.in(t)
			body := object{"name": "new", "owner": "o", "endpoint_id": e.ID, "rotation_policy_id": policy.ID}
			for k, v := range x.change {
				body[k] = v
			}
			if x.create || x.field != "/endpoint_id" && x.field != "/algorithm" {
				w.do("POST", pathSecrets, body).problem(x.code, x.field)
			}
			if x.create {
				return
			}
			w.do("PATCH", pathSecrets+"/"+s.ID, x.change).problem(x.code, x.field)
			if diff := cmp.Diff(s, w.secret(s.ID)); diff != "" {
				t.Errorf("a refused patch changed something:\n%s", diff)
			}
		})
	}
	w.do("PATCH", pathSecrets+"/"+s.ID, object{"minimum_version": 3, "owner": "not stored"}).problem(api.CodeInvalid,
		"/minimum_version")
	if diff := cmp.Diff(s, w.secret(s.ID)); diff != "" {
		t.Errorf("a refused minimum changed something:\n%s", diff)
	}
}

// TestIssuedSecretsAreRandom, and their reveal is in the format that receivers take.
func TestIssuedSecretsAreRandom(t *testing.T) {
	w := newWorld(t)
	e, policy := w.newEndpoint("hooks", w.newConnector("chat", nil).ID, nil), w.newPolicy("monthly", nil)
	s := w.newSecret("signing", e.ID, policy.ID, nil)
	w.step(s.ID, api.StepBegin, nil).want(200)
	seen := map[string]bool{}
	for n := range int64(2) {
		value := w.reveal(s.ID, n+1)
		encoded, ok := strings.CutPrefix(value, "whsec_")
		random, err := base64.StdEncoding.DecodeString(encoded)
		if !ok || len(encoded) != 44 || len(random) != 32 || err != nil {
			t.Errorf("version %d is not whsec_ and 32 bytes: %d characters, %v", n+1, len(encoded), err)
		}
		seen[value] = true
	}
	if len(seen) != 2 {
		t.Error("two versions have one value")
	}
	if got := w.secret(s.ID); got.SecretDigest != nil || got.PublicKeys != nil {
		t.Errorf("%+v", got)
	}
}

func TestPublicKeys(t *testing.T) {
	w := newWorld(t)
	e, policy := w.newEndpoint("hooks", w.newConnector("chat", nil).ID, nil), w.newPolicy("monthly", nil)
	s := w.newSecret("signing", e.ID, policy.ID, object{"algorithm": "ed25519"})
	keys := map[int64]string{}
	check := func(got api.SigningSecret, want ...int64) {
		t.Helper()
		for _, n := range want {
			if keys[n] == "" {
				keys[n] = w.reveal(s.ID, n)
			}
		}
		shown := []string{}
		for _, n := range want {
			shown = append(shown, keys[n])
		}
		if diff := cmp.Diff(shown, got.PublicKeys); diff != "" || got.SecretDigest != nil {
			t.Errorf("in phase %s (-want +got):\n%s", got.Rotation.Phase, diff)
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
	check(w.mustStep(s.ID, api.StepBegin, nil), 2, 1)
	check(w.mustStep(s.ID, api.StepPromote, forced), 2, 1)
	check(w.mustStep(s.ID, api.StepRollback, nil), 2, 1)
	check(w.mustStep(s.ID, api.StepCancel, nil), 1)
	check(decoded[api.SigningSecret](w.lifecycle(s.ID, "revoke", object{"all": true, "reason": "test"})))
	for n, text := range keys {
		k := parsedKey(t, text)
		if k.Algorithm() != webhook.Ed25519 || k.CanSign() || !strings.HasPrefix(text, "whpk_") {
			t.Errorf("version %d is not revealed as a public key", n)
		}
	}
	if keys[1] == keys[2] {
		t.Error("two versions have one key")
	}
	w.lifecycle(s.ID, "release", because)
	check(w.mustStep(s.ID, api.StepReissue, nil), 3)
}

func TestLimitOfSigningSecrets(t *testing.T) {
	w := newWorld(t)
	c, policy := w.newConnector("chat", nil), w.newPolicy("monthly", nil)
	e := w.newEndpoint("hooks", c.ID, nil)
	var last api.SigningSecret
	for i := range api.MaxSigningSecretsPerEndpoint {
		last = w.newSecret("s"+itoa(int64(i)), e.ID, policy.ID, nil)
	}
	body := object{"name": "more", "owner": "o", "endpoint_id": e.ID, "rotation_policy_id": policy.ID}
	w.do("POST", pathSecrets, body).problem(api.CodeConflict, "/endpoint_id")
	w.newSecret("elsewhere", w.newEndpoint("other", c.ID, nil).ID, policy.ID, nil)
	w.do("DELETE", pathSecrets+"/"+last.ID, nil).want(204)
	w.do("POST", pathSecrets, body).want(201)
}
