package client

import (
	"context"
	"net/http"
	"reflect"
	"slices"
	"testing"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/secret"
)

// keeping are the methods that send something else than a GET, after which a list that was read before still counts:
// nothing that a read of an object shows has changed.
var keeping = []string{
	"Client.Identify",                // a question
	"EnvironmentPolicies.Check",      // a question
	"EnvironmentPolicies.CheckValue", // a question
	"Client.Flush",                   // the claims of a list: what it shows of them is used once
	"AccessTokens.Extend",            // no object is an access token
	"AccessTokens.Revoke",            // no object is an access token
	"ScopedTokens.Open",              // makes what no read shows
	"Client.BeginLogin",              // no object is a login
	"Client.PollLogin",               // no object is a login
	"Client.EndLogin",                // no object is a login
	"Runs.Renew",                     // no object is a run
	"Runs.End",                       // no object is a run
	"ScopedTokens.Reveal",            // shows a value
	"SigningSecrets.Reveal",          // shows a value
}

// unsent are the methods that send nothing.
var unsent = []string{"Client.For"}

// Every method that may change something makes what was read before worthless. A new method that sends its request by
// another way than do, or that is said to change nothing, fails here.
func TestEveryWriteInvalidates(t *testing.T) {
	s := serve(t, problem(api.CodeForbidden))
	c := newClient(t, s.URL, nil).For(api.Identity{Tenant: "acme", Environment: "staging"})
	c.refresh.claims.waiting = []api.PresentedClaim{{ID: connectorID}}
	writing := 0
	for name, call := range callsOf(t, c) {
		sent := len(s.seen())
		before := c.writes.now()
		call()
		after := c.writes.now()
		requests := s.seen()[sent:]
		writes := slices.ContainsFunc(requests, func(r recorded) bool { return r.method != http.MethodGet })
		switch {
		case len(requests) == 0 && !slices.Contains(unsent, name):
			t.Errorf("%s sent nothing: give the test arguments that it accepts", name)
		case writes && slices.Contains(keeping, name):
			if before != after {
				t.Errorf("%s makes what was read before worthless", name)
			}
		case writes:
			// Both the beginning and the end count, also of a request that fails.
			if writing++; after < before+2 {
				t.Errorf("%s changes something, and what was read before still counts", name)
			}
		case before != after:
			t.Errorf("%s only reads", name)
		}
	}
	if writing < 35 {
		t.Errorf("%d methods write: the test does not find them", writing)
	}
}

// callsOf returns a call of every method of the client and of what its methods without arguments return.
func callsOf(t *testing.T, c *Client) map[string]func() {
	t.Helper()
	calls := map[string]func(){}
	var collect func(of reflect.Value)
	collect = func(of reflect.Value) {
		typ := reflect.Indirect(of).Type().Name()
		for i := range of.NumMethod() {
			method := of.Method(i)
			signature := method.Type()
			if signature.NumIn() == 0 && signature.NumOut() == 1 {
				collect(method.Call(nil)[0])
				continue
			}
			calls[typ+"."+of.Type().Method(i).Name] = func() { take(method.Call(argumentsOf(t, signature))) }
		}
	}
	collect(reflect.ValueOf(c))
	return calls
}

// take takes the first element of an iterator, which sends nothing before.
func take(results []reflect.Value) {
	for _, r := range results {
		if r.Kind() != reflect.Func || !r.Type().CanSeq2() {
			continue
		}
		for range r.Seq2() {
			break
		}
	}
}

// argumentsOf makes arguments that a method accepts: any id, and a value in the place of each secret.
func argumentsOf(t *testing.T, signature reflect.Type) (out []reflect.Value) {
	t.Helper()
	for in := range signature.Ins() {
		arg := reflect.New(in).Elem()
		switch {
		case in == reflect.TypeFor[context.Context]():
			arg.Set(reflect.ValueOf(t.Context()))
		case in == reflect.TypeFor[secret.Value]():
			arg.Set(reflect.ValueOf(secret.New("CANARY-value")))
		case in == reflect.TypeFor[*Claim]():
			arg.Set(reflect.ValueOf(NewClaim(NewRunID())))
		case in.Kind() == reflect.String:
			arg.SetString(connectorID)
		}
		out = append(out, arg)
	}
	return out
}
