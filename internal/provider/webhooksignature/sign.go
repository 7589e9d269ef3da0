// Package webhooksignature has the functions webhook_sign and webhook_verify. They are pure: no provider configuration,
// no platform and no clock.
package webhooksignature

import (
	"context"
	"errors"
	"math/big"
	"time"

	"github.com/hashicorp/terraform-plugin-framework/function"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/webhook"
)

// The positions of the arguments of webhook_sign, for errors.
const (
	signSecret int64 = iota
	signID
	signTimestamp
)

type sign struct{}

// NewSign makes the function webhook_sign.
func NewSign() function.Function { return sign{} }

func (sign) Metadata(_ context.Context, _ function.MetadataRequest, resp *function.MetadataResponse) {
	resp.Name = "webhook_sign"
}

func (sign) Definition(_ context.Context, _ function.DefinitionRequest, resp *function.DefinitionResponse) {
	resp.Definition = function.Definition{
		Summary: "The signature header of a webhook delivery",
		MarkdownDescription: "Signs a webhook delivery as [Standard Webhooks](https://www.standardwebhooks.com/) " +
			"says, and returns the value of its header `webhook-signature`: " +
			"`v1,…` for a `whsec_` secret, `v1a,…` for a `whsk_` private key. What is signed is " +
			"`id.timestamp.body`.\n\n" +
			"It calculates and nothing else: it works without a provider configuration (the provider has to be in " +
			"`required_providers`), in `terraform console`, and gives the same result for the same arguments. " +
			secretText + " " + bodyText + "\n\nAn argument that is not as described is an error that names the " +
			"argument and does not repeat it.",
		Parameters: []function.Parameter{
			function.StringParameter{
				Name: "secret",
				MarkdownDescription: "The key to sign with: `whsec_` and 24 to 64 bytes in standard base64 " +
					"(HMAC-SHA256), or `whsk_` and the 32 bytes of an ed25519 seed. " +
					"A public key (`whpk_`) cannot sign. Nothing is trimmed: a line end after it is an error.",
			},
			function.StringParameter{
				Name: "id",
				MarkdownDescription: "The delivery's header `webhook-id`: 1 to 256 visible ASCII characters " +
					"without a dot.",
			},
			// Not an Int64Parameter: the framework's error about a fraction does not help the user.
			function.NumberParameter{
				Name:                "timestamp",
				MarkdownDescription: "The delivery's header `webhook-timestamp`: when it is sent, in unix seconds.",
			},
			function.StringParameter{
				Name:                "body",
				MarkdownDescription: "The body, exactly as it is sent.",
			},
		},
		Return: function.StringReturn{},
	}
}

func (sign) Run(ctx context.Context, req function.RunRequest, resp *function.RunResponse) {
	var (
		secret, id, body string
		number           *big.Float
	)
	if resp.Error = req.Arguments.Get(ctx, &secret, &id, &number, &body); resp.Error != nil {
		return
	}
	timestamp, accuracy := number.Int64()
	if accuracy != big.Exact {
		resp.Error = function.NewArgumentFuncError(signTimestamp, sentence(webhook.ErrTimestamp))
		return
	}
	key, err := webhook.ParseSecret(secret)
	if err != nil {
		resp.Error = function.NewArgumentFuncError(signSecret, sentence(err))
		return
	}
	header, err := webhook.Sign([]webhook.Key{key}, id, time.Unix(timestamp, 0), []byte(body))
	switch {
	case err == nil:
		resp.Error = resp.Result.Set(ctx, header)
	case errors.Is(err, webhook.ErrTimestamp):
		resp.Error = function.NewArgumentFuncError(signTimestamp, sentence(err))
	case errors.Is(err, webhook.ErrCannotSign):
		resp.Error = function.NewArgumentFuncError(signSecret, sentence(err))
	default:
		resp.Error = function.NewArgumentFuncError(signID, sentence(err))
	}
}
