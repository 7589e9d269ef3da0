// Package rotate is plan-driven rotation (DESIGN section 5), which every resource with a rotated secret uses. It
// decides which step a plan takes, says so in warnings, and takes the step in an apply.
package rotate

import "github.com/quickconnect/terraform-provider-quickconnect/internal/api"

// Kind is a kind of object with a rotated secret, with the words that descriptions and messages use for it.
type Kind struct {
	api.Kind

	Short    string // what a text calls the object once it has named it: token
	Secret   string // what leaks: token, secret
	Awaiting string // what a pending version waits for, as a sentence
	Ends     string // what happens to a version that ends: "is refused"
	EndsNow  string // what to do where a version ends without an overlap, as a sentence; empty for nothing
	Fails    string // who fails until they have the new version, as a sentence
	Unused   string // what a newer version was that no consumer was seen to use: "never used"
	Reissues string // how the description of minimum_version goes on after "if none remains, a new one is issued"

	// UsedTogether says that a use counts for every valid version, so that only evidence shows who has the newer one.
	UsedTogether bool
}
