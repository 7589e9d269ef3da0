package pages

import (
	"io"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/view"
)

// inventoryFile is the inventory for a spreadsheet: everything that is selected, part by part.
func inventoryFile(r *Request) (*Answer, error) {
	selected := inventorySelection(r.Query)
	var first api.Page[api.InventoryEntry]
	q := maps.Clone(selected)
	q.Set("page_size", "1")
	if err := r.API.Get(address(inventoryRoute, q), &first); err != nil { // a refusal is a page, and no file
		return nil, err
	}
	name := "inventory-" + r.Me.Tenant + "-" + r.Me.Environment + "-" + r.Now.UTC().Format(time.DateOnly) + ".csv"
	return &Answer{File: &File{Name: name, Type: "text/csv; charset=utf-8", Write: func(out io.Writer) error {
		file := view.NewCSV(out)
		if err := file.Row(fileColumns...); err != nil {
			return err
		}
		var failed error
		err := each(r.API, inventoryRoute, maps.Clone(selected), func(e *api.InventoryEntry) bool {
			failed = file.Row(fileRow(e)...)
			return failed == nil
		})
		if err != nil || failed != nil {
			return firstOf(err, failed)
		}
		return file.End()
	}}}, nil
}

func firstOf(errs ...error) error {
	for _, err := range errs {
		if err != nil {
			return err
		}
	}
	return nil
}

var fileColumns = []string{
	"kind", "id", "name", "owner", "labels", "connector_id", "role", "created_at", "claimed", "phase", "due", "due_reason",
	"due_at", "overdue", "acknowledged", "expires_at", "certified_until", "certification_ended", "quarantine_until",
	"hold_reason", "age_days", "last_used_at", "unused_days", "versions", "unused_scopes", "findings", "risk",
	"risk_reasons",
}

func fileRow(e *api.InventoryEntry) []string {
	var quarantine, hold, connector, acknowledged string
	if e.Quarantine != nil {
		quarantine = stamp(&e.Quarantine.Until)
	}
	if e.Hold != nil {
		hold = e.Hold.Reason
	}
	if e.ConnectorID != nil {
		connector = *e.ConnectorID
	}
	if e.Acknowledged != nil {
		acknowledged = strconv.FormatBool(*e.Acknowledged)
	}
	var labels, versions, findings []string
	for _, key := range slices.Sorted(maps.Keys(e.Labels)) {
		labels = append(labels, key+"="+e.Labels[key])
	}
	for _, v := range e.Versions {
		versions = append(versions, strconv.FormatInt(v.Version, 10)+" "+v.State)
	}
	for _, f := range e.Findings {
		findings = append(findings, f.Finding)
	}
	number := func(n int64) string { return strconv.FormatInt(n, 10) }
	return []string{
		e.Kind, e.ID, e.Name, e.Owner, strings.Join(labels, "; "), connector, e.Role, stamp(&e.CreatedAt),
		strconv.FormatBool(e.Claimed), e.Phase, e.Due, e.DueReason, stamp(e.DueAt), strconv.FormatBool(e.Overdue),
		acknowledged, stamp(e.ExpiresAt), stamp(e.CertifiedUntil), strconv.FormatBool(e.CertificationEnded), quarantine, hold,
		number(e.AgeDays), stamp(e.LastUsedAt), number(e.UnusedDays), strings.Join(versions, "; "),
		strings.Join(e.UnusedScopes, " "), strings.Join(findings, " "), number(e.Risk.Score),
		strings.Join(e.Risk.Reasons, " "),
	}
}

// stamp is a time in a file; empty for none.
func stamp(t *time.Time) string {
	if t == nil {
		return ""
	}
	return t.UTC().Format(time.RFC3339)
}
