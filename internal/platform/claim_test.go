package platform_test

import (
	"encoding/json"
	"fmt"
	"maps"
	"strings"
	"testing"
	"time"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
)

// instance is one instance of the provider, which creates objects in a run of its own.
type instance struct {
	w     *world
	token string
	run   string
	next  int
}

var runs int

// instance returns a new instance of the provider with the token of the deployer.
func (w *world) instance() *instance { return w.instanceOf(w.tokens[api.RoleDeployer]) }

func (w *world) instanceOf(token string) *instance {
	runs++
	return &instance{w: w, token: token, run: fmt.Sprintf("run_%026d", runs)}
}

// create creates an object with a new claim, and returns it.
func (i *instance) create(kind api.Kind, body object) (claim string, r *reply) {
	i.w.t.Helper()
	i.next++
	claim = fmt.Sprintf("claim-%s-%04d", i.run, i.next)
	r = i.w.send(i.token, "POST", kind.Route(), body, header{api.HeaderRun, i.run}, header{api.HeaderClaim, claim})
	return claim, r
}

// makes creates an object that must be new, and returns its id.
func (i *instance) makes(kind api.Kind, body object) (id, claim string) {
	i.w.t.Helper()
	claim, r := i.create(kind, body)
	return idOf(r.want(201)), claim
}

// adopts creates an object that must be this one.
func (i *instance) adopts(kind api.Kind, body object, id string) (claim string) {
	i.w.t.Helper()
	claim, r := i.create(kind, body)
	if got := idOf(r.want(200)); got != id {
		i.w.t.Errorf("adopted %s, want %s", got, id)
	}
	return claim
}

// taken creates an object whose name must be taken, for a reason, and returns the problem.
func (i *instance) taken(kind api.Kind, body object, reason string) api.Problem {
	i.w.t.Helper()
	_, r := i.create(kind, body)
	p := r.problem(api.CodeNameTaken, "/name")
	if p.Reason != reason || !strings.Contains(p.Detail, kind.IDPrefix) {
		i.w.t.Errorf("reason %s, want %s: %s", p.Reason, reason, p.Detail)
	}
	return p
}

func idOf(r *reply) string {
	r.t.Helper()
	var o struct{ ID string }
	if err := json.Unmarshal(r.body, &o); err != nil {
		r.t.Fatal(err)
	}
	return o.ID
}

func (i *instance) renew() *reply { return i.w.send(i.token, "PUT", "/v1/runs/"+i.run, nil) }

func (i *instance) end(inOrder bool) {
	i.w.t.Helper()
	i.w.send(i.token, "POST", "/v1/runs/"+i.run+"/end", object{"in_order": inOrder}).want(204)
}

func (w *world) present(kind api.Kind, id, claim string) *reply {
	w.t.Helper()
	return w.as(api.RolePlanner, "GET", kind.Route(id), nil, header{api.HeaderClaim, claim})
}

// lapse lets every lease run out.
func (w *world) lapse() { w.clock.Advance(api.RunLease + time.Second) }

var aPolicy = object{"name": "p", "interval": "30d"}

// creations are the bodies of a create of each kind.
func (w *world) creations() map[api.Kind]object {
	w.t.Helper()
	connector, policy := w.newConnector("c", nil).ID, w.newPolicy("w", nil).ID
	endpoint := w.newEndpoint("e", connector, nil).ID
	return map[api.Kind]object{
		api.RotationPolicies: aPolicy,
		api.Connectors: {
			"name": "n", "owner": "team", "type": "custom", "credentials": object{"password": "CANARY-supplied"},
		},
		api.ScopedTokens:     tokenBody("n", connector, nil),
		api.WebhookEndpoints: {"name": "n", "connector_id": connector, "url": "https://hooks.example.com/x"},
		api.SigningSecrets:   {"name": "n", "owner": "team", "endpoint_id": endpoint, "rotation_policy_id": policy},
	}
}

// TestInterruptedCreateIsAdopted: of every kind, and by nobody but the same principal with the same body.
func TestInterruptedCreateIsAdopted(t *testing.T) {
	w := newWorld(t)
	for kind, body := range w.creations() {
		t.Run(kind.Singular, func(t *testing.T) {
			w := w.in(t)
			first := w.instance()
			id, lost := first.makes(kind, body)
			next := w.instance()
			_, r := next.create(kind, body)
			p := r.problem(api.CodeInProgress, "/name")
			if wait := r.header.Get("Retry-After"); wait != "30" || !strings.Contains(p.Detail, first.run) {
				t.Errorf("wait %s: %s", wait, p.Detail)
			}
			w.lapse()
			other := maps.Clone(body)
			other["description"] = "another one"
			next.taken(kind, other, api.TakenOtherSpecification)
			w.instanceOf(operatorOf(w)).taken(kind, body, api.TakenOtherPrincipal)
			claim := next.adopts(kind, body, id)

			p = w.present(kind, id, lost).problem(api.CodeClaimSuperseded, "")
			for _, want := range []string{first.run, next.run, "deployer (prn_"} {
				if !strings.Contains(p.Detail, want) {
					t.Errorf("%q is not in: %s", want, p.Detail)
				}
			}
			w.present(kind, id, claim).want(200)
			w.as(api.RolePlanner, "GET", kind.Route(id), nil).want(200)
			w.lapse()
			w.instance().taken(kind, body, api.TakenPresented)
			audited := w.audited(id, "adopt")
			if len(audited) != 1 || audited[0].Detail["run"] != next.run || audited[0].Detail["previous_run"] != first.run {
				t.Errorf("audited %+v", audited)
			}
		})
	}
}

func operatorOf(w *world) string { return w.tokens[api.RoleOperator] }
