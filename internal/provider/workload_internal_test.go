package provider

import "testing"

// The configuration comes before the environment, and what the environment leaves unclear is no guess.
func TestActor(t *testing.T) {
	const token, identity, both = "token", "identity", "token and identity"
	for _, tt := range []struct {
		block, token bool
		environment  string
		who          actor
		unused       string
	}{
		{false, false, "", actorToken, ""}, // which is missing
		{false, false, token, actorToken, ""},
		{false, false, identity, actorWorkload, ""},
		{false, false, both, actorUnclear, ""},
		{false, true, "", actorToken, ""},
		{false, true, token, actorToken, ""},
		{false, true, identity, actorToken, variableIdentity},
		{false, true, both, actorToken, variableIdentity},
		{true, false, "", actorWorkload, ""},
		{true, false, token, actorWorkload, variableToken},
		{true, false, identity, actorWorkload, ""},
		{true, false, both, actorWorkload, variableToken},
	} {
		getenv := func(name string) string {
			if name == variableToken && (tt.environment == token || tt.environment == both) ||
				name == variableIdentity && (tt.environment == identity || tt.environment == both) {
				return "something"
			}
			return ""
		}
		if who, unused := actorOf(tt.block, tt.token, getenv); who != tt.who || unused != tt.unused {
			t.Errorf("block %v, token %v, environment %q: %v, unused %q", tt.block, tt.token, tt.environment, who, unused)
		}
	}
}
