package acctest_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/acctest"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/clock"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/webhook"
)

func TestReceiverAnswers(t *testing.T) {
	for _, language := range acctest.Receivers {
		t.Run(language, func(t *testing.T) {
			t.Parallel()
			old, fresh, stranger := newKey(t, webhook.HMAC), newKey(t, webhook.HMAC), newKey(t, webhook.HMAC)
			r := acctest.StartReceiver(t, language)
			r.Configure(receiverConfig(old.Expose(), fresh.Expose()))
			c := talkTo(t, r, old, fresh, stranger)
			now := clock.System().Now()
			event := eventWith(nil)
			n := 0
			attempt := func(body string, keys ...webhook.Key) *http.Request {
				n++
				return c.delivery(fmt.Sprintf("msg_%d", n), now, body, keys...)
			}
			accepted := func(name string, req *http.Request) {
				t.Helper()
				c.post(name, req, 204, "accepted "+req.Header.Get(webhook.HeaderID)+" "+receivedType)
			}
			refused := func(name string, req *http.Request, status int, reason string) {
				t.Helper()
				c.post(name, req, status, fmt.Sprintf("refused %d %s", status, reason))
			}

			accepted("old secret", attempt(event, old))
			accepted("new secret", attempt(event, fresh))
			accepted("both", attempt(event, old, fresh))
			accepted("both, the other way round", attempt(event, fresh, old))
			const (
				wrong = "v1,Ceo5qEr07ixe2NLpvHk3FH9bwy/WavXrAFQ/9tdO6mc="
				v2    = "v2,Ceo5qEr07ixe2NLpvHk3FH9bwy/WavXrAFQ/9tdO6mc="
			)
			for place := range 4 {
				req := attempt(event, fresh)
				entries := slices.Insert([]string{wrong, v2, wrong}, place, signatureOf(req))
				accepted(fmt.Sprintf("right signature in place %d", place),
					with(req, webhook.HeaderSignature, strings.Join(entries, " ")))
			}
			req := attempt(event, old)
			accepted("32 signatures", with(req, webhook.HeaderSignature, strings.Repeat(wrong+" ", 31)+signatureOf(req)))
			c.post("header names in capitals", inCapitals(c.delivery("msg_capitals", now, event, old)), 204,
				"accepted msg_capitals "+receivedType)

			const noMatch = "no signature matches"
			refused("v1, alone", with(attempt(event, old), webhook.HeaderSignature, "v1,"), 401, noMatch)
			refused("v1 alone", with(attempt(event, old), webhook.HeaderSignature, "v1"), 401, noMatch)
			refused("wrong ones alone", with(attempt(event, old), webhook.HeaderSignature, wrong+" "+wrong), 401, noMatch)
			req = attempt(event, old)
			refused("right one as v2", with(req, webhook.HeaderSignature, "v2"+signatureOf(req)[2:]), 401, noMatch)
			req = attempt(event, old)
			refused("right one as v1a", with(req, webhook.HeaderSignature, "v1a"+signatureOf(req)[2:]), 401, noMatch)
			req = attempt(event, old)
			refused("right one without padding", with(req, webhook.HeaderSignature, strings.TrimRight(signatureOf(req), "=")),
				401, noMatch)
			req = attempt(event, old)
			refused("joined by a proxy", with(req, webhook.HeaderSignature, signatureOf(req)+", "+wrong), 401, noMatch)
			refused("wrong secret", attempt(event, stranger), 401, noMatch)

			changed := []byte(event)
			changed[bytes.IndexByte(changed, '4')] = '5'
			req = attempt(event, old)
			refused("one byte of the body changed", withBody(req, string(changed)), 401, noMatch)
			req = attempt(event, old)
			refused("one byte of the body too many", withBody(req, event+" "), 401, noMatch)
			refused("signed for another id", with(attempt(event, old), webhook.HeaderID, "msg_other"), 401, noMatch)
			refused("signed for another second", with(attempt(event, old), webhook.HeaderTimestamp,
				webhook.Timestamp(now.Add(time.Second))), 401, noMatch)

			accepted("4 minutes old", c.delivery("msg_old", now.Add(-4*time.Minute), event, old))
			accepted("4 minutes ahead", c.delivery("msg_ahead", now.Add(4*time.Minute), event, old))
			const away = "webhook-timestamp is more than 5 minutes away"
			refused("6 minutes old", c.delivery("msg_older", now.Add(-6*time.Minute), event, old), 401, away)
			refused("6 minutes ahead", c.delivery("msg_further", now.Add(6*time.Minute), event, old), 401, away)
			seconds := webhook.Timestamp(now)
			for _, timestamp := range []string{
				"soon", "+" + seconds, "-" + seconds, "0" + seconds, seconds + ".0",
				seconds + "e0", "0x" + seconds, strings.Repeat("1", 5000),
			} {
				refused("timestamp "+timestamp[:4], with(attempt(event, old), webhook.HeaderTimestamp, timestamp), 400,
					"webhook-timestamp is not unix seconds")
			}
			for _, header := range []string{webhook.HeaderID, webhook.HeaderTimestamp, webhook.HeaderSignature} {
				refused("no "+header, with(attempt(event, old), header), 400, header+" is missing")
				refused("empty "+header, with(attempt(event, old), header, ""), 400, header+" is missing")
				req := attempt(event, old)
				value := req.Header.Get(header)
				refused("twice the same "+header, with(req, header, value, value), 400, header+" is there more than once")
				refused("two of "+header, with(attempt(event, old), header, value, "1"), 400, header+" is there more than once")
			}
			req = attempt(event, old)
			refused("33 signatures", with(req, webhook.HeaderSignature, strings.Repeat(wrong+" ", 32)+signatureOf(req)), 400,
				"webhook-signature has more than 32 signatures")
			req = attempt(event, old)
			refused("thousands of signatures", with(req, webhook.HeaderSignature,
				strings.Repeat(wrong+" ", 1299)+signatureOf(req)), 400, "webhook-signature has more than 32 signatures")

			// The receiver of production knows the secret of staging too: the signature is right, the place is not.
			refused("of staging", attempt(eventWith(map[string]any{"environment": acctest.Environment}), fresh), 403,
				"the delivery is for another environment")
			refused("of another tenant", attempt(eventWith(map[string]any{"tenant": "globex"}), fresh), 403,
				"the delivery is for another tenant")
			refused("of another endpoint", attempt(eventWith(map[string]any{"endpoint_id": "wep_there"}), fresh), 403,
				"the delivery is for another endpoint")
			refused("another type", attempt(eventWith(map[string]any{"type": "message.read"}), old), 422,
				"events of this type are not taken here")

			for _, body := range []string{
				"", "{", "hello", "null", "[]", `"event"`, "12", event + event, "{\"type\":\"\xff\"}",
				"\ufeff" + event, strings.Replace(event, `"data":`, `"x":NaN,"data":`, 1), strings.Repeat("[", 200),
			} {
				refused("body "+body[:min(len(body), 20)], attempt(body, old), 400, "the body is not a JSON object")
			}
			nested := func(depth int, between string) string {
				data := strings.Repeat("[", depth) + between + strings.Repeat("]", depth)
				return strings.Replace(eventWith(map[string]any{"data": "DATA"}), `"DATA"`, data, 1)
			}
			accepted("255 arrays in an object", attempt(nested(255, `"\"[[["`), old))
			for _, depth := range []int{256, 50_000} {
				refused("a deep body", attempt(nested(depth, ""), old), 400, "the body is nested more than 256 deep")
			}
			refused("a deep text", attempt(strings.Repeat("[", 100_000), old), 400, "the body is nested more than 256 deep")
			for _, name := range []string{"type", "timestamp", "tenant", "environment", "endpoint_id"} {
				for _, value := range []any{nil, "", 5, []string{"message.delivered"}, json.RawMessage("null")} {
					refused("other "+name, attempt(eventWith(map[string]any{name: value}), old), 400, "the body has no text "+name)
				}
				capitals := strings.Replace(event, `"`+name+`"`, `"`+strings.ToUpper(name)+`"`, 1)
				refused(name+" in capitals", attempt(capitals, old), 400, "the body has no text "+name)
			}
			refused("no data", attempt(eventWith(map[string]any{"data": nil}), old), 400, "the body has no data")

			for _, method := range []string{http.MethodGet, http.MethodHead, http.MethodPut, http.MethodDelete} {
				req := attempt(event, old)
				req.Method = method
				refused(method, withBody(req, ""), 405, "only POST is answered")
			}
			full := eventWith(map[string]any{"data": ""})
			full = strings.Replace(full, `"data":""`, `"data":"`+strings.Repeat("x", maxReceived-len(full))+`"`, 1)
			accepted("1 MiB", attempt(full, old))
			refused("a byte more than 1 MiB", attempt(full+" ", old), 413, "the body is larger than 1 MiB")
			refused("4 MiB", attempt(strings.Repeat(full, 4), old), 413, "the body is larger than 1 MiB")

			// A probe says what a delivery says, and nothing comes of it: its id stays free, and it may come again.
			probe := eventWith(map[string]any{"type": api.ProbeEventType})
			for range 2 {
				c.post("probe", c.delivery("msg_probe", now, probe, fresh), 204, "probed msg_probe")
			}
			refused("probe with a throw-away secret", attempt(probe, stranger), 401, noMatch)
			refused("probe of staging", attempt(eventWith(map[string]any{
				"type":        api.ProbeEventType,
				"environment": acctest.Environment,
			}), fresh), 403, "the delivery is for another environment")
			accepted("event with the id of the probe", c.delivery("msg_probe", now, event, fresh))
			c.end()
		})
	}
}

