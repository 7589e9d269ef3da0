package acctest_test

import (
	"maps"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/acctest"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
)

// lasting is a fault that does not go away by itself.
type lasting struct {
	fault acctest.Fault
	says  []string
	// attempts is how often each request is sent, with one retry allowed; 0 for more than once: where a connection is cut,
	// the standard library repeats what it may by itself.
	attempts int
	// carriedOut is true where the platform did what it was asked to and only its answer was lost.
	carriedOut bool
}

// A fault that lasts, between the provider and the platform: no object is dropped from the state, none is created
// twice, no step of a rotation is taken twice, and the error says what to do. What each answer means, alone, is shown
// in process.
func TestLastingFaults(t *testing.T) {
	t.Parallel()
	for name, f := range map[string]lasting{
		"a proxy's 404": {
			fault: acctest.AnswerHTML(404), attempts: 1,
			says: []string{"not from the platform API", "check endpoint, and any proxy or load balancer in between"},
		},
		"no answer": {
			fault: acctest.Hold(make(chan struct{}), acctest.Pass()), attempts: 2,
			says: []string{"no answer within 1s", "Check endpoint, the network in between"},
		},
		"cut after the commit": {
			fault: acctest.CutAfter(), carriedOut: true,
			says: []string{"The platform gave no answer in 2 attempt(s)", "Check endpoint, the network in between"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel() // most of the time is waiting for a retry
			underLasting(t, f)
		})
	}
}

// underLasting goes through a life of one object of each kind, in which every operation fails until the fault is gone.
func underLasting(t *testing.T, f lasting) {
	t.Helper()
	p, tf := acctest.Start(t)
	s := acctest.NewSink(t)
	tf.Config(`
provider "quickconnect" {
  max_retries     = 1
  request_timeout = "1s"
}
` + quintet(p) + quintetHandover(s))
	fails := func(op string, args ...string) {
		t.Helper()
		p.ForgetRequests()
		failOn(p, op, f.fault)
		run := tf.Run(append(args, "-auto-approve")...).Want(1).Has(f.says...)
		p.Fail(nil)
		attempts := map[string]int{}
		for _, r := range requestsOf(p, op) {
			attempts[r.Path]++
		}
		if len(attempts) == 0 {
			t.Errorf("no request to %s:\n%s", op, run.Output)
		}
		for path, n := range attempts {
			if n != f.attempts && (f.attempts != 0 || n < 2) {
				t.Errorf("%s %s was sent %d times, want %d", op, path, n, f.attempts)
			}
		}
		wantOneKey(t, p)
	}

	fails(opCreate, "apply")
	if f.carriedOut {
		wantCounts(t, p, quintetSize)
		tf.ApplyFails().Has("Name taken", "terraform import ADDRESS quintet")
		for resource := range quintetOn(p) {
			tf.Import(resource+".quintet", "quintet")
		}
	} else {
		wantCounts(t, p, 0)
	}
	tf.Apply()
	wantSame(t, p, tf, quintetSize)

	before := stateFile(t, tf)
	fails(opRead, "apply")
	fails(opReveal, "apply")
	if stateFile(t, tf) != before {
		t.Error("a run that could not read has changed the state")
	}

	tf.Var("description", "second")
	fails(opPatch, "apply")
	wantSame(t, p, tf, quintetSize)

	p.Clock.Advance(30 * day)
	fails(opStep, "apply")
	wantSame(t, p, tf, quintetSize)
	tf.Apply()
	if n := len(p.As(api.RoleAuditor).Versions("quintet")); n != 2 {
		t.Errorf("the token has %d versions, want 2", n)
	}
	if version, _ := s.Last(); version != 2 {
		t.Errorf("the sink has version %d, want 2", version)
	}
	got := p.As(api.RoleAuditor).ScopedToken("quintet")
	if got.Description == nil || *got.Description != "second" || got.Rotation.Phase != api.PhaseStaged {
		t.Errorf("the token has the description %v in phase %s", got.Description, got.Rotation.Phase)
	}
	tf.Plan(0)

	inState := quintetIn(t, tf)
	fails(opDelete, "destroy")
	if !maps.Equal(inState, quintetIn(t, tf)) {
		t.Error("a deletion that was not confirmed has dropped an object from the state")
	}
	tf.Destroy()
	wantSame(t, p, tf, 0)
}

