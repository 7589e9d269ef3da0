package accesstoken_test

import (
	"context"
	"testing"
	"time"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/acctest"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/client"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/clock"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/tftest"
)

func start(t *testing.T) (*acctest.Platform, *tftest.Terraform, api.ScopedToken) {
	t.Helper()
	t.Parallel()
	p := acctest.StartFixture(t)
	ids := acctest.TheFixture()
	p.As(api.RoleDeployer).Create(api.KindScopedTokens, map[string]any{
		"name": "notifier", "owner": "team-a", "connector_id": ids.Connectors[0],
		"scopes": []string{"messages:send", "messages:read"}, "rotation_policy_id": ids.Policies[0],
	})
	token := p.As(api.RoleDeployer).ScopedToken("notifier")
	p.ForgetRequests()
	return p, p.Terraform("quickconnect_access_token"), token
}

// It is opened, extended under its id, and revoked on close. Nothing else is changed by it.
func TestOpenRenewClose(t *testing.T) {
	p, tf, token := start(t)
	o, d := tf.Hold(tftest.Config{"scoped_token_id": token.ID, "scopes": []string{"messages:send"}, "ttl": "1m"})
	tftest.Must(t, d)
	value, id := tf.Get(o.Result, "access_token"), tf.Get(o.Result, "id")
	got := p.As(api.RoleRuntime).Introspect(value)
	if !got.Active || got.Scope != "messages:send" || got.Subject != token.ID {
		t.Fatalf("%+v", got)
	}
	if wait := o.RenewAt.Sub(clock.System().Now()); wait < 30*time.Second || wait > 40*time.Second {
		t.Errorf("renewed in %s", wait)
	}
	p.Clock.Advance(50 * time.Second)
	tftest.Must(t, o.Renew())
	p.Clock.Advance(50 * time.Second)
	if !p.As(api.RoleRuntime).Introspect(value).Active {
		t.Error("the renewal did not extend it")
	}
	tftest.Must(t, o.Close())
	if p.As(api.RoleRuntime).Introspect(value).Active {
		t.Error("it is accepted after the close")
	}
	tftest.Says(t, o.Renew().Errors(), "not extended", id, "was revoked", "ends by itself at")
}

// What the user is told where it cannot be opened, extended or revoked.
func TestWhatIsSaid(t *testing.T) {
	p, tf, token := start(t)
	_, d := tf.Hold(tftest.Config{"scoped_token_id": token.ID, "scopes": []string{"users:read"}})
	tftest.Says(t, d.Errors(), "users:read", "effective scopes")
	_, d = tf.Hold(tftest.Config{"scoped_token_id": "tok_01J8Z3N6T4J8Z3N6T4J8Z3N6T4"})
	tftest.Must(t, d)
	tftest.Says(t, d.Warnings(), "not found", "access_token is null")

	kept, d := tf.Hold(tftest.Config{"scoped_token_id": token.ID, "revoke_on_close": false})
	tftest.Must(t, d)
	tftest.Must(t, kept.Close())
	value := tf.Get(kept.Result, "access_token")
	if !p.As(api.RoleRuntime).Introspect(value).Active {
		t.Error("it was revoked")
	}
	o, d := tf.Hold(tftest.Config{"scoped_token_id": token.ID})
	tftest.Must(t, d)
	if got := tf.Get(o.Result, "scopes"); got == "" {
		t.Error("the result has no scopes")
	}
	_, err := p.As(api.RoleDeployer).Client().ScopedTokens().Revoke(context.WithoutCancel(t.Context()), token.ID,
		api.RevokeRequest{All: true, Reason: "leak"}, client.Write{})
	if err != nil {
		t.Fatal(err)
	}
	tftest.Says(t, o.Renew().Errors(), "not extended", "has ended", "ends by itself at", "opens another access token")
	_, d = tf.Hold(tftest.Config{"scoped_token_id": token.ID})
	tftest.Must(t, d)
	tftest.Says(t, d.Warnings(), "No access token opened", "access_token is null")
}
