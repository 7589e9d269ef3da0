package export

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/client"
)

// Filters are the names that SetFilter takes, in alphabetical order.
func Filters() []string {
	var f client.Filter
	names := slices.Concat(slices.Collect(maps.Keys(texts(&f))), slices.Collect(maps.Keys(flags(&f))))
	slices.Sort(names)
	return names
}

// SetFilter sets one field of a filter from NAME=VALUE. Its error completes the sentence "--filter … <error>".
func SetFilter(f *client.Filter, text string) error {
	name, value, ok := strings.Cut(text, "=")
	if !ok || value == "" {
		return errors.New("must be NAME=VALUE, such as owner=team-a")
	}
	if to, ok := texts(f)[name]; ok {
		*to = value
		return nil
	}
	to, ok := flags(f)[name]
	switch {
	case !ok:
		return fmt.Errorf("names no filter: the filters are %s", strings.Join(Filters(), ", "))
	case value != "true":
		return fmt.Errorf("must be %s=true, or be left out", name)
	}
	*to = true
	return nil
}

func texts(f *client.Filter) map[string]*string {
	return map[string]*string{
		"owner": &f.Owner, "connector_id": &f.ConnectorID, "endpoint_id": &f.EndpointID, "label": &f.Label,
		"name_prefix": &f.NamePrefix, "older_than": &f.OlderThan, "expires_within": &f.ExpiresWithin,
	}
}

func flags(f *client.Filter) map[string]*bool {
	return map[string]*bool{"orphan": &f.Orphan, "overdue": &f.Overdue}
}
