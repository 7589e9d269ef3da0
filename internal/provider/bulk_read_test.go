package provider_test

import (
	"encoding/json"
	"flag"
	"fmt"
	"math/rand/v2"
	"runtime"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-go/tftypes"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/acctest"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/client"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/provider"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/tftest"
)

// parallelism is how many reads Terraform has under way.
const parallelism = 10

// known is an object as a state has it.
type known struct {
	id      string
	state   *tfprotov6.DynamicValue
	private []byte
}

// crowd is a platform with many scoped tokens, and the states that have them.
type crowd struct {
	*acctest.Platform
	t      testing.TB
	tokens []known
	typ    tftypes.Type
	mu     sync.Mutex
	memory uint64 // the most that Go had from the system during a refresh
}

// newCrowd creates n scoped tokens with claims that no read has presented.
func newCrowd(tb testing.TB, n int) *crowd {
	tb.Helper()
	c := &crowd{Platform: acctest.StartFixture(tb), t: tb, tokens: make([]known, n)}
	ids, by, run := acctest.TheFixture(), c.As(api.RoleDeployer).Client(), client.NewRunID()
	c.parallel(8, n, func(i int) {
		claim := client.NewClaim(run)
		made, err := by.ScopedTokens().CreateClaimed(tb.Context(), api.ScopedTokenCreate{
			RotatedCreate: api.RotatedCreate{Name: fmt.Sprintf("t-%d", i), Owner: "team-a"},
			ConnectorID:   ids.Connectors[0], Scopes: []string{"messages:send"}, RotationPolicyID: &ids.Policies[0],
		}, claim)
		if err != nil {
			tb.Error(err)
			return
		}
		text, _ := json.Marshal(claim.Value)
		private, _ := json.Marshal(map[string][]byte{"claim": text})
		c.tokens[i] = known{id: made.ID, private: private}
	})
	if tb.Failed() {
		tb.FailNow()
	}
	return c
}

// parallel calls do for 0 to n-1, some at a time.
func (c *crowd) parallel(at, n int, do func(i int)) {
	var next atomic.Int64
	var all sync.WaitGroup
	for range at {
		all.Go(func() {
			for i := next.Add(1) - 1; i < int64(n); i = next.Add(1) - 1 {
				do(int(i))
			}
		})
	}
	all.Wait()
}

// refresh reads these tokens as a plan does: in a provider of its own, in any order, several at a time. It returns the
// tokens as the new state has them, and how many requests the platform got.
func (c *crowd) refresh(tokens []known) (after []known, requests int) {
	c.t.Helper()
	c.ForgetRequests()
	p := provider.New("test")()
	server, schemas := tftest.Serve(c.t, p)
	config := tftest.Config{
		"endpoint": c.URL, "tenant": acctest.Tenant, "environment": acctest.Environment,
		"token": c.Token(api.RoleDeployer), "max_retries": 0,
	}
	tftest.Must(c.t, tftest.Configure(c.t, server, schemas, config))
	c.typ = schemas.ResourceSchemas["quickconnect_scoped_token"].ValueType()
	after = make([]known, len(tokens))
	order := rand.Perm(len(tokens))
	c.parallel(parallelism, len(tokens), func(i int) {
		if i%100 == 0 {
			c.measure()
		}
		i = order[i]
		was := tokens[i]
		if was.state == nil {
			was.state = tftest.Dynamic(c.t, tftest.Value(c.typ, tftest.Config{"id": was.id}))
		}
		r, err := server.ReadResource(c.t.Context(), &tfprotov6.ReadResourceRequest{
			TypeName: "quickconnect_scoped_token", CurrentState: was.state, Private: was.private,
		})
		if err != nil || tftest.Diags(r.Diagnostics).Errors() != "" {
			c.t.Error(err, tftest.Diags(r.Diagnostics).Errors())
			return
		}
		after[i] = known{was.id, r.NewState, r.Private}
	})
	provider.Close(c.t.Context(), p)
	return after, len(c.Requests())
}

func (c *crowd) measure() {
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	c.mu.Lock()
	defer c.mu.Unlock()
	c.memory = max(c.memory, m.Sys-m.HeapReleased)
}

// value returns a state; null where the object is gone.
func (c *crowd) value(k known) tftypes.Value {
	c.t.Helper()
	v, err := k.state.Unmarshal(c.typ)
	if err != nil {
		c.t.Fatal(err)
	}
	return v
}

// differing returns the ids of the tokens whose state differs.
func (c *crowd) differing(a, b []known) (ids []string) {
	c.t.Helper()
	for i := range a {
		if !c.value(a[i]).Equal(c.value(b[i])) {
			ids = append(ids, a[i].id)
		}
	}
	return ids
}

