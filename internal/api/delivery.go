package api

import "time"

// States of a delivery.
const (
	DeliveryQueued    = "queued"
	DeliveryDelivered = "delivered"
	DeliveryFailed    = "failed"
)

// Delivery is one event on its way to one endpoint. It has neither the event's data nor a signature.
type Delivery struct {
	ID            string            `json:"id" doc:"Id of the event: the header webhook-id of every attempt."`
	EndpointID    string            `json:"endpoint_id" doc:"The endpoint it goes to."`
	Type          string            `json:"type" doc:"The type of the event."`
	State         string            `json:"state" enum:"queued,delivered,failed" doc:"queued: it is tried again. delivered: the endpoint answered 2xx. failed: the last attempt was made."`
	CreatedAt     time.Time         `json:"created_at" doc:"When the event was queued."`
	NextAttemptAt *time.Time        `json:"next_attempt_at" doc:"When it is tried next, unless the endpoint is disabled or paused then. Null unless queued."`
	Attempts      []DeliveryAttempt `json:"attempts" nullable:"false" doc:"What was tried so far, oldest first."`
}

// RedeliveryRequest asks for many deliveries to be tried now.
type RedeliveryRequest struct {
	Since time.Time `json:"since" doc:"Only events that were queued at this time or later."`
	State string    `json:"state" enum:"queued,failed" doc:"failed: sends again what has failed, with a new schedule of attempts. queued: sends now what waits for its next attempt, and ends a pause that the receiver asked for."`
}

// Redelivery says how many deliveries are tried now.
type Redelivery struct {
	Count int64 `json:"count" doc:"How many deliveries that are."`
}

// Outcomes of an attempt. An error below HTTP has the name that package egress gives it.
const (
	AttemptAccepted = "accepted"
	AttemptAnswered = "answered"
	AttemptRefused  = "refused"
	AttemptUnsigned = "unsigned"
	// AttemptUnreadable is an attempt whose event cannot be decrypted.
	AttemptUnreadable = "unreadable"
)

// DeliveryAttempt is one attempt. It never has a body, a signature or a secret.
type DeliveryAttempt struct {
	Attempt    int64      `json:"attempt" doc:"1, 2, 3 …"`
	At         time.Time  `json:"at" doc:"When it began: the header webhook-timestamp."`
	DurationMS int64      `json:"duration_ms" doc:"How long it took until the answer or the failure."`
	Outcome    string     `json:"outcome" enum:"accepted,answered,refused,unsigned,unreadable,timeout,unresolved,unconnected,untrusted,handshake,broken" doc:"accepted: 2xx. answered: any other status. refused: nothing was sent because of where it would have gone. unsigned: nothing was sent because the endpoint has no valid signing secret, or the one it has is in quarantine. unreadable: nothing was sent because the stored event does not open. timeout, unresolved, unconnected: no connection, or no answer in time. untrusted: the receiver's certificate was not accepted. handshake: TLS failed in another way. broken: the answer was not complete, or was not HTTP. The detail says more."`
	Status     *int64     `json:"status" doc:"The status of the answer. Null where there was none."`
	Detail     string     `json:"detail" doc:"What happened, in words."`
	SignedBy   []SignedBy `json:"signed_by" nullable:"false" doc:"The versions that signed it, in the order of the signatures."`
}

// SignedBy is one version of one signing secret.
type SignedBy struct {
	SigningSecretID string `json:"signing_secret_id" doc:"The signing secret."`
	Version         int64  `json:"version" doc:"The number of its version."`
}
