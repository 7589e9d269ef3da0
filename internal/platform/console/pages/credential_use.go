package pages

import (
	"cmp"
	"maps"
	"slices"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/view"
)

// newestFirst lists versions from the newest to the oldest.
func newestFirst(versions []api.Version) []api.Version {
	return slices.SortedFunc(slices.Values(versions), func(a, b api.Version) int {
		return cmp.Compare(b.Version, a.Version)
	})
}

// evidenceTable says for each version why it was promoted and why it ended.
func evidenceTable(versions []api.Version) view.Table {
	t := view.Table{
		ID: "evidence", Caption: "Evidence of each version", Empty: "There is no version.",
		Columns: view.Columns("Version", "State", "Evidence that it was in use while pending", "Made current by", "Ended",
			"Last used"),
	}
	for _, v := range newestFirst(versions) {
		evidence := view.Text("")
		if e := v.Evidence; e != nil {
			evidence = view.Text(e.Kind)
			evidence.Lines = []string{view.Moment(e.At), "by " + cmp.Or(e.ActorName, e.Actor)}
		}
		ended := view.Time(v.EndedAt, "–")
		if v.EndedAt != nil {
			ended.Lines = []string{view.Cut(v.EndReason), "by " + cmp.Or(v.EndedByName, v.EndedBy)}
		}
		t.Rows = append(t.Rows, []view.Cell{
			{Text: view.Number(v.Version)},
			view.VersionState(v.State), evidence,
			view.Text(cmp.Or(v.PromotedByName, v.PromotedBy)), ended, view.Time(v.LastUsedAt, "never"),
		})
	}
	return t
}

// versionsShown is of how many versions the uses are listed.
const versionsShown = 5

// recent are the versions whose uses are listed: the newest ones.
func recent(versions []api.Version) []api.Version {
	all := newestFirst(versions)
	return all[:min(len(all), versionsShown)]
}

// consumersTable says who used each version.
func consumersTable(versions []api.Version) view.Table {
	t := view.Table{
		ID: "consumers", Caption: "Who used each version", Empty: "Nobody was seen to use it.", Note: othersOf(versions,
			func(o api.OtherUses) int64 { return o.Consumers }, "consumers"),
		Columns: view.Columns("Version", "Consumer", "How", "First used", "Last used", "Uses"),
	}
	for _, v := range recent(versions) {
		for _, u := range v.Uses.Consumers {
			t.Rows = append(t.Rows, []view.Cell{
				{Text: view.Number(v.Version)},
				consumer(&u), view.Text(u.How), view.Time(&u.FirstAt, ""),
				view.Time(&u.LastAt, ""),
				{Text: view.Number(u.Count)},
			})
		}
	}
	return t
}

// consumer is who used a version: what it calls itself, and who it is to the platform.
func consumer(u *api.ConsumerUse) view.Cell {
	c := view.Text(cmp.Or(u.Consumer, u.ActorName, u.Actor))
	for _, line := range []string{u.ActorName, u.Actor, u.UserAgent} {
		if line != "" && line != c.Text {
			c.Lines = append(c.Lines, view.Cut(line))
		}
	}
	if u.OpenedBy != "" {
		c.Lines = append(c.Lines, "access token opened by "+u.OpenedBy)
	}
	return c
}

func othersOf(versions []api.Version, count func(api.OtherUses) int64, what string) string {
	others := int64(0)
	for _, v := range versions {
		others += count(v.Uses.Others)
	}
	if others == 0 {
		return ""
	}
	return "Not listed: " + view.Count(others, "use", "uses") + " by other " + what + "."
}

// networksTable says where each version was used from.
func networksTable(versions []api.Version) view.Table {
	t := view.Table{
		ID: "networks", Caption: "Where each version was used from", Empty: "No network is known.",
		Note:    othersOf(versions, func(o api.OtherUses) int64 { return o.Networks }, "networks"),
		Columns: view.Columns("Version", "Network", "First used", "Last used", "Uses"),
	}
	for _, v := range recent(versions) {
		for _, n := range v.Uses.Networks {
			t.Rows = append(t.Rows, []view.Cell{
				{Text: view.Number(v.Version)},
				view.Code(n.Network), view.Time(&n.FirstAt, ""), view.Time(&n.LastAt, ""),
				{Text: view.Number(n.Count)},
			})
		}
	}
	return t
}

// scopesTable compares the scopes that a token has with those that its valid versions were used for.
func scopesTable(c *credential, versions []api.Version) view.Table {
	t := view.Table{
		ID: "scopes", Caption: "Scopes: granted and used", Empty: "It has no scopes, and none was named at a use.",
		Columns: view.Columns("Scope", "Granted", "Used by the valid versions", "Last used"),
	}
	used := map[string]*api.ScopeUse{}
	unnamed := int64(0)
	for _, v := range versions {
		if v.EndedAt != nil {
			continue
		}
		unnamed += v.Uses.WithoutScope
		for _, s := range v.Uses.Scopes {
			sum := used[s.Scope]
			if sum == nil {
				sum = &api.ScopeUse{}
				used[s.Scope] = sum
			}
			sum.Count += s.Count
			if s.LastAt.After(sum.LastAt) {
				sum.LastAt = s.LastAt
			}
		}
	}
	if unnamed > 0 {
		t.Note = view.Count(unnamed, "use", "uses") + " did not say what for: a scope that seems unused may be used by them."
	}
	names := append(slices.Collect(maps.Keys(used)), c.Scopes...)
	slices.Sort(names)
	for _, name := range slices.Compact(names) {
		granted := view.State(view.Attention, "no")
		if slices.Contains(c.Scopes, name) {
			granted = view.State(view.Fine, "yes")
		}
		count, last := view.Cell{Text: "never"}, view.Text("")
		if u := used[name]; u != nil {
			count, last = view.Cell{Text: view.Number(u.Count)}, view.Time(&u.LastAt, "")
		}
		t.Rows = append(t.Rows, []view.Cell{view.Code(name), granted, count, last})
	}
	return t
}
