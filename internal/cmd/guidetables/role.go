package main

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/provider"
)

// roles has a row for each block that the provider has: the least roles to plan, apply and destroy it. Blocks that read
// have a row where they differ from the plan of their resource.
func roles() string {
	needs, err := provider.Needs(context.Background())
	if err != nil {
		panic(err) // a provider that is not complete
	}
	var out strings.Builder
	out.WriteString("| block | plan | apply | destroy |\n|---|---|---|---|\n")
	for i := 0; i < len(needs); i++ {
		n := needs[i]
		if reads(n) && slices.Equal(n.Plan, planOf(needs, n.Type)) {
			continue
		}
		label := fmt.Sprintf("`%s \"%s\"`", n.Block, n.Type)
		if n.Granted != "" {
			granted := granted(needs, n)
			if granted[0] != n.Granted {
				continue // in the row of the first
			}
			label += ", its `role` is " + orOf(granted)
		}
		out.WriteString("| " + label + " | " + orOf(n.Plan) + " | " + orOf(n.Apply) + " | " + orOf(n.Destroy) + " |\n")
	}
	return out.String()
}

func reads(n provider.Need) bool {
	return n.Block == provider.BlockData || n.Block == provider.BlockList
}

// planOf returns the least roles for the plan of the resource of a kind, whose type or plural is given; nil for none.
func planOf(needs []provider.Need, typeName string) []string {
	for _, k := range api.Kinds() {
		if typeName != k.Terraform && typeName != "quickconnect_"+k.Collection() {
			continue
		}
		for _, n := range needs {
			if n.Block == provider.BlockResource && n.Type == k.Terraform {
				return n.Plan
			}
		}
	}
	return nil
}

// granted lists the roles of workload identities that need the same as the one of a need.
func granted(needs []provider.Need, like provider.Need) (out []string) {
	for _, n := range needs {
		if n.Type == like.Type && n.Granted != "" && slices.Equal(n.Apply, like.Apply) {
			out = append(out, n.Granted)
		}
	}
	return out
}

// orOf puts roles into a cell: each of them is enough.
func orOf(roles []string) string {
	if len(roles) == 0 {
		return "–"
	}
	return "`" + strings.Join(roles, "` or `") + "`"
}
