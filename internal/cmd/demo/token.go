package main

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/client"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/launch"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/secret"
)

const (
	tenant      = "acme"
	environment = "staging"
	tokenFile   = "notifier.token"

	// A real policy says 90d and 24h. The interval leaves time for a plan on a slow machine.
	interval = 20 * time.Second
	overlap  = 10 * time.Second
)

// tokens is the first act: a scoped token is made, rotated and destroyed.
type tokens struct {
	tf            *terraform
	first, second string // the values of the versions 1 and 2
}

func (d *demo) start(ctx context.Context) {
	check(d.platform.Start(ctx))
	d.say("The platform listens on %s, with a new database in %s.", d.platform.URL, d.platform.DataDir)
	deployers, err := d.platform.Bootstrap(ctx, tenant, environment)
	check(err)
	runtime, err := d.platform.CreateToken(ctx, tenant, environment, api.RoleRuntime, "--name", "notifier-service")
	check(err)
	d.token = deployers[environment]
	d.deployer, err = client.New(client.Config{Endpoint: d.platform.URL, Token: secret.New(d.token)})
	check(err)
	d.service, err = client.New(client.Config{Endpoint: d.platform.URL, Token: secret.New(runtime)})
	check(err)
	for _, tf := range []*terraform{d.tokens.tf, d.webhooks.tf} {
		tf.Env["QUICKCONNECT_ENDPOINT"] = d.platform.URL
		tf.Env["QUICKCONNECT_TOKEN"] = d.token
	}
	d.say("Tenant %s with environment %s has two principals: a deployer for Terraform, and a runtime "+
		"for the service that uses the token.", tenant, environment)
}

func (d *demo) showTokens(ctx context.Context) {
	d.createToken(ctx)
	d.beginRotation(ctx)
	d.promoteToken(ctx)
	d.retireToken(ctx)
	if !d.keep {
		d.destroyToken(ctx)
	}
}

func (d *demo) createToken(ctx context.Context) {
	t := &d.tokens
	t.tf.apply(ctx)
	d.say("%s apply: made a rotation policy (a new token every %s, both accepted for %s), "+
		"a connector and a scoped token.", t.tf.Name(), interval, overlap)
	t.first = t.handedOver()
	accepts(ctx, d.deployer, t.first, 1)
	d.say("The value that the ephemeral resource handed over (%s…, version 1) is accepted by the platform.", t.first[:4])
	t.tf.noChanges(ctx)
	d.say("%s plan: no changes (exit code 0).", t.tf.Name())
}

func (d *demo) beginRotation(ctx context.Context) {
	t := &d.tokens
	check(launch.WaitFor(ctx, "a rotation falls due", interval+patience, func() (bool, error) {
		token, err := d.deployer.ScopedTokens().ByName(ctx, "notifier")
		return err == nil && token.Rotation.Due == api.StepBegin, err
	}))
	plan := t.tf.plan(ctx, "rotation.tfplan")
	d.say("%s later the token is due. %s plan wants a new one (exit code 2):\n\n%s", interval, t.tf.Name(),
		indent(planned(plan)))
	t.tf.applyPlan(ctx, "rotation.tfplan")
	if t.second = t.handedOver(); t.second == t.first {
		check(fmt.Errorf("the value that was handed over is still that of version 1"))
	}
	d.say("%s apply of that plan: version 2 is issued and handed over; version 1 stays the current one.", t.tf.Name())
	d.acceptsBoth(ctx)
	d.say("Both values are accepted.")
	accepts(ctx, d.service, t.second, 2)
	d.say("The service uses version 2: the platform takes that as the proof it has arrived.")
}

func (d *demo) promoteToken(ctx context.Context) {
	t := &d.tokens
	t.tf.plan(ctx, "promotion.tfplan")
	t.tf.absent(t.first, t.second)
	d.say("%s plan wants to make version 2 the current one (exit code 2). "+
		"Neither value is in the saved plans or in the state.", t.tf.Name())
	t.tf.applyPlan(ctx, "promotion.tfplan")
	d.acceptsBoth(ctx)
	d.say("%s apply: version 2 is the current one. Version 1 is still accepted, for %s.", t.tf.Name(), overlap)
}

func (d *demo) retireToken(ctx context.Context) {
	check(launch.WaitFor(ctx, "the old value is refused", overlap+patience, func() (bool, error) {
		// The new one must be accepted at every moment.
		accepts(ctx, d.deployer, d.tokens.second, 2)
		old, err := d.deployer.Introspect(ctx, secret.New(d.tokens.first), client.Presented{})
		return err == nil && !old.Active, err
	}))
	token, err := d.deployer.ScopedTokens().ByName(ctx, "notifier")
	check(err)
	if token.Rotation.Phase != api.PhaseStable || token.Version != 2 {
		check(fmt.Errorf("after the overlap the token is in phase %s with version %d, not stable with version 2",
			token.Rotation.Phase, token.Version))
	}
	d.say("The overlap is over: version 1 is refused, version 2 is accepted. No apply was needed.")
}

func (d *demo) destroyToken(ctx context.Context) {
	d.tokens.tf.destroy(ctx)
	found, err := d.deployer.Introspect(ctx, secret.New(d.tokens.second), client.Presented{})
	check(err)
	if found.Active {
		check(fmt.Errorf("version 2 is still accepted although the token was destroyed"))
	}
	d.say("%s destroy: token, connector and policy are gone, and version 2 is refused, too.", d.tokens.tf.Name())
}

// handedOver reads the value from the file of the service.
func (t *tokens) handedOver() string {
	value := string(t.tf.handedOver(tokenFile))
	if !strings.HasPrefix(value, "qct_") {
		check(fmt.Errorf("what the configuration has handed over in %s is not a token", tokenFile))
	}
	return value
}

// accepts ends the demo unless the platform accepts a value as this version. The service's introspection is a use.
func accepts(ctx context.Context, by *client.Client, value string, version int64) {
	found, err := by.Introspect(ctx, secret.New(value), client.Presented{})
	check(err)
	if !found.Active {
		check(fmt.Errorf("the value of version %d is refused", version))
	}
	if found.Version != version || found.Scope != "messages:send" {
		check(fmt.Errorf("a value is accepted as version %d with scope %q, not as version %d with scope \"messages:send\"",
			found.Version, found.Scope, version))
	}
}

func (d *demo) acceptsBoth(ctx context.Context) {
	accepts(ctx, d.deployer, d.tokens.first, 1)
	accepts(ctx, d.deployer, d.tokens.second, 2)
}
