package keyring

import (
	"context"
	"errors"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/keyring/transit"
)

// MaxBatch is how many data keys OpenDataKeys opens at most.
const MaxBatch = transit.MaxBatch

// Wrapped is a data key as NewDataKey has wrapped it.
type Wrapped struct {
	Header Header
	Owner  Owner
	Text   []byte
}

// OpenDataKeys unwraps data keys of one KEK outside in one call. One that does not open is nil.
func (k *Keyring) OpenDataKeys(ctx context.Context, number int64, all []Wrapped) ([]*DataKey, error) {
	kek, err := k.calling(number)
	if err != nil {
		return nil, err
	}
	of, ok := kek.(remote)
	if !ok {
		return nil, errors.New("the key is in the file, and opens data keys one by one")
	}
	sealed := make([]transit.Sealed, len(all))
	for i, w := range all {
		sealed[i] = transit.Sealed{Text: w.Text, Associated: w.Owner.associated(w.Header)}
	}
	var opened []transit.Opened
	err = of.ask(&of.opened, func() (err error) {
		opened, err = of.client.DecryptAll(ctx, sealed)
		return err
	})
	if err != nil {
		return nil, err
	}
	out := make([]*DataKey, len(all))
	for i, o := range opened {
		if o.Err == nil {
			if out[i], err = dataKeyOf(all[i].Header, all[i].Owner, o.Plain); err != nil {
				return nil, err
			}
		}
	}
	return out, nil
}

// IsOutside reports whether the KEK with a number is a key outside.
func (k *Keyring) IsOutside(number int64) bool {
	_, version, err := k.OutsideOf(number)
	return err == nil && version > 0
}

// Reason returns what an error of a key-management service says, without what it was asked for.
func Reason(err error) string {
	var e *transit.Error
	if errors.As(err, &e) {
		return e.Error()
	}
	return "the key-management service cannot be used"
}
