package acctest_test

import (
	"encoding/json"
	"testing"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/acctest"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
)

const withoutAcknowledgement = "require_acknowledgement = false\n"

// standing is everything that the platform says of the notifier, its etag and its versions included. Two that are equal
// mean that nothing happened to it.
func standing(t *testing.T, p *acctest.Platform) string {
	t.Helper()
	deployer := p.As(api.RoleDeployer)
	token := deployer.ScopedToken("notifier")
	token.Claim = nil // a plan presents it
	data, err := json.Marshal(map[string]any{
		"token":    token,
		"versions": deployer.Versions("notifier"),
	})
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}

// wantDelivered fails the test unless the sink was given so many values, the last of which is accepted as this version.
func wantDelivered(t *testing.T, p *acctest.Platform, s *acctest.Sink, deliveries int, version int64) {
	t.Helper()
	if n := len(s.All()); n != deliveries {
		t.Fatalf("the sink was given %d values, want %d", n, deliveries)
	}
	got, value := s.Last()
	answer := p.As(api.RoleDeployer).Introspect(value)
	if got != version || !answer.Active || answer.Version != version {
		t.Fatalf("the sink was last given version %d, accepted: %v, as version %d; want version %d, accepted",
			got, answer.Active, answer.Version, version)
	}
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
