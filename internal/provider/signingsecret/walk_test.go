package signingsecret_test

import (
	"flag"
	"fmt"
	"math/rand/v2"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/tftest"
)

var walks = flag.Uint64("walks", 12, "how many walks TestWalks takes")

// Others do something on the platform, and the configuration says something, known at the plan or only at the apply. No
// apply breaks a promise of its plan: tftest looks for that. What was revoked is sent only under a number that is new
// to it. Plans come to an end, which is not silent where the platform lacks the configured value.
func TestWalks(t *testing.T) {
	seen := map[string]int{}
	for seed := range *walks {
		t.Run(fmt.Sprint(seed), func(t *testing.T) {
			w := startWalk(t, seed, seen)
			for range 12 {
				for range w.r.IntN(3) {
					w.disturb()
				}
				before := w.config
				w.edit()
				if !w.run() {
					w.config = before
				}
				if t.Failed() {
					t.Fatal(strings.Join(w.log, "\n"))
				}
			}
		})
	}
	for _, what := range []string{
		"sent", "sent again", "not sent", "refused plan", "refused apply", "came with the apply",
		"on hold",
	} {
		if seen[what] == 0 {
			t.Errorf("the walks never came across %q: %v", what, seen)
		}
	}
}

type walk struct {
	t      *testing.T
	r      *rand.Rand
	s      *scene
	tf     *tftest.Terraform
	config tftest.Config
	seen   map[string]int
	log    []string
}

func startWalk(t *testing.T, seed uint64, seen map[string]int) *walk {
	t.Helper()
	w := &walk{
		t: t, r: rand.New(rand.NewPCG(seed, 0)), s: start(t), config: base().With("rotate_when_changed",
			tftest.Triggers("k", "0")),
		seen: seen,
	}
	w.tf = w.s.tf
	w.s.rules(map[string]any{"require_acknowledgement": w.r.IntN(3) > 0})
	w.editSecret()
	w.tf.Run(w.config)
	w.note("create", w.config)
	return w
}

func (w *walk) note(what string, c tftest.Config) {
	for _, name := range []string{
		"secret_wo", "secret_wo_version", "minimum_version", "rotate_when_changed",
		"description",
	} {
		v := c[name]
		secret, isText := v.(string)
		switch {
		case v == nil:
		case v == tftest.Unknown:
			what += " " + name + "=?"
		case name == "secret_wo" && isText:
			what += " " + letterOf(secret)
		default:
			what += fmt.Sprintf(" %s=%v", name, v)
		}
	}
	w.log = append(w.log, what)
}

// disturb is what somebody else does, and time. The platform refuses what cannot be done now.
func (w *walk) disturb() {
	now := w.s.object().Rotation
	var verb string
	body := map[string]any{"reason": "test"}
	switch w.r.IntN(12) {
	case 0:
		w.s.Clock.Advance(time.Duration(w.r.IntN(100)) * day)
		return
	case 1:
		if now.PendingVersion == nil {
			return
		}
		verb, body = "rotation/acknowledge", map[string]any{"version": *now.PendingVersion}
	case 2, 3:
		verb, body["all"], body["hold"] = "revoke", true, w.r.IntN(3) == 0
	case 4:
		verb, body["below"] = "revoke", now.NextVersion-1
	case 5:
		verb, body["force"] = "rotation/promote", true
	default:
		verbs := []string{"rotation/begin", "rotation/reissue", "rotation/cancel", "rotation/rollback", "hold", "release"}
		verb = verbs[w.r.IntN(len(verbs))]
		if (verb == "rotation/begin" || verb == "rotation/reissue") && w.r.IntN(2) == 0 {
			body = map[string]any{"secret": whsec(w.letter("abxy"))}
		}
	}
	role := api.RoleOperator
	if !strings.HasPrefix(verb, "rotation/") {
		role = api.RoleSecurity
	}
	if r := w.s.As(role).Verb(api.KindSigningSecrets, "orders", verb, body); r.Status == http.StatusOK {
		w.log = append(w.log, fmt.Sprintf("  %s %v", verb, body))
	}
}

func (w *walk) letter(of string) string { return string(of[w.r.IntN(len(of))]) }

