package platform

import (
	"fmt"
	"time"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/store"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/rotation"
)

func mergeRotationPolicy(to *store.RotationPolicy, p *api.RotationPolicyPatch) error {
	if err := patchRequired(&to.Name, p.Name, "/name"); err != nil {
		return err
	}
	if err := patchRequired(&to.Interval, p.Interval, "/interval"); err != nil {
		return err
	}
	patchNullable(&to.Description, p.Description)
	patchDefault(&to.Labels, p.Labels, nil)
	patchDefault(&to.Overlap, p.Overlap, api.DefaultOverlap)
	patchDefault(&to.MaxStage, p.MaxStage, api.DefaultMaxStage)
	patchNullable(&to.MaxAge, p.MaxAge)
	patchDefault(&to.RequireAcknowledgement, p.RequireAcknowledgement, api.DefaultRequireAcknowledgement)
	patchDefault(&to.OnStageTimeout, p.OnStageTimeout, api.DefaultOnStageTimeout)
	patchNullable(&to.QuietPeriod, p.QuietPeriod)
	return nil
}

func checkRotationPolicy(p *store.RotationPolicy) error {
	if err := checkObject(&p.Object); err != nil {
		return err
	}
	// An empty string stands for null in the check; given by a client, it is a duration like any other, and not one.
	for field, d := range map[string]*string{"/max_age": p.MaxAge, "/quiet_period": p.QuietPeriod} {
		if d != nil {
			if _, err := api.ParseDuration(*d); err != nil {
				return refused(field, err)
			}
		}
	}
	if field, err := api.CheckRotationPolicy(p.Interval, p.Overlap, p.MaxStage, or(p.MaxAge, ""), p.OnStageTimeout, or(p.QuietPeriod, "")); err != nil {
		return refused("/"+field, err)
	}
	return nil
}

// rulesOf reads the durations of a stored policy.
func rulesOf(p *store.RotationPolicy) (rotation.Policy, error) {
	out := rotation.Policy{RequireAcknowledgement: p.RequireAcknowledgement, OnStageTimeout: p.OnStageTimeout}
	for _, d := range []struct {
		to   *time.Duration
		text string
	}{
		{&out.Interval, p.Interval},
		{&out.Overlap, p.Overlap},
		{&out.MaxStage, p.MaxStage},
		{&out.MaxAge, or(p.MaxAge, "")},
		{&out.QuietPeriod, or(p.QuietPeriod, "")},
	} {
		if d.text == "" {
			continue
		}
		var err error
		if *d.to, err = api.ParseDuration(d.text); err != nil {
			return out, fmt.Errorf("a duration of rotation policy %s: %w", p.ID, err)
		}
	}
	return out, nil
}

func flattenRotationPolicy(p *store.RotationPolicy) api.RotationPolicy {
	return api.RotationPolicy{
		Object: flattenObject(&p.Object), Interval: p.Interval, Overlap: p.Overlap, MaxStage: p.MaxStage, MaxAge: p.MaxAge,
		RequireAcknowledgement: p.RequireAcknowledgement, OnStageTimeout: p.OnStageTimeout, QuietPeriod: p.QuietPeriod,
	}
}
