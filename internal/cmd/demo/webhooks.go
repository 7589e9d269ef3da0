package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/launch"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/webhook"
)

// signingOverlap is how long both secrets sign in the demo, where a real policy says 24h.
const signingOverlap = 5 * time.Second

const receiverFile = "receiver.json"

// webhooks is the second act: a receiver of webhooks whose signing secret is rotated while events flow.
type webhooks struct {
	d        *demo
	tf       *terraform
	program  string // the receiver's
	receiver launch.Server
	endpoint string
	secrets  []string // handed over, in their order
	sender   sender
}

func newWebhooks(d *demo, bin, example string) (*webhooks, error) {
	w := &webhooks{d: d, program: filepath.Join(bin, "quickconnect-receiver")}
	w.receiver = launch.Server{Name: "the receiver", LogFile: filepath.Join(d.dir, "receiver.log")}
	var err error
	w.tf, err = newTerraform(d.tf.Path, bin, filepath.Join(d.dir, "webhooks"), example, map[string]string{
		"overlap": signingOverlap.String(), "receiver_file": receiverFile,
	})
	return w, err
}

func (w *webhooks) show(ctx context.Context) (err error) {
	defer func() {
		if stopped := w.receiver.Stop(); err == nil {
			err = stopped
		} else if ctx.Err() == nil {
			printLog(&w.receiver)
		}
	}()
	for _, act := range []func(context.Context) error{w.setUp, w.begin, w.promote, w.retire, w.count, w.destroy} {
		if err := act(ctx); err != nil {
			return errors.Join(err, w.sender.stop())
		}
	}
	return nil
}

func (w *webhooks) setUp(ctx context.Context) error {
	cmd := exec.Command(w.program) //nolint:noctx // the program that the demo was given; show stops it
	cmd.Env = append(os.Environ(), "PORT=0", "RECEIVER_CONFIG="+filepath.Join(w.tf.Dir, receiverFile))
	if err := w.receiver.Start(ctx, cmd); err != nil {
		return err
	}
	w.tf.Env["TF_VAR_url"] = w.receiver.URL + "/hooks"
	w.d.say("Second act, webhooks. The receiver from examples/receivers/go listens on %s, and knows no secret yet.",
		w.receiver.URL)
	if err := w.tf.apply(ctx); err != nil {
		return err
	}
	if err := w.handedOver(1); err != nil {
		return err
	}
	endpoint, err := w.d.deployer.WebhookEndpoints().ByName(ctx, "orders")
	if err != nil {
		return err
	}
	w.endpoint = endpoint.ID
	w.d.say("%s apply: made an endpoint at the receiver and a signing secret, and handed the secret to the receiver.",
		w.tf.Name())
	w.sender.start(ctx, w.d.deployer, w.endpoint)
	return w.sender.waitForMore(ctx)
}

func (w *webhooks) begin(ctx context.Context) error {
	w.d.say("Events flow from now on. Somebody asks for a new secret, before its time:")
	w.tf.Env["TF_VAR_release"] = "2"
	plan, err := w.tf.plan(ctx, "begin.tfplan")
	if err != nil {
		return err
	}
	fmt.Printf("\n%s\n", indent(summary(plan)))
	if err := w.tf.apply(ctx, "begin.tfplan"); err != nil {
		return err
	}
	if err := w.handedOver(2); err != nil {
		return err
	}
	w.d.say("%s apply: version 2 is issued, and the receiver has both secrets. Every delivery now has two signatures.",
		w.tf.Name())
	return w.sender.waitForMore(ctx)
}

func (w *webhooks) promote(ctx context.Context) error {
	// The platform probes by itself, at once and then every minute at most; asking saves the demo the minute.
	if _, err := w.d.deployer.WebhookEndpoints().Probe(ctx, w.endpoint); err != nil {
		return err
	}
	s, err := w.d.deployer.SigningSecrets().ByName(ctx, "orders")
	if err != nil {
		return err
	}
	if s.Probe == nil || s.Probe.Result != string(webhook.Proven) {
		return errors.New("the probe has not shown that the receiver knows version 2")
	}
	w.d.say("The platform probes the receiver: %s.", s.Probe.Detail)
	if _, err := w.tf.plan(ctx, "promote.tfplan"); err != nil {
		return err
	}
	if err := w.tf.apply(ctx, "promote.tfplan"); err != nil {
		return err
	}
	w.d.say("%s plan wants to make version 2 the current one (exit code 2), and apply does it. "+
		"Version 1 signs beside it for %s more.",
		w.tf.Name(), signingOverlap)
	return nil
}

