package platform_test

import (
	"slices"
	"sync"
	"testing"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/oidctest"
)

// held begins an exchange whose issuer does not answer yet, and returns once it waits for the issuer. The function
// that it returns lets the issuer answer, and returns what came of the exchange.
func (i *issued) held() (end func() *reply) {
	i.t.Helper()
	i.p.Fail(oidctest.Fault{Path: oidctest.KeysPath, Hold: true})
	jwt := i.p.Sign(i.with(nil))
	done := make(chan *reply, 1)
	go func() { done <- i.exchangesJWT(jwt, "identity", i.id) }()
	for !slices.ContainsFunc(i.p.Requests(oidctest.KeysPath), func(r oidctest.Request) bool { return r.Held }) {
		select {
		case r := <-done:
			i.t.Fatalf("the exchange did not wait for its issuer: %d %s", r.status, r.body)
		default:
		}
	}
	return func() *reply {
		i.p.ClearFaults()
		return <-done
	}
}

// TestIdentityIsWrittenMeanwhile: while an exchange waits for its issuer, the identity can be written. What was decided
// about it before does not count then.
func TestIdentityIsWrittenMeanwhile(t *testing.T) {
	for name, write := range map[string]func(i *issued){
		"narrowed": func(i *issued) {
			i.do("PATCH", pathIdentities+"/"+i.id, object{"claims": object{"organization_id": "o-2"}}).want(200)
		},
		"with another role": func(i *issued) {
			i.do("PATCH", pathIdentities+"/"+i.id, object{"role": api.RolePlanner}).want(200)
		},
		"deleted": func(i *issued) { i.do("DELETE", pathIdentities+"/"+i.id, nil).want(204) },
	} {
		t.Run(name, func(t *testing.T) {
			i := newIssued(t, api.PresetBuildkite, nil)
			end := i.held()
			write(i)
			end().problem(api.CodeInvalidGrant, "")
			events := i.audit()
			last := events[len(events)-1]
			if last.Action != "refuse_exchange" || last.ObjectID != i.id || last.Detail["reason"] != "identity_changed" {
				t.Errorf("the last event is %+v", last)
			}
		})
	}
}

// TestHungIssuerHoldsNobodyUp: while an issuer does not answer, JWTs of another one are exchanged, and the platform
// reads and writes. Exchanges that wait for it end with its answer.
func TestHungIssuerHoldsNobodyUp(t *testing.T) {
	i := newIssued(t, api.PresetBuildkite, nil)
	s := newSigner(t, "k1")
	other := i.newIdentity("other", object{"jwks": s.jwks()}).ID
	end := i.held()
	i.exchangesJWT(s.sign(i.gitHubClaims(nil)), "identity", other).want(200)
	i.newConnector("chat", nil)
	i.do("GET", "/v1/identity", nil).want(200)
	end().want(200)
}

// TestManyExchangesFetchKeysOnce: 50 exchanges at the same time need the keys of one issuer, which is asked once.
func TestManyExchangesFetchKeysOnce(t *testing.T) {
	i := newIssued(t, api.PresetBuildkite, nil)
	end := i.held()
	jwt := i.p.Sign(i.with(nil))
	var all sync.WaitGroup
	var statuses [49]int
	for n := range statuses {
		all.Go(func() { statuses[n] = i.exchangesJWT(jwt, "identity", i.id).status })
	}
	end().want(200)
	all.Wait()
	for n, status := range statuses {
		if status != 200 {
			t.Errorf("exchange %d: status %d", n, status)
		}
	}
	if n := i.fetches(); n != 1 {
		t.Errorf("%d fetches", n)
	}
}

// TestExchangeFromAnotherAddress: an identity that may be used from certain addresses takes no JWT from another one,
// and its issuer is not even asked.
func TestExchangeFromAnotherAddress(t *testing.T) {
	i := newIssued(t, api.PresetBuildkite, object{"allowed_cidrs": []string{"192.0.2.0/24"}})
	if got := i.reasonNow(i.p.Sign(i.with(nil))); got != "address" {
		t.Errorf("refused for %s", got)
	}
	if n := i.fetches(); n != 0 {
		t.Errorf("%d fetches for a JWT that no key could help", n)
	}
	i.do("PATCH", pathIdentities+"/"+i.id, object{"allowed_cidrs": []string{"192.0.2.0/24", "127.0.0.0/8"}}).want(200)
	i.takes()
}
