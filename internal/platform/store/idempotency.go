package store

import "time"

// Idempotent is the stored answer to a request that carried an Idempotency-Key.
type Idempotent struct {
	Principal, Method, Path, Key string
	BodyHash                     []byte // keyed: a body may hold a guessable secret
	Status                       int
	Etag, Location               string
	Body                         []byte
	At                           time.Time
}
