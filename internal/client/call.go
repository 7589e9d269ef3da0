package client

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"regexp"
	"sync"
	"time"

	"github.com/hashicorp/go-retryablehttp"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
)

// Write has the headers of a change: the key that makes its repetition harmless, and the etag it builds on.
type Write struct {
	// IdempotencyKey is NewKey's; empty makes one.
	IdempotencyKey string
	// IfMatch is the etag that the object must still have; empty for any.
	IfMatch string
}

// call is one operation, from its first attempt to its last.
type call struct {
	method string
	// route is the path without the query, for the log.
	route      string
	query      url.Values
	op, object string
	permission string
	body       any
	hide       []string // what the request exposes: the secrets of its body and the token
	write      Write
	changes    bool // a change: it is finished even if the caller's context ends
	step       bool // a step of a rotation

	mu       sync.Mutex
	attempts int
	running  bool // an attempt is on its way
	doubtful bool // an attempt may have been carried out
	ended    bool // the caller's context has ended
	cancel   context.CancelCauseFunc
	timer    *time.Timer
}

type callKey struct{}

func callOf(ctx context.Context) *call {
	c, _ := ctx.Value(callKey{}).(*call)
	if c == nil {
		return &call{}
	}
	return c
}

var errGrace = errors.New("the run was interrupted and the platform did not answer in the time that was left")

// begin reports whether the next attempt may still be sent, and counts it.
func (c *call) begin() bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.ended && !c.doubtful {
		return false
	}
	c.running = true
	c.attempts++
	return true
}

// answered ends an attempt. Only a 429 is sure not to have been carried out: anything else may come from a proxy behind which the platform went on.
func (c *call) answered(status int) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.running = false
	if status != http.StatusTooManyRequests {
		c.doubtful = true
	}
	if c.ended && !c.doubtful && c.cancel != nil {
		c.cancel(context.Canceled)
	}
}

// detach gives a change a context that outlives its caller's by grace, if and only if it was sent before the caller's ended:
// otherwise the platform would have an object that Terraform's state does not know.
func (c *call) detach(parent context.Context, grace time.Duration) (context.Context, func()) {
	ctx, cancel := context.WithCancelCause(context.WithoutCancel(parent))
	c.cancel = cancel
	stop := context.AfterFunc(parent, func() {
		c.mu.Lock()
		defer c.mu.Unlock()
		c.ended = true
		if !c.running && !c.doubtful {
			cancel(context.Cause(parent))
			return
		}
		c.timer = time.AfterFunc(grace, func() { cancel(errGrace) })
	})
	return ctx, func() {
		stop()
		c.mu.Lock()
		defer c.mu.Unlock()
		if c.timer != nil {
			c.timer.Stop()
		}
		cancel(context.Canceled)
	}
}

// do runs a call and reads its answer into out, unless out is nil.
func (cl *Client) do(ctx context.Context, c *call, out any) error {
	fail := &Error{Op: c.op, Object: c.object, Permission: c.permission, Write: c.changes, Step: c.step}
	if err := context.Cause(ctx); err != nil {
		fail.Cause = err
		return fail
	}
	c.hide = append(c.hide, cl.token.Expose())
	resp, err := cl.send(ctx, c)
	fail.Attempts = c.attempts
	if resp != nil {
		defer resp.Body.Close()
	}
	if err != nil {
		fail.Cause = describe(err, c.hide)
		return fail
	}
	if resp.StatusCode < 200 || resp.StatusCode > 299 {
		fail.fill(resp, c.hide)
		return fail
	}
	if out == nil && resp.StatusCode == http.StatusNoContent {
		return nil
	}
	// A page with a 200, as a captive portal gives, is no answer: above all not to a DELETE, after which the object would leave the state.
	if out == nil || mediaType(resp) != "application/json" || json.Unmarshal(bodyOf(resp), out) != nil {
		// The decoder's own error can quote what it read.
		fail.Status, fail.RequestID, fail.Detail = resp.StatusCode, requestIDOf(resp), notTheAPI(resp.StatusCode)
		return fail
	}
	return nil
}

func (cl *Client) send(ctx context.Context, c *call) (*http.Response, error) {
	if c.changes {
		detached, done := c.detach(ctx, cl.grace)
		defer done()
		ctx = detached
	}
	var body any
	if c.body != nil {
		encoded, err := json.Marshal(c.body)
		if err != nil {
			return nil, errors.New("the request cannot be written as JSON")
		}
		body = encoded
	}
	u := cl.base.JoinPath(c.route)
	u.RawQuery = c.query.Encode()
	req, err := retryablehttp.NewRequestWithContext(context.WithValue(ctx, callKey{}, c), c.method, u.String(), body)
	if err != nil {
		return nil, errors.New("the request cannot be built")
	}
	req.Header.Set("Authorization", "Bearer "+cl.token.Expose())
	req.Header.Set("Accept", "application/json, "+api.ProblemContentType)
	if cl.userAgent != "" {
		req.Header.Set("User-Agent", cl.userAgent)
	}
	if body != nil {
		contentType := "application/json"
		if c.method == http.MethodPatch {
			contentType = "application/merge-patch+json"
		}
		req.Header.Set("Content-Type", contentType)
	}
	if c.changes {
		key := c.write.IdempotencyKey
		if key == "" {
			key = NewKey()
		}
		req.Header.Set("Idempotency-Key", key)
	}
	if c.write.IfMatch != "" {
		req.Header.Set("If-Match", `"`+c.write.IfMatch+`"`)
	}
	return cl.http.Do(req)
}

var idPattern = regexp.MustCompile(`^[a-z]{3}_[0-9A-Za-z]{1,64}$`)

// IsID reports whether the platform could have given this id.
func IsID(id string) bool { return idPattern.MatchString(id) }

// IDError is an id that the platform cannot have given. Nothing was sent.
type IDError struct {
	// Prefix is what the ids of the kind begin with, such as tok_.
	Prefix string
}

// Error says what an id looks like.
func (e *IDError) Error() string {
	return fmt.Sprintf("this is no id: an id is %s and letters and digits, such as %s01J8Z3N6T4", e.Prefix, e.Prefix)
}

// checkID keeps an id that is none from becoming another path.
func (n noun) checkID(c *call, id string) error {
	if IsID(id) {
		return nil
	}
	return &Error{Op: c.op, Object: c.object, Permission: c.permission, Cause: &IDError{n.prefix}}
}
