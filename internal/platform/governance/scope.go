package governance

import (
	"context"
	"net/http"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/httpapi"
)

func mountScopes(r *httpapi.Router) {
	httpapi.Register(r, httpapi.Operation{
		ID: "listScopes", Method: http.MethodGet, Path: "/v1/scopes", Tag: api.EnvironmentPolicies.Tag,
		Permission: api.PermissionRead, Returns: api.Page[api.Scope]{}, Summary: "List the scope catalogue",
		Description: "Lists the scopes that are known, in the order of their names, in pages: what each allows, its area " +
			"and its access class. The catalogue is the same in every environment. The platform takes a scope that is not " +
			"in it, unless the environment has the rule forbid_unknown_scopes.",
	}, listScopes)
}

// listScopes needs no transaction: the catalogue is part of the program.
func listScopes(_ context.Context, in *httpapi.Listing) (*httpapi.Answer, error) {
	after, err := httpapi.PageAfter(in.PageToken, "", "a list of scopes")
	if err != nil {
		return nil, err
	}
	var found []api.Scope
	for _, s := range api.ScopeCatalogue() {
		if s.Name > after && (in.Name == "" || s.Name == in.Name) {
			found = append(found, s)
		}
	}
	return httpapi.Page(in.PageSize, found, func(s api.Scope) string { return s.Name }, func(s api.Scope) api.Scope {
		return s
	})
}
