package txn

import (
	"context"
	"errors"
	"fmt"
	"io"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/clock"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/keyring"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/keys"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/store"
)

// Open returns a runner over a store, which may be empty: the keys of the platform, its id and its first incarnation
// are made when they are first needed.
func Open(
	ctx context.Context, s *store.Store, k *keyring.Keyring, c clock.Clock, random io.Reader,
) (*Runner, error) {
	r := &Runner{Store: s, Clock: c, Random: keys.NewRandom(random)}
	var err error
	if r.Watch, err = NewWatch(ctx, s, c); err != nil {
		return nil, err
	}
	if r.Keys, err = keys.Open(ctx, s, k, r.Random, c); err != nil {
		return nil, fmt.Errorf("open the keys of the platform: %w", err)
	}
	p, err := r.platform(ctx)
	if err != nil {
		return nil, fmt.Errorf("read which platform this is: %w", err)
	}
	r.Platform = api.PlatformRef{ID: p.ID, Incarnation: p.Incarnation}
	r.Restored = newRestored(s, p)
	return r, r.takeOverChain(ctx)
}

// platform reads the platform, and makes it where the database has none.
func (r *Runner) platform(ctx context.Context) (p *store.Platform, err error) {
	read := func(tx *store.Tx) (err error) {
		p, err = tx.Platform(ctx)
		return err
	}
	if err = r.Store.View(ctx, read); !errors.Is(err, store.ErrNotFound) {
		return p, err
	}
	err = r.Store.Update(ctx, func(tx *store.Tx) error {
		if err := read(tx); !errors.Is(err, store.ErrNotFound) {
			return err // another process was faster
		}
		now := r.Clock.Now()
		id, err := r.Random.ID(keys.IDPlatform, now)
		if err != nil {
			return err
		}
		p = &store.Platform{ID: id, Incarnation: 1, RestoreConfirmed: true, CreatedAt: now}
		return tx.InsertPlatform(ctx, p)
	})
	return p, err
}
