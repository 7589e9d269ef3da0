package provider_test

import (
	"encoding/json"
	"flag"
	"maps"
	"math/rand/v2"
	"net/http"
	"regexp"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/hashicorp/terraform-plugin-framework/providerserver"
	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-go/tftypes"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/acctest"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/provider"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/tftest"
)

var order = flag.Uint64("order", 0, "the seed of an order that a test has logged; 0 for one of its own")

// newOrder returns what draws the order in which things happen.
func newOrder(t *testing.T) *rand.Rand {
	t.Helper()
	seed := *order
	if seed == 0 {
		seed = rand.Uint64()
	}
	t.Logf("-order %d repeats the order", seed)
	return rand.New(rand.NewPCG(seed, 0))
}

// twins are our server and the framework's own, each with a provider of its own. They read the same, in the same order.
type twins struct {
	p               *acctest.Platform
	t               testing.TB
	ours, framework tfprotov6.ProviderServer
	typeName        string
	typ             tftypes.Type
	identityType    tftypes.Object
	fast, slow      int // how many reads our server has answered without the framework, and with it
}

func newTwins(tb testing.TB, p *acctest.Platform, typeName string, config tftest.Config) *twins {
	tb.Helper()
	w := &twins{p: p, t: tb, typeName: typeName}
	var schemas *tfprotov6.GetProviderSchemaResponse
	w.ours, schemas = tftest.Serve(tb, provider.New("test")())
	w.framework = providerserver.NewProtocol6(provider.New("test")())()
	for _, server := range []tfprotov6.ProviderServer{w.framework, w.ours} {
		tftest.Must(tb, tftest.Configure(tb, server, schemas, config))
	}
	w.typ = schemas.ResourceSchemas[typeName].ValueType()
	w.identityType = tftypes.Object{AttributeTypes: map[string]tftypes.Type{
		"id": tftypes.String, "tenant": tftypes.String, "environment": tftypes.String,
	}}
	return w
}

// deployer is the provider configuration of the platform's deployer of staging.
func deployer(p *acctest.Platform) tftest.Config {
	return tftest.Config{
		"endpoint": p.URL, "tenant": acctest.Tenant, "environment": acctest.Environment, "token": p.Token(api.RoleDeployer),
		"max_retries": 0,
	}
}

// stored is what Terraform has of an object.
type stored struct {
	state    *tfprotov6.DynamicValue
	private  []byte
	identity *tfprotov6.ResourceIdentityData
}

// identity is an identity of these members; the others are null.
func (w *twins) identity(members map[string]string) *tfprotov6.ResourceIdentityData {
	w.t.Helper()
	values := map[string]tftypes.Value{}
	for name := range w.identityType.AttributeTypes {
		values[name] = tftypes.NewValue(tftypes.String, nil)
		if text, ok := members[name]; ok {
			values[name] = tftypes.NewValue(tftypes.String, text)
		}
	}
	return &tfprotov6.ResourceIdentityData{IdentityData: tftest.Dynamic(w.t, tftypes.NewValue(w.identityType, values))}
}

func (w *twins) identityOf(has stored) map[string]string {
	w.t.Helper()
	v, err := has.identity.IdentityData.Unmarshal(w.identityType)
	if err != nil {
		w.t.Fatal(err)
	}
	members, out := map[string]tftypes.Value{}, map[string]string{}
	if err := v.As(&members); err != nil {
		w.t.Fatal(err)
	}
	for name, member := range members {
		var text string
		if err := member.As(&text); err != nil {
			w.t.Fatal(err)
		}
		out[name] = text
	}
	return out
}

var requestID = regexp.MustCompile(`Request id: \S+`)

// answered is an answer in a form that can be compared.
type answered struct {
	State    tftypes.Value // it compares sets without an order
	Identity []byte
	Private  map[string]string
	Diags    []string
	Deferred bool
	Requests []string
}

func (w *twins) ask(server tfprotov6.ProviderServer, has stored) (answered, *tfprotov6.ReadResourceResponse) {
	w.t.Helper()
	w.p.ForgetRequests()
	req := &tfprotov6.ReadResourceRequest{
		TypeName: w.typeName, CurrentState: has.state, Private: slices.Clone(has.private), CurrentIdentity: has.identity,
	}
	r, err := server.ReadResource(w.t.Context(), req)
	if err != nil {
		w.t.Fatal(err)
	}
	if server == w.ours {
		if w.slow++; r.NewState == has.state {
			w.fast, w.slow = w.fast+1, w.slow-1
		}
	}
	a := answered{Deferred: r.Deferred != nil, Private: map[string]string{}, State: tftypes.NewValue(w.typ, nil)}
	if r.NewState != nil {
		v, err := r.NewState.Unmarshal(w.typ)
		if err != nil {
			w.t.Fatal(err)
		}
		a.State = v
	}
	if r.NewIdentity != nil {
		a.Identity = r.NewIdentity.IdentityData.MsgPack
	}
	if len(r.Private) > 0 {
		var notes map[string][]byte
		if err := json.Unmarshal(r.Private, &notes); err != nil {
			w.t.Fatal(err)
		}
		for key, note := range notes {
			a.Private[key] = string(note)
		}
	}
	for _, d := range r.Diagnostics {
		text := d.Severity.String() + " " + d.Attribute.String() + " " + d.Summary + " " + d.Detail
		a.Diags = append(a.Diags, requestID.ReplaceAllString(text, "Request id"))
	}
	for _, q := range w.p.Requests() {
		a.Requests = append(a.Requests, q.Method+" "+q.Path)
	}
	return a, r
}

