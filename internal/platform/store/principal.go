package store

import "time"

// Principal is somebody who calls the API, known by the keyed hash of a token.
type Principal struct {
	ID string
	Scope
	Name      string
	Role      string
	CreatedAt time.Time
	ExpiresAt time.Time // zero: never
}
