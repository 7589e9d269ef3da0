package client

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"sync"
	"testing"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
)

// listed is a handler of a few tokens: single reads, and a list in pages of two.
type listed struct {
	mu     sync.Mutex
	tokens []api.ScopedToken
	single int
	pages  int
	fail   func(page int) bool // nil: no page fails
	claims []string            // presented one by one
	bulk   [][]api.PresentedClaim
}

func (l *listed) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	l.mu.Lock()
	defer l.mu.Unlock()
	switch {
	case r.Method == http.MethodPost && r.URL.Path == "/v1/claims/present":
		var in api.PresentClaims
		_ = json.NewDecoder(r.Body).Decode(&in)
		l.bulk = append(l.bulk, in.Claims)
		w.WriteHeader(http.StatusNoContent)
	case r.Method == http.MethodPatch:
		respondJSON(l.tokens[0])(w, r)
	case r.URL.Path == "/v1/scoped-tokens":
		l.pages++
		if l.fail != nil && l.fail(l.pages) {
			problem(api.CodeInternal)(w, r)
			return
		}
		var first int
		_, _ = fmt.Sscan(r.URL.Query().Get("page_token"), &first)
		page := api.Page[api.ScopedToken]{Items: l.tokens[first:min(first+2, len(l.tokens))]}
		if first+2 < len(l.tokens) {
			page.NextPageToken = fmt.Sprint(first + 2)
		}
		respondJSON(page)(w, r)
	default:
		l.single++
		l.claims = append(l.claims, r.Header.Get(api.HeaderClaim))
		for _, t := range l.tokens {
			if strings.HasSuffix(r.URL.Path, t.ID) {
				t.Claim, t.Description = nil, nil
				respondJSON(t)(w, r)
				return
			}
		}
		problem(api.CodeNotFound)(w, r)
	}
}

func tokenID(n int) string { return fmt.Sprintf("tok_01ARZ3NDEKTSV4RRFFQ69G%04d", n) }

// tokensBehind returns a client whose reads are of one refresh of n tokens.
func tokensBehind(t *testing.T, n int) (*listed, *Client) {
	t.Helper()
	l := &listed{}
	fromTheList := "from the list"
	for i := range n {
		l.tokens = append(l.tokens, api.ScopedToken{Object: api.Object{
			ID: tokenID(i), Name: fmt.Sprintf("t-%d", i), Tenant: "acme", Environment: "staging", Description: &fromTheList,
		}})
	}
	s := serve(t, func(w http.ResponseWriter, r *http.Request) {
		r.Body = http.NoBody
		l.ServeHTTP(w, r)
	})
	c := newClient(t, s.URL, func(cfg *Config) { cfg.MaxRetries = 0 })
	who := here()
	who.Objects = map[string]int64{api.KindScopedTokens: int64(n)}
	return l, c.For(who)
}

func wasListed(t *api.ScopedToken) bool { return t.Description != nil }

func TestRefreshedReadsCombine(t *testing.T) {
	l, c := tokensBehind(t, 9)
	for i := range 9 {
		got, err := c.ScopedTokens().Refreshed(t.Context(), tokenID(i), "")
		if err != nil || got.ID != tokenID(i) || wasListed(got) != (i >= 4) {
			t.Fatalf("%d: %+v, %v", i, got, err)
		}
	}
	if l.single != 4 || l.pages != 5 {
		t.Errorf("%d single reads and %d pages", l.single, l.pages)
	}
}

// A platform that counts no objects is older: its lists do not say which claim counts.
func TestOlderPlatformIsReadOneByOne(t *testing.T) {
	l, c := tokensBehind(t, 9)
	who := here()
	c = c.For(who)
	for i := range 9 {
		if _, err := c.ScopedTokens().Refreshed(t.Context(), tokenID(i), ""); err != nil {
			t.Fatal(err)
		}
	}
	if l.single != 9 || l.pages != 0 {
		t.Errorf("%d single reads and %d pages", l.single, l.pages)
	}
}

// What a list lacks may exist, and only a read of the object proves that it does not.
func TestMissInAListIsConfirmed(t *testing.T) {
	l, c := tokensBehind(t, 9)
	for i := range 4 {
		_, _ = c.ScopedTokens().Refreshed(t.Context(), tokenID(i), "")
	}
	_, err := c.ScopedTokens().Refreshed(t.Context(), tokenID(77), "")
	if !IsNotFound(err) || l.single != 5 {
		t.Errorf("%v after %d single reads", err, l.single)
	}
	l.mu.Lock()
	l.tokens = append(l.tokens, api.ScopedToken{Object: api.Object{
		ID: tokenID(78), Name: "late", Tenant: "acme", Environment: "staging",
	}})
	l.mu.Unlock()
	if got, err := c.ScopedTokens().Refreshed(t.Context(), tokenID(78), ""); err != nil || got.Name != "late" {
		t.Errorf("%+v, %v", got, err)
	}
}

