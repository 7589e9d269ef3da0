package provider_test

import (
	"slices"
	"testing"
	"time"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/acctest"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/tftest"
)

// consumer is who uses the values of an object: a service that is introspected, or a receiver of deliveries.
type consumer struct {
	s    *scene
	k    kind
	hook *acctest.Hook // of a signing secret; nil for a token
}

func newConsumer(s *scene, k kind) *consumer {
	c := &consumer{s: s, k: k}
	if k.Kind == api.SigningSecrets {
		c.hook = acctest.StartHook(s.t, s.Clock)
		s.As(api.RoleDeployer).Patch(api.KindWebhookEndpoints, "one", map[string]any{"url": c.hook.URL}).Want(200)
	}
	return c
}

// uses lets the consumer use a version. It knows no other one.
func (c *consumer) uses(version int64) {
	c.s.t.Helper()
	value := c.s.credential.Reveal(version)
	if c.hook == nil {
		c.s.As(api.RoleRuntime).Introspect(value)
		return
	}
	c.hook.Know(value)
	c.s.As(api.RoleDeployer).SendTestEvent("one", "message.delivered")
	c.s.Deliver()
}

// learns lets the platform see that the consumer has a version.
func (c *consumer) learns(version int64) {
	c.s.t.Helper()
	c.uses(version)
	if c.hook != nil {
		c.s.Probe()
	}
}

// unused is what a plan says of a version that no consumer was seen to use.
func (c *consumer) unused() string {
	if c.hook == nil {
		return "never used"
	}
	return "never proven"
}

const repair = "terraform apply -replace=ADDRESS_OF_THE_SINK"

// Without acknowledgement nothing stops a rotation whose hand-over has failed. The overlap shows it, from the first use
// of the old version on until the first one of the new version.
func TestOverlapWithoutAConsumerOfTheNewVersion(t *testing.T) {
	forEach(t, rotatedKinds(), func(s *scene, k kind) {
		t, tf := s.t, s.tf
		c := newConsumer(s, k)
		s.create(k.config)
		c.uses(1)
		s.rules(map[string]any{"require_acknowledgement": false, "overlap": "48h"})
		s.due()
		tf.Run(k.config)
		tftest.Silent(t, tf, k.config)

		s.Clock.Advance(time.Hour)
		c.uses(1)
		p := tftest.Empty(t, tf, k.config)
		s.warns(p, `Version 1 of "orders" is still in use, version 2 was `+c.unused(),
			"Version 1 is still in use (last at 2026-07-30T13:00:00Z) and ends at 2026-08-01T12:00:00Z; version 2, "+
				"issued at 2026-07-30T12:00:00Z, was "+c.unused(), repair, "rotation/rollback")
		// It is a warning alone, and stands until a use says otherwise.
		tf.Keep(p, nil)
		s.credential.Hold("investigating")
		s.warns(tftest.Empty(t, tf, k.config), "is on hold", "is still in use", repair)
		s.credential.Release()
		s.warns(tftest.Empty(t, tf, k.config), "is still in use")

		c.learns(2)
		tftest.Silent(t, tf, k.config)
		s.Clock.Advance(2 * day)
		tftest.Silent(t, tf, k.config)
	})
}

// In a stage the plan that waits says it. A version that was acknowledged although nobody uses it is promoted with the
// warning.
func TestStageWithoutAConsumerOfTheNewVersion(t *testing.T) {
	forEach(t, bothTypes(), func(s *scene, k kind) {
		t, tf := s.t, s.tf
		c := newConsumer(s, k)
		s.create(k.config)
		s.staged(k.config)
		p := tftest.Empty(t, tf, k.config)
		s.warns(p, "waits to be seen in use", repair)
		saysNothingOf(t, p.Diags.Warnings(), "is still in use")

		s.Clock.Advance(time.Hour)
		c.uses(1)
		p = tftest.Empty(t, tf, k.config)
		s.warns(p, "waits to be seen in use", "Version 1 is still in use (last at 2026-07-30T13:00:00Z); version 2, "+
			"issued at 2026-07-30T12:00:00Z, was "+c.unused(), repair, "2026-08-06T12:00:00Z")
		if n := len(p.Diags); n != 1 {
			t.Errorf("%d warnings about one thing:\n%s", n, p.Diags.Warnings())
		}

		s.credential.Acknowledge(2)
		p = tf.Plan(k.config)
		s.warns(p, "version 2 will be current")
		if says := "ends after the overlap that this apply begins"; c.hook == nil {
			s.warns(p, says, repair)
		} else {
			saysNothingOf(t, p.Diags.Warnings(), says) // an acknowledgement is the only evidence without a probe
		}
		tf.Keep(p, nil)
		c.learns(2)
		tftest.Silent(t, tf, k.config)
	})
}

// The use of a token is in the answers to GET and to a list alike, so that a plan needs no request more.
func TestUseOfEachVersionIsInOneAnswer(t *testing.T) {
	forEach(t, bothTypes(), func(s *scene, k kind) {
		t := s.t
		c := newConsumer(s, k)
		s.create(k.config)
		s.staged(k.config)
		s.Clock.Advance(time.Hour)
		c.uses(1)
		used := s.Clock.Now()
		var one struct {
			ID            string             `json:"id"`
			ValidVersions []api.ValidVersion `json:"valid_versions"`
		}
		by := s.As(api.RoleAuditor)
		by.Do("GET", "/v1/"+k.Path+"/"+s.credential.ID(), nil).Want(200).Decode(&one)
		if v := one.ValidVersions; len(v) != 2 || v[0].Version != 1 || v[1].Version != 2 ||
			v[0].LastUsedAt == nil || !v[0].LastUsedAt.Equal(used) || v[1].EvidenceAt != nil {
			t.Errorf("%+v", v)
		}
		listed := one
		listed.ValidVersions = nil
		by.Find(k.Path, "orders", &listed)
		if !slices.EqualFunc(one.ValidVersions, listed.ValidVersions, func(a, b api.ValidVersion) bool {
			return a.Version == b.Version && a.IssuedAt.Equal(b.IssuedAt) && (a.LastUsedAt == nil) == (b.LastUsedAt == nil)
		}) {
			t.Errorf("GET has %+v, the list %+v", one.ValidVersions, listed.ValidVersions)
		}

		s.ForgetRequests()
		tftest.Empty(t, s.tf, k.config)
		if sent := s.Requests(); len(sent) != 1 {
			t.Errorf("a refresh sent %d requests", len(sent))
		}
	})
}
