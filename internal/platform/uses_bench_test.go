package platform_test

import (
	"context"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
)

// BenchmarkUseRecording compares introspections that are recorded as uses with the same ones of a role whose
// introspections are none. The sweep writes meanwhile. Both take turns in one run: only the ratio counts.
func BenchmarkUseRecording(b *testing.B) {
	w := newWorld(b)
	ctx, stop := context.WithCancel(b.Context())
	ended := make(chan struct{})
	go func() { defer close(ended); w.p.Run(ctx) }()
	defer func() { stop(); <-ended }()
	token := w.newToken("sender", w.newConnector("chat", nil).ID, nil)
	form := url.Values{
		"token": {w.reveal(token.ID, 1)}, "remote_addr": {"192.0.2.7"}, "required_scope": {"messages:send"},
	}.Encode()
	introspection := func(role string) *http.Request {
		r, _ := http.NewRequest(http.MethodPost, w.server.URL+"/v1/introspect", strings.NewReader(form))
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		r.Header.Set("Authorization", "Bearer "+w.tokens[role])
		r.Header.Set(api.HeaderConsumer, "sender")
		return r
	}
	var on, off float64
	for b.Loop() {
		off += perSecond(b, introspection(api.RoleAuditor))
		on += perSecond(b, introspection(api.RoleRuntime))
	}
	n := float64(b.N)
	b.ReportMetric(off/n, "off/s")
	b.ReportMetric(on/n, "on/s")
	b.ReportMetric(on/off, "on:off")
	if uses := w.uses(token.ID); uses.Count == 0 || on/off < 0.8 {
		b.Errorf("%d uses are recorded, at %.2f of the rate without", uses.Count, on/off)
	}
}
