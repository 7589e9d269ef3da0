package platform_test

import (
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
)

// refused sends a request that must be refused because the database cannot be written.
func (w *world) refused(o outage, r *reply) {
	w.t.Helper()
	p := r.problem(api.CodeUnavailable, "")
	if r.status != 503 || r.header.Get("Retry-After") == "" || !strings.Contains(p.Detail, o.says) ||
		!strings.Contains(p.Detail, "operator") || !strings.Contains(p.Detail, "send the request again") {
		w.t.Errorf("%s: %d, Retry-After %q, %s", r.what, r.status, r.header.Get("Retry-After"), p.Detail)
	}
}

// TestOutageRefusesEveryWrite sends every kind of write, and looks at the database before and after.
func TestOutageRefusesEveryWrite(t *testing.T) {
	eachOutage(t, func(t *testing.T, w *world, o outage) {
		ids := w.objects()
		token, secret := ids[pathTokens], ids[pathSecrets]
		value := w.reveal(token, 1)
		w.sweep()
		before, audited := w.token(token), len(w.audit())

		end := o.begin(w)
		w.clock.Advance(2 * time.Minute)
		w.notice()
		writes := map[string]func(w *world) *reply{
			"create": func(w *world) *reply {
				return w.do("POST", pathConnectors, object{"name": "b", "owner": "o", "type": "custom"})
			},
			"change": func(w *world) *reply {
				return w.do("PATCH", pathOf(token), object{"description": "x"}, key("k"))
			},
			"delete":                     func(w *world) *reply { return w.do("DELETE", pathOf(token), nil) },
			"step":                       func(w *world) *reply { return w.step(token, api.StepBegin, nil) },
			"reveal of a token":          func(w *world) *reply { return w.do("POST", revealPath(token, 1), nil) },
			"reveal of a signing secret": func(w *world) *reply { return w.do("POST", revealPath(secret, 1), nil) },
			"hold":                       func(w *world) *reply { return w.do("POST", pathOf(token)+"/hold", because) },
			"revoke": func(w *world) *reply {
				return w.do("POST", pathOf(token)+"/revoke", object{"all": true, "reason": "x"})
			},
			"RFC 7009": func(w *world) *reply {
				return w.as(api.RoleSecurity, "POST", "/v1/revoke", url.Values{"token": {value}})
			},
			"test event": func(w *world) *reply {
				return w.do("POST", pathOf(ids[pathEndpoints])+"/test-events",
					object{"type": "message.delivered", "data": object{}})
			},
			"end of a principal": func(w *world) *reply {
				list := decoded[api.Page[api.Principal]](w.as(api.RoleSecurity, "GET", "/v1/principals", nil).want(200))
				return w.as(api.RoleSecurity, "DELETE", "/v1/principals/"+list.Items[0].ID+"?last=true", nil)
			},
		}
		t.Run("writes", func(t *testing.T) {
			for what, send := range writes {
				t.Run(what, func(t *testing.T) { // together, because each one waits for the lock
					t.Parallel()
					w := w.in(t)
					w.refused(o, send(w))
				})
			}
		})
		// Reads go on.
		if diff := cmp.Diff(before, w.token(token)); diff != "" {
			t.Errorf("(-before +in the outage):\n%s", diff)
		}
		w.do("GET", pathTokens, nil).want(200)
		w.do("GET", "/v1/identity", nil).want(200)
		if got := w.as(api.RoleSecurity, "POST", "/v1/identify", url.Values{"token": {value}}).want(200); !strings.Contains(
			string(got.body), token) {
			t.Errorf("%s", got.body)
		}
		end()
		if diff := cmp.Diff(before, w.token(token)); diff != "" || len(w.audit()) != audited {
			t.Errorf("%d more audit events (-before +after):\n%s", len(w.audit())-audited, diff)
		}
	})
}

// TestOutageIsSeenAndEnds looks at what an operator has: /readyz, the metrics and the log.
func TestOutageIsSeenAndEnds(t *testing.T) {
	eachOutage(t, func(t *testing.T, w *world, o outage) {
		w.sweep()
		if w.metric("quickconnect_database_writable") != "1" {
			t.Error("the database is not writable")
		}
		w.clock.Advance(2 * time.Minute)
		end := o.begin(w)
		w.notice() // without any request that writes
		for range 2 {
			w.refused(o, w.do("POST", pathConnectors, object{"name": "b", "owner": "o", "type": "custom"}))
			if err := w.p.Sweep(t.Context()); err == nil {
				t.Error("the sweep ended the outage too early")
			}
		}
		if got := w.ready(503).check("database"); !strings.Contains(got.Text, o.says) {
			t.Errorf("/readyz: %+v", got)
		}
		w.send("", "GET", "/healthz", nil).want(200)
		if w.metric("quickconnect_database_writable") != "0" {
			t.Error("the metric does not show the outage")
		}
		end()
		w.ready(503) // until the platform has tried
		w.sweep()
		w.ready(200)
		w.do("POST", pathConnectors, object{"name": "b", "owner": "o", "type": "custom"}).want(201)
		log := w.log.String()
		if n := strings.Count(log, "database cannot be written"); n != 1 {
			t.Errorf("the log has the outage %d times:\n%s", n, log)
		}
		if n := strings.Count(log, "can be written again"); n != 1 || strings.Contains(log, "request failed") {
			t.Errorf("the log has its end %d times:\n%s", n, log)
		}
		if !strings.Contains(log, "reason="+o.reason) {
			t.Errorf("the log does not have the reason %s:\n%s", o.reason, log)
		}
	})
}

