package store

import (
	"github.com/quickconnect/terraform-provider-quickconnect/internal/rotation"
)

// Credential is the rotation state of an object that has a secret, with what an If-Match after the platform's own
// settling needs.
//
// Its Versions are the valid ones and the newest others, ascending; Tx.Versions has them all. An update writes the
// versions that it finds there and leaves the rest alone.
type Credential struct {
	rotation.Credential
	SettledBase  int64    // the etag before the trailing run of settled deadlines; 0 when the last change was another
	SettledSteps []string // the steps of that run
}
