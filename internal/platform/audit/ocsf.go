package audit

import (
	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/store"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/txn"
)

// ocsfVersion is the version of the Open Cybersecurity Schema Framework whose classes are used.
const ocsfVersion = "1.9.0"

// The classes of OCSF that events are shown as.
const (
	classAuthentication   = 3002 // somebody exchanges a token
	classEntityManagement = 3004 // the life of objects and their secrets
	classAPIActivity      = 6003 // access that was refused
)

// ocsfActivities are the numbers of actions, which are the same in the classes of entities and of the API.
var ocsfActivities = map[string]int{
	txn.ActionCreate: 1, txn.ActionReveal: 2, "retrieve": 2, "introspect": 2, txn.ActionUpdate: 3, txn.ActionDelete: 4,
	txn.ActionClosed: 4,
}

const (
	activityLogon = 1
	activityOther = 99
)

// OCSF returns an event in the Open Cybersecurity Schema Framework. An erased one says only where it was.
func OCSF(e *store.AuditEvent) map[string]any {
	class := classEntityManagement
	activity, ok := ocsfActivities[e.Action]
	if !ok {
		activity = activityOther
	}
	switch {
	case e.Action == "exchange":
		class, activity = classAuthentication, activityLogon
	case e.Outcome == api.OutcomeFailure:
		class = classAPIActivity
	}
	out := map[string]any{
		"category_uid": class / 1000, "class_uid": class, "activity_id": activity, "activity_name": e.Action,
		"type_uid": class*100 + activity, "severity_id": severity(e), "time": e.At.UnixMilli(),
		"metadata": map[string]any{
			"version": ocsfVersion, "uid": e.ID, "sequence": e.Index, "log_name": "audit", "tenant_uid": e.Tenant,
			"product": map[string]any{"name": "quickconnectd", "vendor_name": "Quickconnect"},
		},
		"actor":    map[string]any{"user": ocsfUser(e)},
		"unmapped": unmapped(e),
	}
	switch e.Outcome {
	case api.OutcomeSuccess:
		out["status_id"], out["status"] = 1, "Success"
	case api.OutcomeFailure:
		out["status_id"], out["status"] = 2, "Failure"
	}
	if e.Address != "" {
		out["src_endpoint"] = map[string]any{"ip": e.Address}
	}
	if e.RequestID != "" {
		out["http_request"] = map[string]any{"uid": e.RequestID, "user_agent": e.UserAgent}
	}
	switch class {
	case classAuthentication:
		out["user"] = map[string]any{"uid": e.ObjectID, "type": e.Kind}
		out["service"] = map[string]any{"name": "quickconnectd"}
	case classAPIActivity:
		out["api"] = map[string]any{"operation": e.Action, "request": map[string]any{"uid": e.RequestID}}
		out["resources"] = []any{map[string]any{"uid": e.ObjectID, "type": e.Kind}}
	default:
		out["entity"] = map[string]any{"uid": e.ObjectID, "type": e.Kind, "name": e.Detail["name"]}
	}
	return out
}

func ocsfUser(e *store.AuditEvent) map[string]any {
	user := map[string]any{"uid": e.Actor}
	if e.Role != "" {
		user["groups"] = []any{map[string]any{"name": e.Role}}
	}
	return user
}

func severity(e *store.AuditEvent) int {
	if e.Outcome == api.OutcomeFailure {
		return 2 // low
	}
	return 1 // informational
}

// unmapped is what the schema has no member for.
func unmapped(e *store.AuditEvent) map[string]any {
	out := map[string]any{"environment": e.Environment, "erased": e.Erased, "commitment": e.Commitment}
	if e.Version != 0 {
		out["version"] = e.Version
	}
	if e.Workload != "" {
		out["workload_identity"] = e.Workload
	}
	for name, values := range map[string]map[string]string{"claims": e.Claims, "detail": e.Detail} {
		if len(values) > 0 {
			out[name] = values
		}
	}
	return out
}
