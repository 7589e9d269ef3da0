package rotate

import (
	"slices"
	"strings"
	"testing"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/rotation"
)

func TestMinimumVersionRefused(t *testing.T) {
	for name, c := range map[string]struct {
		prior prior
		want  int64
		says  string
	}{
		"above the next":          {prior{Numbers: stable}, 7, "will be 6"},
		"above the next on hold":  {prior{Numbers: stable, reason: rotation.ReasonHeld}, 7, "will be 6"},
		"above the next, revoked": {prior{Numbers: revoked}, 8, "will be 7"},
		"with effect on hold": {
			prior{Numbers: stable, reason: rotation.ReasonHeld}, 6, "role operator, deployer or security",
		},
		"ends a previous, on hold":   {prior{Numbers: draining, reason: rotation.ReasonHeld}, 4, "release the hold"},
		"above next after a rolling": {prior{Numbers: rolled}, 8, "will be 7"},
	} {
		t.Run(name, func(t *testing.T) {
			attribute, _, detail := changeOf(c.prior, wanted{minimumVersion: c.want}).refusal()
			if attribute != "minimum_version" || !strings.Contains(detail, c.says) {
				t.Fatalf("refused on %q: %s; want an error on minimum_version that says %q", attribute, detail, c.says)
			}
		})
	}
}

func TestVersionsThatMinimumEnds(t *testing.T) {
	for name, c := range map[string]struct {
		from rotation.Numbers
		n    int64
		want []int64
	}{
		"draining":           {draining, 4, []int64{3}},
		"draining, all":      {draining, 7, []int64{3, 6}},
		"staged":             {staged, 6, []int64{3}},
		"staged, all":        {staged, 7, []int64{3, 6}},
		"stable, to next":    {stable, 4, []int64{3}},
		"rolled back":        {rolled, 4, []int64{3}},
		"already there":      {draining, 3, nil},
		"nothing is left to": {revoked, 7, nil},
	} {
		t.Run(name, func(t *testing.T) {
			got := changeOf(prior{Numbers: c.from}, wanted{minimumVersion: c.n}).ended()
			if !slices.Equal(got, c.want) {
				t.Errorf("ended %v, want %v", got, c.want)
			}
		})
	}
}
