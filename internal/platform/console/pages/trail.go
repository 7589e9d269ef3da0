package pages

import (
	"maps"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/view"
)

const (
	auditRoute = "/v1/" + api.KindAuditEvents
	// trailDays is how far back the page of a credential shows its events, and trailEvents how many.
	trailDays   = 30
	trailEvents = 50
)

// recentEvents lists the last events of an object, the newest first.
func recentEvents(r *Request, id string) (view.Table, error) {
	top := view.NewTop(trailEvents, func(a, b api.AuditEvent) int { return int(b.Index - a.Index) })
	since := r.Now.Add(-trailDays * 24 * time.Hour).UTC().Format(time.RFC3339)
	q := url.Values{"object_id": {id}, "since": {since}}
	err := each(r.API, auditRoute, q, func(e *api.AuditEvent) bool {
		top.Add(*e)
		return true
	})
	t := eventsTable(r, "last-events", "Events of the last 30 days, the newest first", top.All())
	t.Empty = "There was no event in the last 30 days."
	if top.Added() > top.Len() {
		t.Note = "These are the last " + view.Number(top.Len()) + " of " + view.Number(top.Added()) + "."
	}
	return t, err
}

// eventsTable lists events of the audit trail in their order.
func eventsTable(r *Request, id, caption string, events []api.AuditEvent) view.Table {
	t := view.Table{
		ID: id, Caption: caption, Empty: "No event is selected.",
		Columns: view.Columns("At", "Action", "By", "Object", "Outcome", "From", "More", "Event"),
	}
	for i := range events {
		t.Rows = append(t.Rows, eventRow(r, &events[i]))
	}
	return t
}

func eventRow(r *Request, e *api.AuditEvent) []view.Cell {
	place := view.Cell{Text: "event " + view.Number(e.Index), Lines: []string{e.ID}}
	if e.Erased {
		none := view.Text("")
		return []view.Cell{{Text: "erased"}, none, none, none, none, none, none, place}
	}
	outcome := view.State(view.Neutral, "–")
	switch e.Outcome {
	case api.OutcomeSuccess:
		outcome = view.State(view.Fine, e.Outcome)
	case api.OutcomeFailure:
		outcome = view.State(view.Bad, e.Outcome)
	}
	by := view.Code(e.Actor)
	by.Lines = lines(e.Role, e.Workload)
	object := view.Code(e.ObjectID)
	object.Href = r.object(e.Kind, e.ObjectID)
	object.Lines = lines(e.Kind)
	if e.Version > 0 {
		object.Lines = append(object.Lines, "version "+view.Number(e.Version))
	}
	from := view.Text(e.Address)
	from.Lines = lines(e.UserAgent)
	return []view.Cell{
		view.Time(e.At, "–"), view.Text(e.Action), by, object, outcome, from, {Text: "", Lines: details(e.Detail)}, place,
	}
}

// lines are those of some texts that are not empty.
func lines(texts ...string) (out []string) {
	for _, t := range texts {
		if t != "" {
			out = append(out, view.Cut(t))
		}
	}
	return out
}

// details are names and values, one a line.
func details(all map[string]string) (out []string) {
	for _, name := range slices.Sorted(maps.Keys(all)) {
		if value := all[name]; value != "" {
			out = append(out, view.Cut(name+": "+strings.ToValidUTF8(value, "�")))
		}
	}
	return out
}
