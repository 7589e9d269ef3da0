package store

import "time"

// AuditEvent records one change or one reveal. Detail never holds a value.
type AuditEvent struct {
	Sequence int64 // 1, 2, 3 … in its scope; given by AppendAudit
	ID       string
	Scope
	At        time.Time
	Actor     string
	Action    string
	Kind      string
	ObjectID  string
	RequestID string
	Detail    map[string]string
	Previous  []byte // the hash of the event before; given by AppendAudit
	Hash      []byte // given by AppendAudit
}
