package client

import (
	"net/url"
	"strconv"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
)

// Filter restricts a list. What is empty does not restrict it. Not every kind has every field: the platform refuses a
// filter that does not apply.
type Filter struct {
	Owner       string
	ConnectorID string
	EndpointID  string
	// Label is KEY for any value, or KEY=VALUE.
	Label      string
	NamePrefix string
	Orphan     bool
	// OlderThan and ExpiresWithin are durations such as 90d.
	OlderThan     string
	Overdue       bool
	ExpiresWithin string
	// AtMost is how many objects the caller takes; 0 is all. It makes a page smaller, and does not end a list.
	AtMost int64
}

func (f Filter) query() url.Values {
	q := largePages()
	if f.AtMost > 0 && f.AtMost < api.PageSize && !f.selectsPages() {
		q.Set("page_size", strconv.FormatInt(f.AtMost, 10))
	}
	for name, value := range map[string]string{
		"owner": f.Owner, "connector_id": f.ConnectorID, "endpoint_id": f.EndpointID, "label": f.Label,
		"name_prefix": f.NamePrefix, "older_than": f.OlderThan, "expires_within": f.ExpiresWithin,
	} {
		if value != "" {
			q.Set(name, value)
		}
	}
	for name, value := range map[string]bool{"orphan": f.Orphan, "overdue": f.Overdue} {
		if value {
			q.Set(name, "true")
		}
	}
	return q
}

// selectsPages reports whether the platform selects the objects of a page after it has read them: a small page would
// then have few or none.
func (f Filter) selectsPages() bool { return f.OlderThan != "" || f.Overdue || f.ExpiresWithin != "" }
