package platform_test

import (
	"fmt"
	"net/url"
	"strings"
	"sync"
	"testing"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
)

const (
	pathApprovals  = "/v1/approvals"
	pathElevations = "/v1/elevations"
)

// pending returns what waits in the environment of the caller, where nothing waits afterwards by its policy.
func (w *world) pending() string {
	w.t.Helper()
	w.govern(object{"require_approval": []string{api.ApproveExemption}})
	id := w.as(api.RoleSecurity, "POST", pathExemptions, exemption("to be decided")).waits()
	w.govern(object{})
	return id
}

// approvers is an office in which some operations wait, with two approvers and an auditor.
func approvers(tb testing.TB) *office {
	tb.Helper()
	o := newOffice(tb)
	o.bindGroup("leads", api.RoleApprover)
	o.bindGroup("auditors", api.RoleAuditor)
	o.bindGroup("both", api.RoleApprover)
	o.bindGroup("both", api.RoleAuditor)
	o.govern(object{"require_approval": api.ApprovableOperations()})
	for name, group := range map[string]string{"kim": "leads", "lee": "leads", "jo": "auditors", "ann": "both"} {
		o.person(name, group)
	}
	return o
}

// waits returns the id of what a request waits for.
func (r *reply) waits() string {
	r.t.Helper()
	id := r.problem(api.CodeApprovalRequired, "").Approval
	if !strings.HasPrefix(id, api.ApprovalIDPrefix) || !strings.Contains(string(r.body), "role approver") {
		r.t.Fatalf("%s: %s", r.what, r.body)
	}
	return id
}

func (o *office) approval(id string) (a api.Approval) {
	o.t.Helper()
	o.as(api.RoleAuditor, "GET", pathApprovals+"/"+id, nil).want(200).decode(&a)
	return a
}

func (b *browser) decides(verb, id string) *reply {
	b.t.Helper()
	return b.post(consoleBase+"/approvals/"+id, url.Values{"verb": {verb}, "key": {verb + id + b.cookies[cookieSession]}})
}

func exemption(reason string) object {
	return object{
		"kind": "connectors", "name": "crm", "rule": api.RuleRequireLabels, "reason": reason,
		"expires_at": "2099-01-01T00:00:00Z",
	}
}

// TestApproval: a request that waits passes once after another person has approved exactly it, with the same key.
func TestApproval(t *testing.T) {
	t.Parallel()
	o := approvers(t)
	ask := func(body object) *reply {
		return o.as(api.RoleSecurity, "POST", pathExemptions, body, key(fmt.Sprint("one", body["reason"])))
	}
	id := ask(exemption("split")).waits()
	if again := ask(exemption("split")).waits(); again != id {
		t.Errorf("the same request waits as %s and as %s", id, again)
	}
	if other := ask(exemption("else")).waits(); other == id {
		t.Error("another request waits as the same")
	}
	for _, role := range api.Roles() {
		o.as(role, "POST", pathApprovals+"/"+id+"/approve", object{}).problem(api.CodeForbidden, "")
	}
	kim, lee, jo := o.signedIn("kim"), o.signedIn("lee"), o.signedIn("jo")
	faultless(t, "approvals", kim.get(consoleBase+"/approvals").want(200).shows(id, "split", "require_labels"))
	jo.decides("approve", id).want(403)
	ask(exemption("split")).waits()
	kim.decides("approve", id).want(303)
	lee.decides("refuse", id).want(409).shows("kim@example.com")
	ask(exemption("else")).waits()
	ask(exemption("split")).want(201)
	ask(exemption("split")).want(201) // a repetition of it
	if got := o.approval(id); got.State != api.ApprovalUsed || got.ClosedAt == nil {
		t.Errorf("%+v", got)
	}
	var created api.GuardrailExemption
	ask(exemption("split")).decode(&created)
	o.as(api.RoleSecurity, "PATCH", pathExemptions+"/"+created.ID, object{"expires_at": "2099-02-01T00:00:00Z"}).waits()
	o.as(api.RoleSecurity, "PATCH", pathExemptions+"/"+created.ID, object{"expires_at": "2098-01-01T00:00:00Z"}).want(200)
	o.as(api.RoleSecurity, "DELETE", pathExemptions+"/"+created.ID, nil).want(204)
	o.as(api.RoleSecurity, "POST", pathExemptions, exemption("split")).waits() // it passed once

	did := map[string]string{}
	for _, e := range o.audit() {
		if e.Kind == api.KindApprovals && e.ObjectID == id {
			did[e.Action] = e.Actor[:4]
		}
	}
	if len(did) != 3 || did["ask_approval"] != "prn_" || did["approve"] != "per_" || did["use_approval"] != "prn_" {
		t.Errorf("the audit trail has %v", did)
	}
}

