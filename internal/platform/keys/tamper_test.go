package keys

import (
	"bytes"
	"flag"
	"fmt"
	"math/rand/v2"
	"testing"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/keyring"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/store"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/secret"
)

// changes is small enough for every run of the tests. `make campaign` raises it.
var changes = flag.Int("changes", 20_000, "how many bit flips and row swaps TestChangedValuesAreRefused tries")

// place is where a sealed value is, with what opens it there.
type place struct {
	name   string
	sealed []byte
	open   func(tx *store.Tx, sealed []byte) error
}

// places seals values of every sort, for several owners.
func places(v *vault, tx *store.Tx) (all []place, err error) {
	ctx := v.t.Context()
	add := func(name string, sealed []byte, sealErr error, open func(tx *store.Tx, sealed []byte) error) {
		if err == nil {
			err = sealErr
		}
		all = append(all, place{name, sealed, open})
	}
	for _, id := range []string{"tok_1", "tok_2", "con_1"} {
		for number := int64(1); number <= 3; number++ {
			b := of(id, number)
			sealed, err := v.keys.seal(ctx, tx, secret.New("value"), b)
			add(fmt.Sprint(id, " version ", number), sealed, err, func(tx *store.Tx, sealed []byte) error {
				_, err := v.keys.open(ctx, tx, sealed, b)
				return err
			})
		}
	}
	for _, id := range []string{"msg_1", "msg_2"} {
		e := keyring.Event{Tenant: "acme", Environment: "staging", Endpoint: "whe_1", ID: id}
		sealed, err := v.keys.SealEvent(ctx, tx, []byte("value"), e)
		add(id, sealed, err, func(tx *store.Tx, sealed []byte) error {
			_, err := v.keys.OpenEvent(ctx, tx, sealed, e)
			return err
		})
	}
	for _, what := range []string{"url", "headers"} {
		e := keyring.EndpointValue{Tenant: "acme", Environment: "staging", Endpoint: "whe_1", What: what}
		sealed, err := v.keys.sealEndpointValue(ctx, tx, secret.New("value"), e)
		add(what, sealed, err, func(tx *store.Tx, sealed []byte) error {
			_, err := v.keys.OpenEndpointValue(ctx, tx, sealed, e)
			return err
		})
	}
	for number := int64(1); number <= 2; number++ {
		sealed, err := v.ring.SealKey(ctx, 1, []byte("value"), purposeLookup, number)
		add(fmt.Sprint("lookup key ", number), sealed, err, func(_ *store.Tx, sealed []byte) error {
			_, err := v.keys.openKey(ctx, sealed, purposeLookup, number)
			return err
		})
	}
	return all, err
}

// TestChangedValuesAreRefused: no value opens with one bit changed, nor in the place of another value, and no data key
// unwraps with one bit changed or in the place of another one.
func TestChangedValuesAreRefused(t *testing.T) {
	t.Parallel()
	onEngines(t, func(t *testing.T, v *vault) {
		t.Helper()
		var all []place
		v.update(func(tx *store.Tx) (err error) {
			all, err = places(v, tx)
			return err
		})
		r := rand.New(rand.NewPCG(1, 2))
		tried := *changes / 2 // on each engine
		v.view(func(tx *store.Tx) error {
			for _, p := range all {
				if err := p.open(tx, p.sealed); err != nil {
					return err
				}
			}
			return v.changedDataKeys(tx, r, all, tried/10)
		})
		const batch = 5000 // a transaction has a limit of time
		for done := 0; done < tried; done += batch {
			v.view(func(tx *store.Tx) error {
				for range min(batch, tried-done) {
					p := all[r.IntN(len(all))]
					changed, what := change(r, all, p)
					if p.open(tx, changed) == nil {
						t.Errorf("%s opens after %s", p.name, what)
					}
				}
				return nil
			})
		}
	})
}

// change flips one bit of a value, or takes the value of another place.
func change(r *rand.Rand, all []place, p place) (changed []byte, what string) {
	if r.IntN(2) == 0 {
		bit := r.IntN(8 * len(p.sealed))
		changed = bytes.Clone(p.sealed)
		changed[bit/8] ^= 1 << (bit % 8)
		return changed, fmt.Sprint("a flip of bit ", bit)
	}
	for {
		other := all[r.IntN(len(all))]
		if other.name != p.name {
			return other.sealed, "a swap with " + other.name
		}
	}
}

func (v *vault) changedDataKeys(tx *store.Tx, r *rand.Rand, all []place, tries int) error {
	ctx := v.t.Context()
	other, err := tx.DataKeyOf(ctx, staging, "tok_2", 1)
	if err != nil {
		return err
	}
	header, err := keyring.HeaderOf(all[0].sealed)
	if err != nil {
		return err
	}
	wrapped, err := tx.WrappedDataKey(ctx, header.ID[:])
	if err != nil {
		return err
	}
	owner := of("tok_1", 1).Owner()
	if _, err := v.ring.OpenDataKey(ctx, header, owner, wrapped); err != nil {
		return err
	}
	if _, err := v.ring.OpenDataKey(ctx, header, owner, other.Wrapped); err == nil {
		v.t.Error("the data key of another credential unwraps")
	}
	for range tries {
		bit := r.IntN(8 * len(wrapped))
		changed := bytes.Clone(wrapped)
		changed[bit/8] ^= 1 << (bit % 8)
		if _, err := v.ring.OpenDataKey(ctx, header, owner, changed); err == nil {
			v.t.Errorf("a data key unwraps after a flip of bit %d", bit)
		}
	}
	return nil
}
