package store

import (
	"context"
	"maps"
	"net/netip"
	"time"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/store/column"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/uses"
)

const selectUses = `SELECT version, first_at, last_at, uses, networks, consumers, scopes, unscoped, others, activity
	FROM version_uses WHERE tenant = $1 AND environment = $2 AND credential_id = $3`

var (
	usesOfCredential = statement(selectUses)
	usesOfVersion    = statement(selectUses + ` AND version = $4`)
	// The version may be gone: a use is written after its answer.
	writeVersionUses = statement(`INSERT INTO version_uses (tenant, environment, credential_id, version, first_at, last_at,
		uses, networks, consumers, scopes, unscoped, others, activity)
		SELECT c.tenant, c.environment, v.credential_id, v.number, $5, $6, $7, $8, $9, $10, $11, $12, $13
		FROM versions v JOIN credentials c ON c.id = v.credential_id
		WHERE c.tenant = $1 AND c.environment = $2 AND v.credential_id = $3 AND v.number = $4
		ON CONFLICT (credential_id, version) DO UPDATE SET first_at = excluded.first_at, last_at = excluded.last_at,
		uses = excluded.uses, networks = excluded.networks, consumers = excluded.consumers, scopes = excluded.scopes,
		unscoped = excluded.unscoped, others = excluded.others, activity = excluded.activity`)
)

// readUses calls found for the uses of each version that a statement returns.
func (tx *Tx) readUses(ctx context.Context, text string, args []any, found func(int64, *uses.Summary)) error {
	return tx.each(ctx, text, args, func(row scanner) error {
		var number int64
		s := &uses.Summary{}
		err := row.Scan(&number, column.Time(&s.First), column.Time(&s.Last), &s.Count, column.JSON(&s.Networks),
			column.JSON(&s.Consumers), column.JSON(&s.Scopes), &s.Unscoped, column.JSON(&s.Others),
			column.JSON(&s.Activity))
		found(number, s)
		return err
	})
}

// VersionUses reads the uses of every version of a credential, by number. One that was never used is not there.
func (tx *Tx) VersionUses(ctx context.Context, scope Scope, id string) (map[int64]*uses.Summary, error) {
	out := map[int64]*uses.Summary{}
	args := []any{scope.Tenant, scope.Environment, id}
	err := tx.readUses(ctx, usesOfCredential, args, func(number int64, s *uses.Summary) { out[number] = s })
	return out, failed("reading the uses of", "credential", id, err)
}

// AddVersionUses adds uses to those of a version that are stored, and returns the networks that were not among them. It
// does nothing where the version is gone.
func (tx *Tx) AddVersionUses(
	ctx context.Context, of Ref, number int64, more *uses.Summary,
) (fresh []netip.Prefix, err error) {
	sum := &uses.Summary{}
	args := []any{of.Scope.Tenant, of.Scope.Environment, of.ID, number}
	err = tx.readUses(ctx, usesOfVersion, args, func(_ int64, s *uses.Summary) { sum = s })
	if err == nil {
		before := maps.Clone(sum.Networks)
		sum.Merge(more, uses.PerVersion)
		fresh = sum.Networks.Beyond(before)
		_, err = tx.exec(ctx, writeVersionUses, append(args, column.Micros(sum.First), column.Micros(sum.Last), sum.Count,
			column.JSON(&sum.Networks), column.JSON(&sum.Consumers), column.JSON(&sum.Scopes), sum.Unscoped,
			column.JSON(&sum.Others), column.JSON(&sum.Activity))...)
	}
	return fresh, failed("recording the uses of", of.Kind, of.ID, err)
}

// Reasons why the recording of uses was impaired.
const (
	UsesNotRecorded = "not_recorded" // before the first start of a build that records
	UsesLate        = "late"         // the database could not be written, and the uses were kept
	UsesLost        = "lost"         // uses or their details were not kept: too many waited, or the process was killed
)

// UseImpairment is a time in which the recording of uses was impaired, on the whole platform.
type UseImpairment struct {
	From, Until time.Time
	Reason      string
	Lost        int64 // uses
}

