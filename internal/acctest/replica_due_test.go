package acctest_test

import (
	"fmt"
	"strconv"
	"sync/atomic"
	"time"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/acctest"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/client"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/clock"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/secret"
)

// dueRotations are scoped tokens whose rotations go on by deadlines alone: 3 s after the begin the pending version is
// promoted, and 3 s later the previous one is retired.
type dueRotations struct {
	*fleet

	c       *client.Client
	auditor string   // the token of one
	watched []string // what callers ask for all the time, and rotate again and again
	unread  []string // what nobody asks for, so that only the leader carries out their deadlines

	looks, late atomic.Int64
}

func newDueRotations(f *fleet, c *client.Client, watched, unread int) *dueRotations {
	f.t.Helper()
	d := &dueRotations{fleet: f, c: c, auditor: f.All[0].CreateToken("acme", "staging", api.RoleAuditor)}
	short := "3s"
	under, err := c.RotationPolicies().Create(f.t.Context(), api.RotationPolicyCreate{
		Name: "due", Interval: "30d", MaxStage: &short, Overlap: &short, RequireAcknowledgement: new(false),
		OnStageTimeout: new(api.OnStageTimeoutPromote),
	})
	ok(f.t, err)
	connector, err := c.Connectors().Create(f.t.Context(), api.ConnectorCreate{Name: "due", Owner: "team", Type: "custom"})
	ok(f.t, err)
	for i := range watched + unread {
		made, err := c.ScopedTokens().Create(f.t.Context(), api.ScopedTokenCreate{
			RotatedCreate: api.RotatedCreate{Name: fmt.Sprintf("due-%d", i), Owner: "team"},
			ConnectorID:   connector.ID, Scopes: []string{"messages:send"}, RotationPolicyID: &under.ID,
		})
		ok(f.t, err)
		if i < watched {
			d.watched = append(d.watched, made.ID)
		} else {
			d.unread = append(d.unread, made.ID)
		}
	}
	return d
}

// start begins a rotation of each watched token whenever the one before has ended, and looks at every replica.
func (d *dueRotations) start() {
	for _, id := range d.watched {
		d.all.Go(func() {
			for tick := time.NewTicker(time.Second); !d.stopped(); <-tick.C {
				if err := d.begin(id); err != nil && !client.HasCode(err, api.CodeConflict) {
					d.t.Error(err)
					return
				}
			}
		})
	}
	for _, p := range d.All {
		w := &onlooker{
			dueRotations: d, reads: d.direct(p, d.auditor), reveals: d.direct(p, d.token), values: map[string]secret.Value{},
		}
		d.all.Go(func() {
			for !d.stopped() {
				for _, id := range d.watched {
					w.look(id)
				}
			}
		})
	}
}

// beginUnread begins a rotation of each token that nobody reads.
func (d *dueRotations) beginUnread() {
	d.t.Helper()
	for _, id := range d.unread {
		ok(d.t, d.begin(id))
	}
}

func (d *dueRotations) begin(id string) error {
	_, err := d.c.ScopedTokens().Step(d.t.Context(), id, api.StepBegin, api.StepRequest{}, client.Write{})
	return err
}

// direct is a client of one replica.
func (d *dueRotations) direct(p *acctest.Process, token string) *client.Client {
	d.t.Helper()
	c, err := client.New(client.Config{Endpoint: p.URL, Token: secret.New(token), RequestsPerSecond: 20})
	ok(d.t, err)
	return c
}

