package deliveries

import (
	"context"
	"fmt"
	"time"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/credentials"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/problem"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/store"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/txn"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/webhooks"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/webhook"
)

// unsigned is the result of an attempt that was not made: nothing is ever sent without a signature.
func unsigned(ctx context.Context, tx *txn.Tx, endpointID string) (webhooks.Result, error) {
	secrets, err := tx.SigningSecretsOf(ctx, tx.Scope, endpointID)
	_, why := noSignature(secrets)
	return webhooks.Result{
		At: tx.Now, Outcome: api.AttemptUnsigned, Response: webhook.Response{Unsent: true},
		Detail: "nothing was sent: the endpoint has no valid signing secret" + why,
	}, err
}

// noSignature says why none of the signing secrets of an endpoint signs, and what to do. The code is empty where one
// does.
func noSignature(secrets []*store.SigningSecret) (code, why string) {
	code, why = api.CodeConflict, "; create one, or reissue the one it has"
	for _, s := range secrets {
		valid, covered := credentials.Valid(s.Credential.Versions), s.Credential.Quarantined()
		switch {
		case len(valid) > len(covered):
			return "", ""
		case len(covered) > 0 && code == api.CodeConflict:
			code = api.CodeQuarantined
			why = fmt.Sprintf(": %s is in quarantine until %s; release it with quickconnect release-quarantine "+
				"signing-secret %s --reason TEXT, or raise its minimum_version", s.Name,
				s.Credential.Quarantine.Until.UTC().Format(time.RFC3339), s.Name)
		}
	}
	return code, why
}

// checkSigned refuses an event for an endpoint that could not be signed.
func checkSigned(ctx context.Context, tx *txn.Tx, e *store.WebhookEndpoint) error {
	secrets, err := tx.SigningSecretsOf(ctx, tx.Scope, e.ID)
	if err != nil {
		return err
	}
	code, why := noSignature(secrets)
	if code == "" {
		return nil
	}
	return problem.New(code, "", "the webhook endpoint %q has no valid signing secret, and nothing is sent without a "+
		"signature%s", e.Name, why)
}
