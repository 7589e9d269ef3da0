package finding

import (
	"strconv"
	"time"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
)

// NewNetworks returns the networks that new_network asks History.Elsewhere about, with the times of their first uses.
func NewNetworks(h History, t Thresholds) []Finding { return newOnes(h, t) }

func newNetwork(h History, t Thresholds) (out []Finding) {
	for _, f := range newOnes(h, t) {
		if h.Elsewhere[f.Subject] < t.SharedNetwork {
			out = append(out, f)
		}
	}
	return out
}

// newOnes returns the networks that the credential was never used from while it was learned what is usual. A value that
// ended is no danger any more: what it was used from is left out.
func newOnes(h History, t Thresholds) (out []Finding) {
	known := began(h).Add(t.Learning)
	first := map[string]time.Time{}
	for _, v := range h.Versions {
		for _, n := range v.Networks {
			if at, seen := first[n.What]; !seen || n.First.Before(at) {
				first[n.What] = n.First
			}
		}
	}
	for _, v := range h.Versions {
		for _, n := range v.Networks {
			if !v.Valid || !n.First.Equal(first[n.What]) || n.First.Before(known) {
				continue
			}
			out = append(out, Finding{
				Kind: api.FindingNewNetwork, Version: v.Number, Subject: n.What, At: n.First,
				Evidence: map[string]string{
					"network": n.What, "first_at": stamp(n.First), "last_at": stamp(n.Last), "uses": number(n.Count),
					"other_credentials_before": strconv.Itoa(h.Elsewhere[n.What]),
				},
			})
		}
	}
	return out
}

// began returns when the credential was first used; now where it never was.
func began(h History) time.Time {
	out := h.Now
	for _, v := range h.Versions {
		if v.Uses.Count > 0 && v.Uses.First.Before(out) {
			out = v.Uses.First
		}
	}
	return out
}

func stamp(t time.Time) string { return t.UTC().Format(time.RFC3339) }

func number(n int64) string { return strconv.FormatInt(n, 10) }
