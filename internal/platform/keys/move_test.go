package keys

import (
	"errors"
	"slices"
	"testing"
	"time"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/keyring"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/transittest"
)

var errKilled = errors.New("killed")

// TestMoveThereAndBack: everything goes under a key outside and back, with a kill on each way, beside a server that
// goes on reading. No key is ended before nothing is under it.
func TestMoveThereAndBack(t *testing.T) {
	t.Parallel()
	onEngines(t, func(t *testing.T, v *vault) {
		t.Helper()
		const tokens = 60
		engine := transittest.New(t, v.clock)
		use := keyring.Outside{Clock: v.clock, Outage: time.Hour}
		v.ring.Use(use)
		key, err := keyring.ParseOutside(
			engine.URI(transittest.TokenFile(t, engine.Token(transittest.TokenOptions{Operator: true}))))
		if err != nil {
			t.Fatal(err)
		}
		server := v.server()
		server.ring.Use(use)
		v.fill(tokens, false)
		v.sealOthers()
		move := func(to *keyring.OutsideKey, kill bool) (Moved, error) {
			return MoveKEK(t.Context(), v.operator(), to, func(Rewrapping) error {
				if kill {
					return errKilled
				}
				return nil
			})
		}
		for i, to := range []*keyring.OutsideKey{&key, nil} {
			old, number := int64(i+1), int64(i+2)
			if m, err := move(to, true); !errors.Is(err, errKilled) || !m.Made || m.Number != number || len(m.Retired) > 0 {
				t.Fatalf("%+v, %v", m, err)
			}
			server.wantReadable(tokens)
			v.wantRefused(old, "keyring rewrap")
			if m, err := move(to, false); err != nil || m.Made || !slices.Equal(m.Retired, []int64{old}) {
				t.Fatalf("%+v, %v", m, err)
			}
			if m, err := move(to, false); err != nil || m.Made || m.Rewrapped.Done > 0 || len(m.Retired) > 0 {
				t.Errorf("again: %+v, %v", m, err)
			}
			server.wantReadable(tokens)
		}
		if _, version, err := v.ring.OutsideOf(3); err != nil || version != 0 {
			t.Errorf("it did not move back: version %d, %v", version, err)
		}
		before := engine.Calls("transit/decrypt/quickconnect")
		other := v.server()
		other.wantReadable(tokens)
		if engine.Calls("transit/decrypt/quickconnect") != before {
			t.Error("the engine is still needed")
		}
	})
}

// TestRotateOutside: a rotation makes a version of the key outside, pins it, and an older one is ended once nothing is
// under it. In an outage a rewrap stops, and ends nothing.
func TestRotateOutside(t *testing.T) {
	t.Parallel()
	onEngines(t, func(t *testing.T, v *vault) {
		t.Helper()
		const tokens = 10
		engine := transittest.New(t, v.clock)
		v.ring.Use(keyring.Outside{Clock: v.clock, Outage: time.Hour})
		key, err := keyring.ParseOutside(
			engine.URI(transittest.TokenFile(t, engine.Token(transittest.TokenOptions{Operator: true}))))
		if err != nil {
			t.Fatal(err)
		}
		v.fill(tokens, false)
		progress := func(Rewrapping) error { return nil }
		if _, err := MoveKEK(t.Context(), v.operator(), &key, progress); err != nil {
			t.Fatal(err)
		}
		v.rotate(3)
		if _, version, err := v.ring.OutsideOf(3); err != nil || version != 2 || engine.Versions() != 2 {
			t.Errorf("version %d of %d, %v", version, engine.Versions(), err)
		}
		engine.Set(transittest.Down)
		if r, err := Rewrap(t.Context(), v.keys, progress); !keyring.IsUnreachable(err) || len(r.Unreadable) > 0 {
			t.Errorf("%+v, %v", r, err)
		}
		engine.Set(transittest.Active)
		v.clock.Advance(keyring.AskAgain)
		v.rewrap()
		if err := v.operator().RetireKEK(t.Context(), 2); err != nil {
			t.Fatal(err)
		}
		v.wantReadable(tokens)
	})
}
