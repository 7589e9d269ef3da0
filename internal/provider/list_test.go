package provider_test

import (
	"bytes"
	"compress/gzip"
	"context"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/hashicorp/terraform-plugin-go/tftypes"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/acctest"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/provider"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/tftest"
)

// found lists to the end and returns the names.
func (s *scene) found(c tftest.Config, limit int64) (names []string) {
	s.t.Helper()
	for r := range s.tf.List(s.t.Context(), c, limit, false) {
		tftest.Must(s.t, r.Diags)
		names = append(names, r.Name)
	}
	return names
}

// A list finds what the API made. Terraform writes its configuration, imports by the identity, and plans nothing: where
// nothing is set, and where everything is. The state of the import is what the list has, without a read.
func TestListGenerateImport(t *testing.T) {
	t.Parallel()
	for name, o := range optionsOfEveryKind(t) {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p := acctest.StartFixture(t)
			s := &scene{p, t, p.Terraform(o.Terraform), nil}
			all := slices.Sorted(maps.Keys(o.options))
			if _, ok := o.options["url"]; ok {
				all = append([]string{"url"}, all...) // a URL that is a secret is in no generated configuration
			}
			for i, chosen := range [][]string{o.choose("name"), o.choose(append([]string{"name"}, all...)...)} {
				object := fmt.Sprintf("o-%d", i)
				body, _ := o.body(object, chosen)
				id := s.byHand(o.Path, body)
				s.ForgetRequests()
				listed := slices.Collect(s.tf.List(t.Context(), tftest.Config{"name_prefix": object}, 0, true))
				if n := len(s.Requests()); len(listed) != 1 || n != 1 {
					t.Fatalf("%d results with %d requests", len(listed), n)
				}
				tftest.Must(t, listed[0].Diags)
				tf := *s.tf
				if got := tf.IdentityIn(listed[0].Identity); !maps.Equal(got, identityHere(id)) || listed[0].Name != object {
					t.Errorf("listed %q with the identity %v", listed[0].Name, got)
				}
				config, d := tf.Generated(listed[0].Resource)
				tftest.Must(t, d)
				tftest.Must(t, tf.ImportIdentity(tftest.Config{"id": id}))
				if !tf.State.Equal(listed[0].Resource) {
					t.Errorf("the import has\n%s\nthe list has\n%s", tf.State, listed[0].Resource)
				}
				plan := tf.PlanValue(config)
				if errs := plan.Diags.Errors(); errs != "" || plan.Changes {
					t.Errorf("%s: %s\nhas   %s\nplans %s", chosen, errs, tf.State, plan.Planned)
				}
				s.saysOnlyWhatIsSet(&tf, config, chosen)
			}
		})
	}
}

// saysOnlyWhatIsSet fails the test where a configuration has what was not set, or lacks what was.
func (s *scene) saysOnlyWhatIsSet(tf *tftest.Terraform, config tftypes.Value, chosen []string) {
	s.t.Helper()
	for _, attribute := range tf.Optional() {
		set := slices.Contains(chosen, attribute) && !strings.HasSuffix(attribute, "_wo")
		if has := tf.Get(config, attribute) != "<null>"; has != set {
			s.t.Errorf("%s is in the configuration: %v", attribute, has)
		}
	}
}

// A list ends where its consumer stops, at every page boundary and beside it. No page is read that is not needed.
func TestListStopsEarly(t *testing.T) {
	t.Parallel()
	p := acctest.StartFixture(t)
	s := &scene{p, t, p.Terraform(api.RotationPolicies.Terraform), nil}
	const all = 7 // with two of the fixture
	for i := range all - 2 {
		s.byHand(api.KindRotationPolicies, map[string]any{"name": fmt.Sprintf("p-%d", i), "interval": "90d"})
	}
	for pageSize := range 4 {
		for take := range all + 2 {
			s.Fail(pages(pageSize))
			s.ForgetRequests()
			taken := 0
			for r := range s.tf.List(t.Context(), nil, 0, false) {
				tftest.Must(t, r.Diags)
				if taken++; taken >= take {
					break
				}
			}
			want := min(max(take, 1), all)
			if taken != want {
				t.Errorf("pages of %d: took %d, want %d", pageSize, taken, want)
			}
			read := len(s.Requests())
			if most := pagesFor(want, pageSize); take <= all && read != most {
				t.Errorf("pages of %d, %d taken: read %d pages, want %d", pageSize, taken, read, most)
			}
			s.ForgetRequests()
			if got := s.found(nil, int64(take)); take > 0 && len(got) != want {
				t.Errorf("limit %d: %q", take, got)
			}
		}
	}
}

// pages is a platform whose pages have at most so many objects; 0 is no change. A page may end early.
func pages(size int) func(acctest.Request) acctest.Fault {
	if size == 0 {
		return nil
	}
	return func(acctest.Request) acctest.Fault {
		return acctest.Edit(func(body string) string {
			var page api.Page[json.RawMessage]
			var last api.Object
			packed, err := gzip.NewReader(strings.NewReader(body))
			if err != nil || json.NewDecoder(packed).Decode(&page) != nil || len(page.Items) <= size {
				return body
			}
			page.Items = page.Items[:size]
			_ = json.Unmarshal(page.Items[size-1], &last)
			page.NextPageToken = base64.RawURLEncoding.EncodeToString([]byte(last.ID))
			var short bytes.Buffer
			pack := gzip.NewWriter(&short)
			_ = json.NewEncoder(pack).Encode(page)
			_ = pack.Close()
			return short.String()
		})
	}
}

