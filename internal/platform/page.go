package platform

import (
	"encoding/base64"
	"strings"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/store"
)

// listing has the parameters of every list.
type listing struct {
	PageSize  int    `query:"page_size" minimum:"1" maximum:"1000" default:"100" doc:"How many objects at most; 100 if absent."`
	PageToken string `query:"page_token" doc:"The next_page_token of the page before; absent for the first."`
	Name      string `query:"name" doc:"Only the object of this name."`
}

// list says what to read: one more than the page takes, to know whether there is a next one.
func (l listing) list(n noun) (store.List, error) {
	after := ""
	if l.PageToken != "" {
		id, err := base64.RawURLEncoding.DecodeString(l.PageToken)
		if err != nil || !strings.HasPrefix(string(id), n.id) {
			return store.List{}, newProblem(api.CodeInvalid, "", "query parameter page_token: must be the next_page_token of a list of the same kind")
		}
		after = string(id)
	}
	return store.List{Name: l.Name, After: after, Limit: l.size() + 1}, nil
}

func (l listing) size() int {
	if l.PageSize == 0 {
		return api.DefaultPageSize
	}
	return l.PageSize
}

// listed is the answer to a list.
type listed[V any] struct {
	Body api.Page[V]
}

// pageOf shows the records that belong to a page.
func pageOf[R, V any](l listing, records []R, id func(R) string, show func(R) V) *listed[V] {
	out := &listed[V]{Body: api.Page[V]{Items: make([]V, 0, len(records))}}
	for i, r := range records {
		if i == l.size() {
			out.Body.NextPageToken = base64.RawURLEncoding.EncodeToString([]byte(id(records[i-1])))
			break
		}
		out.Body.Items = append(out.Body.Items, show(r))
	}
	return out
}

// ByID has the parameter of every operation on one object.
type ByID struct {
	ID string `path:"id" doc:"Id of the object."`
}
