package audit

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"time"

	"golang.org/x/mod/sumdb/note"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/auditlog"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/store"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/txn"
)

// line is one line of an export: it has one of these members. Each log begins with a log, and ends with the checkpoint
// that its events verify with.
type line struct {
	Log        *logLine        `json:"log,omitempty"`
	Event      *auditlog.Event `json:"event,omitempty"`
	Checkpoint string          `json:"checkpoint,omitempty"`
}

// logLine begins the part of a log. An export that does not begin with the first event has what the tree was before
// it.
type logLine struct {
	Tenant      string `json:"tenant"`
	Environment string `json:"environment"`
	First       int64  `json:"first"`
	Edge        []byte `json:"edge"`
	ChainSize   int64  `json:"chain_size"`
	ChainHead   []byte `json:"chain_head"`
}

// The formats of an export.
const (
	FormatJSONL = "jsonl"
	FormatOCSF  = "ocsf"
)

// Export writes the events of a log from the first one on that is not older than since, one a line. Those of an export
// as FormatJSONL can be verified without the database.
func Export(
	ctx context.Context, r *txn.Runner, scope store.Scope, since time.Time, format string, out io.Writer,
) error {
	var signed Signed
	err := r.Update(ctx, txn.Caller{Scope: scope}, func(tx *txn.Tx) (err error) {
		signed, err = Keep(ctx, tx, scope)
		return err
	})
	if err != nil {
		return err
	}
	begin := logLine{Tenant: scope.Tenant, Environment: scope.Environment, First: signed.Size}
	begin.ChainSize, begin.ChainHead = signed.Chain.Size, signed.Chain.Head
	err = r.View(ctx, txn.Caller{Scope: scope}, func(tx *txn.Tx) error {
		first, err := tx.AuditEvents(ctx, scope, store.AuditFilter{Since: since, Limit: 1})
		if len(first) > 0 {
			begin.First = min(first[0].Index, signed.Size)
		}
		if err != nil {
			return err
		}
		edge, err := tx.AuditHashes(ctx, scope).ReadHashes(auditlog.Complete(begin.First))
		begin.Edge = auditlog.Bytes(edge)
		return err
	})
	if err != nil {
		return err
	}
	buffered := bufio.NewWriter(out)
	w := writer{json.NewEncoder(buffered), format}
	if err := errors.Join(w.line(line{Log: &begin}), w.events(ctx, r, scope, begin.First, signed.Size),
		w.line(line{Checkpoint: signed.Note})); err != nil {
		return fmt.Errorf("write the export: %w", err)
	}
	return buffered.Flush()
}

type writer struct {
	to     *json.Encoder
	format string
}

// line writes what is not an event, which only our own format has.
func (w writer) line(l line) error {
	if w.format != FormatJSONL {
		return nil
	}
	return w.to.Encode(l)
}

func (w writer) events(ctx context.Context, r *txn.Runner, scope store.Scope, from, end int64) error {
	for from < end {
		var page []*store.AuditEvent
		err := r.View(ctx, txn.Caller{Scope: scope}, func(tx *txn.Tx) (err error) {
			page, err = tx.AuditEvents(ctx, scope, store.AuditFilter{From: from, Limit: int(min(verifyPage, end-from))})
			return err
		})
		if err != nil {
			return err
		}
		if len(page) == 0 {
			return fmt.Errorf("event %d of %s/%s is missing: run quickconnectd audit verify", from, scope.Tenant,
				scope.Environment)
		}
		for _, e := range page {
			var shown any = line{Event: e}
			if w.format == FormatOCSF {
				shown = OCSF(e)
			}
			if err := w.to.Encode(shown); err != nil {
				return err
			}
			from = e.Index + 1
		}
	}
	return nil
}

