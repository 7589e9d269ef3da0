package httpapi

import (
	"slices"
	"strconv"
	"strings"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/problem"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/store"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/rotation"
)

// etagOf returns the etag as the body of an object has it.
func etagOf(o *store.Object) string { return strconv.FormatInt(o.Etag, 10) }

// quoted returns an etag as a header has it.
func quoted(etag string) string { return `"` + etag + `"` }

// Matches reports whether an If-Match names an etag. A weak etag matches nothing, as RFC 9110 says of If-Match.
func Matches(ifMatch string, etag int64) bool {
	for part := range strings.SplitSeq(ifMatch, ",") {
		if part = strings.TrimSpace(part); part == "*" || part == quoted(strconv.FormatInt(etag, 10)) {
			return true
		}
	}
	return false
}

// CheckMatch refuses a write whose If-Match does not name the object's etag.
func CheckMatch(kind api.Kind, o *store.Object, ifMatch string) error {
	if ifMatch == "" || Matches(ifMatch, o.Etag) {
		return nil
	}
	return problem.New(api.CodePreconditionFailed, "",
		"the %s %q has changed since it was read: its etag is now %s; read it again and decide anew",
		kind.Singular, o.Name, quoted(etagOf(o)))
}

// CheckMatchSettled is CheckMatch for a write that does not conflict with a promotion or a retirement at a deadline: a
// caller that planned for one of these finds it done.
func CheckMatchSettled(kind api.Kind, o *store.Object, c *store.Credential, ifMatch string) error {
	if len(SettledSince(c, ifMatch)) > 0 {
		return nil
	}
	return CheckMatch(kind, o, ifMatch)
}

// SettledSince returns the steps that deadlines took since the etag that an If-Match names. It returns none where
// anything else happened since, or where a deadline cancelled a stage or ended the credential. The etag may be one from
// inside the run of deadlines, because every settled step moves it by one.
func SettledSince(c *store.Credential, ifMatch string) []string {
	if ifMatch == "" {
		return nil
	}
	for i := range c.SettledSteps {
		if since := c.SettledSteps[i:]; Matches(ifMatch, c.SettledBase+int64(i)) && asPlanned(since) {
			return since
		}
	}
	return nil
}

// asPlanned reports whether deadlines only moved a rotation on.
func asPlanned(settled []string) bool {
	return !slices.ContainsFunc(settled, func(step string) bool {
		return step != string(rotation.StepPromote) && step != string(rotation.StepRetire)
	})
}