// same fails the test where our server answers a read in another way than the framework, and returns the answer.
func (w *twins) same(what string, has stored) (next stored) {
	w.t.Helper()
	want, _ := w.ask(w.framework, has)
	got, r := w.ask(w.ours, has)
	if diff := cmp.Diff(want, got); diff != "" {
		w.t.Errorf("%s: the answer is not that of the framework (-framework +ours):\n%s", what, diff)
	}
	return stored{r.NewState, r.Private, r.NewIdentity}
}

// variants are other forms in which Terraform may have the same: of an older Terraform or provider, imported, of
// another platform, damaged.
func (w *twins) variants(has stored) map[string]stored {
	w.t.Helper()
	out := map[string]stored{"as it is": has}
	add := func(name string, change func(*stored)) {
		v := has
		change(&v)
		out[name] = v
	}
	add("without an identity", func(v *stored) { v.identity = nil })
	add("with an identity of nulls", func(v *stored) { v.identity = w.identity(nil) })
	for name, value := range w.identityOf(has) {
		add("with another "+name+" in the identity", func(v *stored) {
			members := w.identityOf(has)
			members[name] = value + "x"
			v.identity = w.identity(members)
		})
	}
	add("without private state", func(v *stored) { v.private = nil })
	add("with a private state of null", func(v *stored) { v.private = []byte("null") })
	add("with a private state that is none", func(v *stored) { v.private = []byte(`{"claim":1}`) })
	notes := map[string][]byte{}
	if err := json.Unmarshal(has.private, &notes); err != nil {
		w.t.Fatal(err)
	}
	note := func(name string, change func(map[string][]byte)) {
		changed := maps.Clone(notes)
		change(changed)
		add(name, func(v *stored) { v.private, _ = json.Marshal(changed) })
	}
	for key := range notes {
		note("without the note "+key, func(n map[string][]byte) { delete(n, key) })
		note("with another note "+key, func(n map[string][]byte) { n[key] = []byte(`"other"`) })
		note("with a broken note "+key, func(n map[string][]byte) { n[key] = []byte(`{`) })
	}
	note("right after an import", func(n map[string][]byte) { n[".import_before_read"] = []byte(`true`) })
	note("of another platform", func(n map[string][]byte) { n["platform"] = []byte(`{"id":"plt_other","incarnation":1}`) })
	note("with an unknown note", func(n map[string][]byte) { n["unknown"] = []byte(`1`) })
	note("with a note that is no text", func(n map[string][]byte) { n["unknown"] = []byte("\"\xff\"") })
	note("with the note held", func(n map[string][]byte) { n["held"] = []byte(`{"reason":"x"}`) })

	v, err := has.state.Unmarshal(w.typ)
	if err != nil {
		w.t.Fatal(err)
	}
	var members map[string]tftypes.Value
	if err := v.As(&members); err != nil {
		w.t.Fatal(err)
	}
	for name, member := range members {
		for how, other := range otherValues(w.t, member) {
			changed := maps.Clone(members)
			changed[name] = other
			add(name+" "+how, func(v *stored) { v.state = tftest.Dynamic(w.t, tftypes.NewValue(w.typ, changed)) })
		}
	}
	return out
}

// otherValues are other values of an attribute.
func otherValues(tb testing.TB, v tftypes.Value) map[string]tftypes.Value {
	tb.Helper()
	out := map[string]tftypes.Value{"null": tftypes.NewValue(v.Type(), nil)}
	text := tftypes.NewValue(tftypes.String, "other")
	switch typ := v.Type(); {
	case typ.Is(tftypes.String):
		out["other"], out["empty"] = text, tftypes.NewValue(typ, "")
	case typ.Is(tftypes.Bool):
		out["true"], out["false"] = tftypes.NewValue(typ, true), tftypes.NewValue(typ, false)
	case typ.Is(tftypes.Number):
		out["other"], out["large"] = tftypes.NewValue(typ, 77), tftypes.NewValue(typ, int64(1)<<40)
	case typ.Is(tftypes.Map{}):
		out["empty"] = tftypes.NewValue(typ, map[string]tftypes.Value{})
		out["other"] = tftypes.NewValue(typ, map[string]tftypes.Value{"other": text})
	case typ.Is(tftypes.Set{}), typ.Is(tftypes.List{}):
		out["empty"] = tftypes.NewValue(typ, []tftypes.Value{})
		out["other"] = tftypes.NewValue(typ, []tftypes.Value{text})
		if items := []tftypes.Value(nil); v.As(&items) == nil && len(items) > 1 {
			items = slices.Clone(items)
			slices.Reverse(items)
			out["reversed"] = tftypes.NewValue(typ, items)
		}
	case typ.Is(tftypes.Object{}) && !v.IsNull():
		var members map[string]tftypes.Value
		if err := v.As(&members); err != nil {
			tb.Fatal(err)
		}
		for name, member := range members {
			for how, other := range otherValues(tb, member) {
				changed := maps.Clone(members)
				changed[name] = other
				out[name+" "+how] = tftypes.NewValue(typ, changed)
			}
		}
	}
	return out
}

