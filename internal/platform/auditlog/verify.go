package auditlog

import (
	"bytes"
	"fmt"

	"golang.org/x/mod/sumdb/tlog"
)

// BadEventError says which event of a log is the first that does not verify, and why.
type BadEventError struct {
	Log   string // which log, such as acme/staging
	Index int64
	ID    string // empty where the event is missing
	Why   string
}

func (e *BadEventError) Error() string {
	if e.ID == "" {
		return fmt.Sprintf("audit log %s: event %d %s", e.Log, e.Index, e.Why)
	}
	return fmt.Sprintf("audit log %s: event %d (%s) %s", e.Log, e.Index, e.ID, e.Why)
}

// Verifier builds the tree of a log again, from the events alone, and compares with everything that is stored or
// signed. It takes the events in their order, and keeps none of them.
type Verifier struct {
	Tenant, Environment string

	Log    Log
	Erased int64 // how many events were erased

	chain      []byte // the hash of the event before, in the chain of older builds
	unchained  bool   // an erased event was in the way, or the first events are not there
	chainEnd   Chain  // the chain that is claimed
	chainKnown bool
}

// Leaf adds the next event. Hashes are those that are stored with it; nil where none are.
func (v *Verifier) Leaf(e *Event, stored []byte) error {
	switch {
	case e.Tenant != v.Tenant || e.Environment != v.Environment:
		return v.bad(v.Log.Size, e.ID, "belongs to another tenant or environment: it was moved here")
	case e.Index > v.Log.Size:
		return v.bad(v.Log.Size, "", "is missing: it was deleted or moved")
	case e.Index < v.Log.Size:
		return v.bad(e.Index, e.ID, "is there twice: one of the two was inserted")
	case e.Erased && !e.Whole():
		return v.bad(e.Index, e.ID, "is marked as erased, and still says something: it was changed after it was recorded")
	case !e.Whole():
		return v.bad(e.Index, e.ID, "was changed after it was recorded: its fields do not have its commitment")
	}
	hashes, err := v.Log.Append(Leaf(e.Commitment))
	if err != nil {
		return err
	}
	if stored != nil {
		if err := v.compare(e, hashes, stored); err != nil {
			return err
		}
	}
	if e.Erased {
		v.Erased++
	}
	return v.link(e)
}

// compare compares the hashes that are stored with an event with those that its place in the tree gives it.
func (v *Verifier) compare(e *Event, want []tlog.Hash, stored []byte) error {
	switch {
	case bytes.Equal(Bytes(want), stored):
		return nil
	case !bytes.HasPrefix(stored, want[0][:]):
		return v.bad(e.Index, e.ID, "does not have the leaf that is stored for it: the event was changed with its "+
			"commitment, or its leaf was changed")
	}
	return v.bad(e.Index, e.ID, "has stored hashes of the tree that do not follow from the leaves: they were changed")
}

// Claim notes the hash chain of older builds that a log or a checkpoint says its first events had.
func (v *Verifier) Claim(c Chain) error {
	if v.chainKnown && (c.Size != v.chainEnd.Size || !bytes.Equal(c.Head, v.chainEnd.Head)) {
		return v.bad(max(c.Size, v.chainEnd.Size)-1, "", "is not the end of the hash chain of older builds in every "+
			"checkpoint: the end of the chain was changed")
	}
	v.chainEnd, v.chainKnown = c, true
	return nil
}

// link follows the hash chain of older builds through its events. An erased event ends what can be checked of it.
func (v *Verifier) link(e *Event) error {
	if v.unchained || !v.chainKnown || e.Index >= v.chainEnd.Size {
		return nil
	}
	if e.Erased {
		v.unchained = true
		return nil
	}
	v.chain = e.ChainHash(v.chain)
	if e.Index == v.chainEnd.Size-1 && !bytes.Equal(v.chain, v.chainEnd.Head) {
		return v.bad(e.Index, e.ID, "does not end the hash chain of older builds: it or an event before it was "+
			"changed before or during the upgrade")
	}
	return nil
}

// Check compares a checkpoint of the present size with the log.
func (v *Verifier) Check(c Checkpoint) error {
	root, err := v.Log.Root()
	switch {
	case err != nil:
		return err
	case c.Size != v.Log.Size:
		return fmt.Errorf("the checkpoint of %d events is compared with %d", c.Size, v.Log.Size)
	case c.Root != root:
		return v.bad(max(v.Log.Size-1, 0), "", fmt.Sprintf("or an event before it is not the one that was signed: the "+
			"events verify among themselves, and not with the checkpoint of %d events of %s: the log was written anew",
			c.Size, c.At.UTC().Format("2006-01-02 15:04:05Z")))
	}
	return v.Claim(c.Chain)
}

// From begins with an event that is not the first one.
func (v *Verifier) From(l Log) {
	v.Log = l
	v.unchained = l.Size > 0
}

// End compares what the database has of the whole log.
func (v *Verifier) End(stored Log, storedRoot tlog.Hash) error {
	root, err := v.Log.Root()
	switch {
	case err != nil:
		return err
	case v.Log.Size < stored.Size:
		return v.Missing(v.Log.Size)
	case root != storedRoot || !bytes.Equal(Bytes(v.Log.Edge), Bytes(stored.Edge)):
		return v.bad(max(stored.Size-1, 0), "", "ends the log, whose stored root or hashes do not follow from the leaves: "+
			"they were changed")
	}
	return nil
}

// Inserted is the error of an event behind the end of the log.
func (v *Verifier) Inserted(e *Event) error {
	return v.bad(e.Index, e.ID, "is behind the end of the log: it was inserted, or the end was changed")
}

// Missing is the error of a log that ends before an event.
func (v *Verifier) Missing(index int64) error {
	return v.bad(index, "", "and those behind it are missing: the log was truncated")
}

func (v *Verifier) bad(index int64, id, why string) error {
	return &BadEventError{Log: v.Tenant + "/" + v.Environment, Index: index, ID: id, Why: why}
}
