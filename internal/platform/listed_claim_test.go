package platform_test

import (
	"bytes"
	"compress/gzip"
	"encoding/json"
	"io"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
)

// listed returns an object as the list of its kind has it, and its claim apart.
func (w *world) listed(kind api.Kind, id string) (members map[string]any, claim *api.ObjectClaim) {
	w.t.Helper()
	items, _ := allPages[map[string]any](w, kind.Route()+"?", api.PageSize)
	for _, item := range items {
		if item["id"] != id {
			continue
		}
		if has, ok := item["claim"].(map[string]any); ok {
			claim = &api.ObjectClaim{}
			claim.Digest, _ = has["digest"].(string)
			claim.Presented, _ = has["presented"].(bool)
		}
		delete(item, "claim")
		return item, claim
	}
	w.t.Fatalf("%s is in no list", id)
	return nil, nil
}

func (w *world) presentAll(claims ...api.PresentedClaim) *reply {
	w.t.Helper()
	return w.as(api.RolePlanner, "POST", "/v1/claims/present", api.PresentClaims{Claims: claims})
}

// A reader of lists must learn what a reader of single objects learns.
func TestListItemIsWhatAReadAnswers(t *testing.T) {
	w := newWorld(t)
	for kind, body := range w.creations() {
		t.Run(kind.Singular, func(t *testing.T) {
			w := w.in(t)
			run := w.instance()
			id, claim := run.makes(kind, body)
			var read map[string]any
			if err := json.Unmarshal(w.as(api.RolePlanner, "GET", kind.Route(id), nil).want(200).body, &read); err != nil {
				t.Fatal(err)
			}
			item, has := w.listed(kind, id)
			if diff := cmp.Diff(read, item); diff != "" {
				t.Errorf("the list differs from the read:\n%s", diff)
			}
			want := api.ObjectClaim{Digest: api.ClaimDigest(id, claim)}
			if has == nil || *has != want {
				t.Errorf("the claim is %+v, want %+v", has, want)
			}
			w.presentAll(api.PresentedClaim{ID: id, Claim: claim}).want(204)
			want.Presented = true
			if _, has = w.listed(kind, id); has == nil || *has != want {
				t.Errorf("the claim is %+v after it was presented", has)
			}
			w.lapse()
			w.instance().taken(kind, body, api.TakenPresented)
		})
	}
}

// A claim that was superseded must not look like one that counts, also where an older build has forgotten that one.
func TestListShowsThatAnObjectWasAdopted(t *testing.T) {
	w := newWorld(t)
	id, lost := w.instance().makes(api.RotationPolicies, aPolicy)
	w.lapse()
	claim := w.instance().adopts(api.RotationPolicies, aPolicy, id)
	if _, has := w.listed(api.RotationPolicies, id); has == nil || has.Digest != api.ClaimDigest(id, claim) {
		t.Errorf("the claim is %+v after the adoption", has)
	}
	other, plain := w.instance().makes(api.RotationPolicies, object{"name": "q", "interval": "30d"})
	w.presentAll(
		api.PresentedClaim{ID: id, Claim: lost}, // is superseded, which says nothing of the others
		api.PresentedClaim{ID: id, Claim: claim}, api.PresentedClaim{ID: other, Claim: plain},
		api.PresentedClaim{ID: "pol_0000000000000000000000000A", Claim: plain},
	).want(204)
	w.clock.Advance(25 * time.Hour)
	if err := w.p.Sweep(t.Context()); err != nil {
		t.Fatal(err)
	}
	for o, its := range map[string]string{id: claim, other: plain} {
		_, has := w.listed(api.RotationPolicies, o)
		if has == nil || *has != (api.ObjectClaim{Digest: api.ClaimDigest(o, its), Presented: true}) {
			t.Errorf("the claim of what a state has is %+v after a day", has)
		}
	}
	w.tamper(`DELETE FROM claims WHERE presented_at > 0 AND superseded_at = 0`)
	if _, has := w.listed(api.RotationPolicies, id); has == nil || *has != (api.ObjectClaim{Presented: true}) {
		t.Errorf("the claim of the adopted object is %+v once it is forgotten", has)
	}
	if _, has := w.listed(api.RotationPolicies, other); has != nil {
		t.Errorf("the claim of the other object is %+v once it is forgotten", has)
	}
	w.present(api.RotationPolicies, id, lost).problem(api.CodeClaimSuperseded, "")
}

