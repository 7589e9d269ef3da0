package acctest_test

import (
	"testing"
	"time"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/acctest"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
)

// A service without a stored secret: the JWT of an OpenID provider, in a file, becomes the access token of a workload
// identity. The service introspects and acknowledges with it, goes on while the file is old, and renews it once the
// file is replaced.
func TestClientWorkload(t *testing.T) {
	eachClient(t, func(s *clientScene) {
		t := s.t
		const jwtLife = 5 * time.Minute
		workload := acctest.NewWorkload(t, "service:notifier")
		identity := workload.Identity(s.p.As(api.RoleDeployer).Client(), "notifier", api.RoleRuntime, "10m")
		workload.WriteJWT(s.file, s.p.Clock.Now(), jwtLife)
		source := s.exchanged()
		source["identity"] = identity
		s.open("api", s.p.URL, source)
		s.slow()
		first := s.one("api", callers)
		s.exchanges(1)
		s.p.Fail(nil)
		whoAmI := s.p.URL + "/v1/identity"
		s.wantStatus("api", whoAmI, callers, 200)
		s.wantStatus("api", s.p.URL+"/v1/connectors", 1, 403) // the role counts
		service := s.serve(acctest.ClientCommand{"scopes": []string{"messages:send"}})
		s.wantCalls("a scoped token", service, s.value(1), 200, 1)
		s.wantCalls("the access token of an identity", service, first, 401, 1)
		s.p.Credential(api.ScopedTokens, "notifier").Begin()
		s.Must(acctest.ClientCommand{"do": "acknowledge", "of": "api", "id": s.token, "version": 2}, nil)
		s.exchanges(0)

		s.advance(exchangeTTL * 8 / 10)
		s.one("api", callers)
		s.exchanges(1) // refused: this JWT has ended
		if s.one("api", callers) != first {
			t.Error("the old token does not go on while the file is old")
		}
		s.wantStatus("api", whoAmI, callers, 200)
		workload.WriteJWT(s.file, s.p.Clock.Now(), jwtLife)
		s.advance(10 * time.Second)
		s.tokens("api", callers)
		s.exchanges(1)
		if s.one("api", callers) == first {
			t.Error("not renewed after the file was replaced")
		}
		s.advance(exchangeTTL*2/10 - 10*time.Second) // the end of the first one
		s.wantStatus("api", whoAmI, callers, 200)

		s.advance(exchangeTTL)
		got := s.tokens("api", 1)
		wantFailure(t, got, "refused")
		if got.Errors[0].Code != api.CodeInvalidGrant {
			t.Errorf("a JWT that has ended: %+v", got.Errors[0])
		}
		workload.WriteJWT(s.file, s.p.Clock.Now(), jwtLife)
		s.wantStatus("api", whoAmI, callers, 200)

		named := s.exchanged()
		named["identity"], named["tenant"], named["environment"] = "notifier", acctest.Tenant, acctest.Environment
		s.open("named", s.p.URL, named)
		s.wantStatus("named", whoAmI, 1, 200)
	})
}
