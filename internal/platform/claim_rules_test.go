package platform_test

import (
	"maps"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
)

// TestOrderlyEndIsNeverAdopted: a lost state, a copied root and a second alias get nothing of what another run made.
func TestOrderlyEndIsNeverAdopted(t *testing.T) {
	for name, end := range map[string]func(w *world, first *instance){
		"at once":              func(*world, *instance) {},
		"after its lease":      func(w *world, _ *instance) { w.lapse() },
		"after a restart":      func(w *world, _ *instance) { w.restart() },
		"ended again, and not": func(_ *world, first *instance) { first.end(false) },
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			first := w.instance()
			id, claim := first.makes(api.RotationPolicies, aPolicy)
			first.end(true)
			end(w, first)
			w.instance().taken(api.RotationPolicies, aPolicy, api.TakenEndedInOrder)
			w.present(api.RotationPolicies, id, claim).want(200)
		})
	}
}

// TestTwoEqualBlocks: the second one of a run does not get what the first one made.
func TestTwoEqualBlocks(t *testing.T) {
	w := newWorld(t)
	i := w.instance()
	i.makes(api.RotationPolicies, aPolicy)
	i.taken(api.RotationPolicies, aPolicy, api.TakenSameRun)
	w.lapse()
	i.taken(api.RotationPolicies, aPolicy, api.TakenSameRun)
}

// TestPresentedIsNeverAdopted: what a state has stays its own, however its run ended.
func TestPresentedIsNeverAdopted(t *testing.T) {
	w := newWorld(t)
	id, claim := w.instance().makes(api.RotationPolicies, aPolicy)
	w.present(api.RotationPolicies, id, claim).want(200)
	w.lapse()
	w.instance().taken(api.RotationPolicies, aPolicy, api.TakenPresented)
	w.present(api.RotationPolicies, id, claim).want(200)
}

// TestOnlyTheClaimClaims: reading without it, or with another one, revealing and referring claim nothing.
func TestOnlyTheClaimClaims(t *testing.T) {
	w := newWorld(t)
	connector := w.newConnector("c", nil).ID
	body := tokenBody("n", connector, object{"rotation_policy_id": w.newPolicy("w", nil).ID})
	id, _ := w.instance().makes(api.ScopedTokens, body)
	policy, _ := w.instance().makes(api.RotationPolicies, aPolicy)
	w.do("GET", pathTokens+"/"+id, nil).want(200)
	w.present(api.ScopedTokens, id, strings.Repeat("x", 26)).want(200)
	w.do("GET", pathTokens+"?name=n", nil).want(200)
	w.reveal(id, 1)
	w.newToken("other", connector, object{"rotation_policy_id": policy})
	w.lapse()
	w.instance().adopts(api.ScopedTokens, body, id)
	w.instance().adopts(api.RotationPolicies, aPolicy, policy)
}

// TestMadeByHandIsNeverAdopted: a create without a claim makes what no run gets.
func TestMadeByHandIsNeverAdopted(t *testing.T) {
	w := newWorld(t)
	w.do("POST", pathPolicies, aPolicy).want(201)
	w.lapse()
	w.instance().taken(api.RotationPolicies, aPolicy, api.TakenUnclaimed)
	w.do("POST", pathPolicies, aPolicy).problem(api.CodeNameTaken, "/name")
	for _, h := range [][]header{
		{{api.HeaderRun, "run_00000000000000000000000000"}},
		{{api.HeaderClaim, strings.Repeat("x", 26)}},
		{{api.HeaderRun, "run_1"}, {api.HeaderClaim, strings.Repeat("x", 26)}},
		{{api.HeaderRun, "run_00000000000000000000000000"}, {api.HeaderClaim, "short"}},
	} {
		w.do("POST", pathPolicies, object{"name": "q", "interval": "1d"}, h...).problem(api.CodeInvalid, "")
	}
}

func TestAdoptionEndsAfterTwoHours(t *testing.T) {
	w := newWorld(t)
	id, _ := w.instance().makes(api.RotationPolicies, aPolicy)
	w.clock.Advance(api.AdoptionWindow - time.Second)
	w.instance().adopts(api.RotationPolicies, aPolicy, id)
	w.clock.Advance(api.AdoptionWindow)
	w.instance().taken(api.RotationPolicies, aPolicy, api.TakenTooOld)
}

