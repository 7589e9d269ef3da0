package httpapi

import (
	"context"
	"fmt"
	"time"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/limits"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/problem"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/store"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/txn"
)

const (
	// answersKept is how long an answer is kept at least, at the limit too: longer than a client repeats a request.
	answersKept = 10 * time.Minute
	// answersForgotten is how many are forgotten at once at the limit.
	answersForgotten = 100
	// limitRetryAfter is what a client is told that stores too much. Nobody knows when there is room.
	limitRetryAfter = 60
)

// checkStored refuses a write that makes its environment store more than a limit allows. The transaction is not
// committed then.
func (c *Changes) checkStored(ctx context.Context, tx *txn.Tx) error {
	for _, u := range tx.Grown() {
		var err error
		switch u.Kind {
		case store.UsageDeliveries:
			err = c.checkDeliveries(u)
		case store.UsageAnswers:
			err = c.makeRoom(ctx, tx, u)
		default:
			err = c.checkObjects(u)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

func (c *Changes) checkObjects(u store.Usage) error {
	if !exceeds(u.Objects, c.limits.Objects) {
		return nil
	}
	kind, _ := api.KindAt(u.Kind)
	return limitReached(limits.Objects, c.limits.Objects, "%s has %s, which is the limit; delete what is not needed, or "+
		"have the operator of the platform raise --limit-objects", environmentOf(u), kind.Count(int(c.limits.Objects)))
}

func (c *Changes) checkDeliveries(u store.Usage) error {
	const next = "wait until receivers have taken some, delete endpoints that nobody needs, or have the operator of the " +
		"platform raise "
	switch {
	case exceeds(u.Objects, c.limits.Deliveries):
		return limitReached(limits.Deliveries, c.limits.Deliveries, "%s has %d queued events, which is the limit; "+
			next+"--limit-deliveries", environmentOf(u), c.limits.Deliveries)
	case exceeds(u.Bytes, c.limits.DeliveryBytes):
		return limitReached(limits.DeliveryBytes, c.limits.DeliveryBytes, "with this event, the queued events of %s would "+
			"have more than %d bytes, which is the limit; "+next+"--limit-delivery-bytes",
			environmentOf(u), c.limits.DeliveryBytes)
	}
	return nil
}

// makeRoom forgets the oldest answers of an environment that stores too many. A repetition comes within minutes, so
// nobody misses them; refusing writes for hours would stop the environment. What ends a leaked value is never refused
// for it.
func (c *Changes) makeRoom(ctx context.Context, tx *txn.Tx, u store.Usage) error {
	if !exceeds(u.Objects, c.limits.Answers) {
		return nil
	}
	n, err := tx.ForgetIdempotentIn(ctx, u.Scope, tx.Now.Add(-answersKept), answersForgotten)
	if err != nil || n > 0 || requestOf(ctx).reserved {
		return err
	}
	return limitReached(limits.Answers, c.limits.Answers, "%s has %d stored answers to requests with an Idempotency-Key, "+
		"none of them older than %s, which is the limit; send fewer writes, or have the operator of the platform raise "+
		"--limit-answers", environmentOf(u), c.limits.Answers, answersKept)
}

func exceeds(n, most int64) bool { return most > 0 && n > most }

func environmentOf(u store.Usage) string {
	return fmt.Sprintf("environment %s of tenant %s", u.Scope.Environment, u.Scope.Tenant)
}

func limitReached(l limits.Limit, most int64, format string, args ...any) error {
	out := problem.New(api.CodeLimitReached, "", format, args...)
	out.RetryAfter = limitRetryAfter
	out.Limit = &problem.Limit{Name: string(l), Quota: most}
	return out
}
