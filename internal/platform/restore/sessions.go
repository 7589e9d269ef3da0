package restore

import (
	"context"
	"time"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/access"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/txn"
)

// sessionsBatch is how many sessions are read at once.
const sessionsBatch = 500

// always is after every time that a row has, also one of a clock that was ahead.
var always = time.Date(9999, 1, 1, 0, 0, 0, 0, time.UTC)

// endSessions ends every session and forgets every sign-in that has begun. One that ended after the backup would last
// again, and people sign in again in a moment. It believes no row of a session, so one that was changed ends too.
func endSessions(ctx context.Context, tx *txn.Tx) error {
	for found := sessionsBatch; found == sessionsBatch; {
		batch, err := tx.SessionsDue(ctx, always, sessionsBatch)
		if err != nil {
			return err
		}
		for _, s := range batch {
			s.EndedAt, s.EndReason, s.Sealed = tx.Now, access.EndedRestored, nil
			if err := access.SaveSession(ctx, tx, s); err != nil {
				return err
			}
		}
		found = len(batch)
	}
	for found := int64(sessionsBatch); found == sessionsBatch; {
		var err error
		if found, err = tx.ForgetSignIns(ctx, always, sessionsBatch); err != nil {
			return err
		}
	}
	return nil
}
