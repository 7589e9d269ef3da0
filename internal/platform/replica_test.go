package platform_test

import (
	"fmt"
	"math/rand/v2"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
)

// TestReplicasFollowAtOnce: what ends a credential on one replica ends it on every other one with the next request,
// whatever that one has in memory.
func TestReplicasFollowAtOnce(t *testing.T) {
	t.Parallel()
	all := newReplicas(t, 0, 0)
	a, b := all[0], all[1]
	active := func(value string, want bool) {
		t.Helper()
		for range 2 { // the second time from memory
			if got := b.introspect(api.RoleRuntime, value).Active; got != want {
				t.Fatalf("active is %v on the other replica, want %v", got, want)
			}
		}
	}
	token := func(name string) (id, connector, value string) {
		connector = a.newConnector(name, object{"credentials": object{"api_key": "k"}}).ID
		id = a.newToken(name, connector, object{"scopes": []string{"messages:send", api.ScopeReadCredentials}}).ID
		return id, connector, a.reveal(id, 1)
	}

	id, _, value := token("revoked")
	active(value, true)
	a.revoked(id)
	active(value, false)

	id, _, value = token("quarantined")
	active(value, true)
	a.quarantined(api.RoleSecurity, id, object{})
	active(value, false)
	a.as(api.RoleSecurity, "POST", pathOf(id)+"/release-quarantine", because).want(200)
	active(value, true)

	_, connector, value := token("disabled")
	for range 2 {
		b.send(value, "GET", credentialsOf(connector), nil).want(200)
	}
	a.patchConnector(connector, object{"enabled": false})
	active(value, false)
	b.send(value, "GET", credentialsOf(connector), nil).want(401)
	a.patchConnector(connector, object{"enabled": true})
	b.send(value, "GET", credentialsOf(connector), nil).want(200)
}

// TestReplicasSettleOnce: a deadline that passes is carried out once, however many replicas sweep and answer.
func TestReplicasSettleOnce(t *testing.T) {
	t.Parallel()
	all := newReplicas(t, 0, 0, 0)
	a := all[0]
	id := a.createUnder(object{
		"interval": "30d", "max_stage": "1h", "overlap": "1h", "require_acknowledgement": false,
		"on_stage_timeout": "promote",
	}, api.ScopedTokens, "once").ID
	a.begun(id)
	advance(all, 2*time.Hour)
	together(all, func(w *world) { w.sweep() })
	together(all, func(w *world) { w.state(id) })
	if got := a.audited(id, api.StepPromote); len(got) != 1 {
		t.Errorf("promoted %d times", len(got))
	}
	advance(all, 2*time.Hour)
	together(all, func(w *world) { w.sweep() })
	for _, w := range all {
		if got := w.validVersions(id); !slices.Equal(got, []int64{2}) {
			t.Errorf("valid are %v", got)
		}
	}
}

// TestLeaderEnds: a replica that does not lead settles nothing by itself, and takes over from one that has ended.
func TestLeaderEnds(t *testing.T) {
	t.Parallel()
	all := newReplicas(t, 0, 0)
	a, b := all[0], all[1]
	id := a.createUnder(object{
		"interval": "30d", "max_stage": "1h", "require_acknowledgement": false, "on_stage_timeout": "promote",
	}, api.ScopedTokens, "led").ID
	a.begun(id)
	advance(all, 2*time.Hour)
	b.sweep()
	if got := b.audited(id, api.StepPromote); len(got) != 0 {
		t.Error("a replica that does not lead has settled")
	}
	wantLeader(t, a, "this process leads")
	wantLeader(t, b, "another process leads")
	if err := a.store.Close(); err != nil {
		t.Fatal(err)
	}
	b.leads()
	wantLeader(t, b, "this process leads")
	b.sweep()
	if got := b.audited(id, api.StepPromote); len(got) != 1 {
		t.Errorf("the new leader has promoted %d times", len(got))
	}
	if m := string(b.send("", "GET", "/metrics", nil).want(200).body); !strings.Contains(m, "quickconnect_leader 1\n") ||
		!strings.Contains(m, "quickconnect_leader_takeovers_total 1\n") {
		t.Error("the metrics do not show the new leader")
	}
}

func wantLeader(t *testing.T, w *world, want string) {
	t.Helper()
	if body := string(w.send("", "GET", "/readyz", nil).want(200).body); !strings.Contains(body, want) {
		t.Errorf("%s, want %s", body, want)
	}
}

