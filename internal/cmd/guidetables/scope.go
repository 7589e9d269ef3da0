package main

import (
	"strings"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
)

// scopes has a row for each scope of the catalogue.
func scopes() string {
	var out strings.Builder
	out.WriteString("| scope | what it allows | area | access |\n|---|---|---|---|\n")
	for _, s := range api.ScopeCatalogue() {
		out.WriteString("| `" + s.Name + "` | " + s.Description + " | " + s.Area + " | " + s.Access + " |\n")
	}
	return out.String()
}
