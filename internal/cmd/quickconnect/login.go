package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"time"

	"github.com/spf13/cobra"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/client"
)

// pause is how long a command waits between two questions where the platform does not say.
const pause = 5 * time.Second

func loginCommand(o *options) *cobra.Command {
	var issuer string
	cmd := &cobra.Command{
		Use: "login", Short: "Sign in as a person, for one environment",
		Long: "Signs a person in with the device flow: it prints a page and a code, and waits until the person\n" +
			"has signed in there. The token is for the environment alone, with the roles of the person. It\n" +
			"is kept in a file that only this user can read, and the commands use it where\n" +
			"QUICKCONNECT_TOKEN is not set. It ends after eight hours, after an hour without use, and with\n" +
			"quickconnect logout.",
		Example: "  quickconnect login --issuer corp", Args: noArguments,
		RunE: func(cmd *cobra.Command, _ []string) error { return o.login(cmd.Context(), issuer) },
	}
	cmd.Flags().StringVar(&issuer, "issuer", "", "the `NAME` of the issuer of the tenant that signs the person in")
	return cmd
}

func logoutCommand(o *options) *cobra.Command {
	return &cobra.Command{
		Use: "logout", Short: "End the session of quickconnect login",
		Long: "Ends the session at the platform, and then deletes the file with its token. Where the platform\n" +
			"gives no answer, the file is kept, so that it can be tried again.",
		Args: noArguments,
		RunE: func(cmd *cobra.Command, _ []string) error { return o.logout(cmd.Context()) },
	}
}

// anonymous returns a client that signs in or out, and has no token.
func (o *options) anonymous() (*client.Client, error) {
	cfg, err := o.place()
	if err != nil {
		return nil, err
	}
	cfg.SignsIn = true
	c, err := client.New(cfg)
	if err != nil {
		return nil, refusef("%v", err)
	}
	return c, nil
}

func (o *options) login(ctx context.Context, issuer string) error {
	if issuer == "" {
		return refusef("name the issuer that signs you in with --issuer")
	}
	c, err := o.anonymous()
	if err != nil {
		return err
	}
	if _, err := o.loginFile(); err != nil {
		return err
	}
	at := api.LoginStart{Tenant: o.tenant, Environment: o.environment, Issuer: issuer}
	begun, err := c.BeginLogin(ctx, at)
	if err != nil {
		return err
	}
	_, _ = fmt.Fprintf(o.stderr, "Open %s\nand type the code %s\nWaiting until you have signed in there …\n", begun.URL,
		begun.UserCode)
	got, err := o.poll(ctx, c, at, begun)
	if err != nil {
		return err
	}
	err = o.keepLogin(keptLogin{
		Endpoint: o.endpoint, Tenant: o.tenant, Environment: o.environment, Name: got.Name, ExpiresAt: got.ExpiresAt,
		Token: got.Token.Expose(), //nolint:forbidigo // the file of the person has it, with mode 0600
	})
	if err != nil {
		_, _ = c.EndLogin(ctx, got.Token) // nobody has it
		return err
	}
	_, err = fmt.Fprintf(o.stdout, "signed in as %s, tenant %s, environment %s, until %s\n", got.Name, o.tenant,
		o.environment, moment(got.ExpiresAt))
	return err
}

// poll asks until the person has answered, the code has ended, or the command is stopped.
func (o *options) poll(
	ctx context.Context, c *client.Client, at api.LoginStart, begun *api.LoginStarted,
) (*api.LoginPolled, error) {
	ends := o.now().Add(time.Duration(begun.ExpiresIn) * time.Second)
	next := begun.Interval
	for {
		if err := o.wait(ctx, max(time.Duration(next)*time.Second, pause)); err != nil {
			return nil, refusef("nobody was signed in: the command was stopped")
		}
		if o.now().After(ends) {
			return nil, refusef("nobody was signed in: the code has ended; run quickconnect login again")
		}
		got, err := c.PollLogin(ctx, at, begun.DeviceCode)
		if err != nil {
			return nil, err
		}
		if got.Status == api.LoginSignedIn {
			return got, nil
		}
		next = max(begun.Interval, got.Interval)
	}
}

func (o *options) logout(ctx context.Context) error {
	c, err := o.anonymous()
	if err != nil {
		return err
	}
	kept, err := o.readLogin()
	if errors.Is(err, fs.ErrNotExist) {
		return noChangef("nobody is signed in with this user at this platform, tenant and environment")
	}
	if err != nil {
		return err
	}
	ended, err := c.EndLogin(ctx, kept.token())
	if err != nil {
		_, _ = fmt.Fprintln(o.stderr, "The session may last: the platform did not end it. The file was kept; run "+
			"quickconnect logout again.")
		return err
	}
	if err := o.forgetLogin(); err != nil {
		return err
	}
	text := "signed out"
	if !ended {
		text = "the session had ended already; the file was deleted"
	}
	_, err = fmt.Fprintln(o.stdout, text)
	return err
}

// waitFor waits, or returns the error of a context that ends first.
func waitFor(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-timer.C:
		return nil
	}
}
