package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/client"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/clock"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/launch"
)

// patience is how long the demo waits for anything beyond the time it should take.
const patience = 30 * time.Second

// demo is one run. Its steps call check: the first error ends the run, as the first Fatal ends a test.
type demo struct {
	bin, cli, examples string
	keep               bool
	withConsole        bool // keeps the platform too

	clock    clock.Clock
	began    time.Time
	dir      string
	step     int
	platform launch.Quickconnectd
	token    string         // the deployer's
	deployer *client.Client // applies
	service  *client.Client // the runtime principal, which uses the scoped token
	tokens   tokens         // the first act
	webhooks webhooks       // the second act
	console  console
}

// stepError carries the error of a step to show.
type stepError struct{ err error }

// check ends the run if the error is not nil.
func check(err error) {
	if err != nil {
		panic(stepError{err})
	}
}

// show runs both acts, and returns the error that ended them early.
func (d *demo) show(ctx context.Context) (err error) {
	defer func() {
		switch p := recover().(type) {
		case nil:
		case stepError:
			err = p.err
		default:
			panic(p)
		}
		if stopped := errors.Join(d.webhooks.sender.stop(), d.webhooks.receiver.Stop()); err == nil {
			err = stopped
		}
	}()
	d.prepare()
	d.start(ctx)
	d.showTokens(ctx)
	d.showWebhooks(ctx)
	if d.withConsole {
		d.openConsole(ctx)
	}
	return nil
}

// prepare makes the directories of the platform and of both acts.
func (d *demo) prepare() {
	d.clock = clock.System()
	d.began = d.clock.Now()
	var err error
	d.dir, err = os.MkdirTemp("", "quickconnect-demo-")
	check(err)
	d.bin, err = filepath.Abs(d.bin)
	check(err)
	d.cli, err = exec.LookPath(d.cli)
	check(err)
	d.cli, err = filepath.Abs(d.cli)
	check(err)

	d.platform.LogFile = filepath.Join(d.dir, "platform.log")
	d.platform.Program = filepath.Join(d.bin, "quickconnectd")
	d.platform.DataDir = filepath.Join(d.dir, "platform")
	// The receiver of the second act is on this machine, where a platform for others delivers nothing.
	d.platform.Flags = []string{"--allow-private-endpoints"}

	d.tokens.tf = d.newTerraform("quickstart", map[string]string{
		"interval": interval.String(), "overlap": overlap.String(), "token_file": tokenFile,
		"slack_bot_token": "xoxb-not-a-real-token",
	})
	d.webhooks.tf = d.newTerraform("webhooks", map[string]string{
		"overlap": signingOverlap.String(), "receiver_file": receiverFile,
	})
	d.webhooks.receiver.Name = "the receiver"
	d.webhooks.receiver.LogFile = filepath.Join(d.dir, "receiver.log")
	d.webhooks.receiver.ConfigFile = filepath.Join(d.webhooks.tf.Dir, receiverFile)
}

// say prints the next step.
func (d *demo) say(format string, args ...any) {
	d.step++
	fmt.Printf("%2d. %s\n", d.step, fmt.Sprintf(format, args...))
}

// close stops the platform and removes the files, unless they are kept.
func (d *demo) close(ctx context.Context, err error) error {
	if err == nil && d.keep {
		d.sayHowToGoOn()
		return nil
	}
	err = errors.Join(err, d.platform.Stop(), d.console.provider.Stop())
	if err != nil && ctx.Err() == nil {
		printLog(&d.platform.Server)
		printLog(&d.webhooks.receiver.Server)
	}
	if err = errors.Join(err, os.RemoveAll(d.dir)); err == nil {
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

// sayHowToGoOn prints the commands for going on by hand, ready to be copied.
func (d *demo) sayHowToGoOn() {
	pids, tf, curl := strconv.Itoa(d.platform.Pid()), d.tokens.tf, "curl -sS"
	if d.withConsole {
		d.sayWhereConsoleIs()
		pids += " " + strconv.Itoa(d.console.provider.Pid())
		curl += " --cacert " + d.console.certificate
	}
	d.say("The platform is still running (process %d), and what the first act has applied is still there. Go on with:\n",
		d.platform.Pid())
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
    %[15]s -H "Authorization: Bearer $RUNTIME_TOKEN" --data-urlencode token@%[11]s "$QUICKCONNECT_ENDPOINT/v1/introspect"

    The platform's data: %[8]s
    The platform's log:  %[12]s
    The end, with all of this removed: kill %[13]s; rm -rf %[14]s
`, tf.Dir, d.platform.URL, d.token, tf.Env["TF_CLI_CONFIG_FILE"], tf.Path, interval, d.platform.Program,
		d.platform.DataDir, tenant, environment, tokenFile, d.platform.LogFile, pids, d.dir, curl)
}
