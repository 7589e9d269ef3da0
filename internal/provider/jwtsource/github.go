package jwtsource

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"time"

	"github.com/hashicorp/go-retryablehttp"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/client"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/secret"
)

const (
	gitHubRetries = 3
	gitHubTimeout = 10 * time.Second // of each attempt
)

const adviceGitHub = "Both are set by GitHub Actions for a job with permissions: id-token: write. Add that to " +
	"the job, and " +
	"contents: read besides, since a job with permissions has no others; a pull request from a fork does not get it."

// gitHub is the service of GitHub Actions that makes JWTs of the job that asks.
type gitHub struct {
	url           *url.URL // with the audience
	authorization string
	http          *retryablehttp.Client
}

func ofGitHubActions(s Settings, getenv func(string) string) (*Source, error) {
	address, token := getenv(variableGitHubURL), getenv(variableGitHubAuth)
	switch {
	case address == "" && token == "":
		return nil, nil
	case token == "":
		return nil, &Error{variableGitHubAuth, "is not set, and " + variableGitHubURL + " is. " + adviceGitHub}
	case address == "":
		return nil, &Error{variableGitHubURL, "is not set, and " + variableGitHubAuth + " is. " + adviceGitHub}
	}
	u, err := url.Parse(address)
	if err != nil || u.Host == "" || u.User != nil || u.Scheme != "https" && (u.Scheme != "http" || !isLoopback(u)) {
		return nil, &Error{variableGitHubURL, "is no https URL. " + adviceGitHub}
	}
	query := u.Query()
	query.Set("audience", s.Audience)
	u.RawQuery = query.Encode()
	service := newGitHub(u, token)
	name := "GitHub Actions (" + variableGitHubURL + ")"
	return &Source{Name: name, Read: func(ctx context.Context) (secret.Value, error) {
		jwt, err := service.jwt(ctx)
		if err != nil {
			return secret.Value{}, &Error{name, err.Error()}
		}
		return jwt, nil
	}}, nil
}

func newGitHub(u *url.URL, token string) *gitHub {
	g := &gitHub{url: u, authorization: "Bearer " + token, http: retryablehttp.NewClient()}
	g.http.Logger, g.http.RetryMax = nil, gitHubRetries
	g.http.RetryWaitMin, g.http.RetryWaitMax = 500*time.Millisecond, 4*time.Second
	g.http.ErrorHandler = retryablehttp.PassthroughErrorHandler
	g.http.HTTPClient = &http.Client{
		Timeout: gitHubTimeout, Transport: http.DefaultTransport,
		// The token of the job must not reach another address.
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
	return g
}

func isLoopback(u *url.URL) bool {
	ip := net.ParseIP(u.Hostname())
	return ip != nil && ip.IsLoopback()
}

// jwt asks for a JWT. Its error repeats nothing of the answer.
func (g *gitHub) jwt(ctx context.Context) (secret.Value, error) {
	req, err := retryablehttp.NewRequestWithContext(ctx, http.MethodGet, g.url.String(), nil)
	if err != nil {
		return secret.Value{}, errors.New("cannot be asked")
	}
	req.Header.Set("Authorization", g.authorization)
	req.Header.Set("Accept", "application/json")
	resp, err := g.http.Do(req)
	if resp != nil {
		defer resp.Body.Close()
	}
	if err != nil {
		return secret.Value{}, fmt.Errorf("gave no answer: %w. Check the network and the proxy of the runner, and run "+
			"the job again", client.Describe(err, secret.New(g.authorization), secret.New(g.url.String())))
	}
	if resp.StatusCode != http.StatusOK {
		return secret.Value{}, fmt.Errorf("gave no JWT (status %d). A 4xx means that the job may not ask any more, or "+
			"not for this audience; otherwise run the job again", resp.StatusCode)
	}
	var answer struct {
		Value secret.Value `json:"value"`
	}
	body, err := io.ReadAll(io.LimitReader(resp.Body, maxJWT))
	if err != nil || json.Unmarshal(body, &answer) != nil || client.CheckJWT(answer.Value) != nil {
		return secret.Value{}, errors.New("gave an answer without a JWT. Check that " + variableGitHubURL +
			" is the one that GitHub set")
	}
	return answer.Value, nil
}
