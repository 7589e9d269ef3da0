// Package api is the wire contract of the platform: what requests and responses look like, which error codes there are,
// and which limits hold. Client and platform both speak it; neither knows the other.
package api

import "time"

// Kinds of objects, as they stand in paths, in the table of names and in digests.
const (
	KindConnectors       = "connectors"
	KindScopedTokens     = "scoped-tokens"
	KindRotationPolicies = "rotation-policies"
)

// Object is what every object has. Description and labels keep null and empty apart.
type Object struct {
	ID          string            `json:"id"`
	Name        string            `json:"name"`
	Description *string           `json:"description"`
	Labels      map[string]string `json:"labels"`
	Tenant      string            `json:"tenant"`
	Environment string            `json:"environment"`
	CreatedAt   time.Time         `json:"created_at"`
	// Etag counts the changes of the stored object; If-Match takes it in quotes.
	Etag string `json:"etag"`
}

// Hold stops every rotation of a credential until it is released. Deadlines and revocation still work.
type Hold struct {
	Reason string    `json:"reason"`
	At     time.Time `json:"at"`
	By     string    `json:"by"`
}

// Page is one page of a list. NextPageToken is empty on the last one.
type Page[T any] struct {
	Items         []T    `json:"items"`
	NextPageToken string `json:"next_page_token"`
}