// TestOutageKeepsUses lets a runtime principal use a token. The use is evidence, so the platform later promotes the
// pending version at its deadline, which passed in the outage.
func TestOutageKeepsUses(t *testing.T) {
	eachOutage(t, func(t *testing.T, w *world, o outage) {
		policy := w.newPolicy("monthly", nil)
		token := w.newToken("notifier", w.newConnector("chat", nil).ID, object{"rotation_policy_id": policy.ID})
		w.begun(token.ID)
		values := w.values(token.ID)
		other := w.reveal(w.newToken("no-deadline-passes", token.ConnectorID, nil).ID, 1)
		w.sweep()

		end := o.begin(w)
		w.clock.Advance(time.Hour)
		used := w.clock.Now()
		for range 3 { // the first one finds out
			for _, v := range []string{values[1], values[2], other} {
				if got := w.introspect(api.RoleRuntime, v); !got.Active {
					t.Fatalf("%+v", got)
				}
			}
		}
		// The evidence of version 2 and its last use wait apart.
		if got := w.metric(`quickconnect_uses_waiting{of="versions"}`); got != "4" {
			t.Errorf("%s uses wait", got)
		}
		w.clock.Advance(90 * time.Minute) // the stage ended 30 minutes ago
		w.accepted(values, 1, 2)
		inOutage, versions := w.token(token.ID), w.versions(token.ID)
		if inOutage.Version != 2 || inOutage.Rotation.Phase != api.PhaseDraining {
			t.Errorf("%+v", inOutage)
		}
		w.refused(o, w.step(token.ID, api.StepRetire, forced))

		end()
		w.sweep()
		if got := w.metric(`quickconnect_uses_waiting{of="versions"}`); got != "0" {
			t.Errorf("%s uses still wait", got)
		}
		after := w.token(token.ID)
		after.Findings = inOutage.Findings // the first sweep after the outage looks at these uses
		if diff := cmp.Diff(inOutage, after); diff != "" {
			t.Errorf("(-in the outage +after it):\n%s", diff)
		}
		if diff := cmp.Diff(versions, w.versions(token.ID)); diff != "" {
			t.Errorf("versions (-in the outage +after it):\n%s", diff)
		}
		for _, v := range versions {
			if v.LastUsedAt == nil || !v.LastUsedAt.Equal(used) {
				t.Errorf("version %d was last used at %v, want %v", v.Version, v.LastUsedAt, used)
			}
		}
		if e := versions[1].Evidence; e == nil || !e.At.Equal(used) {
			t.Errorf("evidence: %+v", e)
		}
		want := []string{"create", "begin", "reveal", "reveal", "acknowledge", "promote", "introspect"}
		if got := w.actions(token.ID); !slices.Equal(got, want) {
			t.Errorf("audited are %v, want %v", got, want)
		}
	})
}

// TestOutageEndsNoDeadline lets every kind of deadline pass in an outage. Reads and introspection say what they say
// afterwards, when the deadlines are written.
func TestOutageEndsNoDeadline(t *testing.T) {
	catchWriters()
	for name, x := range deadlineCases {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			o := w.createUnder(x.policy, api.ScopedTokens, name)
			w.begun(o.ID)
			values := w.values(o.ID)
			if x.acknowledge {
				w.step(o.ID, api.StepAcknowledge, object{"version": 2}).want(200)
			}
			w.clock.Advance(x.wait)
			w.setReadOnly(true)
			w.accepted(values, x.valid...)
			inOutage, versions := w.token(o.ID), w.versions(o.ID)
			w.wantValid(o.ID, values, x.valid...)
			if inOutage.Rotation.Phase != x.phase {
				t.Errorf("phase %s, want %s", inOutage.Rotation.Phase, x.phase)
			}
			w.setReadOnly(false)
			w.sweep()
			if diff := cmp.Diff(inOutage, w.token(o.ID)); diff != "" {
				t.Errorf("(-in the outage +after it):\n%s", diff)
			}
			if diff := cmp.Diff(versions, w.versions(o.ID)); diff != "" {
				t.Errorf("versions (-in the outage +after it):\n%s", diff)
			}
		})
	}
}

// TestOutageEndsNoRun: a run cannot renew its lease in an outage. What it made is not adopted afterwards.
func TestOutageEndsNoRun(t *testing.T) {
	catchWriters()
	w := newWorld(t)
	alive := w.instance()
	id, claim := alive.makes(api.RotationPolicies, aPolicy)
	w.sweep()
	w.setReadOnly(true)
	w.lapse()
	w.clock.Advance(time.Minute)
	w.notice()
	w.present(api.RotationPolicies, id, claim).want(200)
	w.setReadOnly(false)
	next := w.instance()
	_, r := next.create(api.RotationPolicies, aPolicy)
	r.problem(api.CodeUnavailable, "") // until the platform has noticed
	w.sweep()
	_, r = next.create(api.RotationPolicies, aPolicy)
	r.problem(api.CodeInProgress, "/name")
	if log := w.log.String(); strings.Contains(log, "claim was not stored") {
		t.Errorf("log:\n%s", log)
	}
}
