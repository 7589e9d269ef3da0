package store

import (
	"context"
	"time"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/store/column"
)

// Platform is what the database says of the platform itself.
type Platform struct {
	ID          string
	Incarnation int64 // 1 at first, and a higher number after every restore of a backup
	// RestoreConfirmed is false from a restore until an operator confirms it.
	RestoreConfirmed bool
	CreatedAt        time.Time
}

var (
	insertPlatform = statement(`INSERT INTO platform (one, id, incarnation, restore_confirmed, created_at)
		VALUES (1, $1, $2, $3, $4) ON CONFLICT (one) DO NOTHING`)
	selectPlatform = statement(`SELECT id, incarnation, restore_confirmed, created_at FROM platform WHERE one = 1`)
)

// InsertPlatform stores the platform. It returns ErrExists if the database has one.
func (tx *Tx) InsertPlatform(ctx context.Context, p *Platform) error {
	err := tx.insertNew(ctx, insertPlatform, p.ID, p.Incarnation, column.Bool(p.RestoreConfirmed),
		column.Micros(p.CreatedAt))
	return failed("storing", "platform", p.ID, err)
}

// Platform returns the platform.
func (tx *Tx) Platform(ctx context.Context) (*Platform, error) {
	p := &Platform{}
	err := tx.one(ctx, selectPlatform, nil, &p.ID, &p.Incarnation, &p.RestoreConfirmed, column.Time(&p.CreatedAt))
	if err != nil {
		return nil, failed("reading", "platform", "", err)
	}
	return p, nil
}
