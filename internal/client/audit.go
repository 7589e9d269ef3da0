package client

import (
	"context"
	"net/http"
	"net/url"
	"strconv"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
)

// AuditFilter restricts a list of audit events. What is empty does not restrict it.
type AuditFilter struct {
	Actor, Action, Kind, ObjectID, Outcome string

	Since, Until string // RFC 3339
}

func (f AuditFilter) query() url.Values {
	q := largePages()
	for name, value := range map[string]string{
		"actor": f.Actor, "action": f.Action, "kind": f.Kind, "object_id": f.ObjectID, "outcome": f.Outcome,
		"since": f.Since, "until": f.Until,
	} {
		if value != "" {
			q.Set(name, value)
		}
	}
	return q
}

// AuditEvents reads at most limit events of the environment, the oldest first, and says whether there are more.
func (c *Client) AuditEvents(
	ctx context.Context, f AuditFilter, limit int,
) (all []api.AuditEvent, more bool, err error) {
	r := auditRequest(api.KindAuditEvents, f.query(), "the audit events")
	_, err = eachPage(ctx, c, r, func(items []api.AuditEvent) (bool, error) {
		all = append(all, items...)
		return len(all) <= limit, nil
	})
	if len(all) > limit {
		return all[:limit], true, err
	}
	return all, false, err
}

// AuditCheckpoint reads a signed checkpoint of the audit log of the environment as it is.
func (c *Client) AuditCheckpoint(ctx context.Context) (out api.AuditCheckpoint, err error) {
	return out, c.do(ctx, auditRequest("audit-checkpoint", nil, "the audit checkpoint"), &out)
}

// AuditInclusion reads the proof that the audit log has an event, as it was at a size.
func (c *Client) AuditInclusion(ctx context.Context, index, size int64) (out api.AuditProof, err error) {
	q := url.Values{"index": {strconv.FormatInt(index, 10)}, "size": {strconv.FormatInt(size, 10)}}
	return out, c.do(ctx, auditRequest("audit-proofs/inclusion", q, "a proof of the audit log"), &out)
}

// AuditConsistency reads the proof that the audit log of a size begins with what it was at a smaller size.
func (c *Client) AuditConsistency(ctx context.Context, from, to int64) (out api.AuditProof, err error) {
	q := url.Values{"from": {strconv.FormatInt(from, 10)}, "to": {strconv.FormatInt(to, 10)}}
	return out, c.do(ctx, auditRequest("audit-proofs/consistency", q, "a proof of the audit log"), &out)
}

func auditRequest(path string, query url.Values, object string) *request {
	return &request{
		method: http.MethodGet, route: "/v1/" + path, query: query, op: "read", object: object,
		permission: api.PermissionRead,
	}
}
