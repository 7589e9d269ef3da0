package platform_test

import (
	"net/url"
	"slices"
	"testing"
	"time"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
)

// elevation asks for role security in a browser, and returns what waits.
func (b *browser) elevation() api.Approval {
	b.t.Helper()
	b.post(consoleBase+"/elevations", url.Values{
		"role": {api.RoleSecurity}, "for": {"20m"}, "reason": {"incident 7"}, "key": {b.t.Name()},
	}).want(303)
	var page api.Page[api.Approval]
	b.as(api.RoleAuditor, "GET", pathApprovals+"?state=pending", nil).want(200).decode(&page)
	return page.Items[len(page.Items)-1]
}

// TestElevation: a role that another person approves counts at once and ends by itself.
func TestElevation(t *testing.T) {
	t.Parallel()
	o := approvers(t)
	jo, kim, ann := o.signedIn("jo"), o.signedIn("kim"), o.signedIn("ann")
	kim.post(consoleBase+"/elevations", url.Values{
		"role": {api.RoleSecurity}, "for": {"20m"}, "reason": {"x"}, "key": {"1"},
	}).want(403).shows("only a person with role auditor")
	a := jo.elevation()
	jo.get("/console").want(200).shows("auditor")
	jo.decides("approve", a.ID).want(403)
	kim.decides("approve", a.ID).want(303)
	jo.get("/console").want(200).shows("auditor, security")
	faultless(t, "approvals", jo.get(consoleBase+"/approvals").want(200).shows("End security of jo@example.com"))
	o.clock.Advance(20 * time.Minute)
	o.sweep()
	if got := o.approval(a.ID); got.State != api.ApprovalEnded || got.ClosedWhy != api.ElevationExpired {
		t.Errorf("%+v", got)
	}
	var did []string
	for _, e := range o.audit() {
		if e.ObjectID == a.ID {
			did = append(did, e.Action)
		}
	}
	if !slices.Equal(did, []string{"ask_approval", "approve", "end_elevation"}) {
		t.Errorf("the audit trail has %q", did)
	}

	own := ann.elevation()
	ann.decides("approve", own.ID).want(403).shows("is your own")
	kim.decides("approve", own.ID).want(303)
	ann.post(consoleBase+"/elevations/"+own.ID+"/end", url.Values{"key": {"end"}}).want(303)
	if got := o.approval(own.ID); got.State != api.ApprovalEnded || got.ClosedWhy != api.ElevationEnded {
		t.Errorf("%+v", got)
	}
}

// TestElevationEndsWithItsGroup: who loses the role that let it ask loses the elevation, and does not get it back with
// the role.
func TestElevationEndsWithItsGroup(t *testing.T) {
	t.Parallel()
	o := approvers(t)
	jo, kim := o.signedIn("jo"), o.signedIn("kim")
	a := jo.elevation()
	kim.decides("approve", a.ID).want(303)
	jo.get(consoleBase + "/approvals").want(200)
	o.govern(object{})
	var bound api.Page[api.RoleBinding]
	o.do("GET", pathBindings+"?name=auditors", nil).want(200).decode(&bound)
	o.as(api.RoleSecurity, "DELETE", pathBindings+"/"+bound.Items[0].ID, nil).want(204)
	jo.get(consoleBase + "/approvals").want(403)
	o.sweep()
	o.bindGroup("auditors", api.RoleAuditor)
	jo.get("/console").want(200).shows("auditor")
	if got := o.approval(a.ID); got.State != api.ApprovalEnded || got.ClosedWhy != api.ElevationRoleLost {
		t.Errorf("%+v", got)
	}
}
