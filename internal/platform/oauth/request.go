package oauth

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"mime"
	"net/http"
	"regexp"
	"strings"
	"time"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/egress"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/keys"
)

// maxAnswer is how long an answer of an authorization server may be.
const maxAnswer = 64 << 10

// reasonLost is why a connector fails whose answers were lost.
const reasonLost = "two answers to the use of the refresh token were lost: the authorization server may have " +
	"replaced it, and the replacement is not known; get a new refresh token and set it"

// refusals are the errors of RFC 6749, 5.2 that do not go away by themselves, with what to do.
var refusals = map[string]string{
	"invalid_client":         "it does not know the client or its secret: check client_id, client_secret and auth_style",
	"invalid_grant":          "the refresh token is not valid any more: get a new one and set it",
	"invalid_request":        "it does not take requests of this form: check token_url and auth_style",
	"invalid_scope":          "it does not give these scopes: check the setting scopes",
	"unauthorized_client":    "the client may not use this grant: allow it there",
	"unsupported_grant_type": "it does not have this grant: check token_url, and whether a refresh token is needed",
}

// requester asks authorization servers for access tokens.
type requester struct {
	egress *egress.Client
}

// request sends one request, and says what came of it. The granted token is nil unless the outcome is refreshed.
func (r *requester) request(
	ctx context.Context, settings map[string]string, grant *keys.Grant, now time.Time,
) (*keys.Granted, outcome) {
	form, authorization := grant.Request(settings)
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, settings[api.SettingTokenURL], strings.NewReader(form))
	if err != nil {
		return nil, outcome{kind: outcomeOutage, reason: "token_url cannot be read as a URL"}
	}
	req.GetBody = nil // nothing sends the refresh token a second time by itself
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	req.Header.Set("Accept", "application/json")
	req.Header.Set("User-Agent", "quickconnect-connectors/1")
	if authorization != "" {
		req.Header.Set("Authorization", authorization)
	}
	resp, err := r.egress.Do(req, egress.TLS{})
	if err != nil {
		return nil, unanswered(err)
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(io.LimitReader(resp.Body, maxAnswer+1))
	if err != nil {
		return nil, unanswered(err)
	}
	return answered(resp, body, now)
}

// unanswered says what a failed exchange means. Only where the connection broke is the answer lost: a request that
// timed out is sent again like one that never arrived, and if the server did use the refresh token, it says so then.
func unanswered(err error) outcome {
	var refused *egress.Refused
	var failure *egress.Failure
	switch {
	case errors.As(err, &refused):
		return outcome{kind: outcomeOutage, reason: "the platform may not connect to token_url: " + refused.Reason}
	case errors.As(err, &failure):
		kind := outcomeOutage
		if failure.Kind == egress.Broken {
			kind = outcomeLost
		}
		return outcome{kind: kind, reason: "the authorization server could not be asked: " + failure.Error()}
	default:
		return outcome{kind: outcomeLost, reason: "the request to the authorization server was cut off"}
	}
}

// answered says what an answer means. Of its text, only what RFC 6749 names is ever shown.
func answered(resp *http.Response, body []byte, now time.Time) (*keys.Granted, outcome) {
	switch {
	case resp.StatusCode == http.StatusOK:
		return granted(resp, body)
	case resp.StatusCode >= 300 && resp.StatusCode <= 399:
		return nil, outcome{kind: outcomeOutage, reason: fmt.Sprintf("token_url answered %d, a redirect, which is not "+
			"followed: set token_url to where it leads", resp.StatusCode)}
	case resp.StatusCode >= 400 && resp.StatusCode <= 499:
		var problem struct {
			Error string `json:"error"`
		}
		_ = json.Unmarshal(body, &problem) // what is no JSON has no error that is known
		if advice, known := refusals[problem.Error]; known {
			return nil, outcome{kind: outcomeRefused, reason: fmt.Sprintf("the authorization server answered %d (%s): %s",
				resp.StatusCode, problem.Error, advice)}
		}
	}
	wait, _ := api.RetryAfter(resp.Header, now, longestWait)
	return nil, outcome{
		kind: outcomeOutage, wait: wait,
		reason: fmt.Sprintf("the authorization server answered %d, which is no answer of a token endpoint that works",
			resp.StatusCode),
	}
}

var tokenTypeRegexp = regexp.MustCompile(`^[A-Za-z0-9._-]{1,32}$`)

// granted reads a successful answer. One that cannot be read is lost: the refresh token in it is not known.
func granted(resp *http.Response, body []byte) (*keys.Granted, outcome) {
	lost := outcome{kind: outcomeLost, reason: "the answer of the authorization server cannot be read as RFC 6749 has it"}
	media, _, _ := mime.ParseMediaType(resp.Header.Get("Content-Type"))
	var g keys.Granted
	decoder := json.NewDecoder(bytes.NewReader(body))
	if len(body) > maxAnswer || media != "application/json" || decoder.Decode(&g) != nil || g.AccessToken.IsEmpty() {
		return nil, lost
	}
	if !tokenTypeRegexp.MatchString(g.TokenType) {
		g.TokenType = "Bearer"
	}
	return &g, outcome{kind: outcomeRefreshed, life: lifeOf(g.ExpiresIn)}
}

// lifeOf returns how long an access token is used.
func lifeOf(expiresIn json.Number) time.Duration {
	seconds, err := expiresIn.Int64()
	if err != nil || seconds <= 0 {
		return unknownLife
	}
	return time.Duration(min(seconds, int64(longestLife/time.Second))) * time.Second
}
