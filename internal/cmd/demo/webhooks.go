package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/webhook"
)

// signingOverlap is how long both secrets sign in the demo, where a real policy says 24h.
const signingOverlap = 5 * time.Second

const receiverFile = "receiver.json"

// hooks is the second act: a receiver of webhooks whose signing secret is rotated while events flow.
type hooks struct {
	d        *demo
	tf       *terraform
	receiver process
	endpoint string
	secret   string
	secrets  []string // handed over, in their order
	sender   sender
}

func newHooks(d *demo, example string) (*hooks, error) {
	h := &hooks{d: d, receiver: process{name: "the receiver", logFile: filepath.Join(d.dir, "receiver.log")}}
	var err error
	h.tf, err = newTerraform(d.tf.path, d.platform.bin, filepath.Join(d.dir, "webhooks"), example, map[string]string{
		"overlap": signingOverlap.String(), "receiver_file": receiverFile,
	})
	return h, err
}

func (h *hooks) show(ctx context.Context) (err error) {
	defer func() {
		if stopped := h.receiver.stop(); err == nil {
			err = stopped
		} else if ctx.Err() == nil {
			h.receiver.printLog()
		}
	}()
	for _, act := range []func(context.Context) error{h.setUp, h.rotate, h.destroy} {
		if err := act(ctx); err != nil {
			return errors.Join(err, h.sender.stop())
		}
	}
	return nil
}

func (h *hooks) setUp(ctx context.Context) error {
	h.tf.env = append(h.tf.env, "QUICKCONNECT_ENDPOINT="+h.d.platform.url, "QUICKCONNECT_TOKEN="+h.d.deployer.token)
	env := []string{"PORT=0", "RECEIVER_CONFIG=" + filepath.Join(h.tf.dir, receiverFile)}
	if err := h.receiver.start(ctx, h.d, env, filepath.Join(h.d.platform.bin, "quickconnect-receiver")); err != nil {
		return err
	}
	h.tf.set("TF_VAR_url", h.receiver.url+"/hooks")
	h.d.say("Second act, webhooks. The receiver from examples/receivers/go listens on %s, and knows no secret yet.", h.receiver.url)
	if _, err := h.tf.run(ctx, 0, "apply", "-auto-approve"); err != nil {
		return err
	}
	if err := h.handedOver(1); err != nil {
		return err
	}
	endpoint, secret := api.WebhookEndpoint{}, api.SigningSecret{}
	if err := errors.Join(h.d.deployer.named(ctx, api.KindWebhookEndpoints, "orders", &endpoint), h.d.deployer.named(ctx, api.KindSigningSecrets, "orders", &secret)); err != nil {
		return err
	}
	h.endpoint, h.secret = endpoint.ID, secret.ID
	h.d.say("%s apply: made an endpoint at the receiver and a signing secret, and handed the secret to the receiver.", h.tf.name)
	h.sender.start(ctx, h.d.deployer, h.endpoint)
	return h.sender.waitForMore(ctx, h.d)
}

// rotate goes through a whole rotation. Events flow all the time.
func (h *hooks) rotate(ctx context.Context) error {
	h.d.say("Events flow from now on. Somebody asks for a new secret, before its time:")
	h.tf.set("TF_VAR_release", "2")
	plan, err := h.tf.run(ctx, 2, "plan", "-detailed-exitcode", "-out=begin.tfplan")
	if err != nil {
		return err
	}
	fmt.Printf("\n%s\n", indent(summary(plan)))
	if _, err := h.tf.run(ctx, 0, "apply", "begin.tfplan"); err != nil {
		return err
	}
	if err := h.handedOver(2); err != nil {
		return err
	}
	h.d.say("%s apply: version 2 is issued, and the receiver has both secrets. Every delivery now has two signatures.", h.tf.name)
	if err := h.sender.waitForMore(ctx, h.d); err != nil {
		return err
	}
	// The platform probes by itself, at once and then every minute at most; asking saves the demo the minute.
	if err := h.d.deployer.do(ctx, http.MethodPost, "/v1/"+api.KindWebhookEndpoints+"/"+h.endpoint+"/probe", nil, nil); err != nil {
		return err
	}
	if err := h.wantProof(ctx); err != nil {
		return err
	}
	if _, err := h.tf.run(ctx, 2, "plan", "-detailed-exitcode", "-out=promote.tfplan"); err != nil {
		return err
	}
	if _, err := h.tf.run(ctx, 0, "apply", "promote.tfplan"); err != nil {
		return err
	}
	h.d.say("%s plan wants to make version 2 the current one (exit code 2), and apply does it. Version 1 signs beside it for %s more.", h.tf.name, signingOverlap)
	err = h.d.waitFor(ctx, "version 1 retires", signingOverlap+patience, func() (bool, error) {
		s := api.SigningSecret{}
		err := h.d.deployer.do(ctx, http.MethodGet, "/v1/"+api.KindSigningSecrets+"/"+h.secret, nil, &s)
		return s.Rotation.Phase == api.PhaseStable, err
	})
	if err != nil {
		return err
	}
	if _, err := h.tf.run(ctx, 0, "apply", "-auto-approve"); err != nil {
		return err
	}
	if err := h.handedOver(1); err != nil {
		return err
	}
	if _, err := h.tf.run(ctx, 0, "plan", "-detailed-exitcode"); err != nil {
		return err
	}
	if err := absent(h.tf.dir, h.secrets...); err != nil {
		return err
	}
	h.d.say("The overlap is over. %s apply takes version 1 away from the receiver; then a plan has no changes. No secret is in a plan or in the state.", h.tf.name)
	if err := h.sender.waitForMore(ctx, h.d); err != nil {
		return err
	}
	return h.count(ctx)
}

