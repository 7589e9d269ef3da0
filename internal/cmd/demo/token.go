package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/client"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/launch"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/secret"
)

func (d *demo) setUp(ctx context.Context) error {
	if err := d.platform.Start(ctx); err != nil {
		return err
	}
	d.say("The platform listens on %s, with a new database in %s.", d.platform.URL, d.platform.DataDir)
	tokens, err := d.platform.Bootstrap(ctx, tenant, environment)
	if err != nil {
		return err
	}
	runtime, err := d.platform.CreateToken(ctx, tenant, environment, api.RoleRuntime, "--name", "notifier-service")
	if err != nil {
		return err
	}
	d.token = tokens[environment]
	if d.deployer, err = client.New(client.Config{Endpoint: d.platform.URL, Token: secret.New(d.token)}); err != nil {
		return err
	}
	if d.service, err = client.New(client.Config{Endpoint: d.platform.URL, Token: secret.New(runtime)}); err != nil {
		return err
	}
	for _, tf := range []*terraform{d.tf, d.webhooks.tf} {
		tf.Env["QUICKCONNECT_ENDPOINT"] = d.platform.URL
		tf.Env["QUICKCONNECT_TOKEN"] = d.token
	}
	d.say("Tenant %s with environment %s has two principals: a deployer for Terraform, and a runtime "+
		"for the service that uses the token.", tenant, environment)
	return nil
}

func (d *demo) create(ctx context.Context) (err error) {
	if err = d.tf.apply(ctx); err != nil {
		return err
	}
	d.say("%s apply: made a rotation policy (a new token every %s, both accepted for %s), "+
		"a connector and a scoped token.", d.tf.Name(), interval, overlap)
	if d.first, err = d.handedOver(); err != nil {
		return err
	}
	if err = d.accepts(ctx, d.deployer, d.first, 1); err != nil {
		return err
	}
	d.say("The value that the ephemeral resource handed over (%s…, version 1) is accepted by the platform.", d.first[:4])
	if err = d.tf.noChanges(ctx); err != nil {
		return err
	}
	d.say("%s plan: no changes (exit code 0).", d.tf.Name())
	return nil
}

func (d *demo) fallDue(ctx context.Context) error {
	err := launch.WaitFor(ctx, "a rotation falls due", interval+patience, func() (bool, error) {
		token, err := d.deployer.ScopedTokens().ByName(ctx, "notifier")
		return err == nil && token.Rotation.Due == api.StepBegin, err
	})
	if err != nil {
		return err
	}
	plan, err := d.tf.plan(ctx, "rotation.tfplan")
	if err != nil {
		return err
	}
	d.say("%s later the token is due. %s plan wants a new one (exit code 2):\n\n%s", interval, d.tf.Name(),
		indent(planned(plan)))
	return nil
}

func (d *demo) begin(ctx context.Context) (err error) {
	if err = d.tf.apply(ctx, "rotation.tfplan"); err != nil {
		return err
	}
	if d.second, err = d.handedOver(); err != nil {
		return err
	}
	if d.second == d.first {
		return fmt.Errorf("the value that was handed over is still that of version 1")
	}
	d.say("%s apply of that plan: version 2 is issued and handed over; version 1 stays the current one.", d.tf.Name())
	if err = d.acceptsBoth(ctx); err != nil {
		return err
	}
	d.say("Both values are accepted.")
	if err = d.accepts(ctx, d.service, d.second, 2); err != nil {
		return err
	}
	d.say("The service uses version 2: the platform takes that as the proof it has arrived.")
	return nil
}

func (d *demo) promote(ctx context.Context) error {
	if _, err := d.tf.plan(ctx, "promotion.tfplan"); err != nil {
		return err
	}
	if err := absent(d.tf, d.first, d.second); err != nil {
		return err
	}
	d.say("%s plan wants to make version 2 the current one (exit code 2). "+
		"Neither value is in the saved plans or in the state.", d.tf.Name())
	if err := d.tf.apply(ctx, "promotion.tfplan"); err != nil {
		return err
	}
	if err := d.acceptsBoth(ctx); err != nil {
		return err
	}
	d.say("%s apply: version 2 is the current one. Version 1 is still accepted, for %s.", d.tf.Name(), overlap)
	return nil
}

func (d *demo) retire(ctx context.Context) error {
	err := launch.WaitFor(ctx, "the old value is refused", overlap+patience, func() (bool, error) {
		// The new one must be accepted at every moment.
		if err := d.accepts(ctx, d.deployer, d.second, 2); err != nil {
			return false, err
		}
		answer, err := d.deployer.Introspect(ctx, secret.New(d.first), "")
		return err == nil && !answer.Active, err
	})
	if err != nil {
		return err
	}
	token, err := d.deployer.ScopedTokens().ByName(ctx, "notifier")
	if err != nil {
		return err
	}
	if token.Rotation.Phase != api.PhaseStable || token.Version != 2 {
		return fmt.Errorf("after the overlap the token is in phase %s with version %d, not stable with version 2",
			token.Rotation.Phase, token.Version)
	}
	d.say("The overlap is over: version 1 is refused, version 2 is accepted, and nobody had to apply anything.")
	return nil
}

func (d *demo) destroy(ctx context.Context) error {
	if err := d.tf.destroy(ctx); err != nil {
		return err
	}
	answer, err := d.deployer.Introspect(ctx, secret.New(d.second), "")
	if err != nil {
		return err
	}
	if answer.Active {
		return fmt.Errorf("version 2 is still accepted although the token was destroyed")
	}
	d.say("%s destroy: token, connector and policy are gone, and version 2 is refused, too.", d.tf.Name())
	return nil
}

// handedOver reads the value where the configuration left it for the service.
func (d *demo) handedOver() (string, error) {
	data, err := os.ReadFile(filepath.Join(d.tf.Dir, tokenFile))
	if err != nil {
		return "", fmt.Errorf("the configuration has handed nothing over: %w", err)
	}
	if !strings.HasPrefix(string(data), "qct_") {
		return "", fmt.Errorf("what the configuration has handed over in %s is not a token", tokenFile)
	}
	return string(data), nil
}

// accepts asks the platform about a value. Asked by the service, that is a use.
func (d *demo) accepts(ctx context.Context, by *client.Client, value string, version int64) error {
	answer, err := by.Introspect(ctx, secret.New(value), "")
	if err != nil {
		return err
	}
	if !answer.Active {
		return fmt.Errorf("the value of version %d is refused", version)
	}
	if answer.Version != version || answer.Scope != "messages:send" {
		return fmt.Errorf("a value is accepted as version %d with scope %q, not as version %d with scope \"messages:send\"",
			answer.Version, answer.Scope, version)
	}
	return nil
}

func (d *demo) acceptsBoth(ctx context.Context) error {
	if err := d.accepts(ctx, d.deployer, d.first, 1); err != nil {
		return err
	}
	return d.accepts(ctx, d.deployer, d.second, 2)
}
