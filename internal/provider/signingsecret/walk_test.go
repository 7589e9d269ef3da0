package signingsecret

import (
	"flag"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/hashicorp/terraform-plugin-go/tftypes"

	rules "github.com/quickconnect/terraform-provider-quickconnect/internal/rotation"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/tftest"
)

var walks = flag.Uint64("walks", 60, "how many walks TestWalks takes")

// Whatever others do on the platform and whatever the configuration says, known at the plan or only at the apply: no apply breaks a promise of
// its plan (the harness looks for that), what was revoked is sent only under a number that is new to it, and plans come to an end, not silent where
// the platform lacks the configured value.
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
	for _, what := range []string{"sent", "sent again", "not sent", "refused plan", "refused apply", "came with the apply", "on hold"} {
		if seen[what] == 0 {
			t.Errorf("the walks never came across %q: %v", what, seen)
		}
	}
}

type walk struct {
	t      *testing.T
	r      *rand.Rand
	f      *fake
	tf     *tftest.Terraform
	config tftest.Config
	seen   map[string]int
	log    []string
}

func startWalk(t *testing.T, seed uint64, seen map[string]int) *walk {
	t.Helper()
	w := &walk{t: t, r: rand.New(rand.NewPCG(seed, 0)), f: newFake(t), config: baseConfig().With("rotate_when_changed", tftest.Triggers("k", "0")), seen: seen}
	w.f.Policy.RequireAcknowledgement = w.r.IntN(3) > 0
	w.tf = newTerraform(t, w.f)
	w.editSecret()
	w.tf.Run(w.config)
	w.note("create", w.config)
	return w
}

func (w *walk) note(what string, c tftest.Config) {
	for _, name := range []string{"secret_wo", "secret_wo_version", "minimum_version", "rotate_when_changed", "description"} {
		v := c[name]
		secret, isText := v.(string)
		switch {
		case v == nil:
		case v == tftypes.UnknownValue:
			what += " " + name + "=?"
		case name == "secret_wo" && isText:
			what += " " + letterOf(secret)
		default:
			what += fmt.Sprintf(" %s=%v", name, v)
		}
	}
	w.log = append(w.log, what)
}

// disturb is what somebody else does, and time.
func (w *walk) disturb() {
	cmd := rules.Command{Actor: "somebody", Reason: "test"}
	switch w.r.IntN(12) {
	case 0:
		w.f.Clock.Advance(time.Duration(w.r.IntN(100)) * day)
		return
	case 1:
		if v, ok := w.f.Cred.Pending(); ok && w.f.Cred.ValidAt(w.f.Policy, v.Number, w.f.Clock.Now()) {
			w.f.proven(v.Number)
		}
		return
	case 2, 3:
		cmd.Step, cmd.All, cmd.Hold = rules.StepRevoke, true, w.r.IntN(3) == 0
	case 4:
		cmd.Step, cmd.Below = rules.StepRevoke, w.f.Cred.Highest
	case 5:
		cmd.Step, cmd.Force = rules.StepPromote, true
	default:
		steps := []rules.Step{rules.StepBegin, rules.StepReissue, rules.StepCancel, rules.StepRollback, rules.StepHold, rules.StepRelease}
		cmd.Step = steps[w.r.IntN(len(steps))]
	}
	now := w.f.Clock.Now()
	settled, _ := rules.Settle(w.f.Cred, w.f.Policy, now)
	if _, _, err := rules.Apply(settled, w.f.Policy, cmd, now); err != nil {
		return
	}
	var value []string
	if letter := w.letter("abxy"); w.r.IntN(2) == 0 && !w.valid(settled, letter) && (cmd.Step == rules.StepBegin || cmd.Step == rules.StepReissue) {
		value = append(value, whsec(letter))
	}
	w.f.By(cmd, value...)
	w.log = append(w.log, fmt.Sprintf("  %s all=%v hold=%v %v", cmd.Step, cmd.All, cmd.Hold, value))
}

// valid tells whether a valid version has the value of this letter: the platform refuses it then.
func (w *walk) valid(c rules.Credential, letter string) bool {
	return slices.ContainsFunc(c.Versions, func(v rules.Version) bool { return v.State.Valid() && w.f.values[v.Number] == whsec(letter) })
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
		w.config = w.config.With("minimum_version", int(w.f.Cred.NextVersion()))
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

// run plans with what is known by then, applies, and goes on until there is nothing left to do. It returns false where that was refused.
func (w *walk) run() bool {
	known := w.config
	if known["secret_wo"] != nil {
		switch w.r.IntN(6) {
		case 0:
			known = known.With("secret_wo", tftypes.UnknownValue)
		case 1:
			known = known.With("secret_wo", whsec(w.letter("abc")))
		}
	}
	if known["secret_wo_version"] != nil && w.r.IntN(8) == 0 {
		known = known.With("secret_wo_version", tftypes.UnknownValue)
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
	w.f.Writes()
	revoked := slices.Clone(w.f.revoked)
	w.note("apply", w.config)
	d := w.tf.Apply(p, w.config)
	asked := w.f.Writes()
	w.log = append(w.log, "  "+strings.Join(asked, "; "))
	for _, line := range asked {
		_, letter, sent := strings.Cut(line, " sends ")
		if !sent {
			continue
		}
		w.seen["sent"]++
		for _, r := range revoked {
			number, numbered := w.config["secret_wo_version"].(int)
			switch {
			case r.Digest != digestOf(whsec(letter)):
			case !numbered, r.SecretWOVersion != nil && *r.SecretWOVersion == int64(number):
				w.t.Errorf("what was revoked is sent: %s", line)
			default:
				w.seen["sent again"]++
			}
		}
	}
	if strings.Contains(d.Warnings(), "It is not sent again by itself") {
		w.seen["came with the apply"]++
	}
	return !w.refused("apply", d)
}

// clean looks at a plan with nothing to do.
func (w *walk) clean(p tftest.Plan) {
	warnings := p.Diags.Warnings()
	for what, says := range map[string]string{"on hold": "is on hold", "not sent": "It is not sent again by itself"} {
		if strings.Contains(warnings, says) {
			w.seen[what]++
		}
	}
	if value, ok := w.config["secret_wo"].(string); ok && warnings == "" && w.config["secret_wo_version"] == nil && w.tf.Get(w.tf.State, "secret_digest") != digestOf(value) {
		w.t.Error("the platform lacks the configured value, and the plan says nothing")
	}
}
