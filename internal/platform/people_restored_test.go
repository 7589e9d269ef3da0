package platform_test

import (
	"net/url"
	"testing"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/journal"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/people"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/restore"
)

// Nobody is signed in after a restore, and nobody can sign in before its confirmation. A session that was signed out
// after the backup does not come back, and neither does a sign-in that had begun, or a role that was taken away.
func TestPeopleAfterARestore(t *testing.T) {
	o := newOffice(t)
	path := o.journaled()
	kept, taken := o.bindGroup("team", api.RoleOperator), o.bindGroup("team", api.RoleApprover)
	o.person("jo", "team")
	o.person("kim", "team")
	jo, kim, late := o.signedIn("jo"), o.signedIn("kim"), o.browser()
	back := late.p.SignIn(late.begin("/console"), "jo")
	signedOut := kim.cookies[cookieSession]
	restores := o.backsUp()
	kim.post("/console/sign-out", url.Values{}).want(303)
	o.as(api.RoleSecurity, "DELETE", pathBindings+"/"+taken.ID, nil).want(204)

	restores()
	kim.cookies[cookieSession] = signedOut
	for _, page := range []string{"/console", "/console/in/staging", "/console/sign-in", "/console/sign-in?tenant=acme"} {
		jo.get(page).want(503).shows("restored from a backup", "quickconnectd restore confirm")
		o.browser().get(page).want(503)
	}
	late.get(back.RequestURI()).want(503)
	again, byHand := restore.Contain(o.lostIn(path))
	if done, err := o.world.p.ConfirmRestore(t.Context(), again); err != nil || done != 1 || len(byHand) != 0 {
		t.Fatalf("%d were ended again, %d are left, %v", done, len(byHand), err)
	}
	for name, b := range map[string]*browser{"jo": jo, "kim": kim} {
		if to := b.get("/console").want(303).header.Get("Location"); to != "/console/sign-in?return_to=%2Fconsole" {
			t.Errorf("%s is signed in after the restore, and goes to %s", name, to)
		}
	}
	late.get(back.RequestURI()).want(403).shows("used before")
	if n := o.query1("SELECT COUNT(*) FROM sessions WHERE end_reason = 'restored' AND sealed IS NULL"); n != "2" {
		t.Errorf("%s sessions were ended by the restore, want 2", n)
	}
	o.as(api.RoleSecurity, "GET", pathBindings+"/"+taken.ID, nil).want(404)
	o.as(api.RoleSecurity, "GET", pathBindings+"/"+kept.ID, nil).want(200)
	o.signedIn("jo").get("/console").want(200).shows("jo@example.com")
}

// An issuer that was removed after the backup is removed again.
func TestRemovedIssuerAfterARestore(t *testing.T) {
	w := newWorld(t)
	path := w.journaled()
	w.addIssuer(people.NewIssuer{})
	restores := w.backsUp()
	j, err := journal.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	if _, _, err := people.RemoveIssuer(t.Context(), w.store, w.keyring, w.clock, "acme", "corp", j); err != nil {
		t.Fatal(err)
	}
	restores()
	again, byHand := restore.Contain(w.lostIn(path))
	if done, err := w.p.ConfirmRestore(t.Context(), again); err != nil || done != 1 || len(byHand) != 0 {
		t.Fatalf("%d were ended again, %d are left, %v", done, len(byHand), err)
	}
	left, err := people.ListIssuers(t.Context(), w.store, w.keyring, w.clock, "acme")
	if err != nil || len(left) != 0 {
		t.Errorf("%v is there again, %v", left, err)
	}
}
