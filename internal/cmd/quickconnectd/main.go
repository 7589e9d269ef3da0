// Command quickconnectd runs the reference platform.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"syscall"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/clock"
)

const usage = `quickconnectd is the Quickconnect reference platform.

Usage:
  quickconnectd serve --data-dir DIR [--listen 127.0.0.1:8440] [--tls-cert FILE --tls-key FILE]
      [--metrics-listen HOST:PORT] [--allow-private-endpoints] [--egress-addresses NETWORK,...]
      [--fetch-again-after 5m] [--trusted-proxies ADDRESS,...] [--limit-… N]
      Serves the API until SIGTERM or SIGINT. Prints "listening on URL" on standard output when it is ready, and logs to
      standard error. SIGHUP reads the certificate and its key again. --metrics-listen (or the environment variable
      QUICKCONNECTD_METRICS_LISTEN) serves /metrics on an address of its own, in plain HTTP, and nowhere else. Webhooks
      go to public addresses only. --allow-private-endpoints also allows this machine, private networks, and http to
      this machine: use it for trials, not for a platform that others may use. --trusted-proxies are the addresses and
      networks of the proxies in front of the platform, whose X-Forwarded-For is believed. --egress-addresses (or
      QUICKCONNECTD_EGRESS_ADDRESSES) are the networks that webhooks come from, to be published. --fetch-again-after (or
      QUICKCONNECTD_FETCH_AGAIN_AFTER) says when a service that fetched the credentials of a connector comes back for
      them. The limits and their defaults; 0 is no limit:
%s      Each flag has an environment variable: --limit-principal is QUICKCONNECTD_LIMIT_PRINCIPAL.

  quickconnectd bootstrap --data-dir DIR --tenant TENANT --environments ENVIRONMENT,...
      Creates environments of a tenant, and the tenant if it is new, with one deployer principal in each. Prints the
      principals' tokens as JSON by environment. May run beside a server.

  quickconnectd token create --data-dir DIR --tenant TENANT --environment ENVIRONMENT --role ROLE
      [--name NAME] [--ttl DURATION]
      Creates one more principal and prints its token once. The token cannot be shown again. May run beside a server.
      Roles: auditor, planner, operator, deployer, security, runtime. Durations: 720h, 30d. Without --ttl the token
      does not expire.

  quickconnectd token list --data-dir DIR --tenant TENANT --environment ENVIRONMENT
      Lists the principals of an environment: id, name, role, when it was made, when it expires, when it was last used
      (at most a minute behind). Never a token. May run beside a server.

  quickconnectd token revoke --data-dir DIR --id ID [--last]
      Ends a principal: its token is refused at once. ID is what token list shows. --last also ends the last deployer of
      an environment. May run beside a server.

  quickconnectd clock accept --data-dir DIR
      Says that the time which the machine's clock shows now is right. After a jump of the clock the server carries out
      no deadline until the clock is back or is accepted; /readyz says so. Run it only once the clock is right: what has
      passed its deadline ends, and its value is erased. May run beside a server, which follows within a second or two.

DIR contains the database and keyring.json, which opens every secret in the database. Back up both, and keep them apart.
`

// Exit codes.
const (
	exitOK    = 0
	exitError = 1
	exitUsage = 2
)

func main() {
	if err := noCoreDumps(); err != nil {
		_, _ = fmt.Fprintf(os.Stderr, "quickconnectd: core dumps cannot be switched off: %v; "+
			"a dump of this process would have secrets: switch them off with ulimit -c 0\n", err)
	}
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM, os.Interrupt)
	defer stop()
	os.Exit(run(ctx, os.Args[1:], os.Stdout, os.Stderr, clock.System()))
}

// errUsage is the error of a command line that is not valid.
var errUsage = errors.New("usage")

func usagef(format string, args ...any) error {
	return fmt.Errorf("%w: %s", errUsage, fmt.Sprintf(format, args...))
}

// run runs a command line and returns the exit code.
func run(ctx context.Context, args []string, stdout, stderr io.Writer, c clock.Clock) int {
	err := dispatch(ctx, args, stdout, stderr, c)
	switch {
	case err == nil:
		return exitOK
	case errors.Is(err, flag.ErrHelp):
		_, _ = fmt.Fprintf(stdout, usage, limitUsage())
		return exitOK
	case errors.Is(err, errUsage):
		_, _ = fmt.Fprintf(stderr, "quickconnectd: %v\nRun quickconnectd help to see the commands.\n", err)
		return exitUsage
	}
	_, _ = fmt.Fprintf(stderr, "quickconnectd: %v\n", err)
	return exitError
}

func dispatch(ctx context.Context, args []string, stdout, stderr io.Writer, c clock.Clock) error {
	if len(args) == 0 {
		return usagef("the command is missing: serve, bootstrap, token create, token list, token revoke or clock accept")
	}
	command, rest := args[0], args[1:]
	switch command {
	case "serve":
		return serve(ctx, rest, stdout, stderr, c)
	case "bootstrap":
		return bootstrap(ctx, rest, stdout, c)
	case "token":
		return token(ctx, rest, stdout, c)
	case "clock":
		return clockCommand(ctx, rest, stdout, c)
	case "help", "-h", "-help", "--help":
		return flag.ErrHelp
	}
	return usagef("there is no such command; the commands are serve, bootstrap, token create, token list, " +
		"token revoke and clock accept")
}

// parse reads the flags of one command. Its error counts arguments without a flag and does not repeat them: one may be
// a misplaced token.
func parse(flags *flag.FlagSet, args []string, required ...string) error {
	flags.SetOutput(io.Discard)
	if err := flags.Parse(args); err != nil {
		if errors.Is(err, flag.ErrHelp) {
			return err
		}
		return usagef("%v", err)
	}
	if flags.NArg() > 0 {
		return usagef("%s takes flags only, but there are %d arguments without one", flags.Name(), flags.NArg())
	}
	for _, name := range required {
		if flags.Lookup(name).Value.String() == "" {
			return usagef("%s needs --%s", flags.Name(), name)
		}
	}
	return nil
}
