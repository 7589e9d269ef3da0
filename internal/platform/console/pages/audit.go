package pages

import (
	_ "embed"
	"encoding/json"
	"io"
	"net/url"
	"strconv"
	"time"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/problem"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/view"
)

//go:embed audit.html
var auditText string

var auditTemplate = view.MustParse(auditText)

func auditPages() []Page {
	return []Page{
		{Method: "GET", Path: "/audit", Nav: "Audit", Serve: audit},
		{Method: "GET", Path: "/audit/{index}/proof", Serve: proof},
	}
}

var auditFilters = []string{"actor", "action", "kind", "object_id", "outcome", "since", "until"}

func audit(r *Request) (*Answer, error) {
	selected := url.Values{}
	for _, name := range auditFilters {
		if value := r.Query.Get(name); value != "" {
			selected.Set(name, value)
		}
	}
	events, pager, err := part[api.AuditEvent](r, auditRoute, "/audit", selected, selected)
	notice := wrongFilter(err)
	if err != nil && notice == "" {
		return nil, err
	}
	t := eventsTable(r, "events", "Events, the oldest first", events)
	for i := range events {
		event := &t.Rows[i][len(t.Columns)-1]
		if at := events[i].At; at != nil {
			event.Href = r.To("/audit/"+number(events[i].Index)+"/proof", "at", at.UTC().Format(time.RFC3339Nano))
			event.Text = "proof of event " + number(events[i].Index)
		}
	}
	pager.Label = "the audit trail"
	return &Answer{Title: "Audit trail", Template: auditTemplate, Data: listView{
		Form: auditForm(r), Notice: notice, Table: t, Pager: pager,
	}}, nil
}

func auditForm(r *Request) view.Form {
	text := func(name, label, hint string) view.Field {
		return view.Field{Name: name, Label: label, Value: r.Query.Get(name), Hint: hint}
	}
	return view.Form{
		ID: "select", Action: r.To("/audit"), Legend: "Select events", Submit: "Select", Clear: r.To("/audit"),
		Fields: []view.Field{
			text("action", "Action", "such as reveal or promote"), text("actor", "By", "the id of who did it"),
			text("kind", "Kind", "such as scoped-tokens"), text("object_id", "Object", "its id, such as tok_…"),
			view.Choice("outcome", "Outcome", r.Query.Get("outcome"), "every outcome", api.OutcomeSuccess, api.OutcomeFailure),
			text("since", "Since", "such as 2026-05-01T00:00:00Z"), text("until", "Before", "such as 2026-06-01T00:00:00Z"),
		},
	}
}

// inclusion is the file that proves that the audit log has an event. Any library for RFC 6962 verifies it.
type inclusion struct {
	Note       string              `json:"note"`
	Event      api.AuditEvent      `json:"event"`
	Checkpoint api.AuditCheckpoint `json:"checkpoint"`
	Proof      api.AuditProof      `json:"inclusion_proof"`
}

const inclusionNote = "The leaf of the event is its commitment. The hashes prove that the log whose root the " +
	"checkpoint signs has this leaf at the index of the event (RFC 6962, SHA-256)."

// proof is the inclusion proof of one event, as a file.
func proof(r *Request) (*Answer, error) {
	index, err := strconv.ParseInt(r.Path("index"), 10, 64)
	if err != nil || index < 0 {
		return nil, problem.New(api.CodeNotFound, "", "There is no such event: its index is a number.")
	}
	out := inclusion{Note: inclusionNote}
	if err := r.API.Get("/v1/audit-checkpoint", &out.Checkpoint); err != nil {
		return nil, err
	}
	q := url.Values{"index": {number(index)}, "size": {number(out.Checkpoint.Size)}}
	if err := r.API.Get(address("/v1/audit-proofs/inclusion", q), &out.Proof); err != nil {
		return nil, err
	}
	event, err := findEvent(r, index)
	if err != nil {
		return nil, err
	}
	out.Event = *event
	return &Answer{File: &File{
		Name: "event-" + number(index) + "-proof.json", Type: "application/json",
		Write: func(to io.Writer) error {
			e := json.NewEncoder(to)
			e.SetIndent("", "  ")
			return e.Encode(out)
		},
	}}, nil
}

// findEvent reads the event of an index. The API lists events by their time, which the address has.
func findEvent(r *Request, index int64) (found *api.AuditEvent, err error) {
	at, err := time.Parse(time.RFC3339Nano, r.Query.Get("at"))
	if err != nil {
		return nil, problem.New(api.CodeInvalid, "", "The address of the proof lacks the time of the event: follow the link "+
			"in the audit trail.")
	}
	q := url.Values{
		"since": {at.Add(-time.Second).UTC().Format(time.RFC3339)},
		"until": {at.Add(2 * time.Second).UTC().Format(time.RFC3339)},
	}
	err = each(r.API, auditRoute, q, func(e *api.AuditEvent) bool {
		if e.Index == index {
			found = e
		}
		return found == nil
	})
	if err == nil && found == nil {
		err = problem.New(api.CodeNotFound, "", "There is no event with this index at that time.")
	}
	return found, err
}
