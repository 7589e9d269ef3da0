package console

import (
	"bytes"
	_ "embed"
	"net/http"
	"net/url"
	"strings"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/sessions"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/view"
)

//go:embed home.html
var homeText string

//go:embed sign_in.html
var signInText string

//go:embed failure.html
var failureText string

var (
	homeTemplate    = view.MustParse(homeText)
	signInTemplate  = view.MustParse(signInText)
	failureTemplate = view.MustParse(failureText)
)

type failure struct {
	Status    int
	Text      string
	RequestID string
	SignIn    bool // there is another try
}

type signInForm struct {
	Tenant   string
	ReturnTo string
	Issuers  []signInLink
}

type signInLink struct{ Name, Location string }

type homePage struct {
	Name, Tenant string
	Environments view.Table
}

// home says who is signed in, which roles that person has where, and leads to the pages of each environment.
func (h *Console) home(w http.ResponseWriter, _ *http.Request, v *Visit) error {
	t := view.Table{
		ID: "environments", Caption: "Your roles", Columns: view.Columns("Environment", "Roles", "You may"),
		Empty: "You have no role in any environment. A role binding gives one: ask who deploys, or the security team.",
	}
	for _, reach := range v.Reaches {
		me, err := v.In(reach.Environment).Identity()
		if err != nil {
			return err
		}
		t.Rows = append(t.Rows, []view.Cell{
			{Text: me.Environment, Href: baseOf(me.Environment) + "/inventory"},
			view.Text(strings.Join(me.Roles, ", ")),
			view.Text(strings.Join(me.Permissions, ", ")),
		})
	}
	frame := view.Frame{Title: "You", Account: v.account()}
	render(w, http.StatusOK, homeTemplate, frame, homePage{
		Name: v.Person.Name, Tenant: v.Session.Tenant, Environments: t,
	})
	return nil
}

func (v *Visit) account() *view.Account {
	return &view.Account{Name: v.Person.Name, SignOut: sessions.Home + "/sign-out"}
}

// baseOf is where the pages of an environment are.
func baseOf(environment string) string { return sessions.Home + "/in/" + url.PathEscape(environment) }

// render writes a page as a whole, or an error in its place.
func render(w http.ResponseWriter, status int, t *view.Template, f view.Frame, data any) {
	f.Home, f.StyleHref = sessions.Home, sessions.Home+"/style.css"
	if f.Site == "" {
		f.Site = "Quickconnect"
	}
	var b bytes.Buffer
	if err := t.Write(&b, f, data); err != nil {
		http.Error(w, "The page cannot be shown.", http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.WriteHeader(status)
	_, _ = w.Write(b.Bytes())
}

func style(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("Content-Type", "text/css; charset=utf-8")
	_, _ = w.Write([]byte(view.Stylesheet()))
}
