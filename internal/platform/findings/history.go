// Package findings finds what somebody should look at in how credentials are used, keeps it, and takes reports of
// leaked values. What is a finding is for package internal/finding; this package reads what that decides by.
package findings

import (
	"net/netip"
	"strings"
	"time"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/finding"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/uses"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/rotation"
)

// versionOf is a version as the rules see it. deadline is when it ends by itself; the zero time: never.
func versionOf(v rotation.Version, s *uses.Summary, valid bool, deadline time.Time) finding.Version {
	return finding.Version{
		Number: v.Number, State: string(v.State), Valid: valid, IssuedAt: v.IssuedAt, Deadline: deadline,
		Uses: seen("", s.Span), Networks: all(s.Networks, netip.Prefix.String), Consumers: all(s.Consumers, consumer),
		Scopes: all(s.Scopes, strings.Clone), Unscoped: s.Unscoped, Hours: s.Activity.Hours, Refused: s.Activity.Refused,
		Days: s.Activity.Days, Week: s.Activity.Week,
	}
}

func seen(what string, s uses.Span) finding.Seen {
	return finding.Seen{What: what, First: s.First, Last: s.Last, Count: s.Count}
}

// all are the counts as the rules see them, in the order of their first uses.
func all[K comparable](counts uses.Counts[K], name func(K) string) []finding.Seen {
	out := make([]finding.Seen, 0, len(counts))
	for _, k := range counts.Keys() {
		out = append(out, seen(name(k), counts[k]))
	}
	return out
}

// consumer names a consumer. Two that differ in anything have different names.
func consumer(c uses.Consumer) string {
	words := []string{c.How}
	for _, part := range []struct{ before, text string }{
		{"by ", c.Actor}, {"as ", c.Name}, {"with ", c.UserAgent}, {"opened by ", c.OpenedBy},
	} {
		if part.text != "" {
			words = append(words, part.before+part.text)
		}
	}
	return strings.Join(words, " ")
}
