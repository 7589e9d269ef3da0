package acctest_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"slices"
	"testing"
	"time"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/acctest"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/clock"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/console/pages"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/view"
)

// overHTTP is the API of a platform for the pages of the console, with the token of a principal.
type overHTTP struct {
	b     *testing.B
	base  string
	token string
}

func (a overHTTP) Get(path string, out any) error {
	r, err := http.NewRequestWithContext(a.b.Context(), http.MethodGet, a.base+path, nil)
	if err != nil {
		return err
	}
	r.Header.Set("Authorization", "Bearer "+a.token)
	resp, err := http.DefaultClient.Do(r)
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	if err != nil || resp.StatusCode != http.StatusOK {
		return fmt.Errorf("status %d (%w): %s", resp.StatusCode, err, body)
	}
	return json.Unmarshal(body, out)
}

func (overHTTP) Post(path, _ string, _, _ any) error {
	return fmt.Errorf("a page that is read posts to %s", path)
}

// BenchmarkInventoryPage makes the page of the inventory of 50,000 credentials: from the API, over loopback, to HTML.
func BenchmarkInventoryPage(b *testing.B) {
	const n = 50_000
	m := acctest.NewManyValues(b, "", n, false)
	m.UseAll()
	p := m.Start()
	serve := pages.All()[0].Serve
	for _, query := range []string{"", "owner=nobody", "sort=risk"} {
		b.Run("query="+query, func(b *testing.B) {
			asked, err := url.ParseQuery(query)
			if err != nil {
				b.Fatal(err)
			}
			var took []time.Duration
			for b.Loop() {
				start := clock.System().Now()
				a, err := serve(&pages.Request{
					API: overHTTP{b, p.URL, m.Deployer}, Base: "/console/in/staging", Now: start, Query: asked,
					Me: api.Identity{Tenant: acctest.Tenant, Environment: acctest.Environment},
				})
				if err != nil {
					b.Fatal(err)
				}
				var page bytes.Buffer
				frame := view.Frame{Title: a.Title, Site: "acme/staging", StyleHref: "/console/style.css"}
				if err := a.Template.Write(&page, frame, a.Data); err != nil {
					b.Fatal(err)
				}
				took = append(took, since(start))
			}
			slices.Sort(took)
			b.ReportMetric(float64(took[(len(took)-1)*99/100].Milliseconds()), "p99-ms")
		})
	}
}