// wantOneKey fails the test unless the attempts of each write carry one idempotency key, which no other write has.
func wantOneKey(t *testing.T, p *acctest.Platform) {
	t.Helper()
	keys := map[string]string{} // operation on a path → key
	owner := map[string]string{}
	for _, r := range p.Requests() {
		op := operation(r)
		if op == opRead || op == opIdentity || op == opReveal {
			continue
		}
		what := r.Method + " " + r.Path
		if r.IdempotencyKey == "" {
			t.Errorf("%s has no idempotency key", what)
		}
		if k, ok := keys[what]; ok && k != r.IdempotencyKey {
			t.Errorf("%s was repeated under another idempotency key", what)
		}
		if o, ok := owner[r.IdempotencyKey]; ok && o != what {
			t.Errorf("%s and %s have the same idempotency key", what, o)
		}
		keys[what], owner[r.IdempotencyKey] = r.IdempotencyKey, what
	}
}

// A fault that goes away within the retries is not noticed: everything is done, and done once.
func TestPassingFaults(t *testing.T) {
	t.Parallel()
	for name, fault := range map[string]acctest.Fault{
		"429 with Retry-After":         acctest.AnswerProblem(429, api.CodeRateLimited, "Retry-After", "1"),
		"502 in HTML after the commit": acctest.After(acctest.AnswerHTML(502)),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p, tf := acctest.Start(t)
			s := acctest.NewSink(t)
			tf.Config(impatient + quintet(p) + quintetHandover(s))
			once := func(run func()) {
				t.Helper()
				p.ForgetRequests()
				p.Fail(firstTime(fault))
				run()
				p.Fail(nil)
				if retried := len(p.Requests()) - distinct(p); retried < 3 {
					t.Errorf("only %d requests were repeated: the fault was not met", retried)
				}
				wantOneKey(t, p)
			}

			once(func() { tf.Apply() })
			wantSame(t, p, tf, quintetSize)
			once(func() { tf.Plan(0).Silent() })

			tf.Var("description", "second")
			p.Clock.Advance(30 * day)
			once(func() { tf.Apply() })
			wantSame(t, p, tf, quintetSize)
			if n := len(p.As(api.RoleAuditor).Versions("quintet")); n != 2 {
				t.Errorf("the token has %d versions, want 2", n)
			}
			if version, _ := s.Last(); version != 2 {
				t.Errorf("the sink has version %d, want 2", version)
			}

			once(func() { tf.Destroy() })
			wantSame(t, p, tf, 0)
		})
	}
}

// firstTime makes the fault happen once to each request: its repetition passes. What is asked again after a change is
// the same request again, and passes too.
func firstTime(f acctest.Fault) func(acctest.Request) acctest.Fault {
	var mu sync.Mutex
	seen := map[string]bool{}
	return func(r acctest.Request) acctest.Fault {
		mu.Lock()
		defer mu.Unlock()
		if what := r.Method + " " + r.Path; !seen[what] {
			seen[what] = true
			return f
		}
		return acctest.Pass()
	}
}

func distinct(p *acctest.Platform) int {
	seen := map[string]bool{}
	for _, r := range p.Requests() {
		seen[r.Method+" "+r.Path] = true
	}
	return len(seen)
}

// A token that expires between plan and apply, or in the middle of an apply, costs nothing but a new token.
func TestExpiredToken(t *testing.T) {
	t.Parallel()
	p, tf := acctest.Start(t)
	tf.Config(impatient + quintet(p))
	tf.Set("QUICKCONNECT_TOKEN", p.NewToken(acctest.Environment, api.RoleDeployer, time.Hour))
	tf.SavePlan("saved.tfplan")
	p.Clock.Advance(2 * time.Hour)
	tf.ApplyPlanFails("saved.tfplan").Has("Token refused", "expired", "QUICKCONNECT_TOKEN")
	wantSame(t, p, tf, 0)

	// It ends when the second object is to be created. What was made before is in the state.
	tf.Set("QUICKCONNECT_TOKEN", p.NewToken(acctest.Environment, api.RoleDeployer, time.Hour))
	var creates atomic.Int32
	p.Fail(func(r acctest.Request) acctest.Fault {
		if operation(r) == opCreate && creates.Add(1) == 2 {
			p.Clock.Advance(2 * time.Hour)
		}
		return acctest.Pass()
	})
	tf.ApplyFails("-parallelism=1").Has("Token refused", "QUICKCONNECT_TOKEN")
	p.Fail(nil)
	wantSame(t, p, tf, 1)
	before := stateFile(t, tf)
	tf.ApplyFails().Has("Token refused")
	if stateFile(t, tf) != before {
		t.Error("a run with an expired token has changed the state")
	}
	tf.Set("QUICKCONNECT_TOKEN", p.Token(api.RoleDeployer))
	p.ForgetRequests()
	tf.Apply()
	wantSame(t, p, tf, quintetSize)
	if n := len(requestsOf(p, opCreate)); n != quintetSize-1 {
		t.Errorf("%d objects were created by the second apply, want those that were missing", n)
	}
}
