package platform

import (
	"context"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/console/pages"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/store"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/txn"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/workload"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/secret"
)

// trying returns what tells a page of the console which workload identity takes a JWT.
func trying(r *txn.Runner, v *workload.Verifier) func(
	context.Context, store.Scope, secret.Value,
) ([]pages.Tried, error) {
	return func(ctx context.Context, scope store.Scope, jwt secret.Value) (out []pages.Tried, err error) {
		token := workload.Read(jwt)
		verdicts, err := v.Examine(ctx, r, scope, token)
		for _, d := range verdicts {
			w := d.Identity
			tried := pages.Tried{ID: w.ID, Name: w.Name, Role: w.Role, Signature: d.Signature()}
			for _, refusal := range d.Refusals {
				tried.Reasons = append(tried.Reasons, refusal.Sentence(w, token, d.At))
			}
			out = append(out, tried)
		}
		return out, err
	}
}
