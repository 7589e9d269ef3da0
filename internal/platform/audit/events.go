package audit

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"

	"golang.org/x/mod/sumdb/note"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/auditlog"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/store"
)

// VerifyFile verifies an export as FormatJSONL, or a list of events as the API and quickconnect audit show them: an
// array, pages, or one event a line. A list has no checkpoint of its own, so it needs one that was kept.
func VerifyFile(in io.Reader, key note.Verifier, kept *auditlog.Checkpoint) ([]Verified, error) {
	text := bufio.NewReaderSize(in, 64<<10)
	begin, _ := text.Peek(64) // a shorter file is no error
	if strings.HasPrefix(strings.TrimSpace(string(begin)), `{"log":`) {
		return VerifyExport(text, key, kept)
	}
	l, err := newList(key, kept)
	if err != nil {
		return nil, err
	}
	values := json.NewDecoder(text)
	if strings.HasPrefix(strings.TrimSpace(string(begin)), "[") {
		err = l.array(values)
	} else {
		err = l.values(values)
	}
	if err != nil {
		return nil, err
	}
	return l.end()
}

// list is a list of events that is being read.
type list struct {
	verifier auditlog.Verifier
	kept     *auditlog.Checkpoint
	compared bool
}

func newList(key note.Verifier, kept *auditlog.Checkpoint) (*list, error) {
	if kept == nil {
		return nil, errors.New("a list of events has no checkpoint of its own: give one with --checkpoint, or verify an " +
			"export of quickconnectd audit export")
	}
	of := strings.Split(kept.Origin, "/")
	if len(of) != 3 || of[0] != key.Name() {
		return nil, fmt.Errorf("the checkpoint is of %s, which is no log of the platform %s", kept.Origin, key.Name())
	}
	l := &list{kept: kept, verifier: auditlog.Verifier{Tenant: of[1], Environment: of[2]}}
	return l, errors.Join(l.verifier.Claim(kept.Chain), l.compare())
}

// shown is an event, or a page of them.
type shown struct {
	auditlog.Event
	Items []auditlog.Event `json:"items"`
}

var errNoEvents = errors.New("the file has no audit events: it must be an export of quickconnectd audit export, or " +
	"what quickconnect audit --output json or GET /v1/audit-events prints")

func (l *list) array(values *json.Decoder) error {
	if _, err := values.Token(); err != nil {
		return fmt.Errorf("%w: %w", errNoEvents, err)
	}
	for values.More() {
		var e shown
		if err := values.Decode(&e); err != nil {
			return fmt.Errorf("%w: %w", errNoEvents, err)
		}
		if err := l.take(e); err != nil {
			return err
		}
	}
	if _, err := values.Token(); err != nil {
		return fmt.Errorf("the list ends within itself: it was truncated: %w", err)
	}
	return nil
}

func (l *list) values(values *json.Decoder) error {
	for {
		var e shown
		switch err := values.Decode(&e); {
		case errors.Is(err, io.EOF):
			return nil
		case err != nil:
			return fmt.Errorf("%w: %w", errNoEvents, err)
		}
		if err := l.take(e); err != nil {
			return err
		}
	}
}

func (l *list) take(e shown) error {
	if e.Items == nil {
		return l.leaf(e.Event)
	}
	for _, item := range e.Items {
		if err := l.leaf(item); err != nil {
			return err
		}
	}
	return nil
}

func (l *list) leaf(e auditlog.Event) error {
	if e.ID == "" {
		return errNoEvents
	}
	if l.verifier.Log.Size == 0 && e.Index > 0 {
		return fmt.Errorf("the list begins with event %d, and has nothing of the tree before it: list the events from the "+
			"first one, without a filter, or export the part with quickconnectd audit export --since", e.Index)
	}
	e.Tenant, e.Environment = l.verifier.Tenant, l.verifier.Environment // which the API leaves out
	if err := l.verifier.Leaf(&e, nil); err != nil {
		return fmt.Errorf("%w (a list that a filter has made shorter does not verify either)", err)
	}
	return l.compare()
}

// compare compares the checkpoint once the log has its size.
func (l *list) compare() error {
	if l.verifier.Log.Size != l.kept.Size {
		return nil
	}
	l.compared = true
	return l.verifier.Check(*l.kept)
}

func (l *list) end() ([]Verified, error) {
	size := l.verifier.Log.Size
	switch {
	case size == 0 && l.kept.Size > 0:
		return nil, errNoEvents
	case !l.compared:
		return nil, fmt.Errorf("the list ends after %d events, and the checkpoint is of %d: list more of them "+
			"(quickconnect audit --at-most N), after the checkpoint was taken; if there are no more, the log was truncated",
			size, l.kept.Size)
	}
	root, err := l.verifier.Log.Root()
	return []Verified{{
		Scope:  store.Scope{Tenant: l.verifier.Tenant, Environment: l.verifier.Environment},
		Events: size, Erased: l.verifier.Erased, Checkpoints: 1, Chain: l.kept.Chain.Size, Root: root.String(),
		Unsigned: size - l.kept.Size,
	}}, err
}
