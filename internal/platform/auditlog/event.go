// Package auditlog has the rules of the audit trail as a transparency log: what a leaf commits to, the Merkle tree
// over the leaves, checkpoints, and what verifies them. It is pure: it reads no database, no clock and no randomness.
package auditlog

import (
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"hash"
	"maps"
	"slices"
	"time"
)

// SaltSize is how many random bytes a leaf is salted with. Without them, whoever knows the leaf of an erased event
// could find out by trying what the event was.
const SaltSize = 32

// Event is one leaf of the log of an environment. Nothing in it is the value of a secret.
type Event struct {
	Index       int64             `json:"index"` // 0, 1, 2 … in its log
	ID          string            `json:"id"`
	Tenant      string            `json:"tenant"`
	Environment string            `json:"environment"`
	At          time.Time         `json:"at"`
	Actor       string            `json:"actor"`
	Role        string            `json:"role"`              // of the actor; empty for none
	Workload    string            `json:"workload_identity"` // the identity that acts; empty for none
	Claims      map[string]string `json:"claims"`            // of a JWT that fitted, of its exchange
	Action      string            `json:"action"`
	Kind        string            `json:"kind"`
	ObjectID    string            `json:"object_id"`
	Version     int64             `json:"version"` // of the credential; 0 where the event is about none or about several
	Outcome     string            `json:"outcome"`
	Address     string            `json:"address"`
	UserAgent   string            `json:"user_agent"`
	RequestID   string            `json:"request_id"`
	Detail      map[string]string `json:"detail"`

	Salt       []byte `json:"salt"`       // nil once the event is erased
	Commitment []byte `json:"commitment"` // what the leaf is made of
	Erased     bool   `json:"erased"`     // only Index, ID, the environment and Commitment are left
}

// Commit returns the salted hash over every field, each after its length, so that no text can move from one field to
// the next.
func (e *Event) Commit() []byte {
	f := fields{sha256.New()}
	f.text("quickconnect audit event 2")
	f.text(string(e.Salt))
	f.number(e.Index)
	for _, s := range []string{
		e.ID, e.Tenant, e.Environment, e.Actor, e.Role, e.Workload, e.Action, e.Kind, e.ObjectID, e.Outcome, e.Address,
		e.UserAgent, e.RequestID,
	} {
		f.text(s)
	}
	f.number(micros(e.At))
	f.number(e.Version)
	f.pairs(e.Claims)
	f.pairs(e.Detail)
	return f.hash.Sum(nil)
}

// Whole reports whether the fields of an event are those that its commitment was made of. Those of an erased event
// cannot be checked: they must be gone.
func (e *Event) Whole() bool {
	if e.Erased {
		return len(e.Commitment) == sha256.Size && e.isBare()
	}
	return len(e.Salt) == SaltSize && bytes.Equal(e.Commitment, e.Commit())
}

func (e *Event) isBare() bool {
	texts := e.Actor + e.Role + e.Workload + e.Action + e.Kind + e.ObjectID + e.Outcome + e.Address + e.UserAgent +
		e.RequestID + string(e.Salt)
	return texts == "" && e.At.IsZero() && e.Version == 0 && len(e.Claims) == 0 && len(e.Detail) == 0
}

// Erase removes everything that an event says.
func (e *Event) Erase() {
	*e = Event{
		Index: e.Index, ID: e.ID, Tenant: e.Tenant, Environment: e.Environment, Commitment: e.Commitment, Erased: true,
	}
}

// ChainHash returns the hash that the event had in the hash chain of older builds, after the hash of the event before.
func (e *Event) ChainHash(previous []byte) []byte {
	f := fields{sha256.New()}
	f.text("quickconnect audit event 1")
	f.text(string(previous))
	f.number(e.Index + 1)
	for _, s := range []string{
		e.ID, e.Tenant, e.Environment, e.Actor, e.Action, e.Kind, e.ObjectID, e.RequestID,
	} {
		f.text(s)
	}
	f.number(micros(e.At))
	f.pairs(e.Detail)
	return f.hash.Sum(nil)
}

// micros is a time as the store keeps it.
func micros(t time.Time) int64 {
	if t.IsZero() {
		return 0
	}
	return t.UnixMicro()
}

// fields hashes fields, each after its length.
type fields struct{ hash hash.Hash }

func (f fields) number(n int64) {
	var b [8]byte
	binary.BigEndian.PutUint64(b[:], uint64(n)) //nolint:gosec // the bits matter, not the sign
	f.hash.Write(b[:])
}

func (f fields) text(s string) {
	f.number(int64(len(s)))
	f.hash.Write([]byte(s))
}

func (f fields) pairs(m map[string]string) {
	f.number(int64(len(m)))
	for _, k := range slices.Sorted(maps.Keys(m)) {
		f.text(k)
		f.text(m[k])
	}
}
