package provider_test

import (
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/acctest"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/tftest"
)

// The moments at which an apply of one object is cut off.
var moments = []string{"before send", "sent, not committed", "committed, no answer", "answered, not stored"}

// signal is what cuts an apply off.
type signal struct {
	send func(s *scene, tf *tftest.Terraform)
	// gone: nobody closes the provider, so its lease runs out.
	gone bool
	// orderly: Terraform closes the provider without having stopped it.
	orderly bool
}

// signals are what the provider sees of each. SIGINT and SIGTERM arrive as a stop; after a second one, and after a
// SIGKILL of Terraform, nobody waits for the answer.
var signals = map[string]signal{
	"SIGINT":           {send: func(_ *scene, tf *tftest.Terraform) { tf.Stop() }},
	"SIGTERM":          {send: func(_ *scene, tf *tftest.Terraform) { tf.Stop() }},
	"double SIGINT":    {send: func(_ *scene, tf *tftest.Terraform) { tf.Stop(); tf.Kill() }},
	"SIGKILL provider": {send: func(*scene, *tftest.Terraform) {}, gone: true},
	"SIGKILL CLI":      {send: func(_ *scene, tf *tftest.Terraform) { tf.Kill() }, gone: true},
	"SIGKILL platform": {send: func(s *scene, _ *tftest.Terraform) { s.Restart() }, orderly: true},
}

// cutOff applies a configuration to the empty state and cuts that off at a moment. What Terraform has then is lost.
func (s *scene) cutOff(k kind, c tftest.Config, moment string, sig signal) (lost *tftest.Terraform) {
	s.t.Helper()
	lost = s.Terraform(k.Terraform)
	plan := lost.Plan(c)
	tftest.Must(s.t, plan.Diags)
	create := func(r acctest.Request) bool { return r.Method == http.MethodPost && r.Path == k.Route() }
	switch moment {
	case "before send":
		s.ForgetRequests() // the plan has read the rules of the environment
		sig.send(s, lost)
		if sig.orderly || sig.gone {
			break // nothing was sent
		}
		lost.Apply(plan, nil)
		if n := len(s.Requests()); n != 0 {
			s.t.Errorf("%d requests were sent after the interrupt", n)
		}
	case "sent, not committed":
		s.Fail(func(r acctest.Request) acctest.Fault {
			if !create(r) {
				return acctest.Pass()
			}
			sig.send(s, lost)
			return acctest.CutBefore()
		})
		lost.Apply(plan, nil)
	case "committed, no answer":
		var once sync.Once
		s.Fail(func(r acctest.Request) acctest.Fault {
			if !create(r) {
				return acctest.Pass()
			}
			s.AfterEach(func() { once.Do(func() { sig.send(s, lost) }) })
			return acctest.CutAfter()
		})
		lost.Apply(plan, nil)
	default:
		tftest.Must(s.t, lost.Apply(plan, nil))
		sig.send(s, lost)
	}
	s.Fail(nil)
	s.AfterEach(nil)
	if !sig.gone {
		lost.Close()
	}
	return lost
}

// Each apply that is cut off, of each kind of object, by each signal at each moment: the next apply converges without a
// hand on it, or after an orderly end says what to import. There is one object then, and one state has it.
func TestNextApplyCompletesAnInterruptedOne(t *testing.T) {
	forEach(t, everyKind(), func(s *scene, k kind) {
		for _, name := range slices.Sorted(maps.Keys(signals)) {
			for i, moment := range moments {
				t := s.t
				sig := signals[name]
				cell := fmt.Sprintf("%s, %s", name, moment)
				c := k.config.With("name", fmt.Sprintf("%s-%d", strings.ToLower(strings.ReplaceAll(name, " ", "-")), i))
				before := s.As(api.RoleAuditor).Count(k.Path)
				lost := s.cutOff(k, c, moment, sig)
				made := s.As(api.RoleAuditor).Count(k.Path) > before
				if made != (i >= 2) {
					t.Fatalf("%s: made: %v", cell, made)
				}
				if sig.gone {
					s.Clock.Advance(api.RunLease)
				}

				next := s.Terraform(k.Terraform)
				diags := next.Apply(next.Plan(c), nil)
				switch {
				case made && sig.orderly:
					name, _ := c["name"].(string)
					tftest.Says(t, diags.Errors(), "terraform import ADDRESS "+name)
					tftest.Must(t, next.Import(name))
					next.Run(c)
				case made:
					tftest.Must(t, diags)
					tftest.Says(t, diags.Warnings(), "Adopted an object that an interrupted run made")
				default:
					if tftest.Must(t, diags); diags.Warnings() != "" {
						t.Errorf("%s: %s", cell, diags.Warnings())
					}
				}
				tftest.Silent(t, next, c)
				if n := s.As(api.RoleAuditor).Count(k.Path); n != before+1 {
					t.Errorf("%s: %d objects, want one more than %d", cell, n, before)
				}
				if i == 3 && !sig.orderly {
					tftest.Says(t, lost.Refresh().Errors(), "Adopted by another state", "terraform state rm")
					tftest.Silent(t, next, c)
				}
				tftest.Must(t, next.Destroy())
			}
		}
	})
}
