package acctest_test

import (
	"fmt"
	"math/rand/v2"
	"sync"
	"testing"
	"time"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/acctest"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/client"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/clock"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/secret"
)

// fleet is three replicas and what works on them while they are killed.
type fleet struct {
	*acctest.Replicas

	t     *testing.T
	token string // of a deployer
	stop  chan struct{}
	all   sync.WaitGroup
}

// TestReplicasSurviveKills kills replicas of one PostgreSQL database under 16 writers, ends sessions of the database,
// and stops the leader for longer than its lease lasts. No acknowledged write is lost, every rotation step that falls
// due is done once, every event arrives under its id, every replica accepts one version or two of a credential at any
// time, and one order explains the answers to all steps of rotations.
//
// Only processes of the platform are killed, never the database, so that this one need not sync its files.
func TestReplicasSurviveKills(t *testing.T) {
	t.Parallel()
	kills, ended, between := sized(10, 200), sized(5, 50), 20
	f := newFleet(t, 3)
	c := f.client(patient)
	hook := acctest.StartHook(t, clock.System())
	w := &writers{fleet: f, acknowledged: make(chan struct{}, 10_000), endpoint: makeHook(t, f.All[0], f.token, hook)}
	w.start(16)
	d := newDueRotations(f, c, 3, 10)
	d.start()
	h := &history{}
	f.LoseOneOf(20)
	f.rotateAtRandom(h, c, 3)

	seed := uint64(20261130)
	r := rand.New(rand.NewPCG(seed, 0))
	for kill := range kills {
		w.wait(between)
		i := r.IntN(len(f.All))
		if leader := f.Leader(-1); kill%5 == 2 && leader >= 0 {
			i = leader
		}
		f.All[i].Kill()
		w.wait(between)
		f.All[i].Restart()
		if kill*ended/kills < (kill+1)*ended/kills {
			f.Terminate()
		}
	}
	d.beginUnread()
	took := f.stopLeader(w)
	f.LoseOneOf(0)
	close(f.stop)
	f.all.Wait()

	w.wantAll(hook)
	d.wantEachOnce()
	if n := f.Failed(); n > 0 {
		t.Errorf("%d requests were answered with 500", n)
	}
	if err := h.linearizable(t); err != nil {
		t.Error(err)
	}
	done, refused, open := h.counts()
	if done < kills || open == 0 || d.looks.Load() < 5*int64(kills) {
		t.Errorf("%d steps, %d without an answer, %d looks: this test tests little", done, open, d.looks.Load())
	}
	t.Logf("%d kills, %d sessions ended; another replica led %s after the leader had stopped; %s; %s; "+
		"a history of %d steps that were done, %d that were refused, and %d without an answer", kills, ended,
		took.Round(100*time.Millisecond), w, d, done, refused, open)
}

func newFleet(t *testing.T, n int) *fleet {
	t.Helper()
	f := &fleet{t: t, stop: make(chan struct{}), Replicas: acctest.StartReplicas(t, n, "--allow-private-endpoints",
		"--limit-principal", "0", "--limit-environment", "0")}
	f.token = f.All[0].Bootstrap("acme", "staging")["staging"]
	// They have started at once, on an empty database: they are one platform all the same.
	first, err := f.All[0].Client(f.token).Identity(t.Context())
	ok(t, err)
	for _, p := range f.All[1:] {
		who, err := p.Client(f.token).Identity(t.Context())
		ok(t, err)
		if who.Platform() != first.Platform() {
			t.Fatalf("%s and %s share a database", who.Platform(), first.Platform())
		}
	}
	return f
}

// patient is how often a client repeats a request that has to succeed in the end.
const patient = 50

// client returns a client of the load balancer. It takes some time between two requests, so that the replicas, and not
// the clients, have the processors.
func (f *fleet) client(retries int) *client.Client {
	f.t.Helper()
	c, err := client.New(client.Config{
		Endpoint: f.URL, Token: secret.New(f.token), MaxRetries: retries, RequestsPerSecond: 80,
	})
	ok(f.t, err)
	return c
}

// stopLeader stops the leader until another replica leads and has served writes, in a campaign for 30 s. It returns how
// long that took.
func (f *fleet) stopLeader(w *writers) time.Duration {
	f.t.Helper()
	leader := -1
	acctest.WaitFor(f.t, "a replica leads", func() bool {
		leader = f.Leader(-1)
		return leader >= 0
	})
	began := clock.System().Read().Monotonic
	since := func() time.Duration { return clock.System().Read().Monotonic - began }
	f.Pause(leader)
	acctest.WaitFor(f.t, "another replica leads", func() bool { return f.Leader(leader) >= 0 })
	took := since()
	acctest.WaitFor(f.t, "the leader has stood still for long enough", func() bool {
		return since() > time.Duration(sized(0, 30))*time.Second
	})
	w.wait(20)
	f.Continue(leader)
	acctest.WaitFor(f.t, "the one before follows", func() bool { return f.Follows(leader) })
	w.wait(20)
	return took
}

// rotateAtRandom has n callers take random steps on one credential after another. One of them asks once, so that it
// does not learn what became of some of its steps.
func (f *fleet) rotateAtRandom(h *history, c *client.Client, n int) {
	f.t.Helper()
	const steps = 400 // on each credential: what is not known of one history multiplies the orders of it
	under, err := c.RotationPolicies().Create(f.t.Context(), api.RotationPolicyCreate{
		Name: "random", Interval: "30d", RequireAcknowledgement: new(false),
	})
	ok(f.t, err)
	connector, err := c.Connectors().Create(f.t.Context(), api.ConnectorCreate{
		Name: "random", Owner: "team", Type: "custom",
	})
	ok(f.t, err)
	f.all.Go(func() {
		for i := 0; !f.stopped(); i++ {
			made, err := c.ScopedTokens().Create(f.t.Context(), api.ScopedTokenCreate{
				RotatedCreate: api.RotatedCreate{Name: fmt.Sprintf("random-%d", i), Owner: "team"},
				ConnectorID:   connector.ID, Scopes: []string{"messages:send"}, RotationPolicyID: &under.ID,
			})
			if err != nil {
				f.t.Error(err)
				return
			}
			var callers sync.WaitGroup
			for caller := range n {
				by, r := c, rand.New(rand.NewPCG(uint64(i), uint64(caller)))
				if caller == 0 {
					by = f.client(0)
				}
				callers.Go(func() {
					for range steps / n {
						if err := h.take(f.t, by, made.ID, anyStep(r)); err != nil || f.stopped() {
							f.noted(err)
							return
						}
					}
				})
			}
			callers.Wait()
		}
	})
}

func (f *fleet) stopped() bool {
	select {
	case <-f.stop:
		return true
	default:
		return false
	}
}

// noted fails the test if there is an error.
func (f *fleet) noted(err error) {
	if err != nil {
		f.t.Error(err)
	}
}
