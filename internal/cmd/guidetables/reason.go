package main

import (
	"strings"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/workload"
)

// reasons has a row for each reason why an identity does not take a JWT.
func reasons() string {
	var out strings.Builder
	out.WriteString("| reason | what it says of the JWT | what to do |\n|---|---|---|\n")
	for _, m := range workload.Meanings() {
		out.WriteString("| `" + m.Reason + "` | " + m.Says + " | " + m.Do + " |\n")
	}
	return out.String()
}
