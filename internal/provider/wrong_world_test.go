package provider_test

import (
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/acctest"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/tftest"
)

const (
	inStaging    = `tenant "acme", environment "staging"`
	inProduction = `tenant "acme", environment "production"`
	inGlobex     = `tenant "globex", environment "staging"`
)

func saying(texts ...string) func(*worldScene, string) []string {
	return func(*worldScene, string) []string { return texts }
}

// wrongCallers are worlds in which the caller is somebody else: no run begins.
func wrongCallers(stored bool) map[string]wrongWorld {
	// elsewhere is a caller of another place beside the configuration of this one.
	elsewhere := func(at func(*worldScene) place) func(*worldScene, string) tftest.Config {
		return func(s *worldScene, role string) tftest.Config {
			return s.config(at(s), role).With("tenant", s.home.tenant).With("environment", s.home.environment)
		}
	}
	production := func(s *worldScene) place { return s.production }
	globex := func(s *worldScene) place { return s.globex }
	worlds := map[string]wrongWorld{
		"another environment's": {config: elsewhere(production), refused: true, says: saying(inStaging, inProduction)},
		"another tenant's":      {config: elsewhere(globex), refused: true, says: saying(inStaging, inGlobex)},
	}
	if stored {
		worlds["wrong token"] = wrongWorld{
			config: func(s *worldScene, role string) tftest.Config {
				return s.config(s.home, role).With("token", s.other.token(role))
			},
			refused: true,
			says:    saying("Token refused", "belongs to this platform", inStaging),
		}
		return worlds
	}
	// jwt is the right identity beside a JWT that it does not take.
	jwt := func(further func(*worldScene) map[string]any, says ...string) wrongWorld {
		return wrongWorld{
			config: func(s *worldScene, role string) tftest.Config {
				return s.config(s.home, role).With("workload_identity", tftest.Config{
					"identity": s.identity(s.home, role), "token": s.jwt(further(s)),
				})
			},
			refused: true,
			says: func(s *worldScene, role string) []string {
				return append([]string{"JWT refused", s.identity(s.home, role)}, says...)
			},
		}
	}
	worlds["identity of another repository"] = jwt(func(*worldScene) map[string]any {
		return map[string]any{"sub": "repo:acme/other"}
	}, `"repo:acme/other"`)
	worlds["wrong token"] = jwt(func(*worldScene) map[string]any {
		return map[string]any{"iss": "https://elsewhere.example.com"}
	}, `"https://elsewhere.example.com"`)
	return worlds
}

// wrongPlaces are worlds in which the caller is right where it is, and the state is of elsewhere.
func wrongPlaces() map[string]wrongWorld {
	at := func(where func(*worldScene) place) func(*worldScene, string) tftest.Config {
		return func(s *worldScene, role string) tftest.Config { return s.config(where(s), role) }
	}
	return map[string]wrongWorld{
		"another environment's state file": {
			config: at(func(s *worldScene) place { return s.production }), says: saying(inStaging, inProduction),
		},
		"another tenant's state file": {
			config: at(func(s *worldScene) place { return s.globex }), says: saying(inStaging, inGlobex),
		},
		"endpoint swapped": {
			config: at(func(s *worldScene) place { return s.other }),
			says: func(s *worldScene, _ string) []string {
				id := func(at place) string { return at.AsToken(at.token(api.RoleAuditor)).Identity().PlatformID }
				return []string{"Object of another platform", id(s.home), id(s.other)}
			},
		},
	}
}

// goneWrong are worlds that go wrong in the middle of a run.
func goneWrong(stored bool) map[string]wrongWorld {
	unfail := func(s *worldScene, _ string) { s.Fail(nil) }
	reduced := func(to string, reads bool) wrongWorld {
		return wrongWorld{
			wrong: func(s *worldScene, role string) { s.become(role, to) },
			right: func(s *worldScene, role string) { s.become(role, role); s.Fail(nil) },
			says:  saying("Permission missing", "needs the permission", "role "+strconv.Quote(to)+" does not have"),
			reads: reads,
		}
	}
	worlds := map[string]wrongWorld{
		"expired in mid-plan": {
			wrong: func(s *worldScene, _ string) { s.Clock.Advance(2 * time.Hour) },
			right: func(*worldScene, string) {},
			says:  saying("JWT refused", "ended at 2026-05-01T"),
		},
		"role reduced in mid-plan to one that reads nothing": reduced(api.RoleRuntime, false),
		"role reduced in mid-plan to one that only reads":    reduced(api.RoleAuditor, true),
		"empty lists": {
			wrong: func(s *worldScene, _ string) { s.Fail(emptyLists) }, right: unfail, reads: true, writes: true,
		},
	}
	if stored {
		worlds["expired in mid-plan"] = wrongWorld{
			wrong: worlds["expired in mid-plan"].wrong, right: worlds["expired in mid-plan"].right,
			says: func(_ *worldScene, role string) []string {
				return []string{"Token refused", "expired at 2026-05-01T", "the token of " + strconv.Quote(role), inStaging}
			},
		}
	}
	for name, x := range acctest.MisleadingAnswers() {
		w := wrongWorld{
			wrong: func(s *worldScene, _ string) { s.Fail(func(acctest.Request) acctest.Fault { return x.Fault }) },
			right: unfail, says: saying(x.Says),
		}
		switch {
		case strings.Contains(name, "404"):
			worlds["404 for everything: "+name] = w
		case stored: // TestMisleadingAnswersChangeNoState has the kinds that do not govern
			w.roles = []string{api.RoleSecurity}
			worlds["for everything: "+name] = w
		}
	}
	return worlds
}

// emptyLists answers every list with an empty page.
func emptyLists(r acctest.Request) acctest.Fault {
	if r.Method != http.MethodGet || strings.Count(r.Path, "/") != 2 || r.Path == "/v1/identity" {
		return acctest.Pass()
	}
	return acctest.Edit(func(string) string { return `{"items": [], "next_page_token": ""}` })
}

// TestWrongWorlds does plan, refresh-only, apply and destroy in every wrong world, with an object of every kind, as
// principals and as workload identities. Nothing is proposed for recreation, nothing leaves the state, nothing is
// changed on the platform, and the message names both sides.
func TestWrongWorlds(t *testing.T) {
	for caller, stored := range map[string]bool{"principal": true, "workload identity": false} {
		t.Run(caller, func(t *testing.T) {
			s := newWorldScene(t, stored)
			for _, worlds := range []map[string]wrongWorld{wrongCallers(stored), wrongPlaces(), goneWrong(stored)} {
				for name, w := range worlds {
					s.try(fmt.Sprintf("%s: %s", caller, name), w)
				}
			}
		})
	}
}

// TestEmptyListsOfARefresh: the walk through a list that serves the reads of a refresh is empty. That proves nothing.
func TestEmptyListsOfARefresh(t *testing.T) {
	t.Parallel()
	c := newCrowd(t, 8)
	before, _ := c.refresh(c.tokens)
	c.Fail(emptyLists)
	after, _ := c.refresh(before)
	listed := 0
	for _, r := range c.Requests() {
		if r.Method == http.MethodGet && r.Path == api.ScopedTokens.Route() {
			listed++
		}
	}
	if gone := c.differing(before, after); listed == 0 || len(gone) > 0 {
		t.Errorf("%d lists were read, and the state has lost %v", listed, gone)
	}
}
