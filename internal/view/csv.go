package view

import (
	"encoding/csv"
	"io"
	"strings"
)

// CSV writes rows for a spreadsheet. A text that a spreadsheet would take for a formula is written as a text.
type CSV struct{ w *csv.Writer }

// NewCSV returns what writes rows to out.
func NewCSV(out io.Writer) *CSV {
	w := csv.NewWriter(out)
	w.UseCRLF = true // RFC 4180
	return &CSV{w}
}

// Row writes a row.
func (c *CSV) Row(cells ...string) error {
	safe := make([]string, len(cells))
	for i, cell := range cells {
		safe[i] = noFormula(cell)
	}
	return c.w.Write(safe)
}

// End writes what is still held back.
func (c *CSV) End() error {
	c.w.Flush()
	return c.w.Error()
}

// noFormula puts an apostrophe before what a spreadsheet would run.
func noFormula(text string) string {
	if text != "" && strings.ContainsRune("=+-@\t\r\n", rune(text[0])) {
		return "'" + text
	}
	return text
}
