package acctest_test

import (
	"strings"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/acctest"
)

// walkByKeyboard goes from the address of the console to a quarantine with Tab, Enter and letters alone.
func (s *consoleScene) walkByKeyboard() {
	s.t.Helper()
	s.Open(s.p.URL + "/console")
	s.faultless("the page to sign in")
	s.tabTo("Tenant")
	s.Type(acctest.Tenant)
	s.picture("console-sign-in")
	s.Enter()
	s.faultless("the page with the issuers")
	s.tabTo("corp")
	s.Enter()
	s.tabTo("username") // at the provider
	s.Type(consolePerson)
	s.tabTo("password")
	s.Type(consolePerson)
	s.Enter()
	s.WaitForText("You are signed in as jo@example.com")
	s.tabTo(acctest.Environment)
	s.Enter()
	s.tabTo("search")
	s.Enter()
	s.tabTo("Reason of quarantine")
	s.Type("unusual volume")
	s.Enter()
	s.WaitForText("It is in quarantine")
}

// focused is the element that has the focus: what a person knows it by, and whether its focus can be seen.
type focused struct {
	Name    string
	Visible bool
}

// focusedNow asks for it. The name of a field is its label; the fields "Reason" are told apart by their forms.
const focusedNow = `(() => {
	const e = document.activeElement, style = getComputedStyle(e);
	const label = e.labels && e.labels.length ? e.labels[0].textContent : "";
	const form = e.name === "reason" ? " of " + e.form.id : "";
	return {
		Name: ((label.trim().replace(/:$/, "") || e.textContent.trim()) + form),
		Visible: style.outlineStyle !== "none" && parseFloat(style.outlineWidth) > 0,
	};
})()`

// tabTo presses Tab until an element of this name has the focus. Whatever has it on the way must show it.
func (s *consoleScene) tabTo(name string) {
	s.t.Helper()
	const enough = 200
	for range enough {
		s.Tab()
		var f focused
		s.Evaluate(focusedNow, &f)
		if !f.Visible && f.Name != "" {
			s.t.Errorf("the focus on %q cannot be seen", f.Name)
		}
		if strings.EqualFold(f.Name, name) {
			return
		}
	}
	s.t.Fatalf("%d times Tab do not lead to %s", enough, name)
}
