package signingsecret

import (
	"encoding/base64"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/acctest/fakes"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/provider/tfkit"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/secret"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/tftest"
)

const day = 24 * time.Hour

func baseConfig() tftest.Config {
	return tftest.Config{"name": "orders", "owner": "team-a", "endpoint_id": "wep_1", "rotation_policy_id": "pol_1"}
}

func ed25519Config() tftest.Config { return baseConfig().With("algorithm", api.AlgorithmEd25519) }

// suppliedConfig has the secret of this letter.
func suppliedConfig(letter string) tftest.Config {
	return baseConfig().With("secret_wo", whsec(letter))
}

func newTerraform(t *testing.T, f *fake) *tftest.Terraform {
	t.Helper()
	return newTerraformOn(t, platformAt(t, f.URL, "staging", 0))
}

// platformAt is a platform at this URL, whose digests can be computed; a timeout of 0 is the client's own.
func platformAt(t *testing.T, url, environment string, timeout time.Duration) *tfkit.Platform {
	t.Helper()
	identity := fakes.Identity(environment)
	identity.ComparisonKey = &api.ComparisonKey{Number: 1, Key: secret.New(base64.StdEncoding.EncodeToString(comparisonKey))}
	return fakes.NewPlatform(t, url, identity, timeout)
}

func newTerraformOn(t *testing.T, p *tfkit.Platform) *tftest.Terraform {
	t.Helper()
	return tftest.New(t, fakes.Noun{Platform: p, Resource: NewResource, EphemeralResource: NewEphemeralResource}, tftest.Config{}, typeName)
}

// created is a signing secret of version 1, applied and stable.
func created(t *testing.T, c tftest.Config) (*fake, *tftest.Terraform) {
	t.Helper()
	f := newFake(t)
	tf := newTerraform(t, f)
	tf.Run(c)
	f.Writes()
	return f, tf
}

// promised are the attributes of which a plan may promise something that only the platform can keep.
var promised = []string{
	"version", "secret_digest", "public_keys", "rotation.phase", "rotation.due", "rotation.acknowledged", "rotation.reason", "rotation.requires_acknowledgement",
	"rotation.current_version", "rotation.pending_version", "rotation.previous_version", "rotation.next_version",
	"rotation.pending_expires_at", "rotation.previous_expires_at", "rotation.last_rotated_at", "rotation.next_rotation_at",
}

// keeps applies a plan and wants the platform, asked anew, to have every value that the plan promised: a state that only repeats the promise
// would hide that it was a wrong one.
func keeps(t *testing.T, tf *tftest.Terraform, p tftest.Plan, known tftest.Config) {
	t.Helper()
	tftest.Must(t, tf.Apply(p, known))
	tftest.Must(t, tf.Refresh())
	for _, name := range promised {
		if want := tf.Get(p.Planned, name); want != "<unknown>" && tf.Get(tf.State, name) != want {
			t.Errorf("%s was planned as %s, and the platform has %s", name, want, tf.Get(tf.State, name))
		}
	}
}

func wrote(t *testing.T, f *fake, want ...string) {
	t.Helper()
	if got := f.Writes(); !slices.Equal(got, want) {
		t.Errorf("the platform was asked %q, want %q", got, want)
	}
}

// sayNothingOf wants none of the secrets in a text.
func sayNothingOf(t *testing.T, text string, secrets ...string) {
	t.Helper()
	for _, s := range secrets {
		if strings.Contains(text, s) {
			t.Errorf("a secret is in:\n%s", text)
		}
	}
}
