package acctest_test

import (
	"encoding/base64"
	"encoding/json"
	"errors"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/acctest"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/clock"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/webhook"
)

// clientVectors are the golden vectors of examples/clients.
type clientVectors struct {
	Tokens []struct {
		Name, Text, Code string
		Prefixes         []string
	}
	Scopes []struct {
		Has, Wants string
		Allowed    bool
	}
	Sign   []clientSignVector
	Verify []clientVerifyVector
}

type clientSignVector struct {
	Name, ID, Body, Signature, Code string
	Timestamp                       int64
	Secrets                         []string
	Ed25519                         bool // not for Python
}

type clientVerifyVector struct {
	Name, Body, Code string
	Now              int64
	Tolerance        float64
	Matched          int
	Secrets          []string
	Headers          http.Header
	Ed25519          bool // not for Python
}

func readClientVectors(t *testing.T) (v clientVectors) {
	t.Helper()
	root, err := acctest.Root()
	ok(t, err)
	data, err := os.ReadFile(filepath.Join(root, "examples", "clients", "testdata", "vectors.json"))
	ok(t, err)
	ok(t, json.Unmarshal(data, &v))
	if len(v.Tokens) < 15 || len(v.Sign) < 25 || len(v.Verify) < 60 {
		t.Fatalf("only %d, %d and %d vectors", len(v.Tokens), len(v.Sign), len(v.Verify))
	}
	return v
}

// codeOf are the codes of the clients, by the errors of package webhook.
var codeOf = map[error]string{
	webhook.ErrSecretEmpty: "secret_length", webhook.ErrSecretPrefix: "secret_prefix",
	webhook.ErrSecretEncoding: "secret_encoding", webhook.ErrSecretLength: "secret_length",
	webhook.ErrCannotSign: "cannot_sign", webhook.ErrNoKeys: "no_secrets", webhook.ErrTooManyKeys: "too_many_secrets",
	webhook.ErrHeaderMissing: "header_missing", webhook.ErrHeaderDoubled: "header_doubled",
	webhook.ErrIDEmpty: "id", webhook.ErrIDLength: "id", webhook.ErrIDDot: "id", webhook.ErrIDCharacter: "id",
	webhook.ErrTimestamp: "timestamp", webhook.ErrSignatureMalformed: "signature_malformed",
	webhook.ErrSignatureEncoding: "signature_malformed", webhook.ErrSignatureTooLong: "signature_too_long",
	webhook.ErrTooManySignatures: "too_many_signatures", webhook.ErrTolerance: "tolerance",
	webhook.ErrTooOld: "too_old", webhook.ErrTooNew: "too_new", webhook.ErrUnknownVersions: "unknown_versions",
	webhook.ErrNoMatchingSignature: "no_match",
}

func wantCode(t *testing.T, err error, want string) {
	t.Helper()
	for known, code := range codeOf {
		if errors.Is(err, known) {
			if code != want {
				t.Errorf("%v, which clients call %s, want %q", err, code, want)
			}
			return
		}
	}
	if err != nil || want != "" {
		t.Errorf("%v, want %q", err, want)
	}
}

func decoded(t *testing.T, body string) []byte {
	t.Helper()
	b, err := base64.StdEncoding.DecodeString(body)
	ok(t, err)
	return b
}

// The platform's own code agrees with the golden vectors.
func TestClientVectorsHold(t *testing.T) {
	t.Parallel()
	vectors := readClientVectors(t)
	for _, v := range vectors.Tokens {
		prefixes := v.Prefixes
		if prefixes == nil {
			prefixes = []string{"qct_", "qca_", "qcp_"}
		}
		formed := false
		for _, prefix := range prefixes {
			formed = formed || api.WellFormedToken(prefix, v.Text)
		}
		if formed != (v.Code == "") {
			t.Errorf("token, %s: well formed is %t", v.Name, formed)
		}
	}
	for _, v := range vectors.Scopes {
		if api.ScopeAllowed(v.Wants, strings.Fields(v.Has)) != v.Allowed {
			t.Errorf("%q allows %s is not %t", v.Has, v.Wants, v.Allowed)
		}
	}
	for _, v := range vectors.Sign {
		t.Run("sign, "+v.Name, func(t *testing.T) {
			parsed, err := parseKeys(v.Secrets)
			var got string
			if err == nil {
				got, err = webhook.Sign(parsed, v.ID, time.Unix(v.Timestamp, 0), decoded(t, v.Body))
			}
			wantCode(t, err, v.Code)
			if got != v.Signature {
				t.Errorf("signed %s, want %s", got, v.Signature)
			}
		})
	}
	for _, v := range vectors.Verify {
		t.Run("verify, "+v.Name, func(t *testing.T) { verifyHolds(t, v) })
	}
}

