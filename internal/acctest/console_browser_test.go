package acctest_test

import (
	"net/http"
	"net/url"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/acctest"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/console/consents"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/console/pages"
)

// The console in a real browser, with sign-in at a real OpenID provider. With -update, the pictures of the guides are
// written.
func TestConsoleInABrowser(t *testing.T) {
	t.Parallel()
	s := newConsoleScene(t)
	s.Window(1200, 800)
	s.walkByKeyboard()
	s.lookAtPages()
	s.lookOnAPhone()
	s.runNoScript()
	s.sendForms()
	s.lookAtReport()
	s.signOut()
}

// picture writes what the window shows for the guides, where -update says so.
func (s *consoleScene) picture(name string) {
	s.t.Helper()
	if !*updateGuides {
		return
	}
	root, err := acctest.Root()
	ok(s.t, err)
	s.Picture(filepath.Join(root, "docs", "images", name+".png"))
}

// faultless fails the test where axe-core finds anything on the page.
func (s *consoleScene) faultless(page string) {
	s.t.Helper()
	for _, fault := range s.Faults() {
		s.t.Errorf("%s: %s", page, fault)
	}
}

// files are the addresses that answer a file to save, and no page.
var files = []string{"/inventory.csv", "/audit/{index}/proof"}

// allPages are the pages about an environment.
func allPages() []pages.Page { return slices.Concat(pages.All(), consents.Pages()) }

// routes finds the pattern of an address.
func routes() *http.ServeMux {
	mux := http.NewServeMux()
	for _, p := range allPages() {
		mux.Handle(p.Method+" /console/in/{environment}"+p.Path, http.NotFoundHandler())
	}
	return mux
}

// pattern is the route of an address, without its environment. An address without one is its own.
func pattern(mux *http.ServeMux, method, address string) string {
	u, err := url.Parse(address)
	if err != nil {
		return address
	}
	_, found := mux.Handler(&http.Request{Method: method, URL: u})
	if found == "" {
		return u.Path
	}
	_, path, _ := strings.Cut(found, "{environment}")
	return path
}

// lookAtPages follows the links from page to page, and looks at one page of each route. No route may be left over.
func (s *consoleScene) lookAtPages() {
	s.t.Helper()
	mux, seen := routes(), map[string]bool{}
	queue := []string{
		s.page("/credentials/" + s.tokens["notifier"]), s.page("/webhooks/" + s.endpoint), s.p.URL + "/console",
		s.page("/credentials/tok_1"), // a failure
	}
	for len(queue) > 0 {
		address := queue[0]
		queue = queue[1:]
		route := pattern(mux, http.MethodGet, address)
		if strings.HasSuffix(address, "/tok_1") {
			route = "a failure"
		}
		if seen[route] {
			continue
		}
		seen[route] = true
		if slices.Contains(files, route) {
			continue
		}
		s.Open(address)
		s.faultless(route)
		if route != "a failure" {
			s.picture("console" + pictureOf(route))
		}
		var links []string
		s.Evaluate("[...document.querySelectorAll('a[href]')].map(a => a.href.split('#')[0])", &links)
		for _, link := range links {
			if strings.HasPrefix(link, s.p.URL+"/console") {
				queue = append(queue, link)
			}
		}
	}
	for _, p := range allPages() {
		if p.Method == http.MethodGet && !seen[p.Path] {
			s.t.Errorf("no link leads to a page of %s", p.Path)
		}
	}
}

// pictureOf names the picture of a route: /webhooks is -webhooks, and /webhooks/{id} is -webhook.
func pictureOf(route string) string {
	name, one := strings.CutSuffix(strings.TrimPrefix(route, "/console"), "/{id}")
	if one {
		name = strings.TrimSuffix(name, "s")
	}
	return strings.ReplaceAll(name, "/", "-")
}

// A page fits the width of a phone, in dark too.
func (s *consoleScene) lookOnAPhone() {
	s.t.Helper()
	s.Window(390, 844)
	for _, path := range []string{"/inventory", "/credentials/" + s.tokens["notifier"], "/launch"} {
		s.Open(s.page(path))
		beyond := 0
		s.Evaluate("document.documentElement.scrollWidth - window.innerWidth", &beyond)
		if beyond > 0 {
			s.t.Errorf("%s is %d pixels wider than a phone", path, beyond)
		}
	}
	s.faultless("a page on a phone")
	s.Open(s.page("/credentials/" + s.tokens["notifier"]))
	s.Scheme("dark")
	s.picture("console-phone")
	s.Scheme("light")
	s.Window(1200, 800)
}

// A script that somebody got into a page does not run there. On a page without a policy it does.
func (s *consoleScene) runNoScript() {
	s.t.Helper()
	const inject = `(() => {
		const script = document.createElement("script");
		script.textContent = "window.ran = true";
		document.body.append(script);
		const button = document.createElement("button");
		button.setAttribute("onclick", "window.ran = true");
		document.body.append(button);
		button.click();
		return window.ran === true;
	})()`
	for address, want := range map[string]bool{s.page("/inventory"): false, "about:blank": true} {
		s.Open(address)
		ran := false
		s.Evaluate(inject, &ran)
		if ran != want {
			s.t.Errorf("a script runs on %s: %t", address, ran)
		}
	}
}

// lookAtReport looks at a report for an auditor in the same way.
func (s *consoleScene) lookAtReport() {
	s.t.Helper()
	file := filepath.Join(s.t.TempDir(), "report.html")
	cmd := exec.CommandContext(s.t.Context(), acctest.Quickconnect(s.t), "report", "--out", file,
		"--ca-certificate-file", s.ca.file)
	cmd.Env = append(cmd.Environ(), "QUICKCONNECT_ENDPOINT="+s.p.URL, "QUICKCONNECT_TENANT="+acctest.Tenant,
		"QUICKCONNECT_ENVIRONMENT="+acctest.Environment, "QUICKCONNECT_TOKEN="+s.token)
	if out, err := cmd.CombinedOutput(); err != nil {
		s.t.Fatalf("quickconnect report: %v\n%s", err, out)
	}
	s.Open("file://" + file)
	s.faultless("the report")
	s.picture("report")
}

func (s *consoleScene) signOut() {
	s.t.Helper()
	s.Open(s.p.URL + "/console")
	s.Click("form.account button")
	s.WaitForText("Tenant")
	s.Open(s.page("/inventory"))
	s.WaitForText("Continue")
}