var (
	insertUsesBegin = statement(`INSERT INTO use_impairments (from_at, until_at, reason, lost) VALUES (0, $1, $2, 0)
		ON CONFLICT (from_at, reason) DO NOTHING`)
	writeImpairment = statement(`INSERT INTO use_impairments (from_at, until_at, reason, lost) VALUES ($1, $2, $3, $4)
		ON CONFLICT (from_at, reason) DO UPDATE SET until_at = excluded.until_at, lost = excluded.lost`)
	forgetImpairments = statement(`DELETE FROM use_impairments WHERE until_at < $1 AND from_at > 0`)
	selectImpairments = statement(`SELECT from_at, until_at, reason, lost FROM use_impairments
		WHERE from_at <= $2 AND until_at > $1 ORDER BY from_at, reason`)
)

// impairmentsKept is for how long it is kept when recording was impaired: longer than anything looks back.
const impairmentsKept = 2 * 365 * 24 * time.Hour

// BeginUses notes that uses are recorded from now on. It does nothing where they were before.
func (tx *Tx) BeginUses(ctx context.Context, now time.Time) error {
	_, err := tx.exec(ctx, insertUsesBegin, column.Micros(now), UsesNotRecorded)
	return failed("noting the begin of", "the recording of uses", "", err)
}

var (
	keepRecording = statement(`INSERT INTO use_recording (process, alive_at) VALUES ($1, $2)
		ON CONFLICT (process) DO UPDATE SET alive_at = excluded.alive_at`)
	endRecording  = statement(`DELETE FROM use_recording WHERE process = $1`)
	lostRecording = statement(`SELECT COALESCE(MIN(alive_at), 0) FROM use_recording
		WHERE alive_at <= $2 AND process <> $1`)
	forgetRecording = statement(`DELETE FROM use_recording WHERE alive_at <= $2 AND process <> $1`)
)

// KeepRecording notes that a process records uses now.
func (tx *Tx) KeepRecording(ctx context.Context, process string, now time.Time) error {
	_, err := tx.exec(ctx, keepRecording, process, column.Micros(now))
	return failed("noting", "the recording of uses", "", err)
}

// EndRecording notes that a process does not record uses any more, and that none of them is lost.
func (tx *Tx) EndRecording(ctx context.Context, process string) error {
	_, err := tx.exec(ctx, endRecording, process)
	return failed("ending", "the recording of uses", "", err)
}

// LostRecording forgets the other processes that did not stop in order and were known last until a time. It returns
// when the first of them was known last; the zero time where there is none.
func (tx *Tx) LostRecording(ctx context.Context, process string, until time.Time) (alive time.Time, err error) {
	args := []any{process, column.Micros(until)}
	err = tx.one(ctx, lostRecording, args, column.Time(&alive))
	if err == nil && !alive.IsZero() {
		_, err = tx.exec(ctx, forgetRecording, args...)
	}
	return alive, failed("looking for processes that were killed in", "the recording of uses", "", err)
}

// WriteUseImpairment stores an impairment, or how it went on. It forgets old ones.
func (tx *Tx) WriteUseImpairment(ctx context.Context, i UseImpairment) error {
	_, err := tx.exec(ctx, writeImpairment, column.Micros(i.From), column.Micros(i.Until), i.Reason, i.Lost)
	if err == nil {
		_, err = tx.exec(ctx, forgetImpairments, column.Micros(i.Until.Add(-impairmentsKept)))
	}
	return failed("noting an impairment of", "the recording of uses", "", err)
}

// UseImpairments returns when recording was impaired between two times. What decides by the absence of a use asks it.
func (tx *Tx) UseImpairments(ctx context.Context, since, until time.Time) (all []UseImpairment, err error) {
	args := []any{column.Micros(since), column.Micros(until)}
	err = tx.each(ctx, selectImpairments, args, func(row scanner) error {
		var i UseImpairment
		err := row.Scan(column.Time(&i.From), column.Time(&i.Until), &i.Reason, &i.Lost)
		all = append(all, i)
		return err
	})
	return all, failed("reading the impairments of", "the recording of uses", "", err)
}
