package platform_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
)

// valued is a connector with a value.
func valued(name, value string) object {
	return object{"name": name, "owner": "o", "type": "custom", "credentials": object{"api_key": value}}
}

// checkValue asks with a token whether a value would be refused for an object; id is empty for a new one.
func (w *world) checkValue(token, id, value string) api.ValueCheck {
	w.t.Helper()
	body := object{"value": value}
	if id != "" {
		body["id"] = id
	}
	return decoded[api.ValueCheck](w.send(token, "POST", pathCheckValue, body).want(http.StatusOK))
}

// TestCheckValue: it says what the refusal of a write says, to who could write; a planner learns of its own environment
// alone. What is asked about is not in use by that.
func TestCheckValue(t *testing.T) {
	w := newWorld(t)
	const abroad, elsewhere, free = "w2Zk8sQmT5xPbN7rLc3v", "h9Jd4gWqR6yBvX2tKf8n", "t5Ls9cNf3Wz7Hq1Vd6Gy"
	first := idOf(w.do("POST", pathConnectors, valued("first", strongValue)).want(201))
	there := idOf(w.send(w.foreign["acme/production"], "POST", pathConnectors, valued("there", abroad)).want(201))
	w.send(w.foreign["globex/staging"], "POST", pathConnectors, valued("globex", elsewhere)).want(201)
	deployer, planner := w.tokens[api.RoleDeployer], w.tokens[api.RolePlanner]
	none := api.ValueCheck{}
	if got := w.checkValue(deployer, "", strongValue); got != none {
		t.Errorf("the rule is off: %+v", got)
	}
	policy := w.govern(object{"forbid_secret_reuse": true})

	for _, c := range []struct {
		why, token, id, value, usedBy string
	}{
		{"of a new object", deployer, "", strongValue, "the connector " + first},
		{"by a planner", planner, "", strongValue, "the connector " + first},
		{"by an operator", w.tokens[api.RoleOperator], "", strongValue, "the connector " + first},
		{"of another object", deployer, "con_1", strongValue, "the connector " + first},
		{"of the object itself", deployer, first, strongValue, ""},
		{"of another environment", deployer, "", abroad, "an object of another environment of this tenant"},
		{"of an object of another environment", deployer, there, abroad, "an object of another environment of this tenant"},
		{"of another environment, by a planner", planner, "", abroad, ""},
		{"of another tenant", deployer, "", elsewhere, ""},
		{"of nobody", deployer, "", free, ""},
		{"too short", deployer, "", "abc", ""},
	} {
		if got := w.checkValue(c.token, c.id, c.value); got.UsedBy != c.usedBy || got.Refused != (c.usedBy != "") {
			t.Errorf("%s: %+v", c.why, got)
		}
	}
	for value, usedBy := range map[string]string{strongValue: "the connector " + first, abroad: "an object of another"} {
		p := w.do("POST", pathConnectors, valued("second", value)).
			refusedBy(api.RuleForbidSecretReuse, "/credentials/api_key")
		if !strings.Contains(p.Detail, "in use by "+usedBy) {
			t.Errorf("the refusal has other words: %s", p.Detail)
		}
	}
	w.do("POST", pathConnectors, valued("second", free)).want(201)
	if got := w.actions(policy); len(got) != 1+6 { // its create, and what was found
		t.Errorf("the audit has %q", got)
	}
	for _, e := range w.audit() {
		if e.Action == "find_reused_value" && (e.Environment != "staging" || strings.Contains(e.Detail["used_by"], there)) {
			t.Errorf("the audit has %+v", e)
		}
	}
}

// TestCheckValueIsNoOracle: who neither reveals nor writes is not answered, and no one is answered without end.
func TestCheckValueIsNoOracle(t *testing.T) {
	w := newWorld(t)
	w.do("POST", pathConnectors, valued("first", strongValue)).want(201)
	w.govern(object{"forbid_secret_reuse": true})
	for _, role := range []string{api.RoleAuditor, api.RoleSecurity, api.RoleRuntime} {
		w.as(role, "POST", pathCheckValue, object{"value": strongValue}).problem(api.CodeForbidden, "")
	}
	blind, _ := w.workload(api.RolePlanner, api.PermissionReveal)
	w.send(blind, "POST", pathCheckValue, object{"value": strongValue}).problem(api.CodeForbidden, "")
	for _, id := range []string{"x", "tok_1", "con_1/../..", strings.Repeat("con_1", 20)} {
		w.do("POST", pathCheckValue, object{"id": id, "value": strongValue}).problem(api.CodeInvalid, "/id")
	}

	ask := func(role string) *reply { return w.as(role, "POST", pathCheckValue, object{"value": "x"}) }
	for range 600 {
		ask(api.RolePlanner).want(200)
	}
	ask(api.RolePlanner).problem(api.CodeRateLimited, "")
	ask(api.RoleOperator).want(200)
	w.clock.Advance(time.Second)
	ask(api.RolePlanner).want(200)
	ask(api.RolePlanner).problem(api.CodeRateLimited, "")
}
