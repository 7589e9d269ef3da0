package store

import (
	"context"
	"errors"
	"time"

	"golang.org/x/mod/sumdb/tlog"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/auditlog"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/store/column"
)

// AuditLog is the log of an environment as its row has it.
type AuditLog struct {
	Scope
	auditlog.Log

	Stored tlog.Hash // the root
	Chain  auditlog.Chain
}

// AuditCheckpoint is a signed checkpoint that is kept.
type AuditCheckpoint struct {
	Size int64
	At   time.Time
	Note string
}

const auditLogColumns = `tenant, environment, size, root, edge, chain_size, chain_head`

var (
	selectAuditLog = statement(`SELECT ` + auditLogColumns + ` FROM audit_logs WHERE tenant = $1 AND environment = $2`)
	putAuditLog    = statement(`INSERT INTO audit_logs (` + auditLogColumns + `) VALUES ($1, $2, $3, $4, $5, $6, $7)
		ON CONFLICT (tenant, environment) DO UPDATE SET size = excluded.size, root = excluded.root, edge = excluded.edge,
		chain_size = excluded.chain_size, chain_head = excluded.chain_head`)
	auditScopes = statement(`SELECT tenant, environment FROM audit_logs WHERE tenant > ''
		UNION SELECT DISTINCT tenant, environment FROM audit_events WHERE tenant > '' ORDER BY 1, 2`)
	selectLeaves = statement(`SELECT ` + auditColumns + `, hashes FROM audit_events
		WHERE tenant = $1 AND environment = $2 AND leaf >= $3 ORDER BY leaf LIMIT $4`)
	selectHashes = statement(`SELECT hashes FROM audit_events WHERE tenant = $1 AND environment = $2 AND leaf = $3`)

	insertCheckpoint = statement(`INSERT INTO audit_checkpoints (tenant, environment, size, at, note)
		VALUES ($1, $2, $3, $4, $5) ON CONFLICT (tenant, environment, size) DO NOTHING`)
	selectCheckpoints = statement(`SELECT size, at, note FROM audit_checkpoints
		WHERE tenant = $1 AND environment = $2 AND size > $3 ORDER BY size LIMIT $4`)
	unsignedLogs = statement(`SELECT ` + auditLogColumns + ` FROM audit_logs l WHERE l.tenant > '' AND NOT EXISTS (SELECT 1
		FROM audit_checkpoints c WHERE c.tenant = l.tenant AND c.environment = l.environment AND c.size = l.size)
		ORDER BY tenant, environment`)
)

// AuditLog reads the log of an environment. One without events is empty.
func (tx *Tx) AuditLog(ctx context.Context, scope Scope) (log *AuditLog, err error) {
	err = tx.each(ctx, selectAuditLog, []any{scope.Tenant, scope.Environment}, func(row scanner) (err error) {
		log, err = scanAuditLog(row)
		return err
	})
	if err == nil && log == nil {
		log = &AuditLog{Scope: scope}
		log.Stored, err = log.Root()
	}
	return log, failed("reading the audit log of", "environment", scope.Environment, err)
}

// AuditScopes returns the environments that have a log, or events.
func (tx *Tx) AuditScopes(ctx context.Context) (scopes []Scope, err error) {
	err = tx.each(ctx, auditScopes, nil, func(row scanner) error {
		var s Scope
		err := row.Scan(&s.Tenant, &s.Environment)
		scopes = append(scopes, s)
		return err
	})
	return scopes, failed("reading", "environments with audit logs", "", err)
}

// UnsignedAuditLogs reads the logs that have grown since their last checkpoint.
func (tx *Tx) UnsignedAuditLogs(ctx context.Context) (logs []*AuditLog, err error) {
	err = tx.each(ctx, unsignedLogs, nil, func(row scanner) error {
		log, err := scanAuditLog(row)
		logs = append(logs, log)
		return err
	})
	return logs, failed("reading", "audit logs", "", err)
}

func scanAuditLog(row scanner) (*AuditLog, error) {
	var l AuditLog
	var size int64
	var root, edge []byte
	err := row.Scan(&l.Tenant, &l.Environment, &size, &root, &edge, &l.Chain.Size, &l.Chain.Head)
	if err != nil {
		return nil, err
	}
	copy(l.Stored[:], root)
	l.Log, err = auditlog.ReadLog(size, edge)
	return &l, err
}

func (tx *Tx) putAuditLog(ctx context.Context, l *AuditLog) error {
	root, err := l.Root()
	if err == nil {
		_, err = tx.exec(ctx, putAuditLog, l.Tenant, l.Environment, l.Size, root[:], auditlog.Bytes(l.Edge), l.Chain.Size,
			l.Chain.Head)
	}
	return failed("writing the audit log of", "environment", l.Environment, err)
}

// AuditLeaf is an event with the hashes that its row has: its own, and those of the subtrees that it completes.
type AuditLeaf struct {
	*AuditEvent

	Hashes []byte
}

// AuditLeaves reads at most limit events of a log from an index on, with their hashes.
func (tx *Tx) AuditLeaves(ctx context.Context, scope Scope, from int64, limit int) (leaves []AuditLeaf, err error) {
	args := []any{scope.Tenant, scope.Environment, from, limit}
	err = tx.each(ctx, selectLeaves, args, func(row scanner) (err error) {
		var l AuditLeaf
		l.AuditEvent, err = scanAudit(row, &l.Hashes)
		leaves = append(leaves, l)
		return err
	})
	return leaves, failed("reading", "audit events", "", err)
}

// AuditHashes reads stored hashes of a log by their numbers, for the proofs of package tlog.
func (tx *Tx) AuditHashes(ctx context.Context, scope Scope) tlog.HashReader {
	return tlog.HashReaderFunc(func(indexes []int64) ([]tlog.Hash, error) {
		out := make([]tlog.Hash, len(indexes))
		for i, index := range indexes {
			leaf, level := auditlog.Completes(index)
			var stored []byte
			if err := tx.one(ctx, selectHashes, []any{scope.Tenant, scope.Environment, leaf}, &stored); err != nil {
				return nil, failed("reading the hashes of", "an audit event", "", err)
			}
			hashes, err := auditlog.Hashes(stored)
			if err != nil || level >= len(hashes) {
				return nil, failed("reading the hashes of", "an audit event", "",
					errors.Join(err, errors.New("they were changed: run quickconnectd audit verify")))
			}
			out[i] = hashes[level]
		}
		return out, nil
	})
}

// InsertCheckpoint keeps a signed checkpoint, unless there is one of the same size.
func (tx *Tx) InsertCheckpoint(ctx context.Context, scope Scope, c AuditCheckpoint) error {
	_, err := tx.exec(ctx, insertCheckpoint, scope.Tenant, scope.Environment, c.Size, column.Micros(c.At), c.Note)
	return failed("storing the audit checkpoint of", "environment", scope.Environment, err)
}

// Checkpoints reads at most limit checkpoints of a log that are larger than a size, the smallest first.
func (tx *Tx) Checkpoints(ctx context.Context, scope Scope, size int64, limit int) (all []AuditCheckpoint, err error) {
	args := []any{scope.Tenant, scope.Environment, size, limit}
	err = tx.each(ctx, selectCheckpoints, args, func(row scanner) error {
		var c AuditCheckpoint
		err := row.Scan(&c.Size, column.Time(&c.At), &c.Note)
		all = append(all, c)
		return err
	})
	return all, failed("reading the audit checkpoints of", "environment", scope.Environment, err)
}
