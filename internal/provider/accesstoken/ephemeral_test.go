package accesstoken_test

import (
	"context"
	"net/http"
	"strings"
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

// The caller's role is reduced after the provider was configured. That is an error, and no null with advice about
// scopes.
func TestRoleReducedBeforeItIsOpened(t *testing.T) {
	p, tf, token := start(t)
	auditor := p.Token(api.RoleAuditor)
	p.Fail(func(acctest.Request) acctest.Fault { return acctest.WithToken(auditor) })
	_, d := tf.Hold(tftest.Config{"scoped_token_id": token.ID})
	tftest.Says(t, d.Errors(), "Permission missing", `"reveal"`, `"auditor"`)
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

// fails makes the requests to an access token fail whose last part of the path is this.
func fails(p *acctest.Platform, part string, fault acctest.Fault) {
	p.Fail(func(r acctest.Request) acctest.Fault {
		if strings.HasSuffix(r.Path, "/"+part) {
			return fault
		}
		return acctest.Pass()
	})
}

// A fault that passes says nothing while the access token is valid: the extension is tried again. One that outlives
// the token is an error, and so is a refusal at once.
func TestFaultsInRenewals(t *testing.T) {
	p, tf, token := start(t)
	o, d := tf.Hold(tftest.Config{"scoped_token_id": token.ID, "ttl": "1m"})
	tftest.Must(t, d)
	value := tf.Get(o.Result, "access_token")
	for name, fault := range map[string]acctest.Fault{
		"a cut connection":      acctest.CutBefore(),
		"a lost answer":         acctest.CutAfter(),
		"the page of a proxy":   acctest.AnswerHTML(http.StatusBadGateway),
		"out of order":          acctest.AnswerProblem(http.StatusServiceUnavailable, api.CodeUnavailable),
		"too many requests":     acctest.AnswerProblem(http.StatusTooManyRequests, api.CodeRateLimited),
		"an error on its side":  acctest.AnswerProblem(http.StatusInternalServerError, api.CodeInternal),
		"a pause asked for":     acctest.AnswerProblem(http.StatusTooManyRequests, api.CodeRateLimited, "Retry-After", "25"),
		"another request of it": acctest.AnswerProblem(http.StatusConflict, api.CodeInProgress),
	} {
		fails(p, "extend", fault)
		if d := o.Renew(); len(d) > 0 {
			t.Errorf("%s: %v", name, d)
		}
		wait, least := o.RenewAt.Sub(clock.System().Now()), 5*time.Second
		if name == "a pause asked for" {
			least = 25 * time.Second
		}
		if wait < least-time.Second || wait > least+20*time.Second {
			t.Errorf("%s: again in %s", name, wait)
		}
	}
	p.Fail(nil)
	p.Clock.Advance(50 * time.Second)
	tftest.Must(t, o.Renew())
	p.Clock.Advance(50 * time.Second)
	if !p.As(api.RoleRuntime).Introspect(value).Active {
		t.Error("the renewal after the faults did not extend it")
	}
	for name, fault := range map[string]acctest.Fault{
		"forbidden":            acctest.AnswerProblem(http.StatusForbidden, api.CodeForbidden),
		"another platform":     acctest.AnswerHTML(http.StatusNotFound),
		"too much of it":       acctest.AnswerProblem(http.StatusTooManyRequests, api.CodeLimitReached),
		"not in this platform": acctest.AnswerProblem(http.StatusNotImplemented, api.CodeInternal),
	} {
		fails(p, "extend", fault)
		d := o.Renew()
		tftest.Says(t, d.Errors(), "not extended", tf.Get(o.Result, "id"), "Run the apply again")
		if !o.RenewAt.IsZero() {
			t.Errorf("%s: tried again", name)
		}
	}

	// It lives for a few seconds by what the platform says, so that no other try fits in.
	p.Fail(func(acctest.Request) acctest.Fault {
		return acctest.Edit(func(body string) string { return strings.Replace(body, `"expires_in":60`, `"expires_in":6`, 1) })
	})
	short, d := tf.Hold(tftest.Config{"scoped_token_id": token.ID, "ttl": "1m"})
	tftest.Must(t, d)
	fails(p, "extend", acctest.AnswerProblem(http.StatusServiceUnavailable, api.CodeUnavailable))
	d = short.Renew()
	tftest.Says(t, d.Errors(), "not extended", "A fault made by the test", tf.Get(short.Result, "id"), "ends by itself at",
		"last try before its end", "answers again", "opens another access token")
	if !short.RenewAt.IsZero() {
		t.Errorf("tried again at %s", short.RenewAt)
	}
}

// A revocation that fails is a warning, which says when the access token ends and how to end it now.
func TestCloseFails(t *testing.T) {
	p, tf, token := start(t)
	o, d := tf.Hold(tftest.Config{"scoped_token_id": token.ID})
	tftest.Must(t, d)
	id := tf.Get(o.Result, "id")
	fails(p, "revoke", acctest.AnswerProblem(http.StatusServiceUnavailable, api.CodeUnavailable))
	d = o.Close()
	tftest.Must(t, d)
	tftest.Says(t, d.Warnings(), "not revoked", "A fault made by the test", "ends by itself at 2",
		"POST /v1/access-tokens/"+id+"/revoke")
	fails(p, "revoke", acctest.AnswerProblem(http.StatusNotFound, api.CodeNotFound))
	if d := o.Close(); len(d) > 0 {
		t.Errorf("one that is not there any more: %v", d)
	}
}

// The last extension is a warning: 12 hours after the opening, or at the end of the version of the scoped token.
func TestLastExtension(t *testing.T) {
	p, tf, token := start(t)
	o, d := tf.Hold(tftest.Config{"scoped_token_id": token.ID, "ttl": "1h"})
	tftest.Must(t, d)
	for range 12 {
		if o.RenewAt.IsZero() {
			t.Fatal("the last extension is too early")
		}
		p.Clock.Advance(55 * time.Minute)
		d = o.Renew()
		if o.RenewAt.IsZero() {
			break
		}
		if len(d) > 0 {
			t.Fatal(d)
		}
	}
	tftest.Must(t, d)
	ends := acctest.Epoch.Add(12 * time.Hour).Format(time.RFC3339)
	tftest.Says(t, d.Warnings(), "extended for the last time", tf.Get(o.Result, "id"), ends, "12 hours at most")
	p.Clock.Advance(acctest.Epoch.Add(12*time.Hour - time.Second).Sub(p.Clock.Now()))
	value := tf.Get(o.Result, "access_token")
	if !p.As(api.RoleRuntime).Introspect(value).Active {
		t.Error("it ended before 12 hours")
	}
	p.Clock.Advance(time.Second)
	if p.As(api.RoleRuntime).Introspect(value).Active {
		t.Error("it outlives 12 hours")
	}
}
