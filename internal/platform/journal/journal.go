// Package journal keeps what happened to credentials in a file outside of the database, so that what a backup lacks is
// known after a restore. A line has ids, numbers and times, and never a value.
package journal

import (
	"bufio"
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"time"
)

// Entry is one thing that happened: an event of the audit, as far as a restore needs it.
type Entry struct {
	ID          string            `json:"id"` // of the audit event
	At          time.Time         `json:"at"`
	Platform    string            `json:"platform"`
	Incarnation int64             `json:"incarnation"`
	Tenant      string            `json:"tenant"`
	Environment string            `json:"environment"`
	Actor       string            `json:"actor"`
	Action      string            `json:"action"`
	Kind        string            `json:"kind"`
	ObjectID    string            `json:"object_id"`
	Detail      map[string]string `json:"detail,omitempty"`
	// After is the checksum of the line before; empty for the first line of a file, and for lines of older builds.
	After string `json:"after,omitempty"`
}

const (
	sumBytes = 8
	// endTorn ends a line that a process or a full disk has cut off: what is in it was written again.
	endTorn = "#torn"
)

// lineOf returns the line of an entry, with its checksum and its end.
func lineOf(e Entry) ([]byte, error) {
	text, err := json.Marshal(e)
	if err != nil {
		return nil, err
	}
	return fmt.Appendf(nil, "%s\t%s\n", text, sumOf(text)), nil
}

func sumOf(text []byte) string {
	sum := sha256.Sum256(text)
	return hex.EncodeToString(sum[:sumBytes])
}

// DamagedError is the error of a line that is not as it was written.
type DamagedError struct{ Line int }

func (e *DamagedError) Error() string {
	return fmt.Sprintf("line %d was changed after it was written: look by hand what it was about, and what it ended; "+
		"then delete that line in a copy, and give the copy to restore confirm with --accept-gaps", e.Line)
}

// Gap is a place where whole lines are missing.
type Gap struct {
	Line int // the one before which they are missing
	// From and To are the times of the lines around the gap. From is zero where the beginning of the file is missing.
	From, To time.Time
}

// String says where the gap is.
func (g Gap) String() string {
	if g.From.IsZero() {
		return fmt.Sprintf("lines are missing before line %d, before %s", g.Line, g.To.UTC().Format(time.RFC3339))
	}
	return fmt.Sprintf("lines are missing before line %d, between %s and %s", g.Line, g.From.UTC().Format(time.RFC3339),
		g.To.UTC().Format(time.RFC3339))
}

// Content is what a journal has.
type Content struct {
	Entries []Entry
	Gaps    []Gap
}

// Read reads a journal, each entry once. What a crash has cut off was never answered, and is left out: the last line
// without an end, and lines that were cut off before others came. Lines that are missing at the end leave no trace.
func Read(from io.Reader) (c Content, err error) {
	reader := bufio.NewReader(from)
	seen := map[string]bool{}
	var last string // the checksum of the line before
	var lastAt time.Time
	for n := 1; ; n++ {
		line, err := reader.ReadBytes('\n')
		if errors.Is(err, io.EOF) {
			return c, nil
		}
		if err != nil {
			return c, err
		}
		line = bytes.TrimSuffix(line, []byte("\n"))
		if isTorn(line) {
			continue
		}
		e, ok := parse(line)
		if !ok {
			return c, &DamagedError{n}
		}
		if e.After != "" && e.After != last {
			c.Gaps = append(c.Gaps, Gap{Line: n, From: lastAt, To: e.At})
		}
		last, lastAt = checksumOf(line), e.At
		if !seen[e.ID] {
			seen[e.ID] = true
			c.Entries = append(c.Entries, e)
		}
	}
}

func isTorn(line []byte) bool { return bytes.HasSuffix(line, []byte(endTorn)) }

// checksumOf returns what follows the last tab of a line.
func checksumOf(line []byte) string { return string(line[bytes.LastIndexByte(line, '\t')+1:]) }

func parse(line []byte) (e Entry, ok bool) {
	i := bytes.LastIndexByte(line, '\t')
	if i < 0 || checksumOf(line) != sumOf(line[:i]) {
		return e, false
	}
	return e, json.Unmarshal(line[:i], &e) == nil
}
