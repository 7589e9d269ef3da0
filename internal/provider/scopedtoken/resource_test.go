package scopedtoken_test

import (
	"testing"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/tftest"
)

func TestEveryAttributeThereAndBack(t *testing.T) {
	_, tf := start(t)
	full := base().With("description", "").With("labels", tftest.Triggers()).With("allowed_cidrs",
		[]string{"192.0.2.0/24", "2001:db8::/32"}).
		With("expires_at", "2030-01-01T00:00:00+01:00").With("rotate_when_changed",
		tftest.Triggers("a", "1")).With("minimum_version", 3).With("deletion_protection", true)
	p := tf.Plan(full)
	tf.Expect(p.Planned, "version=<unknown>", "rotation=<unknown>", "id=<unknown>")
	tftest.Must(t, tf.Apply(p, nil))
	tftest.Silent(t, tf, full)
	tf.Expect(tf.State, "description=", "expires_at=2030-01-01T00:00:00+01:00", "version=3", "deletion_protection=true")

	// Null and empty are not the same, in both directions.
	bare := base().With("deletion_protection", false)
	tf.Run(bare)
	tftest.Silent(t, tf, base())
	tf.Expect(tf.State, "description=<null>", "labels=<null>", "allowed_cidrs=<null>", "expires_at=<null>",
		"rotate_when_changed=<null>", "minimum_version=<null>", "deletion_protection=false")

	changed := base().With("name", "other").With("owner", "team-b").With("scopes",
		[]string{"messages:read", "messages:send"}).With("expires_at", "2031-01-01T00:00:00Z").With("rotation_policy_id", nil)
	tf.Run(changed)
	tftest.Silent(t, tf, changed)
}

// Equal spellings of an IPv6 range are no difference, as equal durations and dates are none.
func TestSpellingOfAddressRanges(t *testing.T) {
	c := base().With("allowed_cidrs", []string{"2001:db8::/32", "192.0.2.0/24"})
	p, tf := created(t, c)
	tftest.Silent(t, tf, c.With("allowed_cidrs", []string{"192.0.2.0/24", "2001:0DB8:0:0::/32"}))
	p.Wrote(t)
	for _, other := range [][]string{
		{"2001:0DB8::/33", "192.0.2.0/24"}, {"2001:0DB8::/32"}, {"2001:db8::/32", "192.0.2.0/24", "::/0"},
	} {
		if plan := tf.Plan(c.With("allowed_cidrs", other)); !plan.Changes {
			t.Errorf("%v is no difference", other)
		}
	}
}

func TestInvalidConfigurationIsAnErrorOnTheAttribute(t *testing.T) {
	_, tf := start(t)
	for name, c := range map[string]struct {
		config    tftest.Config
		attribute string
	}{
		"name":                   {base().With("name", "Not A Name"), "name"},
		"no scopes":              {base().With("scopes", []string{}), "scopes"},
		"malformed scope":        {base().With("scopes", []string{"messages:send", "Send!"}), "scopes"},
		"neither policy nor end": {base().With("rotation_policy_id", nil), "rotation_policy_id"},
		"no date":                {base().With("expires_at", "tomorrow"), "expires_at"},
		"no range":               {base().With("allowed_cidrs", []string{"10.0.0.1/8"}), "allowed_cidrs"},
		"minimum_version":        {base().With("minimum_version", 0), "minimum_version"},
		"a connector as policy":  {base().With("rotation_policy_id", "con_01J8Z3N6T4"), "rotation_policy_id"},
		"a policy as connector":  {base().With("connector_id", "pol_01J8Z3N6T4"), "connector_id"},
		"owner":                  {base().With("owner", "a@"), "owner"},
		"null trigger":           {base().With("rotate_when_changed", map[string]any{"a": nil}), "rotate_when_changed"},
	} {
		t.Run(name, func(t *testing.T) {
			tftest.Says(t, tf.Plan(c.config).Diags.Errors(), `AttributeName("`+c.attribute+`")`)
		})
	}
	for name, c := range map[string]tftest.Config{
		"unknown policy":       base().With("rotation_policy_id", tftest.Unknown),
		"unknown end":          base().With("rotation_policy_id", nil).With("expires_at", tftest.Unknown),
		"only an end":          base().With("rotation_policy_id", nil).With("expires_at", "2030-01-01T00:00:00Z"),
		"unknown scope":        base().With("scopes", tftest.Unknown),
		"unknown connector id": base().With("connector_id", tftest.Unknown),
	} {
		t.Run(name, func(t *testing.T) {
			if errs := tf.Plan(c).Diags.Errors(); errs != "" {
				t.Fatal(errs)
			}
		})
	}
}
