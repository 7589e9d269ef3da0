// Package api is the wire contract of the platform: its requests, responses, error codes and limits. Client and
// platform import it, and not each other.
package api

import (
	"slices"
	"time"
)

// Object is what every object has. Description and labels keep null and empty apart.
type Object struct {
	ID          string            `json:"id" doc:"The platform's name for the object, a kind prefix and a ULID. Never changes."`
	Name        string            `json:"name" doc:"Unique among the objects of its kind in the environment: 1 to 63 lower-case letters, digits and hyphens."`
	Description *string           `json:"description" doc:"Free text of at most 1,024 bytes. Null and empty stay apart."`
	Labels      map[string]string `json:"labels" doc:"Free key-value pairs, at most 64. Null and empty stay apart."`
	Tenant      string            `json:"tenant" doc:"The tenant that the object belongs to."`
	Environment string            `json:"environment" doc:"The environment of the tenant that the object belongs to."`
	CreatedAt   time.Time         `json:"created_at" doc:"When the object was made."`
	Etag        string            `json:"etag" doc:"Counts the changes of the stored object. If-Match takes it in quotes."`
	// Claim is in lists only. A read of one object presents its claim instead.
	Claim *ObjectClaim `json:"claim,omitempty" doc:"The claim of the create that made the object, or that adopted it. In lists only; absent where none is known."`
}

// AsObject returns the part that every object has. The types that embed Object have the method too.
func (o Object) AsObject() Object { return o }

// Hold stops every rotation of a credential until it is released. Deadlines and revocation still work.
type Hold struct {
	Reason string    `json:"reason" doc:"Why rotations were stopped."`
	At     time.Time `json:"at" doc:"When the hold was set."`
	By     string    `json:"by" doc:"Id of the principal that set it; of the scoped token itself where its own value was revoked with itself."`
	ByName string    `json:"by_name" doc:"The name of that principal. Empty for what is no principal."`
}

// Quarantine is why versions of an object are refused.
type Quarantine struct {
	Reason   string    `json:"reason" doc:"Why the versions are refused."`
	At       time.Time `json:"at" doc:"When the quarantine was set."`
	Until    time.Time `json:"until" doc:"When the versions that it covers are revoked, unless it is released before."`
	By       string    `json:"by" doc:"Id of the principal that set it, or platform. Only this principal and the role security may release it."`
	ByName   string    `json:"by_name" doc:"The name of that principal. Empty for what is no principal."`
	Versions []int64   `json:"versions" nullable:"false" doc:"The versions that it covers and that have not ended. None where newer versions have replaced them."`
}

// Covers reports whether a version is refused; nil covers none.
func (q *Quarantine) Covers(version int64) bool {
	return q != nil && slices.Contains(q.Versions, version)
}

// PageSize is the size of the largest page of a list, and how many claims one request presents at most.
const PageSize = 1000

// Page is one page of a list. NextPageToken is empty on the last one.
type Page[T any] struct {
	Items         []T    `json:"items" nullable:"false" doc:"The objects of this page, in the order of their ids."`
	NextPageToken string `json:"next_page_token" doc:"What page_token takes for the next page. Empty on the last one."`
}

// IsPage tells a page from other answers.
func (Page[T]) IsPage() {}