// Whatever has happened to an object, and whatever form Terraform has it in, our server answers a read as the framework
// alone does, with the same requests. What has not changed since the last read is answered without the framework.
func TestReadsAnswerAsTheFramework(t *testing.T) {
	forEach(t, everyKind(), func(s *scene, k kind) {
		random := newOrder(s.t)
		s.create(k.config)
		id := s.tf.Get(s.tf.State, "id")
		w := newTwins(s.t, s.Platform, k.Terraform, deployer(s.Platform))
		has := stored{tftest.Dynamic(s.t, s.tf.State), s.tf.Private, s.tf.Identity}
		has = w.same("at first", has)
		variants := w.variants(has)
		for _, name := range slices.Sorted(maps.Keys(variants)) {
			w.same(name, variants[name])
		}
		s.refusals(w, k, has)

		happen := s.happenings(k, id)
		names := slices.Sorted(maps.Keys(happen))
		random.Shuffle(len(names), func(i, j int) { names[i], names[j] = names[j], names[i] })
		for i, name := range append(slices.Clone(inOrder), names...) {
			if happen[name] == nil {
				continue // not to an object of this kind
			}
			if refused := happen[name](); refused != "" && i < len(inOrder) {
				s.t.Errorf("%s: %s", name, refused)
			}
			next := w.same(name, has)
			if random.IntN(4) > 0 && next.state != nil {
				has = next
			}
			fast := w.fast
			w.same("after "+name, next)
			if r, _ := w.ask(w.framework, next); len(r.Diags) == 0 && w.fast == fast {
				s.t.Errorf("%s: what has not changed is answered by the framework", name)
			}
		}
		if unprotect := happen["deletion_protection removed"]; unprotect != nil {
			if refused := unprotect(); refused != "" {
				s.t.Fatal(refused)
			}
		}
		s.As(api.RoleDeployer).Do(http.MethodDelete, k.Route(id), nil).Want(http.StatusNoContent)
		if w.same("gone", has); w.fast == 0 || w.slow == 0 {
			s.t.Errorf("%d reads without the framework, %d with it", w.fast, w.slow)
		}
		s.t.Logf("%d reads without the framework, %d with it", w.fast, w.slow)
	})
}

// refusals reads while the platform, or something before it, misleads, and as what cannot read the object.
func (s *scene) refusals(w *twins, k kind, has stored) {
	s.t.Helper()
	for name, x := range acctest.MisleadingAnswers() {
		s.Fail(func(acctest.Request) acctest.Fault { return x.Fault })
		w.same(name, has)
	}
	s.Fail(nil)
	for name, config := range map[string]tftest.Config{
		"in another environment": s.InProduction(deployer(s.Platform)),
		"without a token":        acctest.TokenUnknown(deployer(s.Platform)),
		"as a planner":           deployer(s.Platform).With("token", s.Token(api.RolePlanner)),
	} {
		newTwins(s.t, s.Platform, k.Terraform, config).same(name, has)
	}
}

// In a refresh of many, the list brings most objects. Of these, too, every drift is found, with the framework's answers
// and its requests.
func TestReadsOfManyAnswerAsTheFramework(t *testing.T) {
	c := newCrowd(t, 60)
	w := newTwins(t, c.Platform, api.ScopedTokens.Terraform, deployer(c.Platform))
	random := newOrder(t)
	tokens, _ := c.refresh(c.tokens)
	by := c.As(api.RoleDeployer)
	for i, k := range tokens {
		route := api.ScopedTokens.Route(k.id)
		switch i % 6 {
		case 1:
			by.Do(http.MethodPatch, route, map[string]any{"owner": "team-b"}).Want(http.StatusOK)
		case 2:
			by.Do(http.MethodDelete, route, nil).Want(http.StatusNoContent)
		case 3:
			tokens[i].private = c.tokens[(i+1)%len(tokens)].private // of another object
		case 4:
			c.As(api.RoleSecurity).Do(http.MethodPost, api.ScopedTokens.Route(k.id, "hold"),
				api.HoldRequest{Reason: "test"}).Want(http.StatusOK)
		}
	}
	for _, i := range random.Perm(len(tokens)) {
		w.same(tokens[i].id, stored{state: tokens[i].state, private: tokens[i].private})
	}
	if w.fast != 20 || w.slow != 40 {
		t.Errorf("%d reads without the framework, want 20; %d with it", w.fast, w.slow)
	}
}
