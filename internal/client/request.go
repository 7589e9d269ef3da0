package client

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"net/url"

	"github.com/hashicorp/go-retryablehttp"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
)

// Write has what a caller can say about a change besides its body.
type Write struct {
	// IfMatch is the etag that the object must still have. Empty is any etag.
	IfMatch string
	// IdempotencyKey makes the change one operation with another change of the same key. Empty is a new key.
	IdempotencyKey string
}

// request is one operation of the API. All its attempts have the same body and the same idempotency key.
type request struct {
	method string
	route  string // path without the query: the log has it
	query  url.Values
	body   any        // written as JSON, with its secrets exposed
	form   url.Values // the body of an RFC 7662 or RFC 7009 request, instead of JSON
	hide   []string   // secrets of the request, which no error and no log may repeat
	known  *known     // the secrets of the run, those of the request included

	op, object string // for errors: "create", `connector "mail"`
	about      about  // what the answer must be about
	permission string // what the operation needs
	write      Write
	bare       bool   // the request has no token: its form says who sends it
	keeps      bool   // the request is no GET, and changes no object that a read shows
	changes    bool   // the request changes something: a key goes with it, and it is finished once it was sent
	step       bool   // the request is a step of a rotation
	run, claim string // of a create, or the claim alone of a read; empty for none

	// emptyStatus is the status of a success without a body. 0 is for operations that always have a body.
	emptyStatus int
	// empty is true after such a success.
	empty bool
	// status is what a success had.
	status int
	// requestID is the id that the last answer had.
	requestID string
	// platform is which platform gave the last answer.
	platform api.PlatformRef

	attempts attempts
}

type requestKey struct{}

// requestOf returns the request that an attempt belongs to.
func requestOf(ctx context.Context) *request {
	r, _ := ctx.Value(requestKey{}).(*request)
	if r == nil {
		return &request{}
	}
	return r
}

// failure returns the error of the request so far, without a reason.
func (r *request) failure() *Error {
	return &Error{
		Op: r.op, Object: r.object, Permission: r.permission, Write: r.changes, Step: r.step, Attempts: r.attempts.count,
	}
}

// notTheAPI returns the error for a response that is well-formed JSON and means nothing.
func (r *request) notTheAPI() error {
	fail := r.failure()
	fail.Status, fail.Detail = http.StatusOK, notTheAPI(http.StatusOK)
	return fail
}

// do sends a request and reads the response into out. A nil out is for operations whose success has no body.
func (c *Client) do(ctx context.Context, r *request, out any) error {
	if err := context.Cause(ctx); err != nil {
		fail := r.failure()
		fail.Cause = err
		return fail
	}
	r.known = c.known
	if r.method != http.MethodGet && !r.keeps {
		defer c.writes.begin()()
	}
	resp, err := c.send(ctx, r)
	if resp != nil {
		defer resp.Body.Close()
	}
	fail := r.failure()
	if unproven := (*WorkloadError)(nil); errors.As(err, &unproven) {
		fail.Cause = unproven
		return fail
	}
	if err != nil {
		fail.Cause = describe(err, r.known)
		return fail
	}
	r.requestID = requestIDOf(resp)
	if err := c.checkPlatform(resp); err != nil {
		return fail.refuse(resp, err)
	}
	if resp.StatusCode < 200 || resp.StatusCode > 299 {
		fail.fill(resp, r.known)
		fail.Exchanged = c.workload != nil && !r.bare
		fail.RetryAfter, _ = retryAfter(c.clock, resp)
		return fail
	}
	// A captive portal gives a page with status 200. It must not count as a success: after a DELETE, the object would
	// leave the state.
	if !r.read(resp, out) {
		fail.fill(resp, r.known)
		return fail
	}
	r.status = resp.StatusCode
	var named bool
	if r.platform, named = platformOf(resp); !named {
		return fail.refuse(resp, &PlatformError{})
	}
	return nil
}

