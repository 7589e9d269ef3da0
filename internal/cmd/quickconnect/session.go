package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"net/http"
	"strings"

	"github.com/spf13/pflag"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/client"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/secret"
)

// options are what every command takes.
type options struct {
	world

	endpoint, tenant, environment string
	caFile, certFile, keyFile     string
	output                        string
	signedIn                      bool // the token is that of quickconnect login
}

func (o *options) flags(f *pflag.FlagSet) {
	f.StringVar(&o.endpoint, "endpoint", "", "the `URL` of the platform, in place of QUICKCONNECT_ENDPOINT")
	f.StringVar(&o.tenant, "tenant", "", "the `TENANT` that is meant, in place of QUICKCONNECT_TENANT")
	f.StringVar(&o.environment, "environment", "",
		"the `ENVIRONMENT` that is meant, in place of QUICKCONNECT_ENVIRONMENT")
	f.StringVar(&o.caFile, "ca-certificate-file", "",
		"a `FILE` with certificate authorities in PEM, trusted besides those of the system")
	f.StringVar(&o.certFile, "client-certificate-file", "",
		"a `FILE` with a certificate in PEM, for a platform with --client-ca")
	f.StringVar(&o.keyFile, "client-key-file", "", "the `FILE` with its private key in PEM")
	f.StringVar(&o.output, "output", outputTable, "the `FORM` of what is printed: table or json")
}

// session is a connection to the platform, in the tenant and the environment that are meant.
type session struct {
	world
	client *client.Client
	here   api.Identity
	out    printer
}

// open asks the platform who the token is of. It refuses a token of another tenant or environment, before the command
// asks for anything else.
func (o *options) open(ctx context.Context) (*session, error) {
	p, err := printerOf(o.output, o.stdout)
	if err != nil {
		return nil, err
	}
	cfg, err := o.config()
	if err != nil {
		return nil, err
	}
	c, err := client.New(cfg)
	if err != nil {
		return nil, refusef("%v", err)
	}
	here, err := c.Identity(ctx)
	if err != nil {
		if e := errorOf(err); o.signedIn && e != nil && e.Status == http.StatusUnauthorized {
			return nil, refusef("the sign-in of this user has ended: run quickconnect login again. Nothing was done")
		}
		return nil, err
	}
	if here.Tenant != o.tenant || here.Environment != o.environment {
		return nil, refusef("the token is of another tenant or environment: asked for is tenant %q, environment %q; the "+
			"token belongs to tenant %q, environment %q (principal %q). Nothing was done. Use the token of the environment "+
			"that is meant, or name the other one", o.tenant, o.environment, here.Tenant, here.Environment, here.Name)
	}
	return &session{world: o.world, client: c.For(*here), here: *here, out: p}, nil
}

// config takes from the environment what no flag says. Without a token there, it is that of quickconnect login.
func (o *options) config() (client.Config, error) {
	cfg, err := o.place()
	if err != nil {
		return cfg, err
	}
	if cfg.Token = secret.New(o.getenv("QUICKCONNECT_TOKEN")); !cfg.Token.IsEmpty() {
		return cfg, nil
	}
	kept, err := o.readLogin()
	if errors.Is(err, fs.ErrNotExist) {
		return cfg, refusef("set QUICKCONNECT_TOKEN (this command does not act as a workload identity), or run " +
			"quickconnect login")
	}
	if err != nil {
		return cfg, err
	}
	if !o.now().Before(kept.ExpiresAt) {
		return cfg, refusef("the sign-in of %s has ended: run quickconnect login again. Nothing was done", kept.Name)
	}
	_, _ = fmt.Fprintf(o.stderr, "as %s (quickconnect login)\n", kept.Name)
	cfg.Token, o.signedIn = kept.token(), true
	return cfg, nil
}

// place takes from the environment which platform, tenant and environment are meant, where no flag says so.
func (o *options) place() (client.Config, error) {
	o.endpoint = cmp.Or(o.endpoint, o.getenv("QUICKCONNECT_ENDPOINT"))
	o.tenant = cmp.Or(o.tenant, o.getenv("QUICKCONNECT_TENANT"))
	o.environment = cmp.Or(o.environment, o.getenv("QUICKCONNECT_ENVIRONMENT"))
	var missing []string
	for _, v := range []struct{ value, names string }{
		{o.endpoint, "QUICKCONNECT_ENDPOINT or --endpoint"},
		{o.tenant, "QUICKCONNECT_TENANT or --tenant"},
		{o.environment, "QUICKCONNECT_ENVIRONMENT or --environment"},
	} {
		if v.value == "" {
			missing = append(missing, v.names)
		}
	}
	if len(missing) > 0 {
		return client.Config{}, refusef("set %s", strings.Join(missing, ", "))
	}
	return client.Config{
		Endpoint: o.endpoint, MaxRetries: client.DefaultMaxRetries, UserAgent: "quickconnect/" + version,
		CAFile: o.caFile, ClientCertificateFile: o.certFile, ClientKeyFile: o.keyFile,
	}, nil
}

// place names where the session is, for questions.
func (s *session) place() string {
	return "tenant " + s.here.Tenant + ", environment " + s.here.Environment
}

// errorOf returns the error of a request in err; nil for none.
func errorOf(err error) *client.Error {
	var e *client.Error
	if errors.As(err, &e) {
		return e
	}
	return nil
}
