package jwtsource

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/secret"
)

const (
	jwt      = "CANARYa.CANARYb.CANARYc"
	otherJWT = "CANARYd.CANARYe.CANARYf"
)

// runner answers as the service of a job of GitHub Actions does: the audience is in the query, the job shows its own
// token, and the JWT is the value.
func runner(t *testing.T, status int, body string) *httptest.Server {
	t.Helper()
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		query := r.URL.Query()
		if r.Method != http.MethodGet || query.Get("audience") != "https://p.example.com/x?y" ||
			query.Get("api-version") != "2.0" || r.Header.Get("Authorization") != "Bearer CANARY-of-the-job" {
			t.Errorf("the job asks %s %s", r.Method, r.URL)
		}
		w.Header().Set("Content-Type", "application/json")
		w.WriteHeader(status)
		_, _ = fmt.Fprint(w, body)
	}))
	t.Cleanup(s.Close)
	return s
}

func writeFile(t *testing.T, path, text string) string {
	t.Helper()
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// The first source that is there is the one, whether it gives a JWT or not.
func TestOrderOfSources(t *testing.T) {
	dir := t.TempDir()
	good := writeFile(t, filepath.Join(dir, "good"), otherJWT+"\n")
	empty := writeFile(t, filepath.Join(dir, "empty"), "\n")
	page := writeFile(t, filepath.Join(dir, "page"), "<html>CANARY</html>")
	large := writeFile(t, filepath.Join(dir, "large"), strings.Repeat("a.", 40<<10))
	missing := filepath.Join(dir, "missing")
	job := runner(t, http.StatusOK, `{"count": 1, "value": "`+otherJWT+`"}`).URL + "/?api-version=2.0"
	refusing := runner(t, http.StatusForbidden, "CANARY no").URL + "/?api-version=2.0"
	page200 := runner(t, http.StatusOK, "<html>CANARY</html>").URL + "/?api-version=2.0"
	redirecting := runner(t, http.StatusFound, "").URL + "/?api-version=2.0"

	type env map[string]string
	all := env{
		variableHCPOurs: jwt, variableHCP: otherJWT, variableGitHubURL: job, variableGitHubAuth: "CANARY-of-the-job",
		variableToken: jwt, variableFile: good,
	}
	without := func(names ...string) env {
		out := env{}
		for name, v := range all {
			out[name] = v
		}
		for _, name := range names {
			delete(out, name)
		}
		return out
	}
	github := func(url, token string) env {
		return env{variableGitHubURL: url, variableGitHubAuth: token, variableToken: jwt}
	}
	for name, tt := range map[string]struct {
		settings Settings
		env      env
		source   string // of its name
		want     string // the JWT; empty for an error
		says     []string
	}{
		"token": {Settings{Token: secret.New(jwt)}, all, "token of the block", jwt, nil},
		"token_file": {
			Settings{TokenFile: good},
			all,
			"token_file of the block workload_identity (" + good, otherJWT, nil,
		},
		"HCP, our tag": {Settings{}, all, variableHCPOurs, jwt, nil},
		"HCP":          {Settings{}, without(variableHCPOurs), variableHCP, otherJWT, nil},
		"HCP, a tag": {
			Settings{Tag: "Production"},
			env{variableHCP + "_Production": jwt, variableHCPOurs: otherJWT},
			variableHCP + "_Production", jwt, nil,
		},
		"GitHub":   {Settings{}, without(variableHCPOurs, variableHCP), "GitHub Actions", otherJWT, nil},
		"variable": {Settings{}, env{variableToken: jwt, variableFile: good}, variableToken, jwt, nil},
		"file":     {Settings{}, env{variableFile: good}, variableFile + " (" + good, otherJWT, nil},
		"none": {
			Settings{},
			env{},
			"", "",
			[]string{"no JWT", variableHCP, "id-token: write", variableFile, "token_file"},
		},
		"a tag that is none": {
			Settings{Tag: "prod"},
			all,
			"", "",
			[]string{variableHCP + "_prod is not set", "TFC_WORKLOAD_IDENTITY_AUDIENCE_prod"},
		},
		"HCP, empty JWT": {
			Settings{},
			env{variableHCP: "CANARY", variableToken: jwt},
			variableHCP, "",
			[]string{variableHCP, "something else than a JWT"},
		},
		"GitHub, no token": {
			Settings{},
			github(job, ""),
			"", "",
			[]string{variableGitHubAuth, "permissions: id-token: write"},
		},
		"GitHub, no URL": {
			Settings{},
			github("", "CANARY-of-the-job"),
			"", "",
			[]string{variableGitHubURL, "permissions: id-token: write"},
		},
		"GitHub, no https": {
			Settings{},
			github("http://example.com/CANARY", "CANARY"),
			"", "",
			[]string{variableGitHubURL + " is no https URL"},
		},
		"GitHub, a URL of 1": {
			Settings{},
			github("CANARY", "CANARY"),
			"", "",
			[]string{variableGitHubURL + " is no https URL"},
		},
		"GitHub, refused": {
			Settings{},
			github(refusing, "CANARY-of-the-job"),
			"GitHub Actions", "",
			[]string{"status 403"},
		},
		"GitHub, a page": {
			Settings{},
			github(page200, "CANARY-of-the-job"),
			"GitHub Actions", "",
			[]string{"without a JWT"},
		},
		"GitHub, a redirect": {
			Settings{},
			github(redirecting, "CANARY-of-the-job"),
			"GitHub Actions", "",
			[]string{"status 302"},
		},
		"file, missing": {
			Settings{TokenFile: missing},
			all,
			"token_file", "",
			[]string{missing, "does not exist", "Check the path"},
		},
		"variable, missing": {
			Settings{},
			env{variableFile: missing},
			variableFile, "",
			[]string{variableFile, missing, "does not exist"},
		},
		"file, empty": {Settings{TokenFile: empty}, all, "token_file", "", []string{empty, "is empty"}},
		"file, a page": {
			Settings{TokenFile: page},
			all,
			"token_file", "",
			[]string{page, "something else than a JWT"},
		},
		"file, a large one": {Settings{TokenFile: large}, all, "token_file", "", []string{large, "longer than any JWT"}},
		"file, a directory": {Settings{TokenFile: dir}, all, "token_file", "", []string{dir, "cannot be read"}},
		"token, with a space": {
			Settings{Token: secret.New(jwt + "\n")},
			all,
			"token of the block", "",
			[]string{"without a line end"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			tt.settings.Audience = "https://p.example.com/x?y"
			source, err := Choose(tt.settings, func(name string) string { return tt.env[name] })
			if !strings.HasPrefix(source.Name, tt.source) || (source.Read == nil) != (tt.source == "") {
				t.Errorf("the source is %q", source.Name)
			}
			var got secret.Value
			if err == nil {
				got, err = source.Read(t.Context())
			}
			if got.Expose() != tt.want || (err == nil) != (tt.want != "") {
				t.Errorf("got %q, %v", got.Expose(), err)
			}
			for _, want := range tt.says {
				if !strings.Contains(fmt.Sprint(err), want) {
					t.Errorf("no %q in %v", want, err)
				}
			}
			if text := fmt.Sprint(err) + source.Name + source.Advice; strings.Contains(text, "CANARY") {
				t.Errorf("a secret is repeated: %s", text)
			}
		})
	}
}

// A source that cannot renew says what to do about it, and only such a one.
func TestAdvice(t *testing.T) {
	for name, fixed := range map[string]bool{
		variableHCP: true, variableToken: true, variableFile: false, variableGitHubURL: false,
	} {
		source, err := Choose(Settings{}, func(asked string) string {
			switch asked {
			case name:
				return "https://a.example.com"
			case variableGitHubAuth:
				if name == variableGitHubURL {
					return "x"
				}
			}
			return ""
		})
		if err != nil || (source.Advice != "") != fixed {
			t.Errorf("%s: %q %v", name, source.Advice, err)
		}
	}
}

// A file is read again each time.
func TestFileIsReadAgain(t *testing.T) {
	path := writeFile(t, filepath.Join(t.TempDir(), "jwt"), jwt)
	source, err := Choose(Settings{TokenFile: path}, os.Getenv)
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{jwt, otherJWT} {
		writeFile(t, path, want)
		if got, err := source.Read(t.Context()); err != nil || got.Expose() != want {
			t.Errorf("got %q, %v", got.Expose(), err)
		}
	}
}

// GitHub is asked again where it fails, and not for ever.
func TestGitHubIsAskedAgain(t *testing.T) {
	asked := 0
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		if asked++; asked < 3 {
			w.WriteHeader(http.StatusBadGateway)
			return
		}
		_, _ = fmt.Fprintf(w, `{"value": %q}`, jwt)
	}))
	t.Cleanup(s.Close)
	u, err := url.Parse(s.URL)
	if err != nil {
		t.Fatal(err)
	}
	service := newGitHub(u, "CANARY")
	service.http.RetryWaitMin, service.http.RetryWaitMax = 0, 0
	if got, err := service.jwt(t.Context()); err != nil || got.Expose() != jwt || asked != 3 {
		t.Errorf("asked %d times: %v", asked, err)
	}
	s.Close()
	if _, err := service.jwt(t.Context()); err == nil || strings.Contains(err.Error(), "CANARY") ||
		!strings.Contains(err.Error(), "gave no answer") {
		t.Errorf("without a service: %v", err)
	}
}
