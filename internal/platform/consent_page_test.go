package platform_test

import (
	"net/url"
	"strings"
	"testing"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
)

// TestConsentPage: the link of a request leads through the sign-in to what is asked for, in words. A consenter agrees
// to what is ticked and revokes it; who has no such permission only reads.
func TestConsentPage(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	o.bindGroup("patients-office", api.RoleConsenter)
	o.bindGroup("auditors", api.RoleAuditor)
	o.person("ada", "patients-office")
	o.person("kim", "auditors")
	c := o.newConsent("messages:send", "users:read")
	page := strings.TrimPrefix(*c.Link, publicURL)

	ada := o.browser()
	if to := ada.get(page).want(303).header.Get("Location"); to != "/console/sign-in?return_to="+url.QueryEscape(page) {
		t.Fatalf("the link leads to %s", to)
	}
	back := o.p.SignIn(ada.begin(page), "ada")
	if to := ada.get(back.RequestURI()).want(303).header.Get("Location"); to != page {
		t.Fatalf("after the sign-in, the browser goes to %s", to)
	}
	shown := ada.get(page).want(200).shows("Send reminders to patients.", "Send messages.", "Read the profiles of users.",
		"Agree to what is ticked", c.TextVersion)
	faultless(t, "a request", shown)
	faultless(t, "the list", ada.get(consoleBase+"/consents?state=requested").want(200).shows(c.ID, "users:read"))
	kim := o.signedIn("kim")
	if got := kim.get(page).want(200).shows("Send messages."); strings.Contains(string(got.body), "<form id=") {
		t.Error("who may not decide has a form")
	}
	grant := url.Values{"decision": {"grant"}, "scope": {"users:read"}, "key": {"1"}}
	kim.post(page+"/decide", grant).want(403)
	ada.post(page+"/decide", url.Values{"decision": {"grant"}, "key": {"1"}}).want(422).shows("Nothing is ticked")
	ada.post(page+"/decide", grant).want(303)
	faultless(t, "a granted consent", ada.get(page).want(200).shows("users:read, read): agreed to", "ada@example.com"))
	ada.post(page+"/revoke", url.Values{"key": {"2"}}).want(422).shows("Nothing was revoked")
	ada.post(page+"/revoke", url.Values{"confirm": {"true"}, "key": {"2"}}).want(303)
	ada.get(page).want(200).shows("revoked")
	if got := o.actions(c.ID); strings.Join(got, " ") != "create grant revoke" {
		t.Errorf("the audit has %q", got)
	}
}
