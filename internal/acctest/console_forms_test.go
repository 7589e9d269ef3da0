package acctest_test

import (
	"encoding/json"
	"net/http"
)

// sentForm is a form that is sent once.
type sentForm struct {
	page   string // below the environment; a selector of a link where it begins with none
	button string // CSS selector
	fields map[string]string
	tick   string // id of a box
	says   string // what the page says then
}

// sendForms sends each form once, with the pointer. No route that takes one may be left over.
func (s *consoleScene) sendForms() {
	s.t.Helper()
	search, webhook := "/credentials/"+s.tokens["search"], "/webhooks/"+s.endpoint
	mux, sent := routes(), map[string]bool{}
	for _, f := range []sentForm{
		{search, "#release button", map[string]string{"release-reason": "a test"}, "", "The quarantine has ended"},
		{search, "#rotate button", map[string]string{"rotate-reason": "a test"}, "", "The next version was issued"},
		{search, "#quarantine button", map[string]string{"quarantine-reason": "a test"}, "", "It is in quarantine"},
		{search, "#revoke button", map[string]string{"revoke-reason": "a test"}, "revoke-confirm", "are revoked"},
		{s.firstOf("/findings"), "#close button", map[string]string{"close-reason": "a test"}, "", "The finding is closed"},
		{webhook, `form[action$="/resend"] button`, nil, "", "is sent again now"},
		{webhook, "#redeliver button", nil, "", "sent"},
		{webhook, "#probe button", nil, "", "The receiver was probed"},
		{webhook, "#test button", map[string]string{"test-type": anEvent}, "", "The test event is queued"},
		{"/workload-identities", "#try-form button", map[string]string{"try-jwt": "no.jwt.x"}, "", "deploy"},
		{s.firstOf("/consents"), "#decide button", nil, "scope-0", "Revoke the consent"},
		{s.firstOf("/consents"), "#revoke button", nil, "revoke-confirm", "revoked"},
		{"/inventory", "main form button", map[string]string{}, "", "search"},
		{"/findings", "main form button", nil, "", "Findings"},
		{"/audit", "main form button", nil, "", "Audit"},
		{webhook, "main form button", nil, "", "orders"},
	} {
		s.Open(s.page(f.page))
		action := ""
		s.Evaluate("document.querySelector("+quoted(f.button)+").form.getAttribute('action')", &action)
		for id, text := range f.fields {
			s.Evaluate("document.getElementById("+quoted(id)+").select()", nil)
			s.Type(text)
		}
		if f.tick != "" {
			s.Evaluate("document.getElementById("+quoted(f.tick)+").click()", nil)
		}
		s.Click(f.button)
		s.WaitForText(f.says)
		s.faultless("after " + f.button + " of " + f.page)
		sent[pattern(mux, http.MethodPost, action)] = true
	}
	for _, p := range allPages() {
		if p.Method == http.MethodPost && !sent[p.Path] {
			s.t.Errorf("no form was sent to %s", p.Path)
		}
	}
}

// firstOf is the page of the first object of a list.
func (s *consoleScene) firstOf(list string) (path string) {
	s.t.Helper()
	s.Open(s.page(list))
	s.Evaluate("document.querySelector("+quoted("tbody a[href*='"+list+"/']")+").pathname", &path)
	return path[len("/console/in/staging"):]
}

func quoted(text string) string {
	data, _ := json.Marshal(text)
	return string(data)
}
