package keys

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/store"
)

// PlatformKey is what is known of a lookup key or a comparison key.
type PlatformKey struct {
	store.KeyRow

	Name    string // such as "comparison acme/staging"
	Current bool   // it makes new hashes or digests
	Uses    []Use  // what is valid, and is found or compared by this key alone
	Ended   []Use  // what has ended, and is recognised by this key alone
}

const comparisonPrefix = "comparison/"

// scopeOf returns the environment that a key of a purpose belongs to; ok is false where it is no comparison key.
func scopeOf(purpose string) (scope store.Scope, ok bool) {
	rest, ok := strings.CutPrefix(purpose, comparisonPrefix)
	scope.Tenant, scope.Environment, _ = strings.Cut(rest, "/")
	return scope, ok
}

func nameOf(purpose string) string {
	if rest, ok := strings.CutPrefix(purpose, comparisonPrefix); ok {
		return "comparison " + rest
	}
	return purpose
}

// PlatformKeys returns the lookup keys and the comparison keys.
func (o *Operator) PlatformKeys(ctx context.Context) (all []PlatformKey, err error) {
	err = o.store.View(ctx, func(tx *store.Tx) (err error) {
		all, err = o.platformKeys(ctx, tx)
		return err
	})
	return all, err
}

func (o *Operator) platformKeys(ctx context.Context, tx *store.Tx) (all []PlatformKey, err error) {
	rows, err := tx.AllKeys(ctx)
	if err != nil {
		return nil, err
	}
	for i, row := range rows {
		key := PlatformKey{
			KeyRow: row, Name: nameOf(row.Purpose), Current: i == len(rows)-1 || rows[i+1].Purpose != row.Purpose,
		}
		if scope, ok := scopeOf(row.Purpose); ok {
			err = key.countDigests(ctx, tx, scope)
		} else if row.Purpose == purposeLookup {
			err = key.countHashes(ctx, tx, o.clock.Now())
		} else {
			continue
		}
		if err != nil {
			return nil, err
		}
		all = append(all, key)
	}
	return all, nil
}

func (p *PlatformKey) countHashes(ctx context.Context, tx *store.Tx, now time.Time) error {
	u, err := tx.HashUses(ctx, hashesOf(p.Number), now)
	p.Uses = inUse(Use{"principals", u.Principals}, Use{"values", u.Values}, Use{"access tokens", u.AccessTokens})
	p.Ended = inUse(Use{"ended principals", u.EndedPrincipals}, Use{"ended values", u.EndedValues})
	return err
}

func (p *PlatformKey) countDigests(ctx context.Context, tx *store.Tx, scope store.Scope) error {
	u, err := tx.DigestUses(ctx, scope, fmt.Sprintf("k%d:", p.Number))
	p.Uses = inUse(Use{"connectors", u.Connectors}, Use{"signing secret values", u.SigningSecrets},
		Use{"webhook endpoints", u.EndpointValues})
	p.Ended = inUse(Use{"signing secrets with revoked values", u.RevokedSecrets})
	return err
}

// inUse returns the uses that count more than 0.
func inUse(all ...Use) (uses []Use) {
	for _, u := range all {
		if u.Count > 0 {
			uses = append(uses, u)
		}
	}
	return uses
}

// RotateLookup makes a lookup key, which makes the hashes of new values from then on.
func (o *Operator) RotateLookup(ctx context.Context) (number int64, err error) {
	err = o.updateAgain(ctx, func(tx *store.Tx) (err error) {
		number, err = o.addKey(ctx, tx, purposeLookup)
		return err
	})
	return number, err
}

// RotateComparison makes a comparison key in every environment, or in those of a tenant, of a name, or of both. It
// returns the number of the new key by environment.
func (o *Operator) RotateComparison(
	ctx context.Context, in store.Scope,
) (made map[store.Scope]int64, err error) {
	err = o.updateAgain(ctx, func(tx *store.Tx) error {
		made = map[store.Scope]int64{}
		rows, err := tx.AllKeys(ctx)
		if err != nil {
			return err
		}
		for _, row := range rows {
			scope, ok := scopeOf(row.Purpose)
			_, done := made[scope]
			if !ok || done || in.Tenant != "" && in.Tenant != scope.Tenant ||
				in.Environment != "" && in.Environment != scope.Environment {
				continue
			}
			if made[scope], err = o.addKey(ctx, tx, row.Purpose); err != nil {
				return err
			}
		}
		if len(made) == 0 {
			return errors.New("there is no such environment, and no key was made: check --tenant and --environment")
		}
		return nil
	})
	return made, err
}

// addKey stores one more key of a purpose.
func (o *Operator) addKey(ctx context.Context, tx *store.Tx, purpose string) (number int64, err error) {
	if number, _, err = tx.LatestKey(ctx, purpose); err != nil {
		return 0, err
	}
	number++
	_, err = o.makeKey(ctx, tx, purpose, number, o.Random, o.clock.Now())
	return number, err
}

// RetireLookup deletes an older lookup key. It refuses one by which anything is found that is valid; and unless forget
// is set, one by which an ended value is recognised.
func (o *Operator) RetireLookup(ctx context.Context, number int64, forget bool) error {
	return o.retireKey(ctx, purposeLookup, number, forget,
		"values: run quickconnectd keyring rewrap; principals: make others with quickconnectd token create, and end "+
			"these; access "+
			"tokens: wait, none lives longer than 12 hours")
}

// RetireComparison deletes an older comparison key of an environment. It refuses one under which there is a digest; and
// unless forget is set, one by which a revoked value is recognised.
func (o *Operator) RetireComparison(ctx context.Context, scope store.Scope, number int64, forget bool) error {
	return o.retireKey(ctx, purposeComparison(scope), number, forget,
		"rotate these secrets: a new version has a digest under the newest key")
}

func (o *Operator) retireKey(ctx context.Context, purpose string, number int64, forget bool, next string) error {
	return o.updateAgain(ctx, func(tx *store.Tx) error {
		all, err := o.platformKeys(ctx, tx)
		if err != nil {
			return err
		}
		for _, p := range all {
			if p.Purpose != purpose || p.Number != number {
				continue
			}
			name := fmt.Sprintf("%s key %d", p.Name, number)
			switch {
			case p.Current:
				return fmt.Errorf("%s is not retired, because it is the current one: make another first, with quickconnectd "+
					"keyring rotate", name)
			case len(p.Uses) > 0:
				return &InUseError{name, p.Uses, next}
			case len(p.Ended) > 0 && !forget:
				return &InUseError{name, p.Ended, "these have ended, and only this key recognises their values: keep it, or " +
					"repeat this with --forget-ended"}
			}
			return tx.DeleteKey(ctx, purpose, number)
		}
		return fmt.Errorf("there is no %s key %d: quickconnectd keyring list shows the numbers", nameOf(purpose), number)
	})
}
