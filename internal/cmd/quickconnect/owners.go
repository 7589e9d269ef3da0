package main

import (
	"cmp"
	"context"
	"maps"
	"slices"

	"github.com/spf13/cobra"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/client"
)

// owned is what an owner has, in numbers.
type owned struct {
	Owner       string         `json:"owner"`
	Credentials int            `json:"credentials"`
	Kinds       map[string]int `json:"kinds"`
	Overdue     int            `json:"overdue"`
	Unused      int            `json:"unused_90d"`
	Unclaimed   int            `json:"unclaimed"`
	Risk        int64          `json:"highest_risk"`
}

// unusedAfter is after how many days without a use owners counts a credential as unused.
const unusedAfter = 90

func ownersCommand(o *options) *cobra.Command {
	var f client.InventoryFilter
	cmd := &cobra.Command{
		Use: "owners", Short: "List who owns how many credentials, and how many of them need a look",
		Long: "Lists the owners of the credentials that the filters select, in alphabetical order, with how many\n" +
			"credentials each has: how many are overdue, how many were not used for 90 days, how many no Terraform\n" +
			"state was seen to have, and the highest risk. Principals have no owner: they are counted under -.",
		Example: "  quickconnect owners\n  quickconnect owners --overdue",
		Args:    noArguments,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if err := checkInventory(f); err != nil {
				return err
			}
			s, err := o.open(cmd.Context())
			if err != nil {
				return err
			}
			return s.owners(cmd.Context(), f)
		},
	}
	inventoryFlags(cmd, &f)
	return cmd
}

func (s *session) owners(ctx context.Context, f client.InventoryFilter) error {
	byName := map[string]*owned{}
	for e, err := range s.client.Inventory(ctx, f) {
		if err != nil {
			return err
		}
		if byName[e.Owner] == nil {
			byName[e.Owner] = &owned{Owner: e.Owner, Kinds: map[string]int{}}
		}
		byName[e.Owner].count(e)
	}
	all := []*owned{}
	t := table{head: []string{"OWNER", "CREDENTIALS", "OVERDUE", "UNUSED 90D", "UNCLAIMED", "HIGHEST RISK"}}
	for _, name := range slices.Sorted(maps.Keys(byName)) {
		w := byName[name]
		all = append(all, w)
		t.add(cmp.Or(w.Owner, "-"), number(int64(w.Credentials)), number(int64(w.Overdue)), number(int64(w.Unused)),
			w.unclaimed(), number(w.Risk))
	}
	return s.out.list(all, t)
}

// unclaimed is how many no state was seen to have; - of principals alone, which never are in a state.
func (w *owned) unclaimed() string {
	if w.Kinds[api.KindPrincipals] == w.Credentials {
		return "-"
	}
	return number(int64(w.Unclaimed))
}

func (w *owned) count(e *api.InventoryEntry) {
	w.Credentials++
	w.Kinds[e.Kind]++
	w.Risk = max(w.Risk, e.Risk.Score)
	if e.Overdue {
		w.Overdue++
	}
	if e.UnusedDays >= unusedAfter {
		w.Unused++
	}
	if !e.Claimed && e.Kind != api.KindPrincipals {
		w.Unclaimed++
	}
}
