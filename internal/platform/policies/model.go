package policies

import (
	"context"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/httpapi"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/problem"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/store"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/txn"
)

// expand makes a policy of what the caller sent.
func expand(ctx context.Context, tx *txn.Tx, b *api.RotationPolicyCreate) (*store.RotationPolicy, error) {
	object, err := httpapi.NewObject(ctx, tx, api.RotationPolicies, httpapi.Naming{Name: b.Name, Prefix: b.NamePrefix},
		b.Description, b.Labels)
	if err != nil {
		return nil, err
	}
	return &store.RotationPolicy{
		Object: object, Interval: b.Interval, Overlap: httpapi.ValueOr(b.Overlap, api.DefaultOverlap),
		MaxStage: httpapi.ValueOr(b.MaxStage, api.DefaultMaxStage), MaxAge: b.MaxAge, QuietPeriod: b.QuietPeriod,
		RequireAcknowledgement: httpapi.ValueOr(b.RequireAcknowledgement, api.DefaultRequireAcknowledgement),
		OnStageTimeout:         httpapi.ValueOr(b.OnStageTimeout, api.DefaultOnStageTimeout),
	}, nil
}

func merge(to *store.RotationPolicy, p *api.RotationPolicyPatch) error {
	if err := httpapi.PatchRequired(&to.Name, p.Name, "/name"); err != nil {
		return err
	}
	if err := httpapi.PatchRequired(&to.Interval, p.Interval, "/interval"); err != nil {
		return err
	}
	httpapi.PatchNullable(&to.Description, p.Description)
	httpapi.PatchDefault(&to.Labels, p.Labels, nil)
	httpapi.PatchDefault(&to.Overlap, p.Overlap, api.DefaultOverlap)
	httpapi.PatchDefault(&to.MaxStage, p.MaxStage, api.DefaultMaxStage)
	httpapi.PatchNullable(&to.MaxAge, p.MaxAge)
	httpapi.PatchDefault(&to.RequireAcknowledgement, p.RequireAcknowledgement, api.DefaultRequireAcknowledgement)
	httpapi.PatchDefault(&to.OnStageTimeout, p.OnStageTimeout, api.DefaultOnStageTimeout)
	httpapi.PatchNullable(&to.QuietPeriod, p.QuietPeriod)
	return nil
}

func check(p *store.RotationPolicy) error {
	if err := httpapi.CheckObject(&p.Object); err != nil {
		return err
	}
	// CheckRotationPolicy takes an empty string for null. From a client it is an invalid duration.
	for field, d := range map[string]*string{"/max_age": p.MaxAge, "/quiet_period": p.QuietPeriod} {
		if d != nil {
			if _, err := api.ParseDuration(*d); err != nil {
				return problem.Refused(field, err)
			}
		}
	}
	wrong := api.CheckRotationPolicy(p.Interval, p.Overlap, p.MaxStage, httpapi.ValueOr(p.MaxAge, ""),
		p.OnStageTimeout, httpapi.ValueOr(p.QuietPeriod, ""))
	if len(wrong) > 0 {
		return problem.Refused("/"+wrong[0].Where, wrong[0].Err)
	}
	return nil
}

func flatten(p *store.RotationPolicy) api.RotationPolicy {
	return api.RotationPolicy{
		Object: httpapi.FlattenObject(&p.Object), Deletion: httpapi.FlattenDeletion(&p.Object),
		Interval: p.Interval, Overlap: p.Overlap, MaxStage: p.MaxStage, MaxAge: p.MaxAge,
		RequireAcknowledgement: p.RequireAcknowledgement, OnStageTimeout: p.OnStageTimeout,
		QuietPeriod: p.QuietPeriod,
	}
}
