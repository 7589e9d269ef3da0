package pages

import (
	"net/url"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/view"
)

var calendarTemplate = view.MustParse(`{{define "main"}}{{template "table" .ByOwner}}
{{template "table" .OneByOne}}
{{end}}`)

func calendarPages() []Page {
	return []Page{{Method: "GET", Path: "/calendar", Nav: "Calendar", Serve: calendar}}
}

// calendarView is what the calendar shows.
type calendarView struct{ ByOwner, OneByOne view.Table }

// calendar reads the whole inventory: what is due later than others can be anywhere in it.
func calendar(r *Request) (*Answer, error) {
	c := view.NewCalendar(r.Now)
	err := each(r.API, inventoryRoute, url.Values{}, func(e *api.InventoryEntry) bool {
		c.Add(e, r.object(e.Kind, e.ID))
		return true
	})
	if err != nil {
		return nil, err
	}
	return &Answer{Title: "Calendar", Template: calendarTemplate, Data: calendarView{
		ByOwner: c.ByOwner("by-owner"), OneByOne: c.OneByOne("one-by-one"),
	}}, nil
}