func TestChangedIsNotAdopted(t *testing.T) {
	w := newWorld(t)
	id, _ := w.instance().makes(api.RotationPolicies, aPolicy)
	w.do("PATCH", pathPolicies+"/"+id, object{"description": "by hand"}).want(200)
	w.lapse()
	w.instance().taken(api.RotationPolicies, aPolicy, api.TakenChanged)
}

// TestSuppliedSecretIsPartOfTheSpecification: another value makes another specification.
func TestSuppliedSecretIsPartOfTheSpecification(t *testing.T) {
	w := newWorld(t)
	body := w.creations()[api.Connectors]
	id, _ := w.instance().makes(api.Connectors, body)
	w.lapse()
	other := maps.Clone(body)
	other["credentials"] = object{"password": "CANARY-another"}
	w.instance().taken(api.Connectors, other, api.TakenOtherSpecification)
	w.instance().adopts(api.Connectors, body, id)
	if files := string(w.files()); strings.Contains(files, "CANARY-supplied") {
		t.Error("the database has the supplied value")
	}
}

// TestLease: a run lives as long as it renews its lease, over a restart of the platform, and is its principal's alone.
func TestLease(t *testing.T) {
	w := newWorld(t)
	first := w.instance()
	first.renew().problem(api.CodeNotFound, "")
	id, _ := first.makes(api.RotationPolicies, aPolicy)
	for range 10 {
		w.clock.Advance(api.RunLease - time.Second)
		run := decoded[api.Run](first.renew().want(200))
		if want := w.clock.Now().Add(api.RunLease); run.ID != first.run || !run.LeaseUntil.Equal(want) || run.InOrder {
			t.Fatalf("%+v", run)
		}
	}
	w.clock.Advance(api.RunLease - 2*time.Second)
	_, r := w.instance().create(api.RotationPolicies, aPolicy)
	r.problem(api.CodeInProgress, "/name")
	if wait := r.header.Get("Retry-After"); wait != "2" {
		t.Errorf("wait %s", wait)
	}

	other := &instance{w: w, token: operatorOf(w), run: first.run}
	other.renew().problem(api.CodeNotFound, "")
	w.send(other.token, "POST", "/v1/runs/"+first.run+"/end", object{"in_order": false}).problem(api.CodeNotFound, "")
	_, r = other.create(api.RotationPolicies, object{"name": "q", "interval": "1d"})
	r.problem(api.CodeInvalid, "")

	w.clock.Advance(time.Minute) // the platform was down for a minute, and so the run could not renew
	w.restart()
	_, r = w.instance().create(api.RotationPolicies, aPolicy)
	r.problem(api.CodeInProgress, "/name")

	first.end(false)
	next := w.instance()
	next.adopts(api.RotationPolicies, aPolicy, id)
	first.renew().problem(api.CodeConflict, "")
	_, r = first.create(api.RotationPolicies, object{"name": "q", "interval": "1d"}) // it was on its way for long
	r.problem(api.CodeConflict, "")
}

// TestReadSurvivesAClaimThatCannotBeStored: the next read presents it again.
func TestReadSurvivesAClaimThatCannotBeStored(t *testing.T) {
	w := newWorld(t)
	id, claim := w.instance().makes(api.RotationPolicies, aPolicy)
	mend := w.breakTable("UPDATE", "claims")
	w.present(api.RotationPolicies, id, claim).want(200)
	if !strings.Contains(w.log.String(), "a claim was not stored") {
		t.Error("the log does not say so")
	}
	mend()
	w.present(api.RotationPolicies, id, claim).want(200)
	w.lapse()
	w.instance().taken(api.RotationPolicies, aPolicy, api.TakenPresented)
}

