package view

import "time"

// Table has rows under a head. The first cell of a row is its header.
type Table struct {
	ID      string // unique on the page, of letters, digits and hyphens
	Caption string
	Columns []Column
	Rows    [][]Cell
	Empty   string // what is shown in place of a table without rows
	Note    string // what a reader must know of the table, such as what it leaves out
}

// Column is a column of a table.
type Column struct {
	Title   string
	Numeric bool

	// SortHref is the address of the page in the order of this column; empty for a column that nothing sorts by.
	SortHref string
	// Sorted is ascending or descending for the column that the rows are sorted by. Empty otherwise.
	Sorted string
}

// Columns returns columns that nothing sorts by.
func Columns(titles ...string) []Column {
	out := make([]Column, len(titles))
	for i, title := range titles {
		out[i] = Column{Title: title}
	}
	return out
}

// Cell is a cell of a table, or the value of a fact.
type Cell struct {
	Text   string
	Href   string
	Code   bool // the text is an id or a name that is copied as it is
	Status *Status
	Lines  []string // below the text
}

// Text is a cell with a text. Empty texts are shown as a dash.
func Text(text string) Cell { return Cell{Text: Cut(orDash(text))} }

// Code is a cell with an id, or another text that is copied as it is.
func Code(text string) Cell { return Cell{Text: Cut(orDash(text)), Code: text != ""} }

// Time is a cell with a time. absent is what is shown in place of none.
func Time(t *time.Time, absent string) Cell {
	if t == nil {
		return Cell{Text: absent}
	}
	return Cell{Text: Moment(*t)}
}

func orDash(text string) string {
	if text == "" {
		return "–"
	}
	return text
}

// Status is a state in a word, with a mark, so that no state is told by its colour alone.
type Status struct {
	Level Level
	Word  string
}

// Level is how much a state needs somebody to look at it.
type Level string

// Levels of a status.
const (
	Fine      Level = "fine"
	Neutral   Level = "neutral"
	Attention Level = "attention"
	Bad       Level = "bad"
)

// Mark is the shape that is shown before the word.
func (s Status) Mark() string {
	switch s.Level {
	case Fine:
		return "●"
	case Attention:
		return "▲"
	case Bad:
		return "■"
	}
	return "○"
}

// State is a cell with a status.
func State(level Level, word string) Cell { return Cell{Status: &Status{level, Cut(word)}} }

// Fact is a name and its value.
type Fact struct {
	Name  string
	Value Cell
}
