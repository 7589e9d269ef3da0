package provider_test

import (
	"encoding/json"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/acctest"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/client"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/provider"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/tftest"
)

// managed is an object in a state.
type managed struct {
	kind
	tf *tftest.Terraform
	id string
}

// role is one that may write the object.
func (m managed) role() string {
	if m.WritePermission() == api.PermissionGovern || m.WritePermission() == api.PermissionExempt {
		return api.RoleSecurity
	}
	return api.RoleDeployer
}

// place is where a caller belongs: an environment of a platform.
type place struct {
	*acctest.Platform
	tenant, environment string
	// tokens are of a principal with a role, for an hour.
	token func(role string) string
}

// worldScene is a platform with an object of every kind in a state, and who manages them: principals with a stored
// token, or workload identities.
type worldScene struct {
	*roleScene
	workload *acctest.Workload
	stored   bool // the callers are principals
	objects  []managed

	home, production, globex, other place
}

func newWorldScene(t *testing.T, stored bool) *worldScene {
	t.Helper()
	s := &worldScene{roleScene: newRoleScene(t), workload: acctest.NewWorkload(t, "repo:acme/app"), stored: stored}
	for _, some := range []map[string]kind{everyKind(), governingKinds()} {
		for _, k := range some {
			m := managed{kind: k}
			m.tf = s.by(m.role(), k.Terraform)
			m.tf.Run(k.config)
			m.id = m.tf.Get(m.tf.State, "id")
			s.objects = append(s.objects, m)
		}
	}
	in := func(p *acctest.Platform, environment string) place {
		token := func(role string) string { return p.NewToken(environment, role, time.Hour) }
		return place{p, acctest.Tenant, environment, token}
	}
	globex := s.Bootstrap("globex", acctest.Environment)[acctest.Environment]
	s.home, s.production = in(s.Platform, acctest.Environment), in(s.Platform, acctest.Production)
	s.globex = place{s.Platform, "globex", acctest.Environment, func(string) string { return globex }}
	s.other = in(acctest.StartPlatformOn(t, t.TempDir(), acctest.Epoch), acctest.Environment)
	s.other.Bootstrap(acctest.Tenant, acctest.Environment)
	return s
}

// config is a provider of a role in a place. A workload identity is named by its id.
func (s *worldScene) config(at place, role string) tftest.Config {
	s.t.Helper()
	c := tftest.Config{
		"endpoint": at.URL, "tenant": at.tenant, "environment": at.environment, "max_retries": 0,
	}
	if s.stored {
		return c.With("token", at.token(role))
	}
	return c.With("workload_identity", tftest.Config{"identity": s.identity(at, role), "token": s.jwt(nil)})
}

func (s *worldScene) jwt(further map[string]any) string {
	s.t.Helper()
	return s.workload.JWT(s.Clock.Now(), 10*time.Minute, further)
}

// identity makes a workload identity of a role in a place, or finds it.
func (s *worldScene) identity(at place, role string) string {
	s.t.Helper()
	by := at.AsToken(at.token(role)).Client()
	if at.tenant == "globex" {
		role = api.RoleDeployer // its only principal has this role, too
	}
	found, err := by.WorkloadIdentities().ByName(s.t.Context(), "ci-"+role)
	if err == nil {
		return found.ID
	}
	if !client.IsNotFound(err) {
		s.t.Fatal(err)
	}
	return s.workload.Identity(by, "ci-"+role, role, "20m")
}

// become gives the caller of a role another role. It is nothing that happens to a principal: its next requests come
// with the token of another one.
func (s *worldScene) become(role, another string) {
	s.t.Helper()
	if s.stored {
		s.Fail(func(acctest.Request) acctest.Fault { return acctest.WithToken(s.Token(another)) })
		return
	}
	path := api.WorkloadIdentities.Route(s.identity(s.home, role))
	s.As(role).Do(http.MethodPatch, path, map[string]any{"role": another}).Want(http.StatusOK)
}

// platformHas is what the platform has of every object, without its claim.
func (s *worldScene) platformHas() map[string]string {
	s.t.Helper()
	out := map[string]string{}
	for _, m := range s.objects {
		var object map[string]any
		s.As(api.RoleAuditor).Do(http.MethodGet, m.Route(m.id), nil).Want(http.StatusOK).Decode(&object)
		delete(object, "claim")
		text, err := json.Marshal(object)
		if err != nil {
			s.t.Fatal(err)
		}
		out[m.Singular] = string(text)
	}
	return out
}

