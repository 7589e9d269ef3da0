package platform_test

import (
	"bytes"
	"encoding/base64"
	"fmt"
	"io/fs"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/deliveries"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/store"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/webhook"
)

// TestDeliveryRecord checks the time, duration, outcome and signing versions of every attempt.
func TestDeliveryRecord(t *testing.T) {
	w := newWorld(t)
	h := w.newHook("hooks", nil)
	took := func(d time.Duration, status int) answering {
		return func(rw http.ResponseWriter, _ arrival) {
			w.clock.Advance(d)
			rw.WriteHeader(status)
		}
	}
	h.says(took(1500*time.Millisecond, 503))
	id := w.sent(h.endpoint)
	queued := w.delivery(h.endpoint, id)
	if diff := cmp.Diff(api.Delivery{
		ID: id, EndpointID: h.endpoint, Type: eventType, State: api.DeliveryQueued, CreatedAt: epoch, NextAttemptAt: &epoch,
		Attempts: []api.DeliveryAttempt{},
	}, queued); diff != "" {
		t.Errorf("queued (-want +got):\n%s", diff)
	}
	w.deliver()
	w.mustStep(h.secret, api.StepBegin, nil)
	h.says(took(20*time.Millisecond, 204))
	second := *w.delivery(h.endpoint, id).NextAttemptAt
	w.retried(h.endpoint, id)

	five, two := int64(503), int64(204)
	want := api.Delivery{
		ID: id, EndpointID: h.endpoint, Type: eventType, State: api.DeliveryDelivered, CreatedAt: epoch,
		Attempts: []api.DeliveryAttempt{
			{
				Attempt: 1, At: epoch, DurationMS: 1500, Outcome: api.AttemptAnswered, Status: &five,
				Detail:   "the endpoint answered 503",
				SignedBy: []api.SignedBy{{SigningSecretID: h.secret, Version: 1}},
			},
			{
				Attempt: 2, At: second, DurationMS: 20, Outcome: api.AttemptAccepted, Status: &two,
				Detail:   "the endpoint answered 204",
				SignedBy: []api.SignedBy{{SigningSecretID: h.secret, Version: 1}, {SigningSecretID: h.secret, Version: 2}},
			},
		},
	}
	if diff := cmp.Diff([]api.Delivery{want}, w.deliveries(h.endpoint)); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	metrics := string(w.send("", "GET", "/metrics", nil).want(200).body)
	for _, want := range []string{
		`quickconnect_delivery_attempts_total{outcome="accepted"} 1`,
		`quickconnect_delivery_attempts_total{outcome="answered"} 1`,
	} {
		if !strings.Contains(metrics, want) {
			t.Errorf("the metrics do not have %s", want)
		}
	}
}

func TestDeliveryPages(t *testing.T) {
	w := newWorld(t)
	h, other := w.newHook("hooks", nil), w.newHook("other", nil)
	if none := w.deliveries(h.endpoint); none == nil || len(none) != 0 {
		t.Errorf("%+v", none)
	}
	path := pathEndpoints + "/" + h.endpoint + "/deliveries"
	var want []string // the newest first
	for i := range 7 {
		want = append([]string{w.sent(h.endpoint)}, want...)
		w.sent(other.endpoint)
		if i == 3 {
			w.deliver() // which changes no order
			w.clock.Advance(time.Second)
		}
	}
	ids := func(items []api.Delivery) (ids []string) {
		for _, d := range items {
			ids = append(ids, d.ID)
			if attempted := len(d.Attempts) == 1; attempted != (d.State == api.DeliveryDelivered) {
				t.Errorf("%+v", d)
			}
		}
		return ids
	}
	for _, size := range []int{1, 2, 3, 7, 8, 1000} {
		items, pages := allPages[api.Delivery](w, path+"?", size)
		if diff := cmp.Diff(want, ids(items)); diff != "" || pages != (len(want)+size-1)/size {
			t.Errorf("in %d pages of %d (-want +got):\n%s", pages, size, diff)
		}
	}
	for state, wanted := range map[string][]string{
		api.DeliveryDelivered: want[3:], api.DeliveryQueued: want[:3], api.DeliveryFailed: nil,
	} {
		items, _ := allPages[api.Delivery](w, path+"?state="+state, 2)
		if got := ids(items); !slices.Equal(got, wanted) {
			t.Errorf("%s: %v, want %v", state, got, wanted)
		}
	}
	for _, bad := range []string{
		"state=lost", "page_size=0", "page_size=1001", "page_size=x", "page_token=%21",
		"page_token=Y29ubg",
	} {
		w.do("GET", path+"?"+bad, nil).problem(api.CodeInvalid, "")
	}
}

