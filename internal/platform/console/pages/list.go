package pages

import (
	"errors"
	"maps"
	"net/url"
	"slices"
	"strconv"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/problem"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/view"
)

// listTemplate is that of pages that are a list and nothing else.
var listTemplate = view.MustParse(`{{define "main"}}{{template "table" .Table}}
{{template "pager" .Pager}}
{{end}}`)

// wrongFilter returns why the API refuses what the form of a list sends; empty where that is not the error.
func wrongFilter(err error) string {
	refused := (*problem.Error)(nil)
	if errors.As(err, &refused) && refused.Code == api.CodeInvalid {
		return refused.Detail
	}
	return ""
}

// part reads the part of a list that the query asks for. asked is what the API is asked, and selected what the
// addresses of the other parts keep.
func part[T any](r *Request, route, path string, asked, selected url.Values) ([]T, view.Pager, error) {
	q := cloned(asked)
	q.Set("page_size", strconv.Itoa(rowsShown))
	from := r.Query.Get("page_token")
	if from != "" {
		q.Set("page_token", from)
	}
	var out api.Page[T]
	if err := r.API.Get(address(route, q), &out); err != nil {
		return nil, view.Pager{}, err
	}
	var pager view.Pager
	if from != "" {
		pager.First = address(r.Base+path, selected)
	}
	if out.NextPageToken != "" {
		more := cloned(selected)
		more.Set("page_token", out.NextPageToken)
		pager.Next = address(r.Base+path, more)
	}
	return out.Items, pager, nil
}

func cloned(q url.Values) url.Values { return maps.Clone(q) }

func number(n int64) string { return strconv.FormatInt(n, 10) }

func sortedKeys(m map[string]string) []string { return slices.Sorted(maps.Keys(m)) }
