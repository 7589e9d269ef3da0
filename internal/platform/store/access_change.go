package store

import (
	"context"
	"strings"
	"sync/atomic"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/store/sqlite"
)

// decides are the tables whose rows decide about access. Code that keeps such rows in memory finds out by
// Access.Changes whether they still hold.
var decides = map[string]bool{
	"principals": true, "connectors": true, "scoped_tokens": true, "rotation_policies": true,
	"credentials": true, "versions": true, "secrets": true, "keys": true, "keks": true, "access_tokens": true,
	"environment_policies": true, "guardrail_exemptions": true,
	"workload_identities": true, "consents": true,
}

// sameValues are the statements that seal and hash values again, which are what they were: what was verified before
// still holds. Were they counted, a rewrap and the writes of a server would wait for each other at one row. A key that
// leaves is counted.
var sameValues = map[string]bool{
	sealedColumns[SealedSecrets].put: true, sealedColumns[SealedKeys].put: true, setLookupHash: true,
}

// neverKept are the statements about rows of which no process has anything in memory that counts: those of a new access
// token, and those of tokens and versions that ended long ago. Were they counted, each exchange would end what is in
// memory of all other tokens.
var neverKept = map[string]bool{insertAccessToken: true, forgetAccessTokens: true, forgetRenewed: true}

// useOnly are the statements that change only when a row was used last, which decides nothing.
var useOnly = map[string]bool{
	markUsedAlone: true, markCredentialUsed: true, markPrincipalUsed: true, markWorkloadIdentityUsed: true,
}

// schedules are the statements that change only when a row is looked at next, or what is announced: they decide
// nothing.
var schedules = map[string]bool{setNotice: true, setAnnounced: true, noticeEnvironment: true}

var (
	accessChanges      = statement(`SELECT number FROM access_changes WHERE one = 1`)
	raiseAccessChanges = statement(`UPDATE access_changes SET number = number + 1 WHERE one = 1`)
)

// writesDeciding reports whether a statement changes what decides about access.
func writesDeciding(text string) bool {
	if strings.HasPrefix(text, "SELECT") || strings.HasPrefix(text, "WITH") {
		return false
	}
	words := strings.Fields(text[:min(len(text), 80)])
	if len(words) < 3 || useOnly[text] || sameValues[text] || neverKept[text] || schedules[text] {
		return false
	}
	switch words[0] {
	case "UPDATE":
		return decides[words[1]]
	case "INSERT", "DELETE":
		return decides[words[2]]
	}
	return false
}

// Access tells whether anything was changed that decides about access.
type Access struct {
	store   *Store
	commits *sqlite.Commits         // nil: nothing tells of commits but a query
	counted atomic.Pointer[counted] // what Changes found out last
	shared  sharedQuery
}

// counted is how often what decides about access was changed, after a number of commits.
type counted struct {
	commits uint32
	changes int64
}

// Changes returns how often anything was changed that decides about access, by any process. What was read after a call
// holds as long as later calls return the same number.
func (a *Access) Changes(ctx context.Context) (int64, error) {
	commits, ok := a.commits.Count() // before the query: what is committed between the two is seen by the next call
	if !ok {
		return a.shared.ask(ctx, a.query)
	}
	if known := a.counted.Load(); known != nil && known.commits == commits {
		return known.changes, nil
	}
	changes, err := a.shared.ask(ctx, a.query)
	if err == nil {
		a.counted.Store(&counted{commits, changes})
	}
	return changes, err
}

// query reads the number without a transaction, which would take two more round trips.
func (a *Access) query(ctx context.Context) (changes int64, err error) {
	read, d := a.store.read, a.store.dialect
	if prepared, ok := read.statements[accessChanges]; ok {
		err = prepared.QueryRowContext(ctx).Scan(&changes)
	} else {
		limited, cancel := context.WithTimeout(ctx, d.limit)
		defer cancel()
		err = d.onOpenConnection(func() error {
			return read.db.QueryRowContext(limited, accessChanges).Scan(&changes)
		})
	}
	return changes, d.classified(ctx, failed("reading", "the changes of access", "", err))
}

// countAccessChange counts a transaction that has changed what decides about access.
func (tx *Tx) countAccessChange(ctx context.Context) error {
	if !tx.decided {
		return nil
	}
	return failed("counting", "a change of access", "", tx.execOne(ctx, raiseAccessChanges))
}
