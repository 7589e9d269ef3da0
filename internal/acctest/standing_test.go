package acctest_test

import (
	"encoding/json"
	"net/http"
	"testing"
	"time"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/acctest"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
)

const withoutAcknowledgement = "require_acknowledgement = false\n"

// standing is everything that the platform says of the notifier, its etag and its versions included. Two that are equal mean
// that nothing happened to it.
func standing(t *testing.T, p *acctest.Platform) string {
	t.Helper()
	deployer := p.As(api.RoleDeployer)
	data, err := json.Marshal(map[string]any{"token": deployer.ScopedToken("notifier"), "versions": deployer.Versions("notifier")})
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}

// The ways to a plan that wants a step.
func untilDue(p *acctest.Platform) { p.Clock.Advance(30 * day) }

func untilAcknowledged(p *acctest.Platform) {
	deployer := p.As(api.RoleDeployer)
	deployer.Step("notifier", api.StepBegin, api.StepRequest{})
	p.As(api.RoleRuntime).Introspect(deployer.Reveal("notifier", 2))
}

func untilQuiet(p *acctest.Platform) {
	p.As(api.RoleDeployer).Step("notifier", api.StepRotate, api.StepRequest{})
	p.Clock.Advance(2 * time.Hour)
}

func untilRevoked(p *acctest.Platform) {
	p.As(api.RoleSecurity).Verb(api.KindScopedTokens, "notifier", "revoke", api.RevokeRequest{All: true, Reason: "leaked"}).Want(http.StatusOK)
}

// stepBy takes a step by hand, as somebody beside Terraform does.
func stepBy(step string, body api.StepRequest) func(*acctest.Platform) {
	return func(p *acctest.Platform) { p.As(api.RoleOperator).Step("notifier", step, body) }
}

// versionOf returns one of the versions; the zero value if it is not there.
func versionOf(all []api.Version, number int64) api.Version {
	for _, v := range all {
		if v.Version == number {
			return v
		}
	}
	return api.Version{}
}

// sameJSON compares two values as the wire has them.
func sameJSON(t *testing.T, a, b any) bool {
	t.Helper()
	x, errX := json.Marshal(a)
	y, errY := json.Marshal(b)
	if errX != nil || errY != nil {
		t.Fatal(errX, errY)
	}
	return string(x) == string(y)
}
