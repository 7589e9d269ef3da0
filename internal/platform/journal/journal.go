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
}

const (
	sumBytes = 8
	// endTorn ends a line that a process or a full disk has cut off: what is in it was written again.
	endTorn = "#torn"
)

// Line returns the line of an entry, with its checksum and its end.
func Line(e Entry) ([]byte, error) {
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
		"then delete that line in a copy, and give the copy", e.Line)
}

// Read reads a journal, each entry once. What a crash has cut off was never answered, and is left out: the last line
// without an end, and lines that were cut off before others came.
func Read(from io.Reader) (entries []Entry, err error) {
	reader := bufio.NewReader(from)
	seen := map[string]bool{}
	for n := 1; ; n++ {
		line, err := reader.ReadBytes('\n')
		if errors.Is(err, io.EOF) {
			return entries, nil
		}
		if err != nil {
			return nil, err
		}
		line = bytes.TrimSuffix(line, []byte("\n"))
		if bytes.HasSuffix(line, []byte(endTorn)) {
			continue
		}
		e, ok := parse(line)
		if !ok {
			return nil, &DamagedError{n}
		}
		if !seen[e.ID] {
			seen[e.ID] = true
			entries = append(entries, e)
		}
	}
}

func parse(line []byte) (e Entry, ok bool) {
	i := bytes.LastIndexByte(line, '\t')
	if i < 0 || string(line[i+1:]) != sumOf(line[:i]) {
		return e, false
	}
	return e, json.Unmarshal(line[:i], &e) == nil
}
