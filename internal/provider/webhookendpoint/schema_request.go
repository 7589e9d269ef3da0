package webhookendpoint

import (
	"context"
	"encoding/pem"
	"errors"
	"fmt"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework-validators/int64validator"
	"github.com/hashicorp/terraform-plugin-framework-validators/stringvalidator"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/provider/tfkit"
)

// requestAttributes are what an endpoint adds to its requests, secrets first of all.
func requestAttributes() map[string]schema.Attribute {
	return map[string]schema.Attribute{
		"url_wo": schema.StringAttribute{
			Optional: true, Sensitive: true, WriteOnly: true,
			Validators: []validator.String{tfkit.StringCheck("a URL", checkURL)},
			MarkdownDescription: "A URL that is a secret, such as an incoming webhook of a chat, instead of `url` and by the " +
				"same rules. Write-only: it is sent to the platform, which seals it, and is in no state and no plan. The " +
				"platform shows its host alone (`url_host`), also in records of deliveries, logs and errors. " +
				compared("url_wo"),
		},
		"url_wo_version": number("url_wo"),
		"url_host": schema.StringAttribute{
			Computed: true,
			MarkdownDescription: "The host of the URL, with its port where it has one: all that is shown of a URL that is " +
				"a secret.",
		},
		"url_digest": digest("URL that is a secret"),
		"headers_wo": schema.MapAttribute{
			Optional: true, Sensitive: true, WriteOnly: true, ElementType: types.StringType,
			Validators: []validator.Map{headersCheck{}},
			MarkdownDescription: fmt.Sprintf("Headers of every delivery and probe besides the platform's own, for a gateway "+
				"that wants `X-Api-Key`, or `Authorization`: at most %d. Write-only, as `url_wo` is. Not allowed are "+
				"`webhook-…`, `Host`, `Content-Length`, `Content-Type`, `Transfer-Encoding`, `Connection` and other headers "+
				"of one connection. An empty map removes the headers; removing the argument leaves them. ",
				api.MaxEndpointHeaders) + compared("headers_wo"),
		},
		"headers_wo_version": number("headers_wo"),
		"headers_digest":     digest("headers"),
		"rate_limit_per_second": schema.Int64Attribute{
			Optional:   true,
			Validators: []validator.Int64{int64validator.Between(1, api.MaxEndpointRate)},
			MarkdownDescription: fmt.Sprintf("At most so many attempts in any second, 1 to %d; what is above it waits. "+
				"Probes do not count. Default: no limit.", api.MaxEndpointRate),
		},
	}
}

// tlsAttributes are how the platform trusts a receiver, and shows it who it is.
func tlsAttributes() map[string]schema.Attribute {
	return map[string]schema.Attribute{
		"ca_certificate": schema.StringAttribute{
			Optional:   true,
			Validators: []validator.String{tfkit.StringCheck("certificates in PEM", api.CheckCertificates)},
			MarkdownDescription: "The certificate authorities that the receiver's certificate may be of, in PEM, and no " +
				"others: for a receiver with a certificate of a company's own authority. Default: those of the machine of " +
				"the platform.",
		},
		"client_certificate": schema.StringAttribute{
			Optional:   true,
			Validators: []validator.String{tfkit.StringCheck("certificates in PEM", api.CheckCertificates)},
			MarkdownDescription: "The certificate by which the platform shows the receiver who it is (mutual TLS), in PEM, " +
				"followed by those between it and its authority. It needs `client_key_wo`. Removing it removes the key on " +
				"the platform, too. Default: none.",
		},
		"client_key_wo": schema.StringAttribute{
			Optional: true, Sensitive: true, WriteOnly: true,
			Validators: []validator.String{
				tfkit.StringCheck("a private key in PEM", checkKey),
				stringvalidator.AlsoRequires(path.MatchRoot("client_certificate")),
			},
			MarkdownDescription: "The private key of `client_certificate`, in PEM and not encrypted. Write-only, as " +
				"`url_wo` is. A key that is not the certificate's is an error of the apply. " + compared("client_key_wo"),
		},
		"client_key_wo_version": number("client_key_wo"),
		"client_key_digest":     digest("private key"),
	}
}

func compared(argument string) string {
	return "Without `" + argument + "_version` the provider compares a keyed digest of the value with the platform's " +
		"and sends the value when they differ, whichever side changed. Default: none."
}

func number(argument string) schema.Attribute {
	return schema.Int64Attribute{
		Optional:   true,
		Validators: []validator.Int64{int64validator.AtLeast(1)},
		MarkdownDescription: "Switches the comparison off and sends `" + argument + "` when this number changes, or when " +
			"the value was changed on the platform: for a value that is made anew on every run. At least 1; a lower number " +
			"than before is sent too, with a warning. After an import, the first number is adopted without sending where the " +
			"platform has none. Default: none.",
	}
}

func digest(what string) schema.Attribute {
	return schema.StringAttribute{
		Computed: true, Sensitive: true,
		MarkdownDescription: "Keyed digest of the present " + what + ", by which the provider recognises it. It tells " +
			"nothing to who does not have the environment's comparison key. Null where there is none.",
	}
}

// checkKey checks the form of a private key. Its error repeats nothing of it.
func checkKey(s string) error {
	block, _ := pem.Decode([]byte(s))
	if block == nil || !strings.HasSuffix(block.Type, "PRIVATE KEY") || strings.HasPrefix(block.Type, "ENCRYPTED") {
		return errors.New("must be a private key in PEM (-----BEGIN PRIVATE KEY-----), not encrypted")
	}
	return nil
}

// headersCheck checks names and values of headers_wo as far as they are known. Its messages have no values.
type headersCheck struct{}

func (headersCheck) Description(context.Context) string { return "headers of deliveries" }

func (c headersCheck) MarkdownDescription(ctx context.Context) string { return c.Description(ctx) }

// ValidateMap puts the error on the header that it is about.
func (headersCheck) ValidateMap(_ context.Context, req validator.MapRequest, resp *validator.MapResponse) {
	if req.ConfigValue.IsNull() || req.ConfigValue.IsUnknown() {
		return
	}
	headers := make(map[string]string, len(req.ConfigValue.Elements()))
	for name, v := range req.ConfigValue.Elements() {
		headers[name] = "unknown"
		if s, ok := v.(types.String); ok && !s.IsUnknown() {
			headers[name] = s.ValueString()
		}
	}
	name, err := api.CheckEndpointHeaders(headers)
	switch {
	case err == nil:
	case name == "":
		tfkit.Invalid(&resp.Diagnostics, req.Path, err)
	default:
		tfkit.Invalid(&resp.Diagnostics, req.Path.AtMapKey(name), err)
	}
}