// read reads a success into out, and reports whether the response is one. The error of the decoder is of no use: it can
// quote what it read.
func (r *request) read(resp *http.Response, out any) bool {
	if r.empty = r.emptySuccess(resp); r.empty {
		return true
	}
	return out != nil && mediaType(resp) == "application/json" && json.Unmarshal(bodyOf(resp), out) == nil
}

// emptySuccess reports whether a response is a success without a body. An empty 200 also needs the request id that the
// platform gives every response: proxies give empty 200s too.
func (r *request) emptySuccess(resp *http.Response) bool {
	if r.emptyStatus == 0 || resp.StatusCode != r.emptyStatus || len(bodyOf(resp)) > 0 {
		return false
	}
	return resp.StatusCode == http.StatusNoContent || requestIDOf(resp) != ""
}

// send sends a request, with its retries.
func (c *Client) send(ctx context.Context, r *request) (*http.Response, error) {
	if r.changes {
		detached, done := r.attempts.detach(ctx, c.grace)
		defer done()
		ctx = detached
	}
	body, contentType, err := r.encode()
	if err != nil {
		return nil, err
	}
	for _, s := range r.hide {
		c.known.supplied(s)
	}
	u := c.base.JoinPath(r.route)
	u.RawQuery = r.query.Encode()
	req, err := retryablehttp.NewRequestWithContext(context.WithValue(ctx, requestKey{}, r), r.method, u.String(), body)
	if err != nil {
		return nil, errors.New("the request cannot be built")
	}
	req.Header.Set("Accept", "application/json, "+api.ProblemContentType)
	if c.userAgent != "" {
		req.Header.Set("User-Agent", c.userAgent)
	}
	if contentType != "" {
		req.Header.Set("Content-Type", contentType)
	}
	if r.changes {
		key := r.write.IdempotencyKey
		if key == "" {
			key = newKey()
		}
		req.Header.Set("Idempotency-Key", key)
	}
	if r.run != "" {
		req.Header.Set(api.HeaderRun, r.run)
	}
	if r.claim != "" {
		req.Header.Set(api.HeaderClaim, r.claim)
	}
	if r.write.IfMatch != "" {
		req.Header.Set("If-Match", `"`+r.write.IfMatch+`"`)
	}
	return c.carry(ctx, r, req)
}

// carry sends a request as the principal that the client acts as. An access token that the platform refuses is renewed,
// and the request is sent once more: a request that was refused for its token was not carried out.
func (c *Client) carry(ctx context.Context, r *request, req *retryablehttp.Request) (*http.Response, error) {
	if r.bare {
		return c.http.Do(req)
	}
	token := c.token
	if c.workload != nil {
		var err error
		if token, err = c.workload.get(ctx); err != nil {
			return nil, err
		}
	}
	req.Header.Set("Authorization", "Bearer "+token.Expose())
	resp, err := c.http.Do(req)
	if err != nil || c.workload == nil || !refusedToken(resp) {
		return resp, err
	}
	defer resp.Body.Close()
	if token, err = c.workload.renew(ctx, token); err != nil {
		return nil, err
	}
	req.Header.Set("Authorization", "Bearer "+token.Expose())
	return c.http.Do(req)
}

// refusedToken reports whether the platform itself has refused the token of a request.
func refusedToken(resp *http.Response) bool {
	p, ours := ourProblem(resp)
	return ours && resp.StatusCode == http.StatusUnauthorized && p.Code == api.CodeUnauthenticated
}

// encode writes the body and hides its secrets. The body is nil, as an untyped nil, where there is none.
func (r *request) encode() (body any, contentType string, err error) {
	switch {
	case r.form != nil:
		return []byte(r.form.Encode()), "application/x-www-form-urlencoded", nil
	case r.body == nil:
		return nil, "", nil
	}
	data, secrets, err := encodeBody(r.body)
	if err != nil {
		return nil, "", errors.New("the request cannot be written as JSON")
	}
	r.hide = append(r.hide, secrets...)
	if r.method == http.MethodPatch {
		return data, "application/merge-patch+json", nil
	}
	return data, "application/json", nil
}
