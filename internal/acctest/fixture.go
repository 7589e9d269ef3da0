package acctest

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"sync"
	"testing"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/clock"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/keyring"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/store"
)

// Fixture has the ids of what a platform of StartFixture begins with, and what the tests of one resource refer to.
// There are two of each kind, so that a test can point from one to the other.
type Fixture struct {
	// Connectors are the custom connectors "one" and "two". Their tokens may have any scope.
	Connectors [2]string
	// Policies are the rotation policies "one" and "two": an interval of 90 days and a max_age of 120.
	Policies [2]string
	// Endpoints are the webhook endpoints "one" and "two" of the connector "one". Nobody listens there.
	Endpoints [2]string
}

// TheFixture returns the ids, which are the same in every platform of this test process.
func TheFixture() Fixture {
	made, err := fixture()
	if err != nil {
		panic(err) // no test can run without it
	}
	return made.Fixture
}

// StartFixture starts a platform like StartPlatform, with the fixture in it.
func StartFixture(tb testing.TB) *Platform {
	tb.Helper()
	made, err := fixture()
	if err != nil {
		tb.Fatal(err)
	}
	return made.start(tb)
}

type fixtureTemplate struct {
	template
	Fixture
}

var fixture = sync.OnceValues(func() (made fixtureTemplate, err error) {
	base, err := empty()
	if err != nil {
		return made, err
	}
	made.tokens = base.tokens
	made.files, err = prepare(base.files, func(ctx context.Context, s *store.Store, k *keyring.Keyring,
		c clock.Clock,
	) error {
		served, err := platform.New(ctx, platform.Config{Store: s, Keyring: k, Clock: c})
		if err != nil {
			return err
		}
		for i, name := range []string{"one", "two"} {
			create := func(kind string, body map[string]any) string {
				body["name"] = name
				id, failed := createOn(ctx, served, base.tokens[api.RoleDeployer], kind, body)
				if failed != nil && err == nil {
					err = failed
				}
				return id
			}
			made.Connectors[i] = create(api.KindConnectors, map[string]any{
				"owner": "team-a", "type": "custom", "allowed_scopes": []string{"messages:send", "messages:read"},
			})
			made.Policies[i] = create(api.KindRotationPolicies, map[string]any{"interval": "90d", "max_age": "120d"})
			made.Endpoints[i] = create(api.KindWebhookEndpoints, map[string]any{
				"connector_id": made.Connectors[0], "url": "https://hooks.example.com/" + name,
			})
		}
		return err
	})
	return made, err
})

// createOn creates an object and returns its id.
func createOn(ctx context.Context, h http.Handler, token, kind string, body map[string]any) (string, error) {
	payload, err := json.Marshal(body)
	if err != nil {
		return "", err
	}
	r := httptest.NewRequestWithContext(ctx, http.MethodPost, "/v1/"+kind, bytes.NewReader(payload))
	r.Header.Set("Authorization", "Bearer "+token)
	r.Header.Set("Content-Type", "application/json")
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	var made api.Object
	if w.Code != http.StatusCreated || json.Unmarshal(w.Body.Bytes(), &made) != nil {
		return "", fmt.Errorf("create a %s: status %d: %s", kind, w.Code, w.Body)
	}
	return made.ID, nil
}
