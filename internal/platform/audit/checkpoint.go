// Package audit has the routes of the audit trail, signs its checkpoints, and verifies, exports and erases it.
package audit

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/auditlog"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/keys"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/store"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/txn"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/rotation"
)

// Interval is the least time between two checkpoints of a log that the platform keeps by itself. One costs little; but
// signed with each change it would double what a change writes.
const Interval = time.Hour

// Signed is a checkpoint with the public key that verifies it.
type Signed struct {
	auditlog.Checkpoint

	Note      string
	PublicKey string
}

// Sign returns a checkpoint of the log of an environment as it is. It stores nothing.
func Sign(ctx context.Context, tx *txn.Tx, scope store.Scope) (out Signed, err error) {
	platform, err := tx.Platform(ctx)
	if err != nil {
		return out, err
	}
	log, err := tx.AuditLog(ctx, scope)
	if err != nil {
		return out, err
	}
	root, err := log.Root()
	if err != nil {
		return out, err
	}
	if root != log.Stored {
		return out, fmt.Errorf("the audit log of %s/%s is not signed, because its row was changed outside of the platform: "+
			"run quickconnectd audit verify, which names the first bad event", scope.Tenant, scope.Environment)
	}
	signer, public, err := keys.CheckpointSigner(tx.Keys, platform.ID)
	if err != nil {
		return out, err
	}
	out.PublicKey = public
	out.Checkpoint = auditlog.Checkpoint{
		Origin: auditlog.Origin(platform.ID, scope.Tenant, scope.Environment), Size: log.Size, Root: root, At: tx.Now,
		Chain: log.Chain,
	}
	out.Note, err = out.Sign(signer)
	return out, err
}

// Keep signs a checkpoint of an environment, and stores it.
func Keep(ctx context.Context, tx *txn.Tx, scope store.Scope) (Signed, error) {
	signed, err := Sign(ctx, tx, scope)
	if err != nil {
		return signed, err
	}
	return signed, tx.InsertCheckpoint(ctx, scope, store.AuditCheckpoint{
		Size: signed.Size, At: signed.At, Note: signed.Note,
	})
}

// Signer keeps a checkpoint of each log that has grown, once in a while.
type Signer struct {
	Runner *txn.Runner

	mu   sync.Mutex
	next time.Time
}

// Sign keeps checkpoints where that is due.
func (s *Signer) Sign(ctx context.Context) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	now := s.Runner.Clock.Now()
	if now.Before(s.next) && s.next.Sub(now) <= Interval {
		return nil
	}
	var grown []*store.AuditLog
	err := s.Runner.View(ctx, txn.Caller{}, func(tx *txn.Tx) (err error) {
		grown, err = tx.UnsignedAuditLogs(ctx)
		return err
	})
	if err != nil {
		return err
	}
	s.next = now.Add(Interval)
	var failed []error
	for _, log := range grown {
		by := txn.Caller{Scope: log.Scope, Actor: rotation.ActorPlatform}
		failed = append(failed, s.Runner.TryUpdate(ctx, by, func(tx *txn.Tx) error {
			_, err := Keep(ctx, tx, log.Scope)
			return err
		}))
	}
	return errors.Join(failed...)
}