// pagesFor is how many pages have to be read for so many objects.
func pagesFor(objects, size int) int {
	if size == 0 {
		return 1
	}
	return (objects + size - 1) / size
}

// What is deleted while a list is under way is not in it, also where a page ended with it. What fails on the way, or is
// cancelled, is an error after the results before it.
func TestListWhileThingsHappen(t *testing.T) {
	t.Parallel()
	p := acctest.StartFixture(t)
	s := &scene{p, t, p.Terraform(api.RotationPolicies.Terraform), nil}
	for i := range 4 {
		s.byHand(api.KindRotationPolicies, map[string]any{"name": fmt.Sprintf("p-%d", i), "interval": "90d"})
	}
	run := func(ctx context.Context, meanwhile func(name string)) (names []string, errs string) {
		for r := range s.tf.List(ctx, tftest.Config{"name_prefix": "p-"}, 0, true) {
			if errs += r.Diags.Errors(); r.Diags.Errors() == "" {
				names = append(names, r.Name)
				meanwhile(r.Name)
			}
		}
		return names, errs
	}
	want := func(what string, names []string, errs, saying string, all ...string) {
		t.Helper()
		if !slices.Equal(names, all) || (errs != "") != (saying != "") || !strings.Contains(errs, saying) {
			t.Errorf("%s: %q, %s", what, names, errs)
		}
	}
	s.Fail(pages(2))
	ctx, cancel := context.WithCancel(t.Context())
	names, errs := run(ctx, func(name string) {
		if name == "p-1" {
			cancel()
		}
	})
	want("cancelled", names, errs, "interrupted", "p-0", "p-1")
	names, errs = run(t.Context(), func(name string) {
		if name == "p-1" {
			s.Fail(acctest.Refuse("GET", api.Problem{Code: api.CodeForbidden}))
		}
	})
	want("refused", names, errs, "Permission missing", "p-0", "p-1")
	s.Fail(pages(2))
	names, errs = run(t.Context(), func(name string) {
		if name == "p-1" {
			s.As(api.RoleDeployer).Delete(api.KindRotationPolicies, "p-1")
			s.As(api.RoleDeployer).Delete(api.KindRotationPolicies, "p-2")
		}
	})
	want("deleted", names, errs, "", "p-0", "p-1", "p-3")
}

// Every filter reaches the platform, whose own tests have what each selects.
func TestListFilters(t *testing.T) {
	t.Parallel()
	values := map[string]any{
		"owner": "team-a", "connector_id": acctest.TheFixture().Connectors[0], "label": "team=a",
		"endpoint_id": acctest.TheFixture().Endpoints[0], "name_prefix": "o", "orphan": true, "older_than": "1d",
		"overdue": true, "expires_within": "30d",
	}
	for name, k := range everyKind() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p := acctest.StartFixture(t)
			s := &scene{p, t, p.Terraform(k.Terraform), nil}
			none := slices.Clone(s.found(nil, 0))
			body := map[string]any(k.config.With("labels", tftest.Triggers("team", "a")).With("credentials_wo", nil))
			if k.Kind == api.Connectors {
				body["credentials"] = k.config["credentials_wo"]
				body["credentials_expire_at"] = s.Clock.Now().Add(150 * day).Format(time.RFC3339)
				body["rotation_policy_id"] = acctest.TheFixture().Policies[0]
			}
			if k.Kind == api.ScopedTokens {
				body["expires_at"] = s.Clock.Now().Add(150 * day).Format(time.RFC3339)
			}
			s.byHand(k.Path, body)
			s.Clock.Advance(121 * day)
			for _, filter := range s.tf.ListFilters() {
				if got := s.found(tftest.Config{filter: values[filter]}, 0); !slices.Contains(got, "orders") {
					t.Errorf("%s: %q", filter, got)
				}
				if off, ok := map[string]any{
					"owner": "team-b", "label": "team=b", "name_prefix": "ordersx", "older_than": "122d", "expires_within": "1d",
					"connector_id": acctest.TheFixture().Connectors[1], "endpoint_id": acctest.TheFixture().Endpoints[1],
				}[filter]; ok {
					if got := s.found(tftest.Config{filter: off}, 0); len(got) > 0 {
						t.Errorf("%s = %v: %q", filter, off, got)
					}
				}
			}
			if got := s.found(tftest.Config{"orphan": false}, 0); len(got) != len(none)+1 {
				t.Errorf("orphan = false: %q", got)
			}
			managed := s.tf.Beside(k.Terraform)
			managed.Run(k.config.With("name", "managed"))
			tftest.Must(t, managed.Refresh())
			if got := s.found(tftest.Config{"orphan": true}, 0); slices.Contains(got, "managed") {
				t.Errorf("orphan: what a state has is in %q", got)
			}
		})
	}
}

// configured finds the arguments of a config block.
var configured = regexp.MustCompile(`(?m)^    (\w+) += `)

// The examples use filters that there are. A CLI before 1.14 cannot run them.
func TestListExamplesUseFilters(t *testing.T) {
	p := newPlatform(t, staging)
	for _, k := range api.Kinds() {
		tf := tftest.New(t, provider.New("test")(), p.config(), k.Terraform)
		text, err := os.ReadFile("../../examples/list-resources/" + k.Terraform + "/list-resource.tfquery.hcl")
		if err != nil {
			t.Fatal(err)
		}
		used := configured.FindAllSubmatch(text, -1)
		for _, u := range used {
			if !slices.Contains(tf.ListFilters(), string(u[1])) {
				t.Errorf("%s: there is no filter %s", k.Terraform, u[1])
			}
		}
		if len(used) == 0 {
			t.Errorf("%s: the example shows no filter", k.Terraform)
		}
	}
}