// VerifyExport verifies an export as FormatJSONL, and keeps none of it in memory.
func VerifyExport(in io.Reader, key note.Verifier, older *auditlog.Checkpoint) (all []Verified, err error) {
	lines := json.NewDecoder(in)
	var open *exported
	found := older == nil
	for n := 1; ; n++ {
		var l line
		switch err := lines.Decode(&l); {
		case errors.Is(err, io.EOF):
			switch {
			case open != nil:
				return all, fmt.Errorf("the export ends before the checkpoint of %s/%s: it was truncated",
					open.verifier.Tenant, open.verifier.Environment)
			case !found:
				return all, fmt.Errorf("the export has no log %s, which the checkpoint is of", older.Origin)
			}
			return all, nil
		case err != nil:
			return all, fmt.Errorf("line %d of the export is not one: %w", n, err)
		}
		if (open == nil) == (l.Log == nil) {
			return all, fmt.Errorf("line %d of the export is not what follows there: lines were removed or inserted", n)
		}
		switch {
		case l.Log != nil:
			if open, err = begin(l.Log); err != nil {
				return all, err
			}
			open.older = older
		case l.Event != nil:
			if err := open.leaf(l.Event); err != nil {
				return all, err
			}
		default:
			v, of, err := open.end(l.Checkpoint, key)
			if err != nil {
				return all, err
			}
			all, open = append(all, v), nil
			found = found || of == older.Origin
		}
	}
}

// exported is the log of an export that is being read.
type exported struct {
	verifier auditlog.Verifier
	first    int64
	older    *auditlog.Checkpoint
	reached  auditlog.Log // as the log was at the size of the checkpoint that was kept
	passed   bool
}

func begin(l *logLine) (*exported, error) {
	log, err := auditlog.ReadLog(l.First, l.Edge)
	if err != nil {
		return nil, fmt.Errorf("the export of %s/%s was changed at its begin: %w", l.Tenant, l.Environment, err)
	}
	e := &exported{first: l.First, verifier: auditlog.Verifier{Tenant: l.Tenant, Environment: l.Environment}}
	e.verifier.From(log)
	return e, e.verifier.Claim(auditlog.Chain{Size: l.ChainSize, Head: l.ChainHead})
}

func (e *exported) leaf(event *auditlog.Event) error {
	e.note()
	return e.verifier.Leaf(event, nil)
}

// note keeps what the log is at the size of the checkpoint that was kept: which log that is of is known at the end.
func (e *exported) note() {
	if e.older != nil && e.verifier.Log.Size == e.older.Size {
		e.reached = auditlog.Log{Size: e.older.Size, Edge: append(e.reached.Edge[:0], e.verifier.Log.Edge...)}
		e.passed = true
	}
}

// end compares the checkpoints. It returns the origin of the log.
func (e *exported) end(signed string, key note.Verifier) (out Verified, origin string, err error) {
	e.note()
	v := &e.verifier
	c, err := auditlog.OpenCheckpoint(signed, key)
	if err != nil {
		return out, "", fmt.Errorf("audit log %s/%s: %w", v.Tenant, v.Environment, err)
	}
	if c.Origin != auditlog.Origin(key.Name(), v.Tenant, v.Environment) {
		return out, "", fmt.Errorf("audit log %s/%s: the checkpoint at its end is of %s: it was exchanged", v.Tenant,
			v.Environment, c.Origin)
	}
	if c.Size > v.Log.Size {
		return out, "", v.Missing(v.Log.Size)
	}
	if c.Size < v.Log.Size {
		return out, "", fmt.Errorf("audit log %s/%s: event %d is behind the %d events that were signed: it was inserted",
			v.Tenant, v.Environment, c.Size, c.Size)
	}
	if err := v.Check(c); err != nil {
		return out, "", err
	}
	out = Verified{
		Scope: store.Scope{Tenant: v.Tenant, Environment: v.Environment}, First: e.first, Events: v.Log.Size,
		Erased: v.Erased, Checkpoints: 1, Chain: c.Chain.Size, Root: c.Root.String(),
	}
	if e.older == nil || e.older.Origin != c.Origin {
		return out, c.Origin, nil
	}
	out.Checkpoints++
	return out, c.Origin, e.compare(c)
}

// compare compares the checkpoint that was kept.
func (e *exported) compare(c auditlog.Checkpoint) error {
	switch {
	case e.older.Size > c.Size:
		return e.verifier.Missing(c.Size)
	case !e.passed:
		return fmt.Errorf("the export of %s begins with event %d, and the checkpoint is of the first %d: export the log "+
			"from an earlier time, or from its begin", c.Origin, e.first, e.older.Size)
	}
	past := e.verifier
	past.Log = e.reached
	return past.Check(*e.older)
}