func verifyHolds(t *testing.T, v clientVerifyVector) {
	t.Helper()
	verify := func(secrets []string) error {
		parsed, err := parseKeys(secrets)
		if err != nil {
			return err
		}
		return webhook.Verify(parsed, v.Headers, decoded(t, v.Body), time.Unix(v.Now, 0),
			time.Duration(v.Tolerance*float64(time.Second)))
	}
	wantCode(t, verify(v.Secrets), v.Code)
	if v.Code != "" {
		return
	}
	for i := range v.Secrets[:v.Matched] {
		wantCode(t, verify(v.Secrets[i:i+1]), "no_match")
	}
	wantCode(t, verify(v.Secrets[v.Matched:v.Matched+1]), "")
}

func parseKeys(texts []string) (parsed []webhook.Key, err error) {
	if len(texts) > webhook.MaxKeys {
		return nil, webhook.ErrTooManyKeys
	}
	for _, text := range texts {
		k, err := webhook.ParseSecret(text)
		if err != nil {
			return nil, err
		}
		parsed = append(parsed, k)
	}
	return parsed, nil
}

// Every client agrees with the golden vectors.
func TestClientVectors(t *testing.T) {
	vectors := readClientVectors(t)
	for _, language := range acctest.Clients {
		t.Run(language, func(t *testing.T) {
			t.Parallel()
			at := clock.NewFake(acctest.Epoch)
			d := acctest.StartClient(t, language, at)
			fails := func(name string, failure *acctest.ClientFailure, kind, code string) {
				t.Helper()
				switch {
				case failure == nil && code != "":
					t.Errorf("%s: no error, want %s", name, code)
				case failure != nil && (failure.Kind != kind || failure.Code != code):
					t.Errorf("%s: %+v, want %s %q", name, *failure, kind, code)
				}
			}
			// unfit is what Python says of a key that it cannot use.
			unfit := func(ed25519 bool, code string) string {
				if ed25519 && language == "python" {
					return "algorithm"
				}
				return code
			}
			for _, v := range vectors.Tokens {
				failure := d.Do(acctest.ClientCommand{"do": "check_token", "text": v.Text, "prefixes": v.Prefixes}, nil)
				fails("token, "+v.Name, failure, "invalid", v.Code)
				if failure != nil && len(v.Text) > 8 && strings.Contains(failure.Message, v.Text[4:]) {
					t.Errorf("token, %s: the error repeats the token", v.Name)
				}
			}
			for _, v := range vectors.Scopes {
				var allowed bool
				d.Must(acctest.ClientCommand{"do": "allows", "has": v.Has, "wants": v.Wants}, &allowed)
				if allowed != v.Allowed {
					t.Errorf("%q allows %s is not %t", v.Has, v.Wants, v.Allowed)
				}
			}
			for _, v := range vectors.Sign {
				var got string
				code := unfit(v.Ed25519, v.Code)
				fails("sign, "+v.Name, d.Do(acctest.ClientCommand{
					"do": "sign", "secrets": v.Secrets, "id": v.ID, "timestamp": v.Timestamp, "body": v.Body,
				}, &got), "invalid", code)
				if code == "" && got != v.Signature {
					t.Errorf("sign, %s: %s, want %s", v.Name, got, v.Signature)
				}
			}
			for _, v := range vectors.Verify {
				at.Jump(time.Unix(v.Now, 0).Sub(at.Now()))
				matched := -1
				code, kind := unfit(v.Ed25519, v.Code), "not_genuine"
				if strings.HasPrefix(code, "secret_") || code == "no_secrets" || code == "tolerance" || code == "algorithm" {
					kind = "invalid"
				}
				fails("verify, "+v.Name, d.Do(acctest.ClientCommand{
					"do": "verify", "secrets": v.Secrets, "headers": v.Headers, "body": v.Body, "tolerance": v.Tolerance,
				}, &matched), kind, code)
				if code == "" && matched != v.Matched {
					t.Errorf("verify, %s: secret %d matched, want %d", v.Name, matched, v.Matched)
				}
			}
		})
	}
}

// No way to print a secret prints it.
func TestClientSecretsRedact(t *testing.T) {
	const canary = "canary-4711"
	for _, language := range acctest.Clients {
		t.Run(language, func(t *testing.T) {
			t.Parallel()
			d := acctest.StartClient(t, language, clock.NewFake(acctest.Epoch))
			var printed []string
			d.Must(acctest.ClientCommand{"do": "print", "text": canary}, &printed)
			if len(printed) < 12 {
				t.Errorf("only %d texts", len(printed))
			}
			redacted := 0
			for _, text := range printed {
				if strings.Contains(text, canary) || strings.Contains(text, "63616e617279") {
					t.Errorf("a text has the secret: %s", text)
				}
				redacted += strings.Count(text, "[redacted]")
			}
			if redacted < 8 {
				t.Errorf("only %d times redacted: %q", redacted, printed)
			}
		})
	}
}