// TestOrphans: what no state has is listed after a day, and nothing happens to it.
func TestOrphans(t *testing.T) {
	w := newWorld(t)
	i := w.instance()
	bodies := w.creations()
	want := map[string]string{}
	for kind, body := range bodies {
		id, _ := i.makes(kind, body)
		want[id] = kind.Path
	}
	claimed, claim := i.makes(api.RotationPolicies, object{"name": "claimed", "interval": "1d"})
	w.present(api.RotationPolicies, claimed, claim).want(200)
	deleted, _ := i.makes(api.RotationPolicies, object{"name": "deleted", "interval": "1d"})
	w.do("DELETE", pathPolicies+"/"+deleted, nil).want(204)
	orphans := func(query string) api.Page[api.Orphan] {
		t.Helper()
		return decoded[api.Page[api.Orphan]](w.as(api.RoleAuditor, "GET", "/v1/orphans"+query, nil).want(200))
	}
	w.clock.Advance(api.OrphanAge - time.Second)
	if got := orphans("").Items; len(got) != 0 {
		t.Errorf("too early: %+v", got)
	}
	w.clock.Advance(time.Second)
	got := map[string]string{}
	for next, first := "", true; first || next != ""; first = false {
		page := orphans("?page_size=2&page_token=" + next)
		next = page.NextPageToken
		for _, o := range page.Items {
			got[o.ID] = o.Kind
			if o.CreatedByName != api.RoleDeployer || o.RunID != i.run || !o.CreatedAt.Equal(epoch) || o.Name == "" {
				t.Errorf("%+v", o)
			}
		}
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("orphans (-want +got):\n%s", diff)
	}
	for name, foreign := range w.foreign {
		if got := w.send(foreign, "GET", "/v1/orphans", nil).want(200); !strings.Contains(string(got.body), `"items":[]`) {
			t.Errorf("%s sees %s", name, got.body)
		}
	}
}

// TestOldClaimsAreForgotten: what decides nothing any more goes, and what still tells something stays.
func TestOldClaimsAreForgotten(t *testing.T) {
	w := newWorld(t)
	one, two, three := object{"name": "one", "interval": "1d"}, object{"name": "two", "interval": "1d"}, aPolicy
	orphan, _ := w.instance().makes(api.RotationPolicies, one)
	claimed, claim := w.instance().makes(api.RotationPolicies, two)
	w.present(api.RotationPolicies, claimed, claim).want(200)
	adopted, lost := w.instance().makes(api.RotationPolicies, three)
	w.lapse()
	w.instance().adopts(api.RotationPolicies, three, adopted)
	deleted, _ := w.instance().makes(api.RotationPolicies, object{"name": "four", "interval": "1d"})
	w.do("DELETE", pathPolicies+"/"+deleted, nil).want(204)
	w.clock.Advance(48 * time.Hour)
	w.sweep()
	w.wantRows("runs", 0)
	w.wantRows("claims", 4) // of the orphan, of what a state has, and both of the adopted one
	w.present(api.RotationPolicies, adopted, lost).problem(api.CodeClaimSuperseded, "")
	w.present(api.RotationPolicies, claimed, claim).want(200)
	if got := string(w.do("GET", "/v1/orphans", nil).want(200).body); !strings.Contains(got, orphan) {
		t.Errorf("the orphan is not in %s", got)
	}
	w.instance().taken(api.RotationPolicies, one, api.TakenTooOld)
	w.instance().taken(api.RotationPolicies, two, api.TakenPresented)
}

// TestTamperedClaimDecidesNothing: who writes to the database cannot get an object adopted.
func TestTamperedClaimDecidesNothing(t *testing.T) {
	for name, change := range map[string]string{
		"not presented":     `UPDATE claims SET presented_at = 0`,
		"another principal": `UPDATE claims SET principal = (SELECT id FROM principals WHERE role = 'operator')`,
		"a shorter lease":   `UPDATE runs SET lease_until = 1`,
		"out of order":      `UPDATE runs SET in_order = 0`,
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			first := w.instance()
			id, claim := first.makes(api.RotationPolicies, aPolicy)
			if strings.Contains(change, "in_order") {
				first.end(true)
			}
			if strings.Contains(change, "presented_at") {
				w.present(api.RotationPolicies, id, claim).want(200)
			}
			w.tamper(change)
			_, r := w.instance().create(api.RotationPolicies, aPolicy)
			r.problem(api.CodeInternal, "")
		})
	}
}

// wantRows fails the test unless a table has so many rows.
func (w *world) wantRows(table string, want int) {
	w.t.Helper()
	var n int
	if w.query(`SELECT COUNT(*) FROM `+table, &n); n != want {
		w.t.Errorf("%d rows in %s, want %d", n, table, want)
	}
}