// wrongWorld is a world that is wrong from the beginning, or goes wrong between two requests of a run.
type wrongWorld struct {
	// config is of the provider; nil for the right one.
	config func(s *worldScene, role string) tftest.Config
	// refused says that no run begins with this configuration.
	refused bool
	// wrong happens after the provider is configured and has planned, and right mends it.
	wrong, right func(s *worldScene, role string)
	// says is what every error says: both sides.
	says func(s *worldScene, role string) []string
	// reads and writes say that these operations work as in the right world. Those that write are left out then.
	reads, writes bool
	// roles are those of the callers; nil for both that manage objects.
	roles []string
}

// operations are what a run does with an object of its state. An apply has a plan of the right world.
var operations = map[string]func(tf *tftest.Terraform, m managed, saved tftest.Plan) (tftest.Diags, tftest.Plan){
	"plan": func(tf *tftest.Terraform, m managed, _ tftest.Plan) (tftest.Diags, tftest.Plan) {
		p := tf.Plan(m.changed())
		return p.Diags, p
	},
	"refresh-only": func(tf *tftest.Terraform, _ managed, _ tftest.Plan) (tftest.Diags, tftest.Plan) {
		return tf.Refresh(), tftest.Plan{}
	},
	"apply": func(tf *tftest.Terraform, _ managed, saved tftest.Plan) (tftest.Diags, tftest.Plan) {
		if saved.Diags.Errors() != "" { // the world was wrong from the beginning
			return saved.Diags, tftest.Plan{}
		}
		return tf.Apply(saved, nil), tftest.Plan{}
	},
	"destroy": func(tf *tftest.Terraform, _ managed, _ tftest.Plan) (tftest.Diags, tftest.Plan) {
		return tf.Destroy(), tftest.Plan{}
	},
}

// try does every operation with every object of the state in a wrong world.
func (s *worldScene) try(name string, w wrongWorld) {
	s.t.Helper()
	roles := w.roles
	if roles == nil {
		roles = []string{api.RoleDeployer, api.RoleSecurity}
	}
	before := s.platformHas()
	for _, role := range roles {
		c := s.config(s.home, role)
		if w.config != nil {
			c = w.config(s, role)
		}
		p := provider.NewAt(s.Clock, func(string) string { return "" }, "test")()
		first, d := tftest.Try(s.t, p, c, api.Connectors.Terraform)
		if w.refused || first == nil {
			if d.Errors() == "" {
				s.t.Errorf("%s as %s: the provider is configured", name, role)
			}
			tftest.Says(s.t, d.Errors(), w.says(s, role)...)
			continue
		}
		s.operate(name, w, role, first)
	}
	for singular, was := range s.platformHas() {
		if before[singular] != was {
			s.t.Errorf("%s: the %s has changed: %s, was %s", name, singular, was, before[singular])
		}
	}
}

func (s *worldScene) operate(name string, w wrongWorld, role string, first *tftest.Terraform) {
	s.t.Helper()
	mine := slices.DeleteFunc(slices.Clone(s.objects), func(m managed) bool { return m.role() != role })
	var saved []tftest.Plan
	for _, m := range mine {
		tf := first.Beside(m.Terraform)
		takeOver(tf, m.tf)
		saved = append(saved, tf.PlanOnly(m.changed()))
	}
	if w.wrong != nil {
		w.wrong(s, role)
		defer w.right(s, role)
	}
	for what, operate := range operations {
		reading := what == "plan" || what == "refresh-only"
		if w.writes && !reading {
			continue
		}
		for i, m := range mine {
			tf := first.Beside(m.Terraform)
			takeOver(tf, m.tf)
			d, plan := operate(tf, m, saved[i])
			at := name + ", " + what + " of a " + m.Singular
			if reads := w.reads && reading; reads == (d.Errors() != "") {
				s.t.Errorf("%s: want errors: %t, has: %s", at, !reads, d.Errors())
			} else if !reads {
				for _, text := range w.says(s, role) {
					if !strings.Contains(d.Errors(), text) {
						s.t.Errorf("%s: %q is not in: %s", at, text, d.Errors())
					}
				}
			}
			if !tf.State.Equal(m.tf.State) || plan.Replaces || !plan.Planned.IsNull() && tf.Get(plan.Planned, "id") != m.id {
				s.t.Errorf("%s: state %s, planned %s, replaces: %t", at, tf.State, plan.Planned, plan.Replaces)
			}
		}
	}
}