func TestFailureOfAListFallsBack(t *testing.T) {
	l, c := tokensBehind(t, 9)
	l.fail = func(page int) bool { return page == 3 }
	for i := range 9 {
		if _, err := c.ScopedTokens().Refreshed(t.Context(), tokenID(i), ""); err != nil {
			t.Fatal(i, err)
		}
	}
	// The first two pages have brought 0 to 3, which were read by then.
	if l.single != 9 || l.pages != 3 {
		t.Errorf("%d single reads and %d pages", l.single, l.pages)
	}
}

// A list with an object of another environment is no list of this one.
func TestForeignObjectInAListFallsBack(t *testing.T) {
	l, c := tokensBehind(t, 9)
	l.tokens[8].Environment = "production"
	for i := range 8 {
		if _, err := c.ScopedTokens().Refreshed(t.Context(), tokenID(i), ""); err != nil {
			t.Fatal(i, err)
		}
	}
	_, err := c.ScopedTokens().Refreshed(t.Context(), tokenID(8), "")
	if err == nil {
		t.Error("the object of another environment was taken")
	}
}

// A write between two reads ends what was collapsed, and the reads begin anew.
func TestWriteEndsTheRefresh(t *testing.T) {
	_, c := tokensBehind(t, 9)
	read := func(i int) bool {
		t.Helper()
		got, err := c.ScopedTokens().Refreshed(t.Context(), tokenID(i), "")
		if err != nil {
			t.Fatal(err)
		}
		return wasListed(got)
	}
	for i := range 5 {
		read(i)
	}
	if !read(5) {
		t.Fatal("the walk does not serve")
	}
	if _, err := c.ScopedTokens().Patch(t.Context(), tokenID(0), api.ScopedTokenPatch{}, Write{}); err != nil {
		t.Fatal(err)
	}
	if read(6) {
		t.Error("a read after a write has data from before it")
	}
	// Another configuration of the provider in this process writes to the same platform.
	other := newClient(t, c.base.String(), nil)
	for i := range 4 {
		read(i)
	}
	if !read(4) {
		t.Fatal("the next walk does not serve")
	}
	_, _ = other.Connectors().Create(t.Context(), withCredential)
	if read(7) {
		t.Error("a read after a write of another client has data from before it")
	}
}

// The claim that a list shows is compared with the one of the state.
func TestRefreshedComparesClaims(t *testing.T) {
	l, c := tokensBehind(t, 9)
	claim := strings.Repeat("x", 26)
	l.tokens[4].Claim = &api.ObjectClaim{Digest: api.ClaimDigest(tokenID(4), claim)}
	l.tokens[5].Claim = &api.ObjectClaim{Digest: api.ClaimDigest(tokenID(5), claim), Presented: true}
	l.tokens[6].Claim = &api.ObjectClaim{Digest: api.ClaimDigest(tokenID(6), "another"), Presented: true}
	l.tokens[7].Claim = &api.ObjectClaim{Presented: true} // it was adopted, and the claim is forgotten
	for i := range 9 {
		got, err := c.ScopedTokens().Refreshed(t.Context(), tokenID(i), claim)
		if want := i == 4 || i == 5 || i == 8; err != nil || wasListed(got) != want {
			t.Errorf("%d: from the list: %v, want %v (%v)", i, wasListed(got), want, err)
		}
	}
	for i, presented := range l.claims {
		if presented != claim {
			t.Errorf("single read %d has the claim %q", i, presented)
		}
	}
	c.Flush(t.Context())
	c.Flush(t.Context())
	if len(l.bulk) != 1 {
		t.Errorf("presented %+v", l.bulk)
	}
}

// Reads that come together share one walk.
func TestWalkIsSingleFlight(t *testing.T) {
	l, c := tokensBehind(t, 40)
	var all sync.WaitGroup
	for i := range 40 {
		all.Go(func() {
			if got, err := c.ScopedTokens().Refreshed(t.Context(), tokenID(i), ""); err != nil || got.ID != tokenID(i) {
				t.Errorf("%d: %+v, %v", i, got, err)
			}
		})
	}
	all.Wait()
	if l.single != 4 || l.pages != 20 {
		t.Errorf("%d single reads and %d pages", l.single, l.pages)
	}
}
