package keys

import (
	"context"
	"fmt"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/keyring"
)

// Moved is what a move to another key-encryption key has done, as far as it came.
type Moved struct {
	Number    int64 // of the key that everything is moved to
	Made      bool  // this run has made it; otherwise a run before, or there was nothing to move
	Rewrapped Rewrapping
	Retired   []int64 // the keys that were ended, which nothing needed any more
}

// MoveKEK makes a key-encryption key outside, or one of the file where to is nil, the current one; seals everything
// again under it; and ends every older one. Begun again, it goes on where it was. Where something does not open, no key
// is ended. The caller prevents two calls at once.
func MoveKEK(
	ctx context.Context, o *Operator, to *keyring.OutsideKey, progress func(Rewrapping) error,
) (m Moved, err error) {
	current, err := o.currentInFile(ctx)
	if err != nil {
		return m, err
	}
	is, version, err := o.keyring.OutsideOf(current)
	if err != nil {
		return m, err
	}
	m.Number = current
	if there := to == nil && version == 0 || to != nil && version > 0 && to.Same(is); !there {
		add := o.keyring.Add
		if to != nil {
			add = func(number int64) error { return o.keyring.AddOutside(ctx, number, *to, false) }
		}
		if m.Number, err = o.addKEK(ctx, current, add); err != nil {
			return m, err
		}
		m.Made = true
	}
	if m.Rewrapped, err = Rewrap(ctx, o.Keys, progress); err != nil || len(m.Rewrapped.Unreadable) > 0 {
		return m, err
	}
	return m, o.retireOlder(ctx, &m)
}

// OutsideOf returns the key outside that is the key-encryption key with a number, and its version; 0 for one of the
// file.
func (o *Operator) OutsideOf(number int64) (keyring.OutsideKey, int64, error) {
	return o.keyring.OutsideOf(number)
}

// retireOlder ends every key-encryption key before the current one.
func (o *Operator) retireOlder(ctx context.Context, m *Moved) error {
	all, err := o.KEKs(ctx)
	if err != nil {
		return err
	}
	for _, k := range all {
		if k.Number >= m.Number || !k.InFile {
			continue
		}
		if err := o.RetireKEK(ctx, k.Number); err != nil {
			return fmt.Errorf("end key %d: %w", k.Number, err)
		}
		m.Retired = append(m.Retired, k.Number)
	}
	return nil
}
