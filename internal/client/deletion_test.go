package client_test

import (
	"testing"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/client"
)

func TestDeletionOfWhatIsInUse(t *testing.T) {
	s := newScene(t)
	ctx, policies, connectors := t.Context(), s.deployer.RotationPolicies(), s.deployer.Connectors()
	d, err := policies.DeleteWhenUnused(ctx, s.policy.ID)
	s.noError(err)
	if d == nil || d.DeletingSince == nil || d.InUseCount != len(d.InUseBy) || d.InUseCount == 0 {
		t.Fatalf("%+v", d)
	}
	back, err := policies.Undelete(ctx, s.policy.ID, "again")
	s.noError(err)
	if back.Name != "again" || back.DeletingSince != nil {
		t.Errorf("%+v", back)
	}
	made, err := connectors.Create(ctx, api.ConnectorCreate{Name: "unused", Owner: "team", Type: "custom"})
	s.noError(err)
	if d, err := connectors.DeleteWhenUnused(ctx, made.ID); d != nil || err != nil {
		t.Errorf("unused: %+v, %v", d, err)
	}
	if _, err := connectors.DeleteWhenUnused(ctx, made.ID); !client.IsNotFound(err) {
		t.Errorf("gone: %v", err)
	}
	if d, err := s.deployer.WebhookEndpoints().DeleteWhenUnused(ctx, s.endpoint.ID); d == nil || err != nil {
		t.Errorf("the endpoint: %+v, %v", d, err)
	}
	again, err := s.deployer.WebhookEndpoints().Undelete(ctx, s.endpoint.ID, "again")
	s.noError(err)
	if again.Name != "again" {
		t.Errorf("%+v", again)
	}
}
