package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/clock"
)

// What the demo's policy says, where a real one says 90d and 24h. The interval leaves time for a plan on a slow machine.
const (
	interval = 20 * time.Second
	overlap  = 10 * time.Second
)

// patience is how long the demo waits for anything beyond the time it should take.
const patience = 30 * time.Second

const (
	tenant      = "acme"
	environment = "staging"
	tokenFile   = "notifier.token"
)

// demo is one showing.
type demo struct {
	dir      string
	keep     bool
	clock    clock.Clock
	began    time.Time
	step     int
	platform *platform
	tf       *terraform
	deployer *caller // applies
	service  *caller // uses the token: a runtime principal
	first    string  // the value of version 1
	second   string  // the value of version 2
	hooks    *hooks  // the second act
}

func newDemo(bin, cli, examples string, keep bool) (d *demo, err error) {
	dir, err := os.MkdirTemp("", "quickconnect-demo-")
	if err != nil {
		return nil, err
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, os.RemoveAll(dir))
		}
	}()
	for _, path := range []*string{&bin, &cli, &examples} {
		if !strings.Contains(*path, string(filepath.Separator)) && path == &cli {
			continue // to be found on the PATH
		}
		if *path, err = filepath.Abs(*path); err != nil {
			return nil, err
		}
	}
	d = &demo{dir: dir, keep: keep, clock: clock.System(), platform: newPlatform(bin, filepath.Join(dir, "platform"))}
	d.began = d.clock.Now()
	d.tf, err = newTerraform(cli, bin, filepath.Join(dir, "terraform"), filepath.Join(examples, "quickstart"), map[string]string{
		"interval": interval.String(), "overlap": overlap.String(), "token_file": tokenFile, "slack_bot_token": "xoxb-not-a-real-token",
	})
	if err == nil {
		d.hooks, err = newHooks(d, filepath.Join(examples, "webhooks"))
	}
	return d, err
}

// say prints the next step.
func (d *demo) say(format string, args ...any) {
	d.step++
	fmt.Printf("%2d. %s\n", d.step, fmt.Sprintf(format, args...))
}

// close stops what runs and removes what was written, unless it is to be kept.
func (d *demo) close(ctx context.Context, err error) error {
	if err == nil && d.keep {
		d.sayHowToGoOn()
		return nil
	}
	if stopped := d.platform.stop(); err == nil {
		err = stopped
	}
	if err != nil && ctx.Err() == nil {
		d.platform.printLog()
	}
	removed := os.RemoveAll(d.dir) //nolint:gosec // the directory that newDemo has made
	if err == nil {
		err = removed
	}
	if err == nil {
		d.say("The platform has stopped, and the demo's files are removed. All of it took %s.", d.clock.Now().Sub(d.began).Round(time.Second))
	}
	return err
}

// sayHowToGoOn prints what a person needs to go on by hand, each command ready to be copied.
func (d *demo) sayHowToGoOn() {
	d.say("The platform is still running (process %d), and what the first act has applied is still there. Go on with:\n", d.platform.cmd.Process.Pid)
	fmt.Printf(`    cd %[1]s
    export QUICKCONNECT_ENDPOINT=%[2]s
    export QUICKCONNECT_TOKEN=%[3]s
    export TF_CLI_CONFIG_FILE=%[4]s
    %[5]s plan

    The token is due every %[6]s here, for the demo. Give it the time that a real one has:

    echo 'interval = "90d"' > later.auto.tfvars && %[5]s apply

    If a plan says that a version "waits to be seen in use", be the service that uses it. A second plan then promotes it:

    RUNTIME_TOKEN=$(%[7]s token create --data-dir %[8]s --tenant %[9]s --environment %[10]s --role runtime --name by-hand)
    curl -sS -H "Authorization: Bearer $RUNTIME_TOKEN" --data-urlencode token@%[11]s "$QUICKCONNECT_ENDPOINT/v1/introspect"

    The platform's data: %[8]s
    The platform's log:  %[12]s
    The end, with all of this removed: kill %[13]d; rm -rf %[14]s
`, d.tf.dir, d.platform.url, d.deployer.token, d.tf.config, d.tf.path, interval,
		d.platform.program(), d.platform.dir, tenant, environment, tokenFile, d.platform.logFile, d.platform.cmd.Process.Pid, d.dir)
}

// waitFor asks until the answer is yes, and gives up after the limit.
func (d *demo) waitFor(ctx context.Context, what string, limit time.Duration, ask func() (bool, error)) error {
	ctx, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	tick := time.NewTicker(250 * time.Millisecond)
	defer tick.Stop()
	for {
		if yes, err := ask(); yes || err != nil {
			return err
		}
		select {
		case <-tick.C:
		case <-ctx.Done():
			return fmt.Errorf("%s: not within %s", what, limit)
		}
	}
}
