package webhookendpoint

import (
	"net/http"
	"strings"
	"testing"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/acctest/core"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/acctest/fakes"
)

func TestOnlyPlatformNotFoundRemovesEndpoint(t *testing.T) {
	for name, c := range fakes.Faults {
		t.Run(name, func(t *testing.T) {
			f, good := created(t, base())
			url := fakes.Serve(t, c.Answer)
			tf, other := newTerraformIn(t, url, "staging", c.Timeout), newTerraformIn(t, url, "staging", c.Timeout)
			tf.State, tf.Private = good.State, good.Private
			for what, d := range map[string]core.Diags{
				"read": tf.Refresh(), "plan": tf.Plan(base()).Diags, "delete": tf.Destroy(),
				"change":       tf.Apply(tf.PlanOnly(base().With("description", "new")), nil),
				"import by id": other.Import(theID), "import by name": other.Import("orders"),
				"create": other.Apply(other.Plan(base()), nil),
			} {
				if core.Says(t, d.Errors(), c.Says); strings.Contains(d.Errors(), fakes.Token) {
					t.Errorf("%s: the token is in %s", what, d.Errors())
				}
				if !tf.State.Equal(good.State) || !other.State.IsNull() {
					t.Errorf("%s: the state has changed: %s, %s", what, tf.State, other.State)
				}
			}
			good.State, good.Private = tf.State, tf.Private
			core.Silent(t, good, base())
			if len(f.writes) != 0 {
				t.Errorf("the platform itself was asked %v", f.writes)
			}
		})
	}
}

// Under another identity the platform answers 404 to everything: it is not even asked.
func TestStateOfAnotherEnvironment(t *testing.T) {
	_, tf := created(t, base())
	url := fakes.Serve(t, func(_ http.ResponseWriter, r *http.Request) {
		t.Errorf("the platform was asked %s %s", r.Method, r.URL)
	})
	elsewhere := newTerraformIn(t, url, "production", 0)
	elsewhere.State, elsewhere.Private = tf.State, tf.Private
	for what, d := range map[string]core.Diags{
		"read": elsewhere.Refresh(), "delete": elsewhere.Destroy(),
		"plan without a refresh": elsewhere.PlanOnly(base()).Diags,
		"plan of the end":        elsewhere.PlanDestroy().Diags,
	} {
		if core.Says(t, d.Errors(), "staging", "production"); elsewhere.State.IsNull() {
			t.Errorf("%s: an endpoint of another environment is taken for gone", what)
		}
	}
}
