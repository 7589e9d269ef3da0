package export

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/client"
)

// haveFilter are the kinds that have a filter, where not every kind has it.
var haveFilter = map[string][]api.Kind{
	"owner":          {api.Connectors, api.ScopedTokens, api.SigningSecrets, api.WorkloadIdentities},
	"connector_id":   {api.ScopedTokens, api.WebhookEndpoints},
	"endpoint_id":    {api.SigningSecrets},
	"older_than":     {api.Connectors, api.ScopedTokens, api.SigningSecrets},
	"overdue":        {api.Connectors, api.ScopedTokens, api.SigningSecrets},
	"expires_within": {api.Connectors, api.ScopedTokens},
}

// KindsWith returns the kinds that have a filter of a name.
func KindsWith(name string) []api.Kind {
	if some, ok := haveFilter[name]; ok {
		return some
	}
	return api.Kinds()
}

// Filters are the names that SetFilter takes, in alphabetical order.
func Filters() []string {
	var f client.Filter
	names := slices.Concat(slices.Collect(maps.Keys(texts(&f))), slices.Collect(maps.Keys(flags(&f))))
	slices.Sort(names)
	return names
}

// SetFilter sets one field of a filter from NAME=VALUE, and returns the name. Its error completes the sentence
// "--filter … <error>".
func SetFilter(f *client.Filter, text string) (name string, err error) {
	name, value, ok := strings.Cut(text, "=")
	if !ok || value == "" {
		return "", errors.New("must be NAME=VALUE, such as owner=team-a")
	}
	if to, ok := texts(f)[name]; ok {
		if *to != "" {
			return "", fmt.Errorf("names %s a second time: one value of each filter counts, and all filters must hold", name)
		}
		*to = value
		return name, nil
	}
	to, ok := flags(f)[name]
	switch {
	case !ok:
		return "", fmt.Errorf("names no filter: the filters are %s", strings.Join(Filters(), ", "))
	case value != "true":
		return "", fmt.Errorf("must be %s=true, or be left out", name)
	}
	*to = true
	return name, nil
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
