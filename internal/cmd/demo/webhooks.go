package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os/exec"
	"path/filepath"
	"slices"
	"time"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/launch"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/webhook"
)

// signingOverlap is how long both secrets sign in the demo, where a real policy says 24h.
const signingOverlap = 5 * time.Second

const receiverFile = "receiver.json"

// webhooks is the second act: the signing secret of a receiver is rotated while events are delivered.
type webhooks struct {
	tf       *terraform
	receiver launch.Receiver
	endpoint string
	secrets  []string // handed over, in their order
	sender   sender
}

func (d *demo) showWebhooks(ctx context.Context) {
	w := &d.webhooks
	d.createEndpoint(ctx)
	d.beginSigning(ctx)
	d.promoteSigning(ctx)
	d.retireSigning(ctx)
	d.countEvents(ctx)
	w.tf.destroy(ctx)
	d.say("%s destroy: signing secret, endpoint, connector and policy are gone.", w.tf.Name())
}

func (d *demo) createEndpoint(ctx context.Context) {
	w := &d.webhooks
	//nolint:noctx // the program is in the directory that the demo was given; show stops it
	cmd := exec.Command(filepath.Join(d.bin, "quickconnect-receiver"))
	check(w.receiver.Start(ctx, cmd))
	w.tf.Env["TF_VAR_url"] = w.receiver.URL + "/hooks"
	d.say("Second act, webhooks. The receiver from examples/receivers/go listens on %s, and has no secret yet.",
		w.receiver.URL)
	w.tf.apply(ctx)
	w.readSecrets(1)
	endpoint, err := d.deployer.WebhookEndpoints().ByName(ctx, "orders")
	check(err)
	w.endpoint = endpoint.ID
	d.say("%s apply: made an endpoint at the receiver and a signing secret, and handed the secret to the receiver.",
		w.tf.Name())
	w.sender.start(ctx, d.deployer, w.endpoint)
	w.sender.waitForMore(ctx)
}

func (d *demo) beginSigning(ctx context.Context) {
	w := &d.webhooks
	d.say("Events are delivered from now on. A changed variable requests a new secret before it is due:")
	w.tf.Env["TF_VAR_release"] = "2"
	fmt.Printf("\n%s\n", indent(summary(w.tf.plan(ctx, "begin.tfplan"))))
	w.tf.applyPlan(ctx, "begin.tfplan")
	w.readSecrets(2)
	d.say("%s apply: version 2 is issued, and the receiver has both secrets. Every delivery now has two signatures.",
		w.tf.Name())
	w.sender.waitForMore(ctx)
}

func (d *demo) promoteSigning(ctx context.Context) {
	w := &d.webhooks
	// The platform probes by itself too, at once and then at most every minute. This request saves that minute.
	_, err := d.deployer.WebhookEndpoints().Probe(ctx, w.endpoint)
	check(err)
	s, err := d.deployer.SigningSecrets().ByName(ctx, "orders")
	check(err)
	if s.Probe == nil || s.Probe.Result != string(webhook.Proven) {
		check(errors.New("the probe has not shown that the receiver knows version 2"))
	}
	d.say("The platform probes the receiver: %s.", s.Probe.Detail)
	w.tf.plan(ctx, "promote.tfplan")
	w.tf.applyPlan(ctx, "promote.tfplan")
	d.say("%s plan wants to make version 2 the current one (exit code 2), and apply does it. "+
		"Version 1 signs beside it for %s more.", w.tf.Name(), signingOverlap)
}

func (d *demo) retireSigning(ctx context.Context) {
	w := &d.webhooks
	check(launch.WaitFor(ctx, "version 1 retires", signingOverlap+patience, func() (bool, error) {
		s, err := d.deployer.SigningSecrets().ByName(ctx, "orders")
		return err == nil && s.Rotation.Phase == api.PhaseStable, err
	}))
	w.tf.apply(ctx)
	w.readSecrets(1)
	w.tf.noChanges(ctx)
	w.tf.absent(w.secrets...)
	d.say("The overlap is over. %s apply takes version 1 away from the receiver; then a plan has no changes. "+
		"No secret is in a plan or in the state.", w.tf.Name())
	w.sender.waitForMore(ctx)
}

// readSecrets reads the receiver's file, which must have this many secrets, and keeps those that are new.
func (w *webhooks) readSecrets(count int) {
	var config struct {
		Secrets []*string `json:"secrets"`
	}
	if err := json.Unmarshal(w.tf.handedOver(receiverFile), &config); err != nil {
		check(fmt.Errorf("%s is not the JSON that the receiver reads", receiverFile))
	}
	found := slices.DeleteFunc(config.Secrets, func(s *string) bool { return s == nil })
	if len(found) != count {
		check(fmt.Errorf("the receiver was given %d secrets, not %d", len(found), count))
	}
	for _, s := range found {
		if !slices.Contains(w.secrets, *s) {
			w.secrets = append(w.secrets, *s)
		}
	}
}

// countEvents stops the sender, and compares what it sent with the platform's records and with the receiver's log.
func (d *demo) countEvents(ctx context.Context) {
	w := &d.webhooks
	check(w.sender.stop())
	sent := w.sender.sent
	var delivered, refused int
	check(launch.WaitFor(ctx, "every event is delivered", patience, func() (bool, error) {
		records, err := d.deployer.WebhookEndpoints().Deliveries(ctx, w.endpoint)
		delivered, refused = outcomes(records)
		return delivered == len(sent), err
	}))
	accepted := map[string]int{}
	for _, id := range w.receiver.Accepted() {
		accepted[id]++
	}
	for _, id := range sent {
		if accepted[id] != 1 {
			check(fmt.Errorf("the receiver has accepted event %s %d times, not once", id, accepted[id]))
		}
	}
	if refused != 0 || len(accepted) != len(sent) {
		check(fmt.Errorf("%d events were sent, the receiver has accepted %d, and %d attempts were refused", len(sent),
			len(accepted), refused))
	}
	d.say("Over the whole rotation: delivered %d, refused %d. The receiver has accepted each event once.", delivered,
		refused)
}

// outcomes counts the finished deliveries, and the refused attempts.
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
