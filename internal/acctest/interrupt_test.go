package acctest_test

import (
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/acctest"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/clock"
)

// many is how many tokens an apply makes that is interrupted in the middle.
const many = 50

// manyTokens is that many tokens of the connector and the policy of base.
func manyTokens(p *acctest.Platform) string {
	connector, _, policy := base(p)
	return fmt.Sprintf(`
resource "quickconnect_scoped_token" "many" {
  count              = %d
  name               = "many-${count.index}"
  owner              = "team-notifier"
  connector_id       = %q
  scopes             = ["messages:send"]
  rotation_policy_id = %q
}
`, many, connector, policy)
}

// slow is a platform that carries out the first few creations at once and then holds every one that arrives.
type slow struct {
	mu       sync.Mutex
	creates  int
	held     int
	releases []chan struct{}
}

// after lets n creations pass. what is held is what then says: before or after the platform carried it out.
func (s *slow) after(n int, then func(release <-chan struct{}) acctest.Fault) func(acctest.Request) acctest.Fault {
	return func(r acctest.Request) acctest.Fault {
		if operation(r) != opCreate {
			return acctest.Pass()
		}
		s.mu.Lock()
		defer s.mu.Unlock()
		if s.creates++; s.creates <= n {
			return acctest.Pass()
		}
		release := make(chan struct{})
		s.releases = append(s.releases, release)
		s.held++
		return then(release)
	}
}

// wait waits until n creations are held: all that Terraform sends at a time.
func (s *slow) wait(t *testing.T, n int) {
	t.Helper()
	acctest.WaitFor(t, fmt.Sprintf("%d creations are under way", n), func() bool {
		s.mu.Lock()
		defer s.mu.Unlock()
		return s.held >= n
	})
}

// release lets the n oldest go on.
func (s *slow) release(n int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, r := range s.releases[:n] {
		close(r)
	}
	s.releases = s.releases[n:]
}

// wantMany fails the test unless state and platform have the same tokens, n of them.
func wantMany(t *testing.T, p *acctest.Platform, tf *acctest.CLI, n int) {
	t.Helper()
	ids := map[string]bool{}
	for _, id := range stateIDs(t, stateFile(t, tf)) {
		ids[id] = true
	}
	if on := p.As(api.RoleAuditor).Count(api.KindScopedTokens); len(ids) != n || on != n {
		t.Errorf("%d tokens in the state and %d on the platform, want %d", len(ids), on, n)
	}
}

// Ctrl-C in the middle of an apply, on a platform that answers some requests late and others never: it ends within 30
// seconds, what was made is in the state, and the next apply makes the rest.
func TestInterruptedApply(t *testing.T) {
	t.Parallel() // most of the time is waiting for answers that do not come
	p, tf := acctest.Start(t)
	tf.StartPrograms()
	tf.Config(manyTokens(p))
	var s slow
	p.Fail(s.after(12, func(release <-chan struct{}) acctest.Fault { return acctest.Hold(release, acctest.Pass()) }))
	apply := tf.Start("apply", "-auto-approve")
	s.wait(t, 10)
	apply.Interrupt()
	interrupted := clock.System().Now()
	apply.WaitForOutput("Stopping operation")
	s.release(5)
	run := apply.Wait().Want(1).Has("interrupted")
	if took := clock.System().Now().Sub(interrupted); took > 30*time.Second {
		t.Errorf("it took %s to end after the interrupt", took)
	}
	p.Fail(nil)
	if strings.Contains(run.Output, "panic") {
		t.Error(run.Output)
	}
	wantMany(t, p, tf, 12+5)

	p.ForgetRequests()
	tf.Apply().HasNot("must be replaced", "tainted")
	if n := len(requestsOf(p, opCreate)); n != many-17 {
		t.Errorf("the next apply made %d tokens, want the %d that were missing", n, many-17)
	}
	wantMany(t, p, tf, many)
	tf.Plan(0).Silent()
}

