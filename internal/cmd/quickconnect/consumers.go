package main

import (
	"cmp"
	"slices"
	"strings"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
)

// usedBy lists who uses which version, the last use first: who is left at an older version has not moved on.
func usedBy(versions []api.Version) table {
	t := table{head: []string{"VERSION", "USED BY", "HOW", "LAST USED", "USES"}}
	for _, v := range versions {
		byTime := func(a, b api.ConsumerUse) int { return b.LastAt.Compare(a.LastAt) }
		for _, u := range slices.SortedStableFunc(slices.Values(v.Uses.Consumers), byTime) {
			t.add(number(v.Version), consumerName(u), u.How, moment(u.LastAt), number(u.Count))
		}
		if n := v.Uses.Others.Consumers; n > 0 {
			t.add(number(v.Version), "others", "", "", number(n))
		}
	}
	return t
}

// consumerName is what is known of a consumer: what it calls itself, and who asked the platform.
func consumerName(u api.ConsumerUse) string {
	words := []string{u.Consumer, cmp.Or(u.ActorName, u.Actor), u.UserAgent}
	return strings.Join(slices.DeleteFunc(words, func(w string) bool { return w == "" }), ", ")
}

// unknownUses says what the platform does not know of the uses of these versions, if there is anything.
func unknownUses(versions []api.Version) string {
	var missing []string
	for _, v := range versions {
		if !v.Uses.Complete {
			missing = append(missing, number(v.Version))
		}
	}
	if missing == nil {
		return ""
	}
	return "Not every use is recorded of version " + strings.Join(missing, ", ") + "."
}