func TestPresentedClaimsAreChecked(t *testing.T) {
	w := newWorld(t)
	one := api.PresentedClaim{ID: "pol_0000000000000000000000000A", Claim: strings.Repeat("x", 26)}
	w.presentAll().problem(api.CodeInvalid, "/claims")
	many := make([]api.PresentedClaim, api.PageSize+1)
	for i := range many {
		many[i] = one
	}
	w.presentAll(many...).problem(api.CodeInvalid, "/claims")
	w.presentAll(many[1:]...).want(204)
	w.as(api.RoleRuntime, "POST", "/v1/claims/present", api.PresentClaims{Claims: many[:1]}).
		problem(api.CodeForbidden, "")
}

// The pages of lists are compressed, and nothing else.
func TestListsAreCompressed(t *testing.T) {
	w := newWorld(t)
	token := w.newToken("n", w.newConnector("c", nil).ID, nil)
	plain := w.as(api.RoleDeployer, "GET", pathTokens, nil, header{"Accept-Encoding", "identity"}).want(200)
	for encoding, want := range map[string]bool{
		"gzip": true, "br, gzip;q=0.5": true, "gzip;q=0": false, "gzip; q=0.0": false, "br": false, "x-gzip": false,
	} {
		r := w.as(api.RoleDeployer, "GET", pathTokens, nil, header{"Accept-Encoding", encoding}).want(200)
		if got := r.header.Get("Content-Encoding") == "gzip"; got != want {
			t.Fatalf("%q: compressed is %v", encoding, got)
		}
		body := r.body
		if want {
			unzipped, err := gzip.NewReader(bytes.NewReader(r.body))
			if err != nil {
				t.Fatal(err)
			}
			if body, err = io.ReadAll(unzipped); err != nil {
				t.Fatal(err)
			}
		}
		if string(body) != string(plain.body) {
			t.Errorf("%q: the body is %s", encoding, body)
		}
	}
	gzipped := header{"Accept-Encoding", "gzip"}
	for _, r := range []*reply{
		w.as(api.RoleDeployer, "GET", pathTokens+"/"+token.ID, nil, gzipped),
		w.as(api.RoleDeployer, "POST", pathTokens+"/"+token.ID+"/versions/1/reveal", nil, gzipped),
		w.as(api.RoleRuntime, "GET", pathTokens, nil, gzipped),
	} {
		if r.header.Get("Content-Encoding") != "" {
			t.Errorf("%s: status %d is compressed", r.what, r.status)
		}
	}
	bad := w.as(api.RoleDeployer, "GET", pathTokens+"?page_size=0", nil, gzipped)
	if unzipped, err := gzip.NewReader(bytes.NewReader(bad.body)); err == nil {
		bad.body, _ = io.ReadAll(unzipped)
	}
	bad.problem(api.CodeInvalid, "")
}

func TestIdentityCountsTheObjects(t *testing.T) {
	w := newWorld(t)
	connector := w.newConnector("c", nil)
	for _, name := range []string{"a", "b"} {
		w.newToken(name, connector.ID, nil)
	}
	want := map[string]int64{
		api.KindConnectors: 1, api.KindScopedTokens: 2, api.KindWebhookEndpoints: 0, api.KindSigningSecrets: 0,
		api.KindRotationPolicies: 0, api.KindWorkloadIdentities: 0,
	}
	if diff := cmp.Diff(want, w.me(w.tokens[api.RolePlanner]).Objects); diff != "" {
		t.Error(diff)
	}
	if got := w.me(w.tokens[api.RoleRuntime]).Objects; got != nil {
		t.Errorf("a role that may not read learns %v", got)
	}
	w.as(api.RoleDeployer, "DELETE", pathTokens+"/"+w.newToken("x", connector.ID, nil).ID, nil).want(204)
	if diff := cmp.Diff(want, w.me(w.tokens[api.RolePlanner]).Objects); diff != "" {
		t.Error(diff)
	}
}
