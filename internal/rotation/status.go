package rotation

import "time"

// Status is what a client sees of a credential's rotation: the `rotation` object, and the consumer's version.
// A zero number or time stands for null.
type Status struct {
	Phase                   Phase
	Due                     Step
	Reason                  string
	RequiresAcknowledgement bool
	Acknowledged            bool
	CurrentVersion          int64
	PendingVersion          int64
	PreviousVersion         int64
	NextVersion             int64
	PendingExpiresAt        time.Time
	PreviousExpiresAt       time.Time
	LastRotatedAt           time.Time // zero in phase revoked
	NextRotationAt          time.Time // zero in phase revoked and without an interval
	Version                 int64     // the number a consumer should hold
}
