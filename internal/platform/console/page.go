package console

import (
	"bytes"
	_ "embed"
	"html/template"
	"net/http"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
)

//go:embed pages.html
var pagesText string

//go:embed style.css
var styleText []byte

var pages = template.Must(template.New("pages").Parse(pagesText))

// page is what every page has, and Body what one page has.
type page struct {
	Title string
	Body  any
}

type failure struct {
	Status    int
	Title     string
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
	Environments []api.Identity
}

// home says who is signed in, and which roles that person has where.
func (h *Console) home(w http.ResponseWriter, _ *http.Request, v *Visit) error {
	body := homePage{Name: v.Person.Name, Tenant: v.Session.Tenant}
	for _, reach := range v.Reaches {
		me, err := v.In(reach.Environment).Identity()
		if err != nil {
			return err
		}
		body.Environments = append(body.Environments, me)
	}
	render(w, http.StatusOK, "home", page{Title: "You", Body: body})
	return nil
}

// render writes a page as a whole, or an error in its place.
func render(w http.ResponseWriter, status int, name string, p page) {
	var b bytes.Buffer
	if err := pages.ExecuteTemplate(&b, name, p); err != nil {
		http.Error(w, "The page cannot be shown.", http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.WriteHeader(status)
	_, _ = w.Write(b.Bytes())
}

func style(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("Content-Type", "text/css; charset=utf-8")
	_, _ = w.Write(styleText)
}
