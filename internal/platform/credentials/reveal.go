package credentials

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"time"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/keys"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/problem"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/store"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/txn"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/rotation"
)

// Reveal opens the value of a valid version, and audits that.
func Reveal(ctx context.Context, tx *txn.Tx, o Rotated, number int64) (*keys.Reveal, error) {
	p := o.Parts()
	v, err := validVersion(ctx, tx, p, number)
	if err != nil {
		return nil, err
	}
	sealed, err := tx.Secret(ctx, p.Object.ID, v.Number)
	if err != nil {
		return nil, err
	}
	var endsAt *time.Time
	if at := p.Credential.EndsAt(p.Policy, v).UTC(); !at.IsZero() {
		endsAt = &at
	}
	out, err := o.Reveal(ctx, tx, sealed, tx.Bound(p.Object.ID, v.Number), endsAt)
	if err != nil {
		return nil, err
	}
	detail := map[string]string{"versions": strconv.FormatInt(v.Number, 10)}
	return out, tx.AuditEvent(ctx, store.AuditEvent{
		Action: txn.ActionReveal, Kind: p.Kind.Path, ObjectID: p.Object.ID, Version: v.Number, Detail: detail,
	})
}

// Versions returns the metadata of every version of an object, as the object that was read has them: what is settled
// in memory alone is not in the database.
func Versions(ctx context.Context, tx *txn.Tx, p Parts) ([]rotation.Version, error) {
	all, err := tx.Versions(ctx, tx.Scope, p.Object.ID)
	for i, v := range all {
		if read, ok := p.Credential.Lookup(v.Number); ok {
			all[i] = read
		}
	}
	return all, err
}

func validVersion(ctx context.Context, tx *txn.Tx, p Parts, number int64) (rotation.Version, error) {
	all, err := Versions(ctx, tx, p)
	if err != nil {
		return rotation.Version{}, err
	}
	i := slices.IndexFunc(all, func(v rotation.Version) bool { return v.Number == number })
	if i < 0 {
		return rotation.Version{}, problem.New(api.CodeNotFound, "",
			"the %s %q has no version of this number; its versions are at %s",
			p.Kind.Singular, p.Object.Name, p.Kind.Route(p.Object.ID, "versions"))
	}
	v := all[i]
	if p.Credential.ValidAt(p.Policy, v.Number, tx.Now) {
		return v, nil
	}
	if q := p.Credential.Quarantine; v.State.Valid() && q.Covers(v.Number) {
		return rotation.Version{}, problem.New(api.CodeQuarantined, "",
			"version %d of the %s %q is in quarantine since %s, until %s, and cannot be revealed; release the quarantine, "+
				"or raise minimum_version to issue another version", v.Number, p.Kind.Singular, p.Object.Name,
			q.At.UTC().Format(time.RFC3339), q.Until.UTC().Format(time.RFC3339))
	}
	if v.State.Valid() { // nothing that is past its deadline is left to be carried out, unless the clock is in doubt
		return rotation.Version{}, problem.New(api.CodeConflict, "",
			"version %d of the %s %q is past its deadline %s by the platform's clock, which jumped and is in doubt; "+
				"it cannot be revealed until the clock is back", v.Number, p.Kind.Singular, p.Object.Name,
			p.Credential.EndsAt(p.Policy, v).UTC().Format(time.RFC3339))
	}
	instead := "no version is valid now: reissue it first"
	if p.Credential.Phase() != rotation.PhaseRevoked {
		instead = fmt.Sprintf("reveal version %d instead", p.Credential.Version)
	}
	return rotation.Version{}, problem.New(api.CodeConflict, "",
		"version %d of the %s %q is %s since %s and cannot be revealed; %s",
		v.Number, p.Kind.Singular, p.Object.Name, v.State, v.EndedAt.UTC().Format(time.RFC3339), instead)
}