// inCapitals spells the header names as no library does.
func inCapitals(req *http.Request) *http.Request {
	header := http.Header{}
	for name, values := range req.Header {
		header[strings.ToUpper(name)] = values
	}
	req.Header = header
	return req
}

func withBody(req *http.Request, body string) *http.Request {
	req.Body, req.ContentLength = io.NopCloser(strings.NewReader(body)), int64(len(body))
	if body == "" {
		req.Body = http.NoBody
	}
	return req
}

func TestReceiverEd25519(t *testing.T) {
	for _, language := range acctest.Receivers {
		t.Run(language, func(t *testing.T) {
			t.Parallel()
			private, stranger, old := newKey(t, webhook.Ed25519), newKey(t, webhook.Ed25519), newKey(t, webhook.HMAC)
			r := acctest.StartReceiver(t, language)
			r.Configure(receiverConfig(old.Expose(), private.Public()))
			c := talkTo(t, r, private, old)
			now, event := clock.System().Now(), eventWith(nil)
			if language != "go" {
				c.post("public key", c.delivery("msg_1", now, event, private), 503, configSecret)
				c.end()
				return
			}
			// Whoever knows the public key must not be able to sign with it.
			confused, err := webhook.ParseSecret("whsec_" + strings.TrimPrefix(private.Public(), "whpk_"))
			if err != nil {
				t.Fatal(err)
			}
			const noMatch = "refused 401 no signature matches"
			c.post("public key", c.delivery("msg_1", now, event, private), 204, "accepted msg_1 "+receivedType)
			c.post("HMAC beside it", c.delivery("msg_2", now, event, old), 204, "accepted msg_2 "+receivedType)
			c.post("both", c.delivery("msg_3", now, event, stranger, private, old), 204, "accepted msg_3 "+receivedType)
			c.post("another private key", c.delivery("msg_4", now, event, stranger), 401, noMatch)
			c.post("public key as HMAC secret", c.delivery("msg_5", now, event, confused), 401, noMatch)
			c.post("another body", withBody(c.delivery("msg_6", now, event, private), event+" "), 401, noMatch)
			for i, value := range []string{"v1a,", "v1a,AAAA", "v1a"} {
				c.post("entry "+value, with(c.delivery(fmt.Sprintf("msg_7%d", i), now, event, private), webhook.HeaderSignature,
					value), 401, noMatch)
			}
			req := c.delivery("msg_8", now, event, private)
			c.post("as v1", with(req, webhook.HeaderSignature, "v1"+strings.TrimPrefix(signatureOf(req), "v1a")), 401, noMatch)
			c.end()
		})
	}
}
