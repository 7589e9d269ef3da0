package httpapi

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"strings"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/problem"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/store"
)

// Listing has the parameters of a list of objects.
type Listing struct {
	PageSize  int    `query:"page_size" minimum:"1" maximum:"1000" default:"100" doc:"How many objects at most; 100 if absent. A page ends early where it would exceed 4 MiB."`
	PageToken string `query:"page_token" doc:"The next_page_token of the page before; absent for the first."`
	Name      string `query:"name" doc:"Only the object of this name."`
}

// ObjectListing has the parameters of a list of objects that have labels.
type ObjectListing struct {
	Listing
	Label      string `query:"label" doc:"Only objects with this label: KEY for any value, or KEY=VALUE."`
	NamePrefix string `query:"name_prefix" doc:"Only objects whose name begins with this."`
	Orphan     bool   `query:"orphan" doc:"With true, only objects that no state has ever claimed. Who creates an object without a claim has none, and an import brings none."`
}

// ByOwner is the parameter of a list of objects that have an owner.
type ByOwner struct {
	Owner string `query:"owner" doc:"Only objects of this owner."`
}

// ByConnector is the parameter of a list of objects that belong to a connector.
type ByConnector struct {
	ConnectorID string `query:"connector_id" doc:"Only objects of the connector with this id."`
}

// ByEndpoint is the parameter of a list of objects that belong to a webhook endpoint.
type ByEndpoint struct {
	EndpointID string `query:"endpoint_id" doc:"Only objects of the webhook endpoint with this id."`
}

// List returns what to read for a page of a kind.
func (l Listing) List(kind api.Kind) (store.List, error) {
	after, err := PageAfter(l.PageToken, kind.IDPrefix, "a list of the same kind")
	return store.List{Name: l.Name, After: after, Limit: PageLimit(l.PageSize)}, err
}

// List returns what to read for a page of a kind.
func (l ObjectListing) List(kind api.Kind) (store.List, error) {
	list, err := l.Listing.List(kind)
	if err != nil {
		return store.List{}, err
	}
	list.NamePrefix, list.Orphan = l.NamePrefix, l.Orphan
	list.Label, err = ParseLabel(l.Label)
	return list, err
}

// ParseLabel reads the parameter label of a list.
func ParseLabel(text string) (store.Label, error) {
	if text == "" {
		return store.Label{}, nil
	}
	key, value, valued := strings.Cut(text, "=")
	if err := api.CheckLabels(map[string]string{key: value}); err != nil {
		return store.Label{}, problem.New(api.CodeInvalid, "", "query parameter label: must be KEY or KEY=VALUE: %s", err)
	}
	if !valued {
		return store.Label{Key: key}, nil
	}
	return store.Label{Key: key, Value: &value}, nil
}

// PageAfter returns the id that a page token stands for: the last one of the page before.
func PageAfter(token, idPrefix, list string) (string, error) {
	if token == "" {
		return "", nil
	}
	id, err := base64.RawURLEncoding.DecodeString(token)
	if err != nil || !strings.HasPrefix(string(id), idPrefix) {
		return "", problem.New(api.CodeInvalid, "", "query parameter page_token: must be the next_page_token of %s", list)
	}
	return string(id), nil
}

// PageLimit returns how many records to read for a page: one more than it takes, to learn whether there is a next one.
func PageLimit(size int) int { return pageSize(size) + 1 }

func pageSize(size int) int {
	if size == 0 {
		return api.DefaultPageSize
	}
	return size
}

// Page returns the page that begins with the records. It ends early where it would become larger than a page may be.
func Page[R, V any](size int, records []R, id func(R) string, show func(R) V) (*Answer, error) {
	return Selected(size, records, id, func(R) bool { return true }, show)
}

// Selected is Page without the records that are not selected. They count for the size: a page that selects little of
// what it read is short or empty, and the next one goes on after what was read.
func Selected[R, V any](size int, records []R, id func(R) string, selects func(R) bool, show func(R) V,
) (*Answer, error) {
	page := api.Page[json.RawMessage]{Items: make([]json.RawMessage, 0, min(len(records), pageSize(size)))}
	total := 0
	for i, r := range records {
		if i == pageSize(size) {
			page.NextPageToken = tokenAfter(id(records[i-1]))
			break
		}
		if !selects(r) {
			continue
		}
		item, err := encoded(show(r))
		if err != nil {
			return nil, fmt.Errorf("write %s for a list: %w", id(r), err)
		}
		if total += len(item); len(page.Items) > 0 && total > api.MaxPageBytes {
			page.NextPageToken = tokenAfter(id(records[i-1]))
			break
		}
		page.Items = append(page.Items, item)
	}
	return Body(page), nil
}

// tokenAfter is the page token of the page after an id.
func tokenAfter(id string) string { return base64.RawURLEncoding.EncodeToString([]byte(id)) }

// encoded writes a value as Huma does.
func encoded(v any) (json.RawMessage, error) {
	var out bytes.Buffer
	enc := json.NewEncoder(&out)
	enc.SetEscapeHTML(false)
	err := enc.Encode(v)
	return out.Bytes(), err
}

// ByID has the parameter of an operation on one object.
type ByID struct {
	ID string `path:"id" doc:"Id of the object."`
}

// ByIDConditional is the input of a write to one object that has no body, such as a DELETE.
type ByIDConditional struct {
	ByID
	Conditional
}
