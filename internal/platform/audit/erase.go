package audit

import (
	"context"
	"strconv"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/problem"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/store"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/txn"
)

const actionErase = "erase"

// Erase removes what one event says, such as an address that a person has a right to have deleted. Its leaf stays, so
// the log verifies as before. That it was erased is an event itself, which cannot be erased.
func Erase(ctx context.Context, tx *txn.Tx, index int64, reason string) (*store.AuditEvent, error) {
	found, err := tx.AuditEvents(ctx, tx.Scope, store.AuditFilter{From: index, Limit: 1})
	if err != nil {
		return nil, err
	}
	switch {
	case len(found) == 0 || found[0].Index != index:
		return nil, problem.New(api.CodeNotFound, "", "there is no audit event %d in tenant %s, environment %s", index,
			tx.Scope.Tenant, tx.Scope.Environment)
	case found[0].Erased:
		return nil, problem.New(api.CodeConflict, "", "audit event %d was erased already", index)
	case found[0].Action == actionErase:
		return nil, problem.New(api.CodeConflict, "", "audit event %d says that another one was erased, and stays", index)
	}
	if err := tx.EraseAudit(ctx, tx.Scope, index); err != nil {
		return nil, err
	}
	return found[0], tx.Audit(ctx, actionErase, api.KindAuditEvents, found[0].ID, map[string]string{
		"index": strconv.FormatInt(index, 10), "reason": reason,
	})
}
