package acctest_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/acctest"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/oidctest"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/secret"
)

// The platform is killed between the use of a refresh token and the storing of the one that replaces it. Where the
// authorization server takes the used one again, the next start goes on with it; otherwise the connector says that it
// failed, and why. Nothing uses it a third time.
func TestRefreshSurvivesKills(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		rotation string
		kills    int
		want     string
		reason   string
		requests int
	}{
		"the server takes it again":  {oidctest.RotateWithGrace, 1, api.RefreshCurrent, "", 2},
		"the server has replaced it": {oidctest.RotateStrictly, 1, api.RefreshFailed, "invalid_grant", 2},
		"killed twice":               {oidctest.RotateWithGrace, 2, api.RefreshFailed, "two answers", 2},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			idp := oidctest.Start(t, oidctest.Options{})
			idp.Rotation(tc.rotation)
			idp.Fail(oidctest.Fault{Path: oidctest.TokenPath, Times: tc.kills, Hold: true})
			p := acctest.StartProcess(t, "--allow-private-endpoints")
			token := p.Bootstrap("acme", "staging")["staging"]
			c := p.Client(token).Connectors()
			made, err := c.Create(t.Context(), api.ConnectorCreate{
				Name: "crm", Owner: "team", Type: api.TypeOAuth2,
				Settings: map[string]string{"token_url": idp.TokenURL(), "client_id": oidctest.WebClient},
				Credentials: map[string]secret.Value{
					"client_secret": secret.New(oidctest.WebSecret),
					"refresh_token": secret.New(idp.RefreshToken("openid", "offline_access")),
				},
			})
			ok(t, err)
			for kill := range tc.kills {
				acctest.WaitFor(t, "the refresh token is used", func() bool {
					all := idp.Requests(oidctest.TokenPath)
					return len(all) > kill && all[kill].Held && all[kill].Status == http.StatusOK
				})
				p.Kill()
				p.Restart()
			}
			var got *api.Connector
			acctest.WaitFor(t, "the refresh has ended", func() bool {
				got, err = c.Get(t.Context(), made.ID)
				ok(t, err)
				return *got.RefreshStatus != api.RefreshPending && *got.RefreshStatus != api.RefreshRetrying
			})
			if *got.RefreshStatus != tc.want {
				t.Errorf("the status is %s, want %s", *got.RefreshStatus, tc.want)
			}
			if got.RefreshReason != nil && !strings.Contains(*got.RefreshReason, tc.reason) {
				t.Errorf("the reason is %q", *got.RefreshReason)
			}
			if n := len(idp.Requests(oidctest.TokenPath)); n != tc.requests {
				t.Errorf("the refresh token was used %d times, want %d", n, tc.requests)
			}
		})
	}
}