func (c *crowd) atMost(what string, got, want int) {
	c.t.Helper()
	c.t.Logf("%s: %d requests", what, got)
	if got > want {
		var lines []string
		for _, r := range c.Requests() {
			lines = append(lines, r.Method+" "+r.Path)
		}
		c.t.Errorf("%s: %d requests, want at most %d:\n%s", what, got, want,
			strings.Join(lines[:min(len(lines), 50)], "\n"))
	}
}

// The connector and the policy of a configuration cost two more requests.
const besides = 2

func TestRefreshOfThousandTokens(t *testing.T) {
	t.Setenv("TF_LOG_SDK", "OFF") // as the provider's program does
	c := newCrowd(t, 1000)
	first, requests := c.refresh(c.tokens)
	c.atMost("the first refresh, which presents the claims", requests, 10-besides)
	again, requests := c.refresh(first)
	c.atMost("the next refresh", requests, 10-besides)
	if ids := c.differing(first, again); len(ids) > 0 {
		t.Errorf("%d states differ, such as %s", len(ids), ids[0])
	}
	if n := len(c.unclaimed()); n > 0 {
		t.Errorf("%d claims were not presented", n)
	}
}

// unclaimed returns the objects whose claims were never presented.
func (c *crowd) unclaimed() []api.Orphan {
	c.t.Helper()
	c.Clock.Advance(api.OrphanAge)
	found, err := c.As(api.RoleDeployer).Client().Runs().Orphans(c.t.Context())
	if err != nil {
		c.t.Fatal(err)
	}
	return found
}

// refreshed is how many tokens TestRefreshOfManyTokens has. With the race detector 10,000 take minutes.
var refreshed = flag.Int("tokens", 500, "how many tokens TestRefreshOfManyTokens has")

// listsFlat fails the test where a list takes more memory the longer it is. Its pages are a tenth of it.
func (c *crowd) listsFlat() {
	c.t.Helper()
	size := len(c.tokens) / 10
	if size < api.PageSize {
		c.Fail(pages(size))
		defer c.Fail(nil)
	}
	tf, listed := c.Terraform(api.ScopedTokens.Terraform), 0
	var first, last uint64
	for r := range tf.List(c.t.Context(), nil, 0, true) {
		tftest.Must(c.t, r.Diags)
		if listed++; listed%size == 0 {
			if last = heap(); first == 0 {
				first = last
			}
		}
	}
	grown := max(last, first) - first
	if c.t.Logf("a list of %d took %d KiB more at its end", listed, grown>>10); listed != len(c.tokens) {
		c.t.Errorf("listed %d of %d tokens", listed, len(c.tokens))
	}
	if most := uint64(len(c.tokens)) << 10 / 2; grown > most {
		c.t.Errorf("that is more than %d KiB", most>>10)
	}
}

// heap is how much memory is in use.
func heap() uint64 {
	var m runtime.MemStats
	runtime.GC()
	runtime.GC()
	runtime.ReadMemStats(&m)
	return m.HeapAlloc
}

// One object of many that was changed or deleted outside Terraform is found, and the provider stays small. make
// campaign has 10,000, of which a refresh takes at most 40 requests.
func TestRefreshOfManyTokens(t *testing.T) {
	most := 10 + 3**refreshed/1000 - besides
	t.Setenv("TF_LOG_SDK", "OFF") // as the provider's program does
	c := newCrowd(t, *refreshed)
	few, requests := c.refresh(c.tokens[:3])
	c.atMost("3 tokens of many", requests, 8-besides)
	copy(c.tokens, few)

	c.memory = 0
	c.tokens, requests = c.refresh(c.tokens)
	c.atMost("all tokens", requests, most)
	t.Logf("at most %d MiB of memory, the platform and the states included", c.memory>>20)
	if c.memory > 300<<20 {
		t.Errorf("the process took %d MiB", c.memory>>20)
	}

	c.listsFlat()

	order, by := rand.Perm(len(c.tokens)), c.As(api.RoleDeployer).Client()
	drifted, gone := c.tokens[order[0]].id, c.tokens[order[1]].id
	_, err := by.ScopedTokens().Patch(t.Context(), drifted,
		api.ScopedTokenPatch{RotatedPatch: api.RotatedPatch{Owner: api.Some("team-b")}}, client.Write{})
	if err != nil {
		t.Fatal(err)
	}
	if err := by.ScopedTokens().Delete(t.Context(), gone); err != nil {
		t.Fatal(err)
	}
	after, requests := c.refresh(c.tokens)
	c.atMost("all tokens, one of them deleted", requests, most+1)
	want := []string{drifted, gone}
	slices.Sort(want)
	got := c.differing(c.tokens, after)
	slices.Sort(got)
	if !slices.Equal(got, want) {
		t.Errorf("%q differ, want %q", got, want)
	}
	for i, k := range after {
		if isGone := c.value(k).IsNull(); isGone != (k.id == gone) {
			t.Errorf("%s: gone is %v", c.tokens[i].id, isGone)
		}
	}
}
