package pages

import (
	"net/url"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/view"
)

func workloadPages() []Page {
	return []Page{{Method: "GET", Path: "/workload-identities", Nav: "Workload identities", Serve: workloads}}
}

// workloads lists which jobs and pods may get an access token, and by what the platform knows them.
func workloads(r *Request) (*Answer, error) {
	all, pager, err := part[api.WorkloadIdentity](r, api.WorkloadIdentities.Route(), "/workload-identities", url.Values{},
		url.Values{})
	if err != nil {
		return nil, err
	}
	t := view.Table{
		ID: "identities", Caption: "Workload identities", Empty: "The environment has no workload identity.",
		Columns: view.Columns("Name", "Owner", "Role", "Issuer", "Audience", "Claims", "Longest life", "Last used"),
	}
	for i := range all {
		w := &all[i]
		name := view.Text(w.Name)
		name.Lines = []string{w.ID}
		issuer := view.Code(w.Issuer)
		issuer.Lines = lines(w.Preset)
		if w.JWKS != nil {
			issuer.Lines = append(issuer.Lines, "its keys were uploaded")
		}
		t.Rows = append(t.Rows, []view.Cell{
			name, view.Text(w.Owner), view.Text(w.Role), issuer, view.Code(w.Audience),
			{Lines: details(w.Claims)},
			view.Text(w.MaxTTL), view.Time(w.LastUsedAt, "never"),
		})
	}
	pager.Label = "the workload identities"
	return &Answer{
		Title: "Workload identities", Template: listTemplate, Data: listView{Table: t, Pager: pager},
	}, nil
}