func (w *webhooks) retire(ctx context.Context) error {
	err := launch.WaitFor(ctx, "version 1 retires", signingOverlap+patience, func() (bool, error) {
		s, err := w.d.deployer.SigningSecrets().ByName(ctx, "orders")
		return err == nil && s.Rotation.Phase == api.PhaseStable, err
	})
	if err != nil {
		return err
	}
	if err := w.tf.apply(ctx); err != nil {
		return err
	}
	if err := w.handedOver(1); err != nil {
		return err
	}
	if err := w.tf.noChanges(ctx); err != nil {
		return err
	}
	if err := absent(w.tf, w.secrets...); err != nil {
		return err
	}
	w.d.say("The overlap is over. %s apply takes version 1 away from the receiver; then a plan has no changes. "+
		"No secret is in a plan or in the state.", w.tf.Name())
	return w.sender.waitForMore(ctx)
}

// handedOver reads the receiver's file, which must have this many secrets, and keeps those that are new.
func (w *webhooks) handedOver(count int) error {
	data, err := os.ReadFile(filepath.Join(w.tf.Dir, receiverFile))
	if err != nil {
		return fmt.Errorf("the configuration has handed nothing over: %w", err)
	}
	var config struct {
		Secrets []*string `json:"secrets"`
	}
	if err := json.Unmarshal(data, &config); err != nil {
		return fmt.Errorf("%s is not the JSON that the receiver reads", receiverFile)
	}
	found := 0
	for _, secret := range config.Secrets {
		if secret == nil {
			continue
		}
		if found++; !slices.Contains(w.secrets, *secret) {
			w.secrets = append(w.secrets, *secret)
		}
	}
	if found != count {
		return fmt.Errorf("the receiver was given %d secrets, not %d", found, count)
	}
	return nil
}

// count ends the flow, and compares what was sent with the platform's records and with what the receiver says.
func (w *webhooks) count(ctx context.Context) error {
	if err := w.sender.stop(); err != nil {
		return err
	}
	sent := w.sender.sent
	var delivered, refused int
	err := launch.WaitFor(ctx, "every event is delivered", patience, func() (bool, error) {
		records, err := w.d.deployer.WebhookEndpoints().Deliveries(ctx, w.endpoint)
		delivered, refused = outcomes(records)
		return delivered == len(sent), err
	})
	if err != nil {
		return err
	}
	accepted := map[string]int{}
	for _, line := range w.receiver.Lines() {
		if words := strings.Fields(line); len(words) == 3 && words[0] == "accepted" {
			accepted[words[1]]++
		}
	}
	for _, id := range sent {
		if accepted[id] != 1 {
			return fmt.Errorf("the receiver has accepted event %s %d times, not once", id, accepted[id])
		}
	}
	if refused != 0 || len(accepted) != len(sent) {
		return fmt.Errorf("%d events were sent, the receiver has accepted %d, and %d attempts were refused", len(sent),
			len(accepted), refused)
	}
	w.d.say("Over the whole rotation: delivered %d, refused %d. The receiver has accepted each event once.", delivered,
		refused)
	return nil
}

// outcomes counts the deliveries that are over, and the attempts that were refused.
func outcomes(records []api.Delivery) (delivered, refused int) {
	for _, d := range records {
		if d.State == api.DeliveryDelivered {
			delivered++
		}
		for _, a := range d.Attempts {
			if a.Outcome != api.AttemptAccepted {
				refused++
			}
		}
	}
	return delivered, refused
}

func (w *webhooks) destroy(ctx context.Context) error {
	if err := w.tf.destroy(ctx); err != nil {
		return err
	}
	w.d.say("%s destroy: signing secret, endpoint, connector and policy are gone.", w.tf.Name())
	return nil
}
