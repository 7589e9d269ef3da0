package acctest_test

import (
	"maps"
	"regexp"
	"slices"
	"sync/atomic"
	"testing"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/acctest"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
)

// cut is how an apply is cut off. What is held is released before or after its end.
type cut struct {
	send func(apply *acctest.Running)
	// stops: Terraform waits for what is under way.
	stops bool
	// asked: Terraform is asked to stop while it applies, and says that it stops.
	asked bool
}

var cuts = map[string]cut{
	"SIGINT":  {func(a *acctest.Running) { a.Interrupt() }, true, true},
	"SIGTERM": {func(a *acctest.Running) { a.Terminate() }, true, true},
	"double SIGINT": {func(a *acctest.Running) {
		a.Interrupt()
		a.WaitForOutput("nterrupt received")
		a.Interrupt()
	}, false, false},
	"SIGKILL provider": {func(a *acctest.Running) { a.KillProviders() }, true, false},
	"SIGKILL CLI":      {func(a *acctest.Running) { a.KillCLI() }, false, false},
}

// Each kind of object in one apply, with real processes: the apply is cut off, and the next one converges without a
// hand on it, or after an orderly end says what to import. Half of the states are kept by a backend that is late.
func TestNextApplyCompletesAnInterruptedOne(t *testing.T) {
	t.Parallel()
	for _, name := range slices.Sorted(maps.Keys(cuts)) {
		for _, moment := range []string{"sent, not committed", "committed, no answer"} {
			t.Run(name+", "+moment, func(t *testing.T) {
				t.Parallel()
				p, tf := startQuintet(t, nil)
				cutCreates(t, p, tf, cuts[name], moment == "committed, no answer")
				wantCompleted(t, p, tf)
			})
		}
		for _, moment := range []string{"committed, no answer", "answered, not stored"} {
			t.Run(name+", "+moment+", a late backend", func(t *testing.T) {
				t.Parallel()
				b := acctest.StartStateBackend(t)
				p, tf := startQuintet(t, b)
				if moment == "committed, no answer" {
					cutCreates(t, p, tf, cuts[name], true)
					wantCompleted(t, p, tf)
					return
				}
				// Terraform closes the provider before it stores the state, so this is after an orderly end.
				lost := name == "double SIGINT"
				if cutWrite(tf, b, cuts[name], lost); lost {
					wantImports(t, tf, quintetSize)
				}
				wantCompleted(t, p, tf)
			})
		}
	}
}

// startQuintet starts a platform, and a CLI whose provider repeats no request. The backend has the state, or for nil a
// file in the work directory.
func startQuintet(t *testing.T, b *acctest.StateBackend) (*acctest.Platform, *acctest.CLI) {
	t.Helper()
	p, tf := acctest.Start(t)
	tf.StartPrograms()
	if b != nil { // before there is a configuration with providers, which init would look for in the registry
		tf.Write("backend.tf", b.Config())
		tf.Run("init").Want(0)
	}
	tf.Config("provider \"quickconnect\" {\n  max_retries = 0\n}\n" + quintet(p))
	return p, tf
}

// cutCreates cuts an apply off while every create is under way, before or after the platform has carried it out.
func cutCreates(t *testing.T, p *acctest.Platform, tf *acctest.CLI, c cut, committed bool) {
	t.Helper()
	release := make(chan struct{})
	var arrived atomic.Int64
	p.Fail(func(r acctest.Request) acctest.Fault {
		if operation(r) != opCreate {
			return acctest.Pass()
		}
		arrived.Add(1)
		f := acctest.Hold(release, acctest.CutBefore())
		if committed {
			f = acctest.After(f)
		}
		return f
	})
	apply := tf.Start("apply", "-auto-approve")
	acctest.WaitFor(t, "every create is under way", func() bool {
		return arrived.Load() == quintetSize && (!committed || madeOn(p) == quintetSize)
	})
	c.send(apply)
	if c.asked { // On a busy machine an answer would be faster than the signal, and the apply would not be cut off.
		apply.WaitForOutput("Stopping operation")
	}
	if c.stops {
		close(release)
		apply.Wait()
	} else {
		apply.Wait()
		close(release)
	}
	p.Fail(nil)
}

// madeOn counts what is on the platform besides base.
func madeOn(p *acctest.Platform) int {
	n := -baseSize
	for _, kind := range api.Kinds() {
		n += p.As(api.RoleAuditor).Count(kind.Path)
	}
	return n
}

// cutWrite cuts an apply off while the backend has its state and has not stored it.
func cutWrite(tf *acctest.CLI, b *acctest.StateBackend, c cut, lost bool) {
	release := make(chan struct{})
	arrived := b.Hold(release, lost)
	apply := tf.Start("apply", "-auto-approve")
	<-arrived
	c.send(apply)
	if c.stops {
		close(release)
		apply.Wait()
	} else {
		apply.Wait()
		close(release)
	}
	b.Go()
}

// wantImports applies again, and follows the import command of each of n errors that a name is taken.
func wantImports(t *testing.T, tf *acctest.CLI, n int) {
	t.Helper()
	run := tf.ApplyFails().Has("Name taken")
	addresses := regexp.MustCompile(`with (\S+),`).FindAllStringSubmatch(run.Output, -1)
	commands := regexp.MustCompile(`terraform import ADDRESS (\S+)`).FindAllStringSubmatch(run.Output, -1)
	if len(commands) != n || len(addresses) != n {
		t.Fatalf("%d imports are named, want %d:\n%s", len(commands), n, run.Output)
	}
	for i, c := range commands {
		tf.Import(addresses[i][1], c[1])
	}
}

// wantCompleted applies again, and fails the test unless there is one object of each kind and the state has it.
func wantCompleted(t *testing.T, p *acctest.Platform, tf *acctest.CLI) {
	t.Helper()
	p.Clock.Advance(api.RunLease)
	tf.Apply()
	if n := madeOn(p); n != quintetSize {
		t.Errorf("%d objects, want %d", n, quintetSize)
	}
	tf.Plan(0).Silent()
}
