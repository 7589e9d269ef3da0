package main

import (
	"encoding/json"
	"fmt"
	"io"
	"strings"
	"text/tabwriter"
	"time"
)

// What --output takes.
const (
	outputTable = "table"
	outputJSON  = "json"
)

// printer prints answers in the form that --output says.
type printer struct {
	out  io.Writer
	json bool
}

func printerOf(form string, out io.Writer) (printer, error) {
	if form != outputTable && form != outputJSON {
		return printer{}, refusef("--output must be %s or %s", outputTable, outputJSON)
	}
	return printer{out: out, json: form == outputJSON}, nil
}

// field is one line of what an object has.
type field struct{ name, value string }

// object prints what the platform has answered as JSON, or these fields. Fields without a value are left out.
func (p printer) object(answer any, fields []field, tables ...table) error {
	if p.json {
		return writeJSON(p.out, answer)
	}
	w := tabwriter.NewWriter(p.out, 0, 0, 2, ' ', 0)
	for _, f := range fields {
		if f.value != "" {
			_, _ = fmt.Fprintf(w, "%s\t%s\n", f.name, f.value)
		}
	}
	if err := w.Flush(); err != nil {
		return err
	}
	for _, t := range tables {
		if len(t.rows) == 0 {
			continue
		}
		if _, err := fmt.Fprintln(p.out); err != nil {
			return err
		}
		if err := t.write(p.out); err != nil {
			return err
		}
	}
	return nil
}

// list prints what the platform has answered as JSON, or a table.
func (p printer) list(answer any, t table) error {
	if p.json {
		return writeJSON(p.out, answer)
	}
	return t.write(p.out)
}

// done prints what the platform has answered as JSON, or a sentence about what was done.
func (p printer) done(answer any, format string, args ...any) error {
	if p.json {
		return writeJSON(p.out, answer)
	}
	_, err := fmt.Fprintf(p.out, format+"\n", args...)
	return err
}

// table has rows under a head.
type table struct {
	head []string
	rows [][]string
}

func (t *table) add(cells ...string) { t.rows = append(t.rows, cells) }

func (t *table) write(out io.Writer) error {
	w := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	for _, row := range append([][]string{t.head}, t.rows...) {
		_, _ = fmt.Fprintln(w, strings.TrimRight(strings.Join(row, "\t"), "\t"))
	}
	return w.Flush()
}

func writeJSON(out io.Writer, answer any) error {
	e := json.NewEncoder(out)
	e.SetIndent("", "  ")
	e.SetEscapeHTML(false)
	return e.Encode(answer)
}

func moment(t time.Time) string { return t.UTC().Format(time.RFC3339) }

// momentOr is a time that may be absent, for which a word stands.
func momentOr(t *time.Time, absent string) string {
	if t == nil {
		return absent
	}
	return moment(*t)
}
