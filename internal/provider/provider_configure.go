package provider

import (
	"context"
	"errors"
	"fmt"

	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/provider"
	"github.com/hashicorp/terraform-plugin-framework/types"
	"github.com/hashicorp/terraform-plugin-log/tflog"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/client"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/provider/tfkit"
)

// Configure asks the platform once for the identity of the token, and refuses to continue if the configuration names
// another one.
func (p *quickconnect) Configure(ctx context.Context, req provider.ConfigureRequest, resp *provider.ConfigureResponse) {
	p.provided.Store(nil)
	var c configuration
	if resp.Diagnostics.Append(req.Config.Get(ctx, &c)...); resp.Diagnostics.HasError() {
		return
	}
	if name := c.firstUnknown(); name != "" {
		p.provide(resp, tfkit.NotConfigured(name))
		return
	}
	cfg := p.clientConfig(c, &resp.Diagnostics)
	cfg.Clock = p.clock
	cfg.UserAgent = fmt.Sprintf("terraform-provider-quickconnect/%s Terraform/%s", p.version, req.TerraformVersion)
	tenant := p.required(&resp.Diagnostics, "tenant", c.Tenant, "QUICKCONNECT_TENANT", checkPresent)
	environment := p.required(&resp.Diagnostics, "environment", c.Environment, "QUICKCONNECT_ENVIRONMENT", checkPresent)
	p.authenticate(ctx, &cfg, c, client.Workload{Tenant: tenant, Environment: environment}, &resp.Diagnostics)
	if resp.Diagnostics.HasError() {
		return
	}

	cl, err := client.New(cfg)
	if err != nil {
		for _, e := range separate(err) {
			resp.Diagnostics.AddError("Provider configuration", "The provider cannot be configured: "+e.Error()+".")
		}
		return
	}
	who, err := cl.Identity(ctx)
	if err != nil {
		tfkit.Report(&resp.Diagnostics, err, tfkit.Subject{}, api.Identity{Tenant: tenant, Environment: environment})
		return
	}
	if who.Tenant != tenant || who.Environment != environment {
		refuseElsewhere(&resp.Diagnostics, tenant, environment, who)
		return
	}
	session, err := tfkit.NewSession(cl, *who)
	if err != nil {
		resp.Diagnostics.AddError("Provider configuration", err.Error())
		return
	}
	warnOfEnd(&resp.Diagnostics, who, p.clock.Now())
	tfkit.WarnOfRestore(&resp.Diagnostics, who)
	if cfg.Workload != nil {
		session.ActAs(cfg.Workload.Identity)
	}
	session.Accept(c.AcceptPlatformID.ValueString())
	p.configured(ctx, session)
	p.provide(resp, session)
}

// refuseElsewhere says that the provider would act in another tenant or environment than the configured one.
func refuseElsewhere(diags *diag.Diagnostics, tenant, environment string, who *api.Identity) {
	wrong, noun := "environment", "token"
	if who.Tenant != tenant {
		wrong = "tenant"
	}
	if isWorkloadIdentity(who) {
		noun = "workload identity"
	}
	diags.AddAttributeError(path.Root(wrong), tfkit.Capital(noun)+" of another tenant or environment", fmt.Sprintf(
		"The configuration says tenant %q, environment %q; the %[3]s belongs to tenant %[4]q, environment %[5]q "+
			"(principal %[6]q). "+
			"Nothing was planned and nothing was changed. Use the %[3]s of the environment that is meant, or "+
			"correct the provider configuration.",
		tenant, environment, noun, who.Tenant, who.Environment, who.Name))
}

// separate returns the errors that errors.Join has joined, or the one error.
func separate(err error) []error {
	var joined interface{ Unwrap() []error }
	if errors.As(err, &joined) {
		return joined.Unwrap()
	}
	return []error{err}
}

// clientConfig returns the configuration of the client, without user agent and token.
func (p *quickconnect) clientConfig(c configuration, diags *diag.Diagnostics) client.Config {
	cfg := client.Config{
		Endpoint:              p.required(diags, "endpoint", c.Endpoint, "QUICKCONNECT_ENDPOINT", client.CheckEndpoint),
		CAFile:                c.CACertificateFile.ValueString(),
		ClientCertificateFile: c.ClientCertificateFile.ValueString(),
		ClientKeyFile:         c.ClientKeyFile.ValueString(),
		MaxRetries:            client.DefaultMaxRetries,
		RequestTimeout:        client.DefaultRequestTimeout,
		RequestsPerSecond:     c.RequestsPerSecond.ValueFloat64(),
		Log:                   logRequest,
	}
	// What only tunes the calls has its default in a plan that does not know it yet.
	if !c.MaxRetries.IsNull() && !c.MaxRetries.IsUnknown() {
		cfg.MaxRetries = int(c.MaxRetries.ValueInt64())
	}
	if !c.RequestTimeout.IsNull() && !c.RequestTimeout.IsUnknown() {
		timeout, err := api.ParseDuration(c.RequestTimeout.ValueString())
		if err != nil {
			tfkit.Invalid(diags, path.Root("request_timeout"), err)
		}
		cfg.RequestTimeout = timeout
	}
	return cfg
}

func (p *quickconnect) provide(resp *provider.ConfigureResponse, session *tfkit.Session) {
	resp.ResourceData = session
	resp.DataSourceData = session
	resp.EphemeralResourceData = session
	resp.ActionData = session
	resp.ListResourceData = session
	p.provided.Store(session)
}

// firstUnknown names an attribute that no call can do without and that is unknown in this plan, because it depends on
// what the same configuration creates.
func (c configuration) firstUnknown() string {
	for _, a := range []struct {
		name  string
		value attr.Value
	}{
		{"endpoint", c.Endpoint},
		{"tenant", c.Tenant},
		{"environment", c.Environment},
		{"token", c.Token},
		{"ca_certificate_file", c.CACertificateFile},
		{"client_certificate_file", c.ClientCertificateFile},
		{"client_key_file", c.ClientKeyFile},
		{"accept_platform_id", c.AcceptPlatformID},
	} {
		if a.value.IsUnknown() {
			return a.name
		}
	}
	return c.unknownOfWorkload()
}

// required takes a value from the configuration, or else from the environment. The validators have checked the
// configuration.
func (p *quickconnect) required(
	diags *diag.Diagnostics, name string, v types.String, variable string, check func(string) error,
) string {
	if !v.IsNull() {
		return v.ValueString()
	}
	s := p.getenv(variable)
	if s == "" {
		diags.AddAttributeError(path.Root(name), "Missing "+name, fmt.Sprintf("%s is required: set it in the "+
			"provider configuration or in the environment variable %s.", name, variable))
	} else if err := check(s); err != nil {
		diags.AddAttributeError(
			path.Root(name),
			"Invalid "+variable,
			fmt.Sprintf("The environment variable %s %s.", variable, err.Error()),
		)
	}
	return s
}

// logRequest writes one attempt to TF_LOG, without headers, body and query.
func logRequest(ctx context.Context, e client.Event) {
	fields := map[string]any{"method": e.Method, "route": e.Route, "attempt": e.Attempt}
	if e.Status != 0 {
		fields["status"] = e.Status
	}
	if e.Failure != "" {
		fields["failure"] = e.Failure
	}
	if e.RequestID != "" {
		fields["request_id"] = e.RequestID
	}
	tflog.Debug(ctx, "request to the platform", fields)
}
