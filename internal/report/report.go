// Package report makes the report for an auditor: one file that needs nothing else, about the credentials of one
// environment. It reads nothing itself, and keeps no more for more credentials.
package report

import (
	_ "embed"
	"io"
	"time"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/view"
)

//go:embed report.html
var text string

var page = view.MustParse(text)

// Source says what a report was made from, by whom and when.
type Source struct {
	Identity   api.Identity // who made it, and where
	Program    string       // what made it, with its version
	Begun      time.Time    // by the clock of the machine that made it
	Ended      time.Time
	Checkpoint Checkpoint
	SizeAtEnd  int64 // how many events the audit log had when everything was read
}

// Checkpoint is a checkpoint whose signature verifies.
type Checkpoint struct {
	Note      string // as it was signed
	PublicKey string
	Kept      bool // whether it verifies with a key that the maker of the report had kept
	Size      int64
	Root      string
	At        time.Time // by the clock of the platform
}

// Section is a part of the report with a table.
type Section struct {
	ID, Title string
	Total     int
	About     string // what the table has
	Table     view.Table
}

// content is what the template shows.
type content struct {
	Source
	Place    string
	Summary  []view.Fact
	Timeline view.Timeline
	Rest     string // what the timeline leaves out
	Calendar view.Table
	Sections []Section
	Verified []view.Fact
}

// Write writes the report of what was added.
func (r *Report) Write(out io.Writer, s Source) error {
	c := content{
		Source: s, Place: s.Identity.Tenant + "/" + s.Identity.Environment, Summary: r.summary(s), Timeline: r.timeline(),
		Rest: view.Rest(r.drawn.Len(), r.drawn.Added()), Calendar: r.calendar.ByOwner("calendar-by-owner"),
		Verified: s.verified(),
	}
	for _, section := range r.sections {
		c.Sections = append(c.Sections, section.done())
	}
	c.Sections = append(c.Sections, r.ownersSection())
	frame := view.Frame{
		Title: "Credentials of " + c.Place, Site: "Quickconnect report",
		Nav:    []view.Link{{Text: "Summary", Href: "#summary"}, {Text: "Timeline", Href: "#timeline"}},
		Footer: "Made by " + s.Program + " at " + view.Moment(s.Ended) + ". It has no value of a secret.",
	}
	for _, section := range c.Sections {
		frame.Nav = append(frame.Nav, view.Link{Text: section.Title, Href: "#" + section.ID})
	}
	frame.Nav = append(frame.Nav, view.Link{Text: "How to check this report", Href: "#check"})
	return page.Write(out, frame, c)
}

func (r *Report) summary(s Source) []view.Fact {
	facts := []view.Fact{
		{Name: "Environment", Value: view.Code(s.Identity.Tenant + "/" + s.Identity.Environment)},
		{Name: "Platform", Value: view.Code(s.Identity.PlatformID)},
		{Name: "Made by", Value: view.Cell{
			Text: s.Identity.Name, Lines: []string{s.Identity.PrincipalID, "role " + s.Identity.Role},
		}},
		{Name: "Read from", Value: view.Cell{Text: view.Moment(s.Begun), Lines: []string{"to " + view.Moment(s.Ended)}}},
		{Name: "Credentials", Value: view.Cell{Text: view.Number(r.credentials), Lines: r.byKind()}},
	}
	for _, section := range r.sections {
		if section.count {
			facts = append(facts, view.Fact{Name: section.title, Value: section.status()})
		}
	}
	return facts
}

// verified says what is known of the checkpoint.
func (s Source) verified() []view.Fact {
	key := view.State(view.Attention, "the platform's own answer")
	key.Lines = []string{"compare it with the public key that you keep"}
	if s.Checkpoint.Kept {
		key = view.State(view.Fine, "kept by the maker")
		key.Lines = []string{"the maker of the report had it before"}
	}
	meanwhile := view.State(view.Fine, "none")
	if n := s.SizeAtEnd - s.Checkpoint.Size; n > 0 {
		meanwhile = view.State(view.Neutral, view.Number(n))
		meanwhile.Lines = []string{"the report may have what they changed, or may not"}
	}
	return []view.Fact{
		{Name: "Signature", Value: view.State(view.Fine, "verifies")},
		{Name: "Public key from", Value: key},
		{Name: "Events in the log", Value: view.Cell{Text: view.Number(s.Checkpoint.Size)}},
		{Name: "Signed at", Value: view.Cell{Text: view.Moment(s.Checkpoint.At), Lines: []string{"the platform's clock"}}},
		{Name: "Events recorded while it was read", Value: meanwhile},
	}
}