// TestApprovalOfGrantsAndPromotions: what gives access waits, and what takes it away does not.
func TestApprovalOfGrantsAndPromotions(t *testing.T) {
	t.Parallel()
	o := approvers(t)
	binding := o.do("GET", pathBindings, nil).want(200)
	var bound api.Page[api.RoleBinding]
	binding.decode(&bound)
	o.do("POST", pathBindings, object{"issuer": "corp", "group": "new", "role": api.RoleOperator}).waits()
	o.do("POST", pathIdentities, identityBody("pipeline", nil)).waits()
	o.as(api.RoleSecurity, "DELETE", pathBindings+"/"+bound.Items[0].ID, nil).want(204)

	token := o.newToken("notifier", o.newConnector("crm", nil).ID, object{
		"rotation_policy_id": o.newPolicy("acknowledged", object{"require_acknowledgement": true}).ID,
	})
	o.step(token.ID, "begin", object{}).want(200)
	forced := object{"force": true, "reason": "the consumer cannot acknowledge"}
	id := o.step(token.ID, "promote", forced).waits()
	if a := o.approval(id); a.About["version"] != "2" || a.Reason == "" {
		t.Errorf("%+v", a)
	}
	if got := o.token(token.ID).Rotation.Phase; got != api.PhaseStaged {
		t.Errorf("it waits, and the phase is %s", got)
	}
	o.as(api.RoleOperator, "POST", pathTokens+"/"+token.ID+"/quarantine", object{"reason": "leak", "for": "1d"}).want(200)
	o.as(api.RoleOperator, "POST", pathTokens+"/"+token.ID+"/revoke", object{"all": true, "reason": "leak"}).want(200)
	o.as(api.RoleOperator, "POST", pathTokens+"/"+token.ID+"/hold", because).want(200)
}

// TestApprovalRaces: of two approvers at once one decides, an approval after its time decides nothing, and an approved
// request passes once however often it is sent at once.
func TestApprovalRaces(t *testing.T) {
	t.Parallel()
	o := approvers(t)
	kim, lee := o.signedIn("kim"), o.signedIn("lee")
	atOnce := func(a, b func() *reply) map[int]int {
		var both sync.WaitGroup
		var mu sync.Mutex
		got := map[int]int{}
		for _, f := range []func() *reply{a, b} {
			both.Go(func() {
				r := f()
				mu.Lock()
				defer mu.Unlock()
				got[r.status]++
			})
		}
		both.Wait()
		return got
	}
	ask := func() *reply { return o.as(api.RoleSecurity, "POST", pathExemptions, exemption("split")) }
	id := ask().waits()
	got := atOnce(func() *reply { return kim.decides("approve", id) }, func() *reply { return lee.decides("approve", id) })
	if got[303] != 1 || got[409] != 1 {
		t.Errorf("two approvers at once get %v", got)
	}
	if got := atOnce(ask, ask); got[201] != 1 || got[409] != 1 {
		t.Errorf("the approved request, twice at once, gets %v", got)
	}

	other := o.as(api.RoleSecurity, "POST", pathExemptions, object{
		"kind": "connectors", "name": "mail", "rule": api.RuleRequireLabels, "reason": "late",
		"expires_at": "2099-01-01T00:00:00Z",
	}).waits()
	o.clock.Advance(api.ApprovalWait)
	o.sweep()
	o.clock.Advance(-api.ApprovalWait)
	kim.decides("approve", other).want(409).shows("nobody decided")
	if got := o.approval(other).State; got != api.ApprovalExpired {
		t.Errorf("it is %s", got)
	}
}
