package webhooksignature

import (
	"context"
	"errors"

	"github.com/hashicorp/terraform-plugin-framework/function"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/webhook"
)

// The positions of the arguments of webhook_verify, for errors.
const (
	verifySecrets int64 = iota
	verifyHeaders
	_ // body
	verifyAt
	verifyTolerance
)

type verify struct{}

// NewVerify makes the function webhook_verify.
func NewVerify() function.Function { return verify{} }

func (verify) Metadata(_ context.Context, _ function.MetadataRequest, resp *function.MetadataResponse) {
	resp.Name = "webhook_verify"
}

func (verify) Definition(_ context.Context, _ function.DefinitionRequest, resp *function.DefinitionResponse) {
	resp.Definition = function.Definition{
		Summary: "Whether a webhook delivery is genuine",
		MarkdownDescription: "Verifies a webhook delivery as a receiver does by [Standard " +
			"Webhooks](https://www.standardwebhooks.com/), strictly, and returns whether it is genuine: " +
			"one of its signatures is of one of the secrets, and its timestamp is no further from `at` than " +
			"`tolerance`, in either direction.\n\n" +
			"`false` means that it is well-formed and not genuine: another secret, id, timestamp or body was " +
			"signed, it is too old or too far ahead, or it has only signatures of unknown versions. " +
			"What is malformed is an error that names the argument and does not repeat it: a secret or a header " +
			"that is not as described below, a header that is missing or there twice (names that differ only in " +
			"case are the same), " +
			"more than 32 signatures or secrets, a duration that is none. An error fails the plan, in a `check` " +
			"block too; `try(…, false)` takes it as a no.\n\n" +
			"It calculates and nothing else: it works without a provider configuration (the provider has to be in " +
			"`required_providers`), in `terraform console` and in `check` blocks, and gives the same result for " +
			"the same arguments; the time is one of them. " +
			secretText + " " + bodyText,
		Parameters: []function.Parameter{
			function.ListParameter{
				Name: "secrets", ElementType: types.StringType,
				MarkdownDescription: "The keys of a receiver, at least one: `whsec_` and 24 to 64 bytes in " +
					"standard base64 (HMAC-SHA256, signatures `v1`), `whpk_` and an ed25519 public key " +
					"(signatures `v1a`), " +
					"or `whsk_`, the private key of one. During a rotation a receiver has two. Nothing is " +
					"trimmed: a line end after a secret is an error. Null is skipped, so that `value` and `other_value` " +
					"of the ephemeral signing secret can be given as they are.",
			},
			function.MapParameter{
				Name: "headers", ElementType: types.StringType,
				MarkdownDescription: "The headers of the delivery, whatever their case: `webhook-id` (1 to 256 " +
					"visible ASCII characters without a dot), `webhook-timestamp` (unix seconds: digits only, no " +
					"leading zeros) " +
					"and `webhook-signature` (entries such as `v1,BASE64`, one space between them). Others " +
					"are ignored, whatever their value.",
			},
			function.StringParameter{
				Name:                "body",
				MarkdownDescription: "The body, exactly as it was received.",
			},
			function.StringParameter{
				Name: "at",
				MarkdownDescription: "The time on the receiver's clock: RFC 3339, such as `2026-01-31T12:00:00Z` " +
					"or what `plantimestamp()` returns (which `terraform console` does not have), or unix seconds.",
			},
			function.StringParameter{
				Name: "tolerance",
				MarkdownDescription: "How far the timestamp may be from `at`, in either direction: a duration such " +
					"as `5m` or `1m30s`, more than `0s`; whole numbers with the units `y w d h m s`, the " +
					"largest first. " +
					"The libraries of Standard Webhooks take `5m`.",
			},
		},
		Return: function.BoolReturn{},
	}
}

func (verify) Run(ctx context.Context, req function.RunRequest, resp *function.RunResponse) {
	var (
		secrets             types.List
		headers             types.Map
		body, at, tolerance string
	)
	if resp.Error = req.Arguments.Get(ctx, &secrets, &headers, &body, &at, &tolerance); resp.Error != nil {
		return
	}
	if anyUnknown(secrets, headers) {
		resp.Error = resp.Result.Set(ctx, types.BoolUnknown())
		return
	}
	keys, err := parseSecrets(secrets)
	if err != nil {
		resp.Error = function.NewArgumentFuncError(verifySecrets, sentence(err))
		return
	}
	values, err := headerValues(headers)
	if err != nil {
		resp.Error = function.NewArgumentFuncError(verifyHeaders, sentence(err))
		return
	}
	now, err := parseTime(at)
	if err != nil {
		resp.Error = function.NewArgumentFuncError(verifyAt, sentence(err))
		return
	}
	within, err := api.ParseDuration(tolerance)
	if err != nil {
		resp.Error = function.NewArgumentFuncError(verifyTolerance, sentence(err))
		return
	}
	err = webhook.Verify(keys, values, []byte(body), now, within)
	switch {
	case err == nil || isNotGenuine(err):
		resp.Error = resp.Result.Set(ctx, err == nil)
	case errors.Is(err, webhook.ErrNoKeys) || errors.Is(err, webhook.ErrTooManyKeys):
		resp.Error = function.NewArgumentFuncError(verifySecrets, sentence(err))
	case errors.Is(err, webhook.ErrTolerance):
		resp.Error = function.NewArgumentFuncError(verifyTolerance, sentence(err))
	default:
		resp.Error = function.NewArgumentFuncError(verifyHeaders, sentence(err))
	}
}

// isNotGenuine reports whether a receiver refuses the delivery. Other errors mean that the delivery is malformed.
func isNotGenuine(err error) bool {
	for _, refused := range []error{
		webhook.ErrNoMatchingSignature, webhook.ErrUnknownVersions, webhook.ErrTooOld, webhook.ErrTooNew,
	} {
		if errors.Is(err, refused) {
			return true
		}
	}
	return false
}
