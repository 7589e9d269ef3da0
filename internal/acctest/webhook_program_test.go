package acctest_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"sync"
	"testing"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/acctest"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/clock"
)

// The program probes by itself: nobody asks it to, and a later plan finds the evidence. The receiver keeps the first
// probe waiting until it has learned the new secret, because the second would come a minute later.
func TestProgramProbes(t *testing.T) {
	p, tf, token := startProcess(t, "--allow-private-endpoints")
	h := acctest.StartHook(t, clock.System())
	learned := make(chan struct{})
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		<-learned
		h.ServeHTTP(w, r)
	}))
	t.Cleanup(server.Close)
	learn := sync.OnceFunc(func() { close(learned) })
	t.Cleanup(learn)
	config := func(release string) {
		tf.Config(policy("") + hooks(server.URL, fmt.Sprintf("rotate_when_changed = { release = %q }", release)))
	}
	config("1")
	tf.Apply()
	config("2")
	tf.Apply()
	signing, secrets := fmt.Sprint(tf.State(theSigning)["id"]), p.Client(token).SigningSecrets()
	revealed, err := secrets.Reveal(t.Context(), signing, 2)
	ok(t, err)
	h.Know(revealed.Value.Expose())
	learn()
	acctest.WaitFor(t, "the platform has found the evidence", func() bool {
		now, err := secrets.Get(t.Context(), signing)
		ok(t, err)
		return now.Rotation.Acknowledged
	})
	tf.Plan(2).Has(`"staged" -> "draining"`)
	probes := h.Probes()
	if len(probes) != 2 || probes[0].Status != http.StatusNoContent || probes[1].Status != http.StatusUnauthorized {
		t.Errorf("%d probes", len(probes))
	}
}

// A delivery that staging has made is refused at the receivers of production, also by one that knows both secrets; they
// take production's.
func TestStagingDeliveryAtProduction(t *testing.T) {
	p := acctest.StartProcess(t, "--allow-private-endpoints")
	tokens := p.Bootstrap(acctest.Tenant, "staging", "production")
	made := map[string]acctest.HookEvent{}
	var endpoint string
	var secrets []string
	for _, environment := range []string{"staging", "production"} {
		h := acctest.StartHook(t, clock.System())
		endpoint = makeHook(t, p, tokens[environment], h)
		secrets = append(secrets, revealedIn(t, p, tokens[environment]))
		send(t, p, tokens[environment], endpoint, 1)
		acctest.WaitFor(t, "the event arrives", func() bool { return len(h.Accepted()) > 0 })
		made[environment] = h.Events()[0]
	}
	for _, language := range acctest.Receivers {
		t.Run(language, func(t *testing.T) {
			r := acctest.StartReceiver(t, language)
			r.Configure(acctest.ReceiverConfig{
				Tenant: acctest.Tenant, Environment: "production", EndpointID: endpoint,
				EventTypes: []string{anEvent}, Secrets: secrets,
			})
			f := &fanOut{t: t}
			for environment, want := range map[string]int{"staging": http.StatusForbidden, "production": http.StatusNoContent} {
				if got := f.pass(t.Context(), r, made[environment].Header, made[environment].Body); got != want {
					t.Errorf("the delivery of %s is answered %d, want %d", environment, got, want)
				}
			}
		})
	}
}

// revealedIn is the value of the signing secret that makeHook has made.
func revealedIn(t *testing.T, p *acctest.Process, token string) string {
	t.Helper()
	secrets := p.Client(token).SigningSecrets()
	made, err := secrets.ByName(t.Context(), "orders")
	ok(t, err)
	revealed, err := secrets.Reveal(t.Context(), made.ID, 1)
	ok(t, err)
	return revealed.Value.Expose()
}
