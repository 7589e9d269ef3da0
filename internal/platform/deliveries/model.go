package deliveries

import (
	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/httpapi"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/store"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/webhooks"
)

// attemptOf returns a result as it is stored.
func attemptOf(number int64, r webhooks.Result, signers []webhooks.Signer) *store.DeliveryAttempt {
	a := &store.DeliveryAttempt{
		Attempt: number, At: r.At, Duration: r.Duration, Outcome: r.Outcome, Status: r.StatusOrNull(), Detail: r.Detail,
		SignedBy: []store.SignedBy{},
	}
	for _, s := range signers {
		a.SignedBy = append(a.SignedBy, s.SignedBy)
	}
	return a
}

func flatten(d *store.Delivery, attempts []store.DeliveryAttempt) api.Delivery {
	out := api.Delivery{
		ID: d.ID, EndpointID: d.EndpointID, Type: d.Type, State: d.State, CreatedAt: d.CreatedAt.UTC(),
		NextAttemptAt: httpapi.UTC(d.NextAttemptAt), Attempts: make([]api.DeliveryAttempt, len(attempts)),
	}
	for i, a := range attempts {
		attempt := api.DeliveryAttempt{
			Attempt: a.Attempt, At: a.At.UTC(), DurationMS: a.Duration.Milliseconds(), Outcome: a.Outcome,
			Status: a.Status, Detail: a.Detail, SignedBy: make([]api.SignedBy, len(a.SignedBy)),
		}
		for j, s := range a.SignedBy {
			attempt.SignedBy[j] = api.SignedBy(s)
		}
		out.Attempts[i] = attempt
	}
	return out
}
