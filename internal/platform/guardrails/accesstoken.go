package guardrails

import (
	"context"
	"time"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/guardrail"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/txn"
)

// CapTTL returns how long an access token may live that is to live for a while: the policy of the environment may allow
// less. kind and parentID are of what it is made from.
func CapTTL(ctx context.Context, tx *txn.Tx, kind, parentID string, ttl time.Duration) (time.Duration, error) {
	p, err := Policy(ctx, tx)
	if err != nil || p.Rules.MaxAccessTokenTTL == nil {
		return ttl, err
	}
	s, exemptions, err := accessToken(ctx, tx, kind, parentID, ttl)
	if err != nil {
		return ttl, err
	}
	for _, v := range guardrail.Find(p.Rules, exemptions, nil, s, tx.Now) {
		if v.Exemption == nil {
			return api.ParseDuration(*p.Rules.MaxAccessTokenTTL)
		}
	}
	return ttl, nil
}

// CheckTTL refuses a life that a caller asks for and that CapTTL would shorten.
func CheckTTL(ctx context.Context, tx *txn.Tx, kind, parentID string, ttl time.Duration) error {
	s, _, err := accessToken(ctx, tx, kind, parentID, ttl)
	if err != nil {
		return err
	}
	return Check(ctx, tx, parentID, nil, s)
}

// accessToken is what the rules look at of an access token, with the exemptions of what it is made from.
func accessToken(
	ctx context.Context, tx *txn.Tx, kind, parentID string, ttl time.Duration,
) (s guardrail.Subject, exemptions []guardrail.Exemption, err error) {
	s = guardrail.Subject{Kind: guardrail.KindAccessTokens, Parent: kind, TTL: ttl}
	if kind != api.KindScopedTokens {
		return s, nil, nil
	}
	parent, err := tx.ScopedToken(ctx, tx.Scope, parentID)
	if err != nil {
		return s, nil, err
	}
	s.Name = parent.Name
	exemptions, err = exemptionsOf(ctx, tx, kind, parent.Name)
	return s, exemptions, err
}
