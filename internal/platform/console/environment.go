package console

import (
	"mime"
	"net/http"
	"slices"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/console/consents"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/console/pages"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/problem"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/sessions"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/store"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/secret"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/view"
)

// maxForm is how many bytes the form of a page may have.
const maxForm = 64 << 10

// environmentPages lists the pages about one environment, those of the navigation in its order.
func environmentPages() []pages.Page {
	return slices.Concat(pages.All(), consents.Pages(), approvalPages())
}

// mountEnvironments registers the pages about one environment.
func (h *Console) mountEnvironments() {
	for _, p := range environmentPages() {
		h.routes.HandleFunc(p.Method+" "+sessions.Home+"/in/{environment}"+p.Path, h.signedIn(h.inEnvironment(p)))
	}
}

// inEnvironment serves a page about one environment, in which the person must have a role.
func (h *Console) inEnvironment(p pages.Page) func(http.ResponseWriter, *http.Request, *Visit) error {
	return func(w http.ResponseWriter, r *http.Request, v *Visit) error {
		environment := r.PathValue("environment")
		if !v.reaches(environment) {
			return problem.New(api.CodeForbidden, "", "You have no role in an environment of this name. A role binding gives "+
				"one: ask who deploys, or the security team.")
		}
		caller := v.In(environment)
		me, err := caller.Identity()
		if err != nil {
			return err
		}
		if r.Method == http.MethodPost {
			r.Body = http.MaxBytesReader(w, r.Body, maxForm)
			if err := r.ParseForm(); err != nil {
				return problem.New(api.CodeInvalid, "", "The form cannot be read. Nothing was done.")
			}
		}
		query := r.URL.Query()
		if r.Header.Get("Sec-Fetch-Site") != "same-origin" {
			query.Del(pages.Done) // a link of another site must not make a page say that something was done
		}
		answer, err := p.Serve(&pages.Request{
			API: caller, Me: me, Base: baseOf(environment), Now: h.Now(), Path: r.PathValue, Query: query,
			Form: r.PostForm, NewKey: h.NewKey, Try: func(jwt secret.Value) ([]pages.Tried, error) {
				return h.Try(r.Context(), store.Scope{Tenant: v.Session.Tenant, Environment: environment}, jwt)
			},
		})
		if err != nil {
			return err
		}
		respond(w, r, v, answer, environment)
		return nil
	}
}

func (v *Visit) reaches(environment string) bool {
	for _, reach := range v.Reaches {
		if reach.Environment == environment {
			return true
		}
	}
	return false
}

// respond writes the page, the file, or where to go.
func respond(w http.ResponseWriter, r *http.Request, v *Visit, a *pages.Answer, environment string) {
	switch {
	case a.SeeOther != "":
		http.Redirect(w, r, a.SeeOther, http.StatusSeeOther)
	case a.File != nil:
		disposition := mime.FormatMediaType("attachment", map[string]string{"filename": a.File.Name})
		w.Header().Set("Content-Type", a.File.Type)
		w.Header().Set("Content-Disposition", disposition)
		if err := a.File.Write(w); err != nil {
			panic(http.ErrAbortHandler) // the browser must not take what came so far for the whole file
		}
	default:
		frame := view.Frame{
			Title: a.Title, Site: v.Session.Tenant + "/" + environment, Account: v.account(), Nav: navigation(r, environment),
		}
		render(w, http.StatusOK, a.Template, frame, a.Data)
	}
}

// navigation leads to the pages of an environment.
func navigation(r *http.Request, environment string) (links []view.Link) {
	for _, p := range environmentPages() {
		if p.Nav != "" {
			to := baseOf(environment) + p.Path
			links = append(links, view.Link{Text: p.Nav, Href: to, Current: r.URL.EscapedPath() == to})
		}
	}
	return links
}