// handedOver reads the receiver's file, which must have this many secrets, and keeps those that are new.
func (h *hooks) handedOver(count int) error {
	data, err := os.ReadFile(filepath.Join(h.tf.dir, receiverFile))
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
		if found++; !slices.Contains(h.secrets, *secret) {
			h.secrets = append(h.secrets, *secret)
		}
	}
	if found != count {
		return fmt.Errorf("the receiver was given %d secrets, not %d", found, count)
	}
	return nil
}

func (h *hooks) wantProof(ctx context.Context) error {
	s := api.SigningSecret{}
	if err := h.d.deployer.do(ctx, http.MethodGet, "/v1/"+api.KindSigningSecrets+"/"+h.secret, nil, &s); err != nil {
		return err
	}
	if s.Probe == nil || s.Probe.Result != string(webhook.Proven) {
		return errors.New("the probe has not shown that the receiver knows version 2")
	}
	h.d.say("The platform probes the receiver: %s.", s.Probe.Detail)
	return nil
}

// count ends the flow, and compares what was sent with the platform's records and with what the receiver says.
func (h *hooks) count(ctx context.Context) error {
	if err := h.sender.stop(); err != nil {
		return err
	}
	var delivered, refused int
	err := h.d.waitFor(ctx, "every event is delivered", patience, func() (bool, error) {
		records, err := h.d.deployer.deliveries(ctx, h.endpoint)
		delivered, refused = 0, 0
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
		return delivered == len(h.sender.sent), err
	})
	if err != nil {
		return err
	}
	lines, err := h.receiver.lines()
	if err != nil {
		return err
	}
	accepted := map[string]int{}
	for _, line := range lines {
		if words := strings.Fields(line); len(words) == 3 && words[0] == "accepted" {
			accepted[words[1]]++
		}
	}
	for _, id := range h.sender.sent {
		if accepted[id] != 1 {
			return fmt.Errorf("the receiver has accepted event %s %d times, not once", id, accepted[id])
		}
	}
	if refused != 0 || len(accepted) != len(h.sender.sent) {
		return fmt.Errorf("%d events were sent, the receiver has accepted %d, and %d attempts were refused", len(h.sender.sent), len(accepted), refused)
	}
	h.d.say("Over the whole rotation: delivered %d, refused %d. The receiver has accepted each event once.", delivered, refused)
	return nil
}

func (h *hooks) destroy(ctx context.Context) error {
	if _, err := h.tf.run(ctx, 0, "destroy", "-auto-approve"); err != nil {
		return err
	}
	h.d.say("%s destroy: signing secret, endpoint, connector and policy are gone.", h.tf.name)
	return nil
}

// sender posts events, one after the other, until it is stopped.
type sender struct {
	cancel context.CancelFunc
	done   sync.WaitGroup

	mu   sync.Mutex
	sent []string // ids
	err  error
}

func (s *sender) start(ctx context.Context, by *caller, endpoint string) {
	ctx, s.cancel = context.WithCancel(ctx)
	s.done.Go(func() {
		tick := time.NewTicker(20 * time.Millisecond)
		defer tick.Stop()
		for {
			var event api.TestEvent
			// Not ended in the middle: an event without an answer could not be counted.
			err := by.do(context.WithoutCancel(ctx), http.MethodPost, "/v1/"+api.KindWebhookEndpoints+"/"+endpoint+"/test-events", map[string]any{"type": "message.delivered"}, &event)
			s.mu.Lock()
			if s.err = err; err == nil {
				s.sent = append(s.sent, event.ID)
			}
			s.mu.Unlock()
			if err != nil {
				return
			}
			select {
			case <-tick.C:
			case <-ctx.Done():
				return
			}
		}
	})
}

// waitForMore waits until a few more events were sent, so that no step of the demo falls between two of them.
func (s *sender) waitForMore(ctx context.Context, d *demo) error {
	count := func() (int, error) {
		s.mu.Lock()
		defer s.mu.Unlock()
		return len(s.sent), s.err
	}
	before, _ := count()
	return d.waitFor(ctx, "events flow", patience, func() (bool, error) {
		now, err := count()
		return now >= before+10, err
	})
}

func (s *sender) stop() error {
	if s.cancel == nil {
		return nil
	}
	s.cancel()
	s.done.Wait()
	return s.err
}
