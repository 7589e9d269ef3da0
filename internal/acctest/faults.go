package acctest

import (
	"net/http"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
)

// Misleading is an answer from which nothing follows about an object, and what the error says of it.
type Misleading struct {
	Fault Fault
	Says  string
}

// MisleadingAnswers are what a platform answers that refuses or fails, and what something in front of it may answer.
func MisleadingAnswers() map[string]Misleading {
	refusal := func(code string) Fault { return AnswerWith(api.Problem{Status: api.StatusOf[code], Code: code}) }
	page := func(status int, contentType, text string) Fault {
		return Answer(status, text, "Content-Type", contentType, "Location", "https://elsewhere.example.com/")
	}
	return map[string]Misleading{
		"wrong token":              {refusal(api.CodeUnauthenticated), "Token refused"},
		"no permission":            {refusal(api.CodeForbidden), "Permission missing"},
		"rate limited":             {refusal(api.CodeRateLimited), "Too many requests"},
		"the platform fails":       {refusal(api.CodeInternal), "status 500"},
		"the platform is away":     {refusal(api.CodeUnavailable), "status 503"},
		"no such path":             {refusal(api.CodeNoSuchRoute), "No such path"},
		"a proxy's 404":            {AnswerHTML(http.StatusNotFound), "status 404"},
		"a 404 that is no problem": {page(http.StatusNotFound, "application/json", `{"code":"not_found"}`), "status 404"},
		"a problem without a code": {page(http.StatusNotFound, api.ProblemContentType, `{"status":404}`), "status 404"},
		"a 500 of not_found": {
			page(http.StatusInternalServerError, api.ProblemContentType, `{"code":"not_found"}`), "status 500",
		},
		"a foreign API": {
			page(http.StatusNotFound, api.ProblemContentType, `{"type":"about:blank","code":"not_found"}`), "status 404",
		},
		"a removed header": {
			AnswerProblem(http.StatusNotFound, api.CodeNotFound, api.HeaderPlatform, ""), "without the platform's header",
		},
		"another platform": {
			AnswerProblem(http.StatusNotFound, api.CodeNotFound, api.HeaderPlatform, "plt_01ARZ3NDEKTSV4RRFFQ69G5FAX/1"),
			"Answer from another platform",
		},
		"a proxy's 410":          {page(http.StatusGone, "text/html", ""), "status 410"},
		"a proxy's 502":          {AnswerHTML(http.StatusBadGateway), "status 502"},
		"a page with a 200":      {page(http.StatusOK, "text/html", "<h1>Please log in</h1>"), "status 200"},
		"something else in JSON": {page(http.StatusOK, "application/json", `{}`), "status 200"},
		"a redirect":             {page(http.StatusFound, "text/html", ""), "status 302"},
		"a broken connection":    {CutBefore(), "no answer"},
	}
}
