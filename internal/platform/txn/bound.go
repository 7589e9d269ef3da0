package txn

import (
	"context"
	"crypto/hmac"
	"fmt"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/keys"
)

// Bind stores the keyed hash of a row whose deciding columns were just written.
func (tx *Tx) Bind(ctx context.Context, b keys.Bound, err error) error {
	if err != nil {
		return err
	}
	return tx.SetMAC(ctx, b.Row, b.MAC)
}

// CheckBound refuses a row that does not have the keyed hash of its deciding columns. Every decision about access comes
// after it.
func (tx *Tx) CheckBound(ctx context.Context, b keys.Bound, err error) error {
	if err != nil {
		return err
	}
	stored, err := tx.MAC(ctx, b.Row)
	if err != nil {
		return err
	}
	if !hmac.Equal(stored, b.MAC) {
		return fmt.Errorf("%s was changed outside of the platform: what decides about access in it does not match its keyed "+
			"hash; nothing is decided by it; restore the database from a backup, or make the object anew", b.Row)
	}
	return nil
}
