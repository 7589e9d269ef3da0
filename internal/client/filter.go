package client

import "net/url"

// Filter restricts a list. What is empty does not restrict it. Not every kind has every field: the platform refuses a
// filter that does not apply.
type Filter struct {
	Owner       string
	ConnectorID string
	EndpointID  string
	// Label is KEY for any value, or KEY=VALUE.
	Label string
}

func (f Filter) query() url.Values {
	q := largePages()
	for name, value := range map[string]string{
		"owner": f.Owner, "connector_id": f.ConnectorID, "endpoint_id": f.EndpointID, "label": f.Label,
	} {
		if value != "" {
			q.Set(name, value)
		}
	}
	return q
}
