package api

import "time"

// Outcomes of what an audit event records. An event of an older build has none.
const (
	OutcomeSuccess = "success"
	OutcomeFailure = "failure"
)

// KindAuditEvents is what the audit calls its own events.
const KindAuditEvents = "audit-events"

// AuditEvent is what happened to one object, or was attempted. Nothing in it is the value of a secret.
type AuditEvent struct {
	Index      int64             `json:"index" doc:"Its place in the log of the environment: 0, 1, 2 …"`
	ID         string            `json:"id" doc:"evt_ and a ULID."`
	At         *time.Time        `json:"at" doc:"When it happened. Null once the event is erased."`
	Actor      string            `json:"actor" doc:"Who did it: the id of a principal, of a workload identity or of a scoped token; platform; or quickconnectd for a command on the machine of the platform."`
	Role       string            `json:"role" doc:"The role of the actor; empty for none."`
	Workload   string            `json:"workload_identity" doc:"The id of the workload identity that acts; empty for none."`
	Claims     map[string]string `json:"claims" doc:"The claims of a JWT that fitted, where the event is the exchange of one."`
	Action     string            `json:"action" doc:"What was done, such as create, reveal or promote."`
	Kind       string            `json:"kind" doc:"The kind of the object, such as scoped-tokens."`
	ObjectID   string            `json:"object_id" doc:"The id of the object."`
	Version    int64             `json:"version" doc:"The version of the credential; 0 where the event is about none or about several."`
	Outcome    string            `json:"outcome" doc:"success or failure; empty for an event of an older build."`
	Address    string            `json:"address" doc:"Where the request came from; empty for none."`
	UserAgent  string            `json:"user_agent" doc:"The client that it names; the first 200 bytes."`
	RequestID  string            `json:"request_id" doc:"The request; empty for what the platform does by itself."`
	Detail     map[string]string `json:"detail" doc:"What else there is to say."`
	Salt       []byte            `json:"salt" doc:"The random part of the commitment. Null once the event is erased."`
	Commitment []byte            `json:"commitment" doc:"The salted hash of the event, which its leaf of the log is made of."`
	Erased     bool              `json:"erased" doc:"What the event said was erased. Its place in the log stays."`
}

// AuditCheckpoint is what the log of an environment is at one time, signed.
type AuditCheckpoint struct {
	Checkpoint string `json:"checkpoint" doc:"The signed note: origin, size, root, time, and a line about the hash chain of older builds where there was one. Keep it as it is."`
	PublicKey  string `json:"public_key" doc:"The key that verifies it, in the form of golang.org/x/mod/sumdb/note. It never changes: keep it too, and compare."`
	Size       int64  `json:"size" doc:"How many events the log has."`
	Root       []byte `json:"root" doc:"The hash of the tree over them."`
}

// AuditProof has the hashes of a proof in the order of RFC 6962.
type AuditProof struct {
	Hashes [][]byte `json:"hashes" nullable:"false" doc:"The hashes, from the bottom to the top."`
}
