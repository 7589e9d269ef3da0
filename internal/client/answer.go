package client

import (
	"fmt"
	"net/http"
	"regexp"
	"slices"
	"strings"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
)

// For returns a client that accepts only answers of the platform of an identity, about objects of its tenant and
// environment. Without it a client accepts any. The reads of the client are of one refresh.
func (c *Client) For(identity api.Identity) *Client {
	out := *c
	out.here = &identity
	out.refresh = newRefresh(identity.Objects, c.writes, newPresenter(out.presentClaims))
	return &out
}

// about is what the answer of a request must be about. What is empty is not known in advance.
type about struct {
	kind api.Kind
	id   string
	naming
}

// OtherAnswerError is an answer that is about something else than what was asked for. Nothing follows from it.
type OtherAnswerError struct{ Asked, Came string }

// Error says what was asked, what came, and what to do.
func (e *OtherAnswerError) Error() string {
	return fmt.Sprintf("the request was about %s, and the answer is about %s; it was not read any further. "+
		"A proxy or load balancer in between mixes answers up, or a cache keeps them: "+
		"take it out of the way, or have it repaired, and try again", e.Asked, e.Came)
}

// checkObject refuses an object that is not the one that was asked for.
func (c *Client) checkObject(r *request, o api.Object) error {
	switch {
	case !IsID(o.ID):
		return r.notTheAPI()
	case !strings.HasPrefix(o.ID, r.about.kind.IDPrefix):
	case r.about.id != "" && o.ID != r.about.id:
	case !r.about.allows(o.Name):
	case c.here != nil && (o.Tenant != c.here.Tenant || o.Environment != c.here.Environment):
	default:
		return nil
	}
	asked, came := r.object, r.printObject(o)
	if c.here != nil {
		asked += fmt.Sprintf(" in tenant %q, environment %q", c.here.Tenant, c.here.Environment)
	}
	return r.otherAnswer(asked, came)
}

// otherAnswer returns the error of an answer that is about something else.
func (r *request) otherAnswer(asked, came string) error {
	fail := r.failure()
	cause := &OtherAnswerError{Asked: asked, Came: came}
	fail.Status, fail.RequestID, fail.Cause, fail.Detail = http.StatusOK, r.requestID, cause, cause.Error()
	return fail
}

// objectIDPattern is the form of every id that the platform makes.
var objectIDPattern = regexp.MustCompile(`^[a-z]{3}_[0-7][0-9A-HJKMNP-TV-Z]{25}$`)

// printObject names an object of an answer, as far as that has the form of an id and of names.
func (r *request) printObject(o api.Object) string {
	out := "an object"
	if i := slices.IndexFunc(api.Kinds(), func(k api.Kind) bool { return strings.HasPrefix(o.ID, k.IDPrefix) }); i >= 0 {
		out = api.Kinds()[i].Singular
		if objectIDPattern.MatchString(o.ID) {
			out += " " + o.ID
		}
	}
	name := func(s string) string {
		if api.CheckName(s) != nil {
			return "unknown"
		}
		return fmt.Sprintf("%q", r.known.clean(s))
	}
	return fmt.Sprintf("%s, name %s, in tenant %s, environment %s",
		out, name(o.Name), name(o.Tenant), name(o.Environment))
}
