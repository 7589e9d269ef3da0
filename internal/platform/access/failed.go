package access

import (
	"time"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/store"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/writebehind"
)

// Failed is a token that was known and not accepted.
type Failed struct {
	Of     store.Ref // the principal, the workload identity of an access token, or the scoped token
	Reason string    // one of those below, or of package tokens
}

// Reasons of a Failed.
const (
	FailedRevoked = "revoked"
	FailedExpired = "expired"
	FailedAddress = "address"
)

// failed notes whose token was not accepted, and why.
func (r *Request) failed(scope store.Scope, kind, id, reason string) {
	r.Failed = &Failed{Of: store.Ref{Scope: scope, Kind: kind, ID: id}, Reason: reason}
}

// endedBy says how a token ended that is no longer accepted.
func endedBy(revokedAt time.Time) string {
	if revokedAt.IsZero() {
		return FailedExpired
	}
	return FailedRevoked
}

// NoteFailure counts a failed authentication. Where it is known whose token was sent, it is an event of the audit too.
func (r *Request) NoteFailure(to *writebehind.Log, now time.Time) {
	f := r.Failed
	if f == nil {
		to.Unknown()
		return
	}
	by := r.Caller()
	by.Actor = f.Of.ID
	to.Note(writebehind.Event{
		Action: writebehind.ActionAuthenticate, Of: f.Of, From: r.Address, Refusal: f.Reason, By: by, At: now,
	})
}