// wantEachOnce wants every step of the rotations to be in the audit trail once.
func (d *dueRotations) wantEachOnce() {
	d.t.Helper()
	taken := map[string]int{} // by the token, the step and its versions
	count := func() (total int) {
		clear(taken)
		for _, step := range []string{api.StepBegin, api.StepPromote, api.StepRetire} {
			filter := client.AuditFilter{Kind: api.ScopedTokens.Path, Action: step}
			events, _, err := d.c.AuditEvents(d.t.Context(), filter, 1_000_000)
			ok(d.t, err)
			for _, e := range events {
				taken[e.ObjectID+" "+step+" "+e.Detail["versions"]]++
			}
		}
		for _, id := range d.unread {
			total += taken[id+" promote 1,2"] + taken[id+" retire 1"]
		}
		return total
	}
	acctest.WaitFor(d.t, "the leader has carried out the deadlines that nobody asks for", func() bool {
		return count() >= 2*len(d.unread)
	})
	highest := map[string]int64{}
	for _, id := range append(d.watched, d.unread...) {
		acctest.WaitFor(d.t, "the last rotation has ended", func() bool {
			now, err := d.c.ScopedTokens().Get(d.t.Context(), id)
			ok(d.t, err)
			highest[id] = now.Rotation.NextVersion - 1
			return now.Rotation.Phase == api.PhaseStable
		})
	}
	count()
	for id, newest := range highest {
		for n := int64(2); n <= newest; n++ {
			before, now := strconv.FormatInt(n-1, 10), strconv.FormatInt(n, 10)
			for _, step := range []string{"begin " + now, "promote " + before + "," + now, "retire " + before} {
				if got := taken[id+" "+step]; got != 1 {
					d.t.Errorf("%s: %s is in the audit trail %d times", id, step, got)
				}
			}
		}
		if newest < 2 {
			d.t.Errorf("%s was never rotated", id)
		}
	}
}

// String says how much was looked at.
func (d *dueRotations) String() string {
	return fmt.Sprintf("%d looks at the valid versions of a credential on one replica, %d more without an answer in time",
		d.looks.Load(), d.late.Load())
}

// onlooker looks at the tokens through one replica.
type onlooker struct {
	*dueRotations

	reads, reveals *client.Client
	values         map[string]secret.Value // by id and version
}

// maxLook is shorter than a version lives that is current and has none to replace it. A look that takes longer, because
// its replica was stopped or killed, says nothing.
const maxLook = 4 * time.Second

// look wants the replica to accept one or two versions of a token, and none that has ended before.
func (w *onlooker) look(id string) {
	began := clock.System().Read().Monotonic
	ended, err := w.learn(id)
	active := 0
	for n := int64(len(ended)); n > max(0, int64(len(ended))-4) && err == nil; n-- {
		value, known := w.values[key(id, n)]
		if !known {
			continue
		}
		var answer *api.Introspection
		if answer, err = w.reads.Introspect(w.t.Context(), value, client.Presented{}); err != nil {
			break
		}
		if answer.Active {
			active++
		}
		if answer.Active && ended[n-1] {
			w.t.Errorf("version %d of %s has ended, and a replica accepts it", n, id)
		}
	}
	switch {
	case client.Passes(err), clock.System().Read().Monotonic-began > maxLook:
		w.late.Add(1)
	case client.HasCode(err, api.CodeConflict), client.HasCode(err, api.CodeNotFound): // it ended before its reveal
		w.late.Add(1)
	case err != nil:
		w.t.Error(err)
	case active < 1 || active > 2:
		w.t.Errorf("a replica accepts %d versions of %s", active, id)
	default:
		w.looks.Add(1)
	}
}

// learn reveals the valid versions of a token that are not known yet. It returns which versions have ended.
func (w *onlooker) learn(id string) (ended []bool, err error) {
	all, err := w.reads.ScopedTokens().Versions(w.t.Context(), id)
	if err != nil {
		return nil, err
	}
	for _, v := range all {
		ended = append(ended, v.EndedAt != nil)
		if _, known := w.values[key(id, v.Version)]; known || v.EndedAt != nil {
			continue
		}
		revealed, err := w.reveals.ScopedTokens().Reveal(w.t.Context(), id, v.Version)
		if err != nil {
			return nil, err
		}
		w.values[key(id, v.Version)] = revealed.Value
	}
	return ended, nil
}

func key(id string, version int64) string { return id + "/" + strconv.FormatInt(version, 10) }
