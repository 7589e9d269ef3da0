package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/canary"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/client"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/clock"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/launch"
)

// What the demo's policy says, where a real one says 90d and 24h. The interval leaves time for a plan on a slow
// machine.
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
	platform *launch.Platform
	tf       *terraform
	token    string         // the deployer's
	deployer *client.Client // applies
	service  *client.Client // uses the token: a runtime principal
	first    string         // the value of version 1
	second   string         // the value of version 2
	webhooks *webhooks      // the second act
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
	if bin, err = filepath.Abs(bin); err != nil {
		return nil, err
	}
	if cli, err = exec.LookPath(cli); err != nil {
		return nil, err
	}
	if cli, err = filepath.Abs(cli); err != nil {
		return nil, err
	}
	data := filepath.Join(dir, "platform")
	d = &demo{dir: dir, keep: keep, clock: clock.System(), platform: &launch.Platform{
		Server:  launch.Server{LogFile: data + ".log"},
		Program: filepath.Join(bin, "quickconnectd"),
		DataDir: data,
		// The receiver of the second act is on this machine, where a platform for others delivers nothing.
		Flags: []string{"--allow-private-endpoints"},
	}}
	d.began = d.clock.Now()
	example := filepath.Join(examples, "quickstart")
	d.tf, err = newTerraform(cli, bin, filepath.Join(dir, "terraform"), example, map[string]string{
		"interval": interval.String(), "overlap": overlap.String(), "token_file": tokenFile,
		"slack_bot_token": "xoxb-not-a-real-token",
	})
	if err == nil {
		d.webhooks, err = newWebhooks(d, bin, filepath.Join(examples, "webhooks"))
	}
	return d, err
}

// show is the demo: the main job from end to end, and a second act about webhooks.
func (d *demo) show(ctx context.Context) error {
	acts := []func(context.Context) error{d.setUp, d.create, d.fallDue, d.begin, d.promote, d.retire}
	if !d.keep {
		acts = append(acts, d.destroy)
	}
	acts = append(acts, d.webhooks.show)
	for _, act := range acts {
		if err := act(ctx); err != nil {
			return err
		}
	}
	return nil
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
	if stopped := d.platform.Stop(); err == nil {
		err = stopped
	}
	if err != nil && ctx.Err() == nil {
		printLog(&d.platform.Server)
	}
	removed := os.RemoveAll(d.dir)
	if err == nil {
		err = removed
	}
	if err == nil {
		took := d.clock.Now().Sub(d.began).Round(time.Second)
		d.say("The platform has stopped, and the demo's files are removed. All of it took %s.", took)
	}
	return err
}

// printLog shows the end of what a server has printed, which has no secrets.
func printLog(s *launch.Server) {
	const shown = 20
	if lines := s.Lines(); len(lines) > 0 {
		end := strings.Join(lines[max(0, len(lines)-shown):], "\n")
		fmt.Fprintf(os.Stderr, "\nThe last lines that %s has printed:\n%s\n", s.Name, end)
	}
}

// sayHowToGoOn prints what a person needs to go on by hand, each command ready to be copied.
func (d *demo) sayHowToGoOn() {
	pid := d.platform.Pid()
	d.say("The platform is still running (process %d), and what the first act has applied is still there. Go on with:\n",
		pid)
	//nolint:lll // a command that is copied is one line
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
`, d.tf.Dir, d.platform.URL, d.token, d.tf.Env["TF_CLI_CONFIG_FILE"], d.tf.Path, interval,
		d.platform.Program, d.platform.DataDir, tenant, environment, tokenFile, d.platform.LogFile, pid, d.dir)
}

// absent looks for values in everything that Terraform has written: state, backup and saved plans.
func absent(tf *terraform, values ...string) error {
	var secrets canary.Set
	for i, value := range values {
		if err := secrets.Add(fmt.Sprintf("secret %d", i+1), value); err != nil {
			return err
		}
	}
	written, err := filepath.Glob(filepath.Join(tf.Dir, "*.tf[sp]*"))
	if err == nil && len(written) < 3 {
		err = fmt.Errorf("%s has no state and plans to look through", tf.Dir)
	}
	for _, file := range written {
		if err == nil {
			err = secrets.AbsentIn(file)
		}
	}
	return err
}
