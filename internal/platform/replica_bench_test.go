package platform_test

import (
	"net/http"
	"net/url"
	"testing"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
)

// BenchmarkReplicas measures introspection over HTTP on 16 connections: on the embedded store, on one replica of a
// PostgreSQL database, and on two replicas of it. All take turns in one run, on the same processors, which the client
// and the database share: only the ratios count.
func BenchmarkReplicas(b *testing.B) {
	if onPostgres {
		b.Skip("it compares PostgreSQL with the embedded store")
	}
	embedded, replicas := newWorld(b), newReplicas(b, 0, 0)
	form := func(w *world) string {
		token := w.newToken("sender", w.newConnector("chat", nil).ID, nil)
		value := w.reveal(token.ID, 1)
		if !w.introspect(api.RoleRuntime, value).Active {
			b.Fatal("the token is not accepted")
		}
		return url.Values{"token": {value}}.Encode()
	}
	inStore, inPostgres := form(embedded), form(replicas[0])
	to := func(replica int) *http.Request {
		return replicas[replica].introspection(replicas[replica].server.URL, inPostgres)
	}
	var ofStore, ofOne, ofTwo float64
	for b.Loop() {
		ofStore += perSecond(b, embedded.introspection(embedded.server.URL, inStore))
		ofOne += perSecond(b, to(0))
		ofTwo += perSecond(b, to(0), to(1))
	}
	n := float64(b.N)
	b.ReportMetric(ofStore/n, "embedded/s")
	b.ReportMetric(ofOne/n, "one-replica/s")
	b.ReportMetric(ofTwo/n, "two-replicas/s")
	b.ReportMetric(ofOne/ofStore, "one:embedded")
	b.ReportMetric(ofTwo/ofStore, "two:embedded")
	b.ReportMetric(ofTwo/ofOne, "two:one")
}
