package platform_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
)

// TestEndpointShowsFailing from the first failed attempt until an accepted one or a new URL. The log has the beginning
// and the end.
func TestEndpointShowsFailing(t *testing.T) {
	w := newWorld(t)
	h := w.newHook("hooks", nil)
	w.sent(h.endpoint)
	w.deliver()
	if f := w.endpoint(h.endpoint).Failing; f != nil {
		t.Errorf("%+v", f)
	}
	h.says(with(http.StatusUnauthorized))
	since := w.clock.Now()
	w.sent(h.endpoint)
	w.deliver()
	w.clock.Advance(time.Minute)
	h.says(with(http.StatusInternalServerError))
	w.deliver()
	e := w.endpoint(h.endpoint)
	if diff := cmp.Diff(&api.Failing{Since: since, At: w.clock.Now(), Detail: "the endpoint answered 500"},
		e.Failing); diff != "" || e.Etag != "1" {
		t.Errorf("etag %s, (-want +got):\n%s", e.Etag, diff)
	}
	h.says(verifying(http.StatusUnauthorized))
	w.clock.Advance(time.Hour)
	w.deliver()
	if f := w.endpoint(h.endpoint).Failing; f != nil {
		t.Errorf("%+v", f)
	}
	if log := w.log.String(); strings.Count(log, "are not accepted") != 1 || strings.Count(log, "accepted again") != 1 {
		t.Error("the log does not have the beginning and the end once")
	}

	h.says(with(http.StatusUnauthorized))
	w.sent(h.endpoint)
	w.deliver()
	if f := w.endpoint(h.endpoint).Failing; f == nil {
		t.Error("a second failure is not noted")
	}
	if f := w.patchEndpoint(h.endpoint, object{"url": w.newReceiver().server.URL}).Failing; f != nil {
		t.Errorf("%+v", f)
	}
}