// Terraform itself is killed while the platform has carried out what it was asked for and the answers are on their way:
// the next apply adopts each of those, and makes nothing twice.
func TestKilledApply(t *testing.T) {
	t.Parallel()
	p, tf := acctest.Start(t)
	tf.StartPrograms()
	tf.Config(manyTokens(p))
	var s slow
	p.Fail(s.after(12, func(release <-chan struct{}) acctest.Fault {
		return acctest.After(acctest.Hold(release, acctest.Pass()))
	}))
	apply := tf.Start("apply", "-auto-approve")
	s.wait(t, 10)
	acctest.WaitFor(t, "they are carried out",
		func() bool { return p.As(api.RoleAuditor).Count(api.KindScopedTokens) == 22 })
	apply.Kill()
	apply.Wait()
	p.Fail(nil)

	lost := 22 - len(stateIDs(t, stateFile(t, tf)))
	if lost < 10 {
		t.Errorf("%d tokens were lost, want at least the 10 whose answer was held", lost)
	}
	p.Clock.Advance(api.RunLease) // nobody renews it
	tf.Apply().Has("Warning: Adopted an object", fmt.Sprintf("(and %d more similar warnings elsewhere)", lost-1))
	wantMany(t, p, tf, many)
	tf.Plan(0).Silent()
}

// Ctrl-C while a step of a rotation is under way: the step is finished and stored, and no second version is issued.
func TestInterruptedStep(t *testing.T) {
	t.Parallel()
	p, tf := acctest.Start(t)
	s := acctest.NewSink(t)
	tf.Config(policy("") + notifier("") + handover(s))
	w := watch(t, p)
	tf.Apply()
	w.advance(30 * day)
	release, arrived := make(chan struct{}), make(chan struct{})
	var once sync.Once
	p.Fail(func(r acctest.Request) acctest.Fault {
		if operation(r) != opStep {
			return acctest.Pass()
		}
		once.Do(func() { close(arrived) })
		return acctest.After(acctest.Hold(release, acctest.Pass()))
	})
	apply := tf.Start("apply", "-auto-approve")
	<-arrived
	apply.Interrupt()
	apply.WaitForOutput("Stopping operation")
	close(release)
	apply.Wait()
	p.Fail(nil)

	wantRotation(t, tf, 2, map[string]any{"phase": "staged", "current_version": 1.0, "pending_version": 2.0})
	w.want(1, 2)
	tf.Apply() // the sink may still wait for it
	if version, value := s.Last(); version != 2 || value != w.values[2] {
		t.Errorf("the sink has version %d", version)
	}
	tf.Plan(0)
	if n := len(p.As(api.RoleAuditor).Versions("notifier")); n != 2 {
		t.Errorf("the token has %d versions, want 2", n)
	}
}

// Terraform is killed while a step is under way that the platform has taken: the next apply finds it done.
func TestKilledStep(t *testing.T) {
	t.Parallel()
	p, tf := acctest.Start(t)
	tf.StartPrograms()
	s := acctest.NewSink(t)
	tf.Config(policy("") + notifier("") + handover(s))
	w := watch(t, p)
	tf.Apply()
	w.advance(30 * day)
	never := make(chan struct{})
	failOn(p, opStep, acctest.After(acctest.Hold(never, acctest.Pass())))
	apply := tf.Start("apply", "-auto-approve")
	acctest.WaitFor(t, "the step is taken", func() bool { return len(p.As(api.RoleAuditor).Versions("notifier")) == 2 })
	apply.Kill()
	apply.Wait()
	p.Fail(nil)

	p.ForgetRequests()
	tf.Apply()
	if n := len(requestsOf(p, opStep)); n != 0 {
		t.Errorf("%d steps were taken by the next apply, want none", n)
	}
	wantRotation(t, tf, 2, map[string]any{
		"phase": "staged", "current_version": 1.0, "pending_version": 2.0,
		"next_version": 3.0,
	})
	w.want(1, 2)
	if version, value := s.Last(); version != 2 || value != w.values[2] {
		t.Errorf("the sink has version %d", version)
	}
}
