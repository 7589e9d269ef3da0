package audit

import (
	"context"

	"golang.org/x/mod/sumdb/tlog"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/problem"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/store"
)

// inclusion proves that the log, as it was at a size, has the event with an index.
func inclusion(
	ctx context.Context, tx *store.Tx, scope store.Scope, index, size int64,
) (tlog.RecordProof, error) {
	if err := checkSize(ctx, tx, scope, size); err != nil {
		return nil, err
	}
	if index >= size {
		return nil, problem.New(api.CodeInvalid, "", "query parameter index: must be less than the size, which is %d", size)
	}
	return tlog.ProveRecord(size, index, tx.AuditHashes(ctx, scope))
}

// consistency proves that the log, as it was at the size to, begins with the log as it was at the size from.
func consistency(
	ctx context.Context, tx *store.Tx, scope store.Scope, from, to int64,
) (tlog.TreeProof, error) {
	if err := checkSize(ctx, tx, scope, to); err != nil {
		return nil, err
	}
	if from > to {
		return nil, problem.New(api.CodeInvalid, "", "query parameter from: must not be more than to, which is %d", to)
	}
	return tlog.ProveTree(to, from, tx.AuditHashes(ctx, scope))
}

func checkSize(ctx context.Context, tx *store.Tx, scope store.Scope, size int64) error {
	log, err := tx.AuditLog(ctx, scope)
	if err == nil && size > log.Size {
		err = problem.New(api.CodeInvalid, "", "the log has %d events, and not %d: take the size of a checkpoint of this "+
			"environment", log.Size, size)
	}
	return err
}
