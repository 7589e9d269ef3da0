package provider

import (
	"fmt"
	"time"

	"github.com/hashicorp/terraform-plugin-framework-validators/float64validator"
	"github.com/hashicorp/terraform-plugin-framework-validators/int64validator"
	"github.com/hashicorp/terraform-plugin-framework-validators/stringvalidator"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/provider/schema"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/client"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/provider/tfkit"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/secret"
)

type configuration struct {
	Endpoint              types.String  `tfsdk:"endpoint"`
	Tenant                types.String  `tfsdk:"tenant"`
	Environment           types.String  `tfsdk:"environment"`
	Token                 types.String  `tfsdk:"token"`
	CACertificateFile     types.String  `tfsdk:"ca_certificate_file"`
	ClientCertificateFile types.String  `tfsdk:"client_certificate_file"`
	ClientKeyFile         types.String  `tfsdk:"client_key_file"`
	MaxRetries            types.Int64   `tfsdk:"max_retries"`
	RequestTimeout        types.String  `tfsdk:"request_timeout"`
	RequestsPerSecond     types.Float64 `tfsdk:"requests_per_second"`
	AcceptPlatformID      types.String  `tfsdk:"accept_platform_id"`
	WorkloadIdentity      types.Object  `tfsdk:"workload_identity"`
}

const (
	maxRetries        = 20
	maxRequestTimeout = 10 * time.Minute
)

func configurationSchema() schema.Schema {
	return schema.Schema{
		MarkdownDescription: "Manages the secrets of messaging integrations without putting them into Terraform's " +
			"state. The provider works in one tenant and one environment of one platform; " +
			"before it plans, it reads the identity of its token, and a token of another tenant or " +
			"environment is an error.",
		Blocks: map[string]schema.Block{workloadBlock: workloadIdentityBlock()},
		Attributes: map[string]schema.Attribute{
			"endpoint": schema.StringAttribute{
				Optional:   true,
				Validators: []validator.String{tfkit.StringCheck("a base URL", client.CheckEndpoint)},
				MarkdownDescription: "Base URL of the platform, such as `https://platform.example.com`: `https`, " +
					"or `http` for a loopback address only, without user name, password, query and fragment. " +
					"Required, here or in the environment variable `QUICKCONNECT_ENDPOINT`. Redirects are not " +
					"followed: an error about one means that this is not the platform's own address.",
			},
			"tenant": schema.StringAttribute{
				Optional:   true,
				Validators: []validator.String{tfkit.StringCheck("a tenant", checkPresent)},
				MarkdownDescription: "Tenant that this configuration believes it manages. Required, here or in " +
					"`QUICKCONNECT_TENANT`. A token of another tenant is an error that names both, before " +
					"anything is planned.",
			},
			"environment": schema.StringAttribute{
				Optional:   true,
				Validators: []validator.String{tfkit.StringCheck("an environment", checkPresent)},
				MarkdownDescription: "Environment of the tenant, such as `staging` or `production`, that this " +
					"configuration believes it manages. Required, here or in `QUICKCONNECT_ENVIRONMENT`. " +
					"A token of another environment is an error that names both, before anything is planned.",
			},
			"token": schema.StringAttribute{
				Optional:  true,
				Sensitive: true,
				Validators: []validator.String{
					tfkit.StringCheck("a token", func(s string) error { return client.CheckToken(secret.New(s)) }),
					stringvalidator.ConflictsWith(path.MatchRoot(workloadBlock)),
				},
				MarkdownDescription: "Token (`qcp_…`) of the principal that the provider calls as. Required, here " +
					"or in `QUICKCONNECT_TOKEN`, which keeps it out of files, unless the provider acts as a workload identity: " +
					"an error with the block `workload_identity`. An `auditor` is enough to plan " +
					"without ephemeral resources, " +
					"a `planner` for every plan, a `deployer` for every apply. Every plan and apply warns from 7 days " +
					"before its end. An error \"Token refused\" means " +
					"that it has expired, was revoked, or is of another platform.",
			},
			"ca_certificate_file": schema.StringAttribute{
				Optional: true,
				MarkdownDescription: "File with certificate authorities in PEM that are trusted besides the " +
					"system's, for a platform with a private one. This file and those of the client certificate are read " +
					"again when they change, also during an apply. Default: only the system's.",
			},
			"client_certificate_file": schema.StringAttribute{
				Optional:   true,
				Validators: []validator.String{stringvalidator.AlsoRequires(path.MatchRoot("client_key_file"))},
				MarkdownDescription: "File with the client certificate in PEM, for a platform that requires mutual " +
					"TLS, such as one with `serve --client-ca`; followed by those between it and its authority, if any. " +
					"Needs `client_key_file`. Default: none.",
			},
			"client_key_file": schema.StringAttribute{
				Optional: true,
				Validators: []validator.String{
					stringvalidator.AlsoRequires(path.MatchRoot("client_certificate_file")),
				},
				MarkdownDescription: "File with the private key of `client_certificate_file` in PEM. Default: none.",
			},
			"max_retries": schema.Int64Attribute{
				Optional:   true,
				Validators: []validator.Int64{int64validator.Between(0, maxRetries)},
				MarkdownDescription: fmt.Sprintf("How often a request is repeated that got 429, 503, another 5xx, "+
					"or no answer: 0 to %d. A write keeps its idempotency key in every repetition, so none is "+
					"carried out twice. Default %d.",
					maxRetries, client.DefaultMaxRetries),
			},
			"request_timeout": schema.StringAttribute{
				Optional:   true,
				Validators: []validator.String{tfkit.StringCheck("a duration", checkTimeout)},
				MarkdownDescription: "How long each attempt of a request may take: a duration such as `30s` or " +
					"`2m`, from `1s` to `10m`. Default `30s`.",
			},
			"requests_per_second": schema.Float64Attribute{
				Optional:   true,
				Validators: []validator.Float64{float64validator.AtLeast(0.1)},
				MarkdownDescription: "Most requests that this provider sends in a second, of all kinds together and " +
					"repetitions included; at least 0.1. For a platform that limits the rate. A request that would have to wait " +
					"for more than five minutes is an error. Default: no bound; after an answer 429 all requests wait for as " +
					"long as it says.",
			},
			"accept_platform_id": schema.StringAttribute{
				Optional:   true,
				Validators: []validator.String{tfkit.StringCheck("a platform's id", checkPlatformID)},
				MarkdownDescription: "Id (`plt_…`) of the platform that takes the place of the one on which the " +
					"objects of this state were last seen: after a move to a new platform, for example. Without it, " +
					"an object of another platform is an error that names both, even if tenant and environment have " +
					"the same names there. With it, an object that the new platform does not have is planned anew, " +
					"and the next apply notes the new platform. It may stay. Default: none.",
			},
		},
	}
}

func checkPresent(s string) error {
	if s == "" {
		return fmt.Errorf("must not be empty")
	}
	return nil
}

func checkPlatformID(s string) error {
	if !api.IsPlatformID(s) {
		return fmt.Errorf("must be plt_ and 26 characters, as the error about the platform and the data source " +
			"quickconnect_identity give it")
	}
	return nil
}

func checkTimeout(s string) error {
	d, err := api.ParseDuration(s)
	if err != nil {
		return err
	}
	if d < time.Second || d > maxRequestTimeout {
		return fmt.Errorf("must be at least 1s and at most 10m")
	}
	return nil
}
