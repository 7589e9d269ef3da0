package signingsecret_test

import (
	"encoding/base64"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/acctest"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/tftest"
)

// What signing secrets share with scoped tokens is tested in package provider: rotation, import, replacement, ephemeral
// values. These tests show what only a signing secret has: supplied values, key pairs, probes.

const day = 24 * time.Hour

func base() tftest.Config {
	ids := acctest.TheFixture()
	return tftest.Config{
		"name": "orders", "owner": "team-a", "endpoint_id": ids.Endpoints[0], "rotation_policy_id": ids.Policies[0],
	}
}

func keyPair() tftest.Config { return base().With("algorithm", api.AlgorithmEd25519) }

// supplied has the secret of this letter.
func supplied(letter string) tftest.Config { return base().With("secret_wo", whsec(letter)) }

// whsec makes a secret of a user's own that is easy to tell from the others. letterOf tells which one it is.
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

// scene is a platform, the Terraform of the signing secret "orders", and somebody who works on it beside Terraform.
type scene struct {
	*acctest.Platform
	*acctest.Credential
	t  *testing.T
	tf *tftest.Terraform
}

func start(t *testing.T) *scene {
	t.Helper()
	p := acctest.StartFixture(t)
	return &scene{p, p.Credential(api.SigningSecrets, "orders"), t, p.Terraform(api.SigningSecrets.Terraform)}
}

// created starts with the signing secret applied.
func created(t *testing.T, c tftest.Config) (*scene, *tftest.Terraform) {
	t.Helper()
	s := start(t)
	s.tf.Run(c)
	s.ForgetRequests()
	return s, s.tf
}

func (s *scene) object() api.SigningSecret {
	s.t.Helper()
	return s.As(api.RoleDeployer).SigningSecret("orders")
}

// digest is what the platform shows of the supplied secret of this letter.
func (s *scene) digest(letter string) string {
	s.t.Helper()
	var who api.Identity
	s.As(api.RoleDeployer).Do(http.MethodGet, "/v1/identity", nil).Want(http.StatusOK).Decode(&who)
	newest := who.ComparisonKeys[len(who.ComparisonKeys)-1]
	key, err := base64.StdEncoding.DecodeString(newest.Key.Expose())
	if err != nil {
		s.t.Fatal(err)
	}
	digest, err := api.Digest(newest.Number, key, api.KindSigningSecrets, s.ID(), whsec(letter))
	if err != nil {
		s.t.Fatal(err)
	}
	return digest
}

// rules changes the rotation policy.
func (s *scene) rules(change map[string]any) {
	s.t.Helper()
	s.As(api.RoleDeployer).Patch(api.KindRotationPolicies, "one", change).Want(http.StatusOK)
}

// lines are the writes since the last call, with the letter of the secret that a request carries.
func (s *scene) lines() []string {
	var out []string
	for _, r := range s.Writes() {
		line := r.Line()
		if value, ok := r.Fields()["secret"].(string); ok {
			line += " sends " + letterOf(value)
		}
		out = append(out, line)
	}
	return out
}

func (s *scene) wrote(want ...string) {
	s.t.Helper()
	if got := s.lines(); !slices.Equal(got, want) {
		s.t.Errorf("the platform was asked %q, want %q", got, want)
	}
}

// warns fails the test unless the plan has no error and these texts in its warnings.
func (s *scene) warns(p tftest.Plan, texts ...string) {
	s.t.Helper()
	tftest.Must(s.t, p.Diags)
	tftest.Says(s.t, p.Diags.Warnings(), texts...)
}

// leftOpen fails the test unless the plan leaves everything open that a secret brings with it: the value at the apply
// may be another one.
func (s *scene) leftOpen(p tftest.Plan) {
	s.t.Helper()
	tftest.Must(s.t, p.Diags)
	s.tf.Expect(p.Planned, "version=<unknown>", "rotation=<unknown>", "secret_digest=<unknown>", "public_keys=<null>",
		"secret_wo=<null>")
}

// closed fails the test unless the plan promises that no secret is sent.
func (s *scene) closed(p tftest.Plan) {
	s.t.Helper()
	tftest.Must(s.t, p.Diags)
	for _, name := range []string{"version", "rotation", "secret_digest"} {
		if planned, state := s.tf.Get(p.Planned, name), s.tf.Get(s.tf.State, name); planned != state {
			s.t.Errorf("%s is planned as %s, and the state has %s", name, planned, state)
		}
	}
}

// saysNothingOf fails the test if one of these is in the text.
func saysNothingOf(t *testing.T, text string, unwanted ...string) {
	t.Helper()
	for _, u := range unwanted {
		if strings.Contains(text, u) {
			t.Errorf("%q is in:\n%s", u, text)
		}
	}
}