// TestReplicasDeliverOnce: replicas that deliver at the same time share the queue.
func TestReplicasDeliverOnce(t *testing.T) {
	t.Parallel()
	all := newReplicas(t, 0, 0, 0)
	a := all[0]
	h := a.newHook("shared", nil)
	const events = 30
	for range events {
		a.sent(h.endpoint)
	}
	seen, arrived := map[string]bool{}, 0
	for range events {
		together(all, func(w *world) { w.deliver() })
		advance(all, 2*time.Second)
		for _, got := range h.arrived() {
			seen[got.id()] = true
			arrived++
		}
	}
	if arrived != events {
		t.Errorf("%d attempts for %d events", arrived, events)
	}
	if len(seen) != events {
		t.Errorf("%d of %d events arrived", len(seen), events)
	}
	for _, d := range a.deliveries(h.endpoint) {
		if d.State != api.DeliveryDelivered || len(d.Attempts) != 1 {
			t.Errorf("%+v", d)
		}
	}
}

// TestDeliveryIsTakenOver: a replica that has begun an attempt, and does not end it in time, loses the delivery to
// another one. The event keeps its id, and only the outcome of the other one counts.
func TestDeliveryIsTakenOver(t *testing.T) {
	t.Parallel()
	all := newReplicas(t, 0, 0)
	a, b := all[0], all[1]
	h := a.newHook("lost", nil)
	id := a.sent(h.endpoint)
	hanging, release := h.hangs()
	done := make(chan error, 1)
	go func() { done <- a.p.Deliver(t.Context()) }()
	within(t, "the first attempt", hanging)

	b.deliver()
	if first := h.took(1)[0].id(); first != id {
		t.Errorf("%s arrived, want %s", first, id)
	}
	b.tamper(`UPDATE deliveries SET leased_until = 0`)
	h.says(with(http.StatusNoContent))
	advance(all, 2*time.Second)
	b.deliver()
	release()
	if err := within(t, "the first replica", done); err != nil {
		t.Fatal(err)
	}
	if second := h.took(1)[0].id(); second != id {
		t.Errorf("%s arrived, want %s", second, id)
	}
	d := b.delivery(h.endpoint, id)
	if d.State != api.DeliveryDelivered || len(d.Attempts) != 1 {
		t.Errorf("%+v", d)
	}
	if !strings.Contains(a.log.String(), "another process has taken the delivery over") {
		t.Error("the log of the first replica does not say so")
	}
	if m := string(b.send("", "GET", "/metrics", nil).want(200).body); !strings.Contains(m,
		"quickconnect_delivery_takeovers_total 1\n") {
		t.Error("the metrics do not count it")
	}
}

// TestReplicasWithSkewedClocks takes random steps on replicas whose clocks differ by 10 s. After each of them every
// replica accepts one version or two, and never a third one.
func TestReplicasWithSkewedClocks(t *testing.T) {
	t.Parallel()
	all := newReplicas(t, 0, 5*time.Second, -5*time.Second)
	seed := uint64(20261130)
	r := rand.New(rand.NewPCG(seed, 0))
	id := all[0].createUnder(object{
		"interval": "1d", "max_stage": "1h", "overlap": "10m", "require_acknowledgement": false,
		"on_stage_timeout": "promote",
	}, api.ScopedTokens, "skewed").ID
	values := map[int64]string{1: all[0].reveal(id, 1)}
	steps := []string{api.StepBegin, api.StepPromote, api.StepCancel, api.StepRollback, api.StepRetire}
	var history []string
	taken := 0
	for range 150 {
		w := all[r.IntN(len(all))]
		switch r.IntN(4) {
		case 0:
			d := time.Duration(r.Int64N(int64(20 * time.Minute)))
			advance(all, d)
			history = append(history, "advance "+d.String())
		case 1:
			w.sweep()
			history = append(history, "sweep")
		default:
			step := steps[r.IntN(len(steps))]
			var body any
			if step == api.StepPromote || step == api.StepRetire {
				body = forced
			}
			got := w.step(id, step, body)
			history = append(history, fmt.Sprintf("%s at %s: %d", step, w.clock.Now().Format(time.TimeOnly), got.status))
			if got.status == http.StatusOK {
				taken++
			}
		}
		wantOneOrTwo(t, all, id, values, history)
	}
	if taken < 20 {
		t.Errorf("only %d steps were taken: this test tests little:\n%s", taken, strings.Join(history, "\n"))
	}
}

func wantOneOrTwo(t *testing.T, all []*world, id string, values map[int64]string, history []string) {
	t.Helper()
	if on := all[0].state(id).Hold; on != nil {
		all[0].lifecycle(id, "release", because)
	}
	for _, w := range all {
		for _, v := range w.versions(id) {
			if values[v.Version] == "" && (v.State == "pending" || v.State == "current") {
				values[v.Version] = w.reveal(id, v.Version)
			}
		}
	}
	for i, w := range all {
		n := 0
		for _, value := range values {
			if w.introspect(api.RoleAuditor, value).Active {
				n++
			}
		}
		if n < 1 || n > 2 {
			t.Fatalf("replica %d accepts %d versions after:\n%s", i, n, strings.Join(history, "\n"))
		}
	}
}
