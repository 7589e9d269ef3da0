package platform_test

import (
	"encoding/json"
	"maps"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
)

// prefixed is a body of a create with a prefix instead of its name.
func prefixed(body object, prefix string) object {
	out := maps.Clone(body)
	delete(out, "name")
	out["name_prefix"] = prefix
	return out
}

// named is what the tests below read of an object of any kind.
type named struct {
	ID, Name string
	Version  *int64
}

func namedOf(r *reply) (o named) {
	r.t.Helper()
	if err := json.Unmarshal(r.body, &o); err != nil {
		r.t.Fatal(err)
	}
	return o
}

// TestNamePrefix: the platform chooses a name of its own for each object, and repeats it to whoever repeats the create.
func TestNamePrefix(t *testing.T) {
	w := newWorld(t)
	for kind, body := range w.creations() {
		t.Run(kind.Singular, func(t *testing.T) {
			w := w.in(t)
			body := prefixed(body, "app-")
			first := namedOf(w.do("POST", kind.Route(), body, key("k")).want(201))
			if !regexp.MustCompile(`^app-[a-z0-9]{12}$`).MatchString(first.Name) {
				t.Errorf("the name is %q", first.Name)
			}
			if again := namedOf(w.do("POST", kind.Route(), body, key("k")).want(201)); again.Name != first.Name ||
				again.ID != first.ID {
				t.Errorf("%+v, and repeated %+v", first, again)
			}
			if other := namedOf(w.do("POST", kind.Route(), body, key("l")).want(201)); other.Name == first.Name {
				t.Errorf("both have the name %s", other.Name)
			}
			found := w.do("GET", kind.Route()+"?name="+first.Name, nil).want(200).body
			if !strings.Contains(string(found), first.ID) {
				t.Errorf("found %s", found)
			}
			longest := strings.Repeat("p", 50)
			if o := namedOf(w.do("POST", kind.Route(), prefixed(body, longest)).want(201)); len(o.Name) != 62 {
				t.Errorf("the name is %q", o.Name)
			}
			w.do("PATCH", kind.Route(first.ID), object{"name_prefix": "b-"}).problem(api.CodeInvalid, "/name_prefix")
		})
	}
}

func TestOneOfNameAndPrefix(t *testing.T) {
	w := newWorld(t)
	for kind, body := range w.creations() {
		neither := maps.Clone(body)
		delete(neither, "name")
		both := maps.Clone(body)
		both["name_prefix"] = "app-"
		p := w.do("POST", kind.Route(), neither).problem(api.CodeInvalid, "/name")
		if !strings.Contains(p.Detail, "name_prefix") {
			t.Error(p.Detail)
		}
		w.do("POST", kind.Route(), both).problem(api.CodeInvalid, "/name_prefix")
		for _, wrong := range []string{"-a", "A", "a_", "a.b", "ä", " a", strings.Repeat("p", 51)} {
			w.do("POST", kind.Route(), prefixed(body, wrong)).problem(api.CodeInvalid, "/name_prefix")
		}
		w.do("POST", kind.Route(), prefixed(body, "")).problem(api.CodeInvalid, "/name")
	}
}

// TestInterruptedCreateUnderAPrefixIsAdopted: the object is found by what was asked for, because its name is not known.
func TestInterruptedCreateUnderAPrefixIsAdopted(t *testing.T) {
	w := newWorld(t)
	for kind, body := range w.creations() {
		t.Run(kind.Singular, func(t *testing.T) {
			w := w.in(t)
			body := prefixed(body, "app-")
			first := w.instance()
			one, _ := first.makes(kind, body)
			two, _ := first.makes(kind, body) // two instances of one block
			_, r := w.instance().create(kind, body)
			r.problem(api.CodeInProgress, "/name_prefix")
			w.lapse()

			next := w.instance()
			next.makes(kind, prefixed(body, "app-x"))
			claim := next.adopts(kind, body, one)
			next.adopts(kind, body, two)
			three, _ := next.makes(kind, body)
			w.present(kind, one, claim).want(200)
			w.lapse()
			last := w.instance()
			last.adopts(kind, body, two)
			last.adopts(kind, body, three)
			last.makes(kind, body) // what a state has is nobody else's
		})
	}
}

// TestDeletingIsNotAdoptedUnderAPrefix: what somebody deleted stays deleted.
func TestDeletingIsNotAdoptedUnderAPrefix(t *testing.T) {
	w := newWorld(t)
	body := prefixed(w.creations()[api.Connectors], "app-")
	deleted, _ := w.instance().makes(api.Connectors, body)
	w.newToken("user", deleted, nil)
	w.do("DELETE", pathConnectors+"/"+deleted+"?when=unused", nil).want(202)
	w.lapse()
	w.instance().makes(api.Connectors, body)
}

// TestNumbersGoOnUnderAPrefix: whoever follows the version of objects that replace each other sees each replacement.
func TestNumbersGoOnUnderAPrefix(t *testing.T) {
	w := newWorld(t)
	for kind, body := range w.creations() {
		if kind == api.RotationPolicies || kind == api.WebhookEndpoints {
			continue
		}
		t.Run(kind.Singular, func(t *testing.T) {
			w := w.in(t)
			made := func(body object, want int64) named {
				t.Helper()
				o := namedOf(w.do("POST", kind.Route(), body).want(201))
				if o.Version == nil || *o.Version != want {
					t.Errorf("%s begins with version %v, want %d", o.Name, o.Version, want)
				}
				return o
			}
			first := made(prefixed(body, "app-"), 1)
			second := made(prefixed(body, "app-"), 2)
			given := maps.Clone(body)
			given["name"] = "app-given"
			made(given, 1)
			w.do("DELETE", kind.Route(second.ID), nil).want(204)
			w.do("DELETE", kind.Route(first.ID), nil).want(204)
			third := made(prefixed(body, "app-"), 3)
			w.do("PATCH", kind.Route(third.ID), object{"name": "renamed"}).want(200)
			made(prefixed(body, "app-"), 4)
			made(prefixed(body, "other-"), 1)
			made(prefixed(body, "app"), 5)
		})
	}
}

// TestRotationsCountUnderAPrefix: also what was issued long after the creation.
func TestRotationsCountUnderAPrefix(t *testing.T) {
	w := newWorld(t)
	body := prefixed(tokenBody("", w.newConnector("c", nil).ID, nil), "app-")
	first := namedOf(w.do("POST", pathTokens, body).want(201))
	for range 3 {
		w.do("POST", pathOf(first.ID)+"/rotation/begin", object{}).want(200)
		w.clock.Advance(8 * 24 * time.Hour) // the stage is cancelled
	}
	highest := int64(4)
	if second := namedOf(w.do("POST", pathTokens, body).want(201)); *second.Version != highest+1 {
		t.Errorf("begins with version %d, want %d", *second.Version, highest+1)
	}
	above := maps.Clone(body)
	above["minimum_version"] = 40
	if third := namedOf(w.do("POST", pathTokens, above).want(201)); *third.Version != 40 {
		t.Errorf("begins with version %d, want 40", *third.Version)
	}
}