func (w *walk) edit() {
	switch w.r.IntN(7) {
	case 0, 1:
		w.editSecret()
	case 2:
		w.config = w.config.With("description", w.letter("defg"))
	case 3:
		w.config = w.config.With("rotate_when_changed", tftest.Triggers("k", w.letter("0123")))
	case 4:
		w.config = w.config.With("minimum_version", int(w.s.NextVersion()))
	}
}

func (w *walk) editSecret() {
	w.config = w.config.With("secret_wo", nil).With("secret_wo_version", nil)
	if w.r.IntN(6) > 0 {
		w.config = w.config.With("secret_wo", whsec(w.letter("abc")))
	}
	if w.r.IntN(2) == 0 {
		w.config = w.config.With("secret_wo_version", 1+w.r.IntN(3))
	}
}

// run plans with what is known by then, applies, and goes on until there is nothing left to do. It returns false where
// that was refused.
func (w *walk) run() bool {
	known := w.config
	if known["secret_wo"] != nil {
		switch w.r.IntN(6) {
		case 0:
			known = known.With("secret_wo", tftest.Unknown)
		case 1:
			known = known.With("secret_wo", whsec(w.letter("abc")))
		}
	}
	if known["secret_wo_version"] != nil && w.r.IntN(8) == 0 {
		known = known.With("secret_wo_version", tftest.Unknown)
	}
	for range 6 {
		w.note("plan in phase "+w.tf.Get(w.tf.State, "rotation.phase"), known)
		p := w.tf.Plan(known)
		if w.refused("plan", p.Diags) {
			return false
		}
		if !p.Changes {
			if known["secret_wo"] == w.config["secret_wo"] {
				w.clean(p)
				return true
			}
		} else if !w.apply(p) {
			return false
		}
		known = w.config
	}
	w.t.Error("the plans have no end")
	return true
}

func (w *walk) refused(what string, d tftest.Diags) bool {
	errs := d.Errors()
	if errs == "" {
		return false
	}
	w.seen["refused "+what]++
	w.log = append(w.log, "  "+errs)
	reasons := []string{"A rotation is in progress", "The same value again", "is on hold"}
	if what == "apply" {
		reasons = append(reasons, "value of a valid version already") // of the previous one: no plan knows it
	}
	if !slices.ContainsFunc(reasons, func(r string) bool { return strings.Contains(errs, r) }) {
		w.t.Errorf("refused: %s", errs)
	}
	return true
}

func (w *walk) apply(p tftest.Plan) bool {
	w.s.ForgetRequests()
	revoked := w.s.object().RevokedSecrets
	w.note("apply", w.config)
	d := w.tf.Apply(p, w.config)
	asked := w.s.lines()
	w.log = append(w.log, "  "+strings.Join(asked, "; "))
	for _, line := range asked {
		if _, letter, sent := strings.Cut(line, " sends "); sent {
			w.seen["sent"]++
			w.sent(letter, revoked)
		}
	}
	if strings.Contains(d.Warnings(), "It is not sent again by itself") {
		w.seen["came with the apply"]++
	}
	return !w.refused("apply", d)
}

// sent looks at a secret that was sent: if it was revoked before, its number is new to it.
func (w *walk) sent(letter string, revoked []api.RevokedSecret) {
	number, numbered := w.config["secret_wo_version"].(int)
	for _, r := range revoked {
		switch {
		case r.Digest != w.s.digest(letter):
		case !numbered, r.SecretWOVersion != nil && *r.SecretWOVersion == int64(number):
			w.t.Errorf("what was revoked is sent: %s", letter)
		default:
			w.seen["sent again"]++
		}
	}
}

// clean looks at a plan with nothing to do.
func (w *walk) clean(p tftest.Plan) {
	warnings := p.Diags.Warnings()
	for what, says := range map[string]string{"on hold": "is on hold", "not sent": "It is not sent again by itself"} {
		if strings.Contains(warnings, says) {
			w.seen[what]++
		}
	}
	value, ok := w.config["secret_wo"].(string)
	if !ok || warnings != "" || w.config["secret_wo_version"] != nil {
		return
	}
	if w.tf.Get(w.tf.State, "secret_digest") != w.s.digest(letterOf(value)) {
		w.t.Error("the platform lacks the configured value, and the plan says nothing")
	}
}
