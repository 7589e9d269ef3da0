package client

import (
	"fmt"
	"net/http"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
)

// PlatformError is an answer that is not, or not surely, of the platform that the client speaks to. Nothing follows
// from it.
type PlatformError struct {
	// Want is the platform that the client speaks to; zero where it is not known yet.
	Want api.PlatformRef
	// Came is what the answer says; zero where it has no valid header.
	Came api.PlatformRef
}

// Error says what is wrong with the answer, and what to do.
func (e *PlatformError) Error() string {
	switch {
	case e.Came == api.PlatformRef{}:
		return "the answer lacks the header " + api.HeaderPlatform + ": a proxy or load balancer in between removed it, " +
			"or the answer is not from the platform API. Have the proxy pass this header on, and check endpoint. " +
			"A platform that is older than this provider does not send it: upgrade that first"
	case e.Came.ID != e.Want.ID:
		return fmt.Sprintf("the answer is of platform %s, and this run speaks to platform %s: "+
			"a proxy or load balancer in between sends requests to more than one platform, or endpoint was moved "+
			"during the run. Let endpoint lead to one platform only, and run again", e.Came.ID, e.Want.ID)
	}
	return fmt.Sprintf("platform %s was restored from a backup during this run (incarnation %d became %d). "+
		"Run terraform plan again, and look at what changed", e.Came.ID, e.Want.Incarnation, e.Came.Incarnation)
}

// platformOf returns which platform a response says it is of; ok is false where it does not say.
func platformOf(resp *http.Response) (ref api.PlatformRef, ok bool) {
	return api.ParsePlatformRef(resp.Header.Get(api.HeaderPlatform))
}

// checkPlatform refuses a response that is not of the platform that the client speaks to. A response without the header
// is refused later, by what it looks like.
func (c *Client) checkPlatform(resp *http.Response) error {
	came, ok := platformOf(resp)
	if !ok || c.here == nil || came == c.here.Platform() {
		return nil
	}
	return &PlatformError{Want: c.here.Platform(), Came: came}
}
