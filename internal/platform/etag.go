package platform

import (
	"slices"
	"strings"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/store"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/rotation"
)

// etagOf is the etag in the body.
func etagOf(o *store.Object) string { return itoa(o.Etag) }

// quoted is the etag in a header.
func quoted(etag string) string { return `"` + etag + `"` }

// names tells whether an If-Match names an etag. Weak etags match nothing, as RFC 9110 says of If-Match.
func names(ifMatch string, etag int64) bool {
	for part := range strings.SplitSeq(ifMatch, ",") {
		if part = strings.TrimSpace(part); part == "*" || part == quoted(itoa(etag)) {
			return true
		}
	}
	return false
}

// checkMatch carries out an If-Match.
func checkMatch(n noun, o *store.Object, ifMatch string) error {
	if ifMatch == "" || names(ifMatch, o.Etag) {
		return nil
	}
	return newProblem(api.CodePreconditionFailed, "", "the %s %q has changed since it was read: its etag is now %s; read it again and decide anew",
		n.name, o.Name, quoted(etagOf(o)))
}

// checkMatchSettled carries out an If-Match where it does not matter that the platform has promoted or retired at a
// deadline since: who planned for that finds it done. A stage that was cancelled or an expiry is news to everybody.
func checkMatchSettled(n noun, o *store.Object, c *store.Credential, ifMatch string) error {
	if len(settledSince(c, ifMatch)) > 0 {
		return nil
	}
	return checkMatch(n, o, ifMatch)
}

// settledSince returns the steps that deadlines have taken since the etag that an If-Match names; none where anything
// else has happened since, or a deadline did more than carry a rotation on. The etag may be one from inside the run of
// deadlines: every settled step moves it by one.
func settledSince(c *store.Credential, ifMatch string) []string {
	if ifMatch == "" {
		return nil
	}
	for i := range c.SettledSteps {
		if since := c.SettledSteps[i:]; names(ifMatch, c.SettledBase+int64(i)) && asPlanned(since) {
			return since
		}
	}
	return nil
}

// asPlanned tells whether deadlines did nothing but carry a rotation on.
func asPlanned(settled []string) bool {
	return !slices.ContainsFunc(settled, func(step string) bool {
		return step != string(rotation.StepPromote) && step != string(rotation.StepRetire)
	})
}