// TestOldRecordsAreDeleted 30 days after their end. A queued event is never deleted.
func TestOldRecordsAreDeleted(t *testing.T) {
	w := newWorld(t)
	h, down := w.newHook("hooks", nil), w.newHook("down", nil)
	h.delivered()
	w.sent(down.endpoint)
	w.patchEndpoint(down.endpoint, object{"enabled": false})
	w.clock.Advance(30 * 24 * time.Hour)
	w.sweep()
	if n := len(w.deliveries(h.endpoint)); n != 1 {
		t.Errorf("%d records after 30 days, want 1", n)
	}
	later := h.delivered()
	w.clock.Advance(time.Hour)
	w.sweep()
	if got := w.deliveries(h.endpoint); len(got) != 1 || got[0].ID != later.id() {
		t.Errorf("after 30 days and an hour: %+v", got)
	}
	w.clock.Advance(365 * 24 * time.Hour)
	w.sweep()
	if got := w.deliveries(h.endpoint); len(got) != 0 {
		t.Errorf("after a year: %+v", got)
	}
	if got := w.deliveries(down.endpoint); len(got) != 1 || got[0].State != api.DeliveryQueued {
		t.Errorf("a queued event was deleted: %+v", got)
	}
}

// files returns the contents of all files in the data directory, and of a database elsewhere.
func (w *world) files() []byte {
	w.t.Helper()
	var all bytes.Buffer
	err := filepath.WalkDir(w.dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		data, err := os.ReadFile(path)
		all.Write(data)
		return err
	})
	if w.url != "" {
		all.Write(w.rows())
	}
	if err != nil || all.Len() == 0 {
		w.t.Fatalf("%d bytes: %v", all.Len(), err)
	}
	return all.Bytes()
}

// sealedBody returns the body of an event as stored, nil after its end.
func (w *world) sealedBody(id string) (body []byte) {
	w.t.Helper()
	err := w.store.View(w.t.Context(), func(tx *store.Tx) error {
		d, err := tx.Delivery(w.t.Context(), id)
		if err == nil {
			body = d.Body
		}
		return err
	})
	if err != nil {
		w.t.Fatal(err)
	}
	return body
}

const dataCanary = "CANARY-4711-Zm9yIHlvdXIgZXllcyBvbmx5"

// TestEventBodyIsSealedAndErased finds a queued body only sealed, and finds nothing of it once it was delivered, or, of
// one that has failed and could be sent again, once its record is deleted.
func TestEventBodyIsSealedAndErased(t *testing.T) {
	for name, end := range map[string]func(w *world, h *hook){
		"delivered": func(w *world, _ *hook) { w.deliver() },
		"failed": func(w *world, h *hook) {
			h.says(with(http.StatusBadRequest))
			for range webhook.MaxAttempts {
				w.deliver()
				w.clock.Advance(27 * time.Hour)
			}
			w.clock.Advance(deliveries.Retention)
			w.sweep()
		},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			h := w.newHook("hooks", nil)
			id := w.sentBody(h.endpoint, object{"type": eventType, "data": object{"canary": dataCanary, "more": pad(2000)}},
				key("once"))
			sealed := w.sealedBody(id)
			if len(sealed) < len(dataCanary) || !bytes.Contains(w.files(), sealed) {
				t.Fatalf("%d sealed bytes, which are not in the files", len(sealed))
			}
			end(w, h)
			arrived := h.arrived()
			for _, d := range w.deliveries(h.endpoint) {
				if left := w.sealedBody(id); left != nil || d.State != api.DeliveryDelivered {
					t.Errorf("%d bytes are left: %+v", len(left), d)
				}
			}
			w.wantErased(h, sealed, arrived[0])
		})
	}
}

// wantErased looks for the sealed body, the data, the signature and the signing secret in everything that the platform
// stores, logs and returns.
func (w *world) wantErased(h *hook, sealed []byte, arrived arrival) {
	w.t.Helper()
	outside := map[string][]byte{
		"the record": w.do("GET", pathEndpoints+"/"+h.endpoint+"/deliveries", nil).body, "the log": []byte(w.log.String()),
		"the signing secret": w.do("GET", pathSecrets+"/"+h.secret, nil).body,
	}
	for _, e := range w.audit() {
		outside["the audit"] = fmt.Append(outside["the audit"], e.Detail)
	}
	outside["the files"] = w.files()
	w.restart() // the log of the database becomes the database
	outside["the files after a restart"] = w.files()
	for part := range slices.Chunk(sealed, 32) {
		if len(part) == 32 && bytes.Contains(outside["the files after a restart"], part) {
			w.t.Fatal("the sealed body is still in the files, or a part of it")
		}
	}
	signature, _, _ := strings.Cut(strings.TrimPrefix(arrived.header.Get(webhook.HeaderSignature), "v1,"), " ")
	value := strings.TrimPrefix(w.reveal(h.secret, 1), "whsec_")
	raw, err := base64.StdEncoding.DecodeString(value)
	if err != nil {
		w.t.Fatal(err)
	}
	for where, text := range outside {
		for what, secret := range map[string]string{
			"the data": dataCanary, "a signature": signature,
			"the signing secret": value, "its bytes": string(raw),
		} {
			if bytes.Contains(text, []byte(secret)) {
				w.t.Errorf("%s is in %s", what, where)
			}
		}
	}
}
