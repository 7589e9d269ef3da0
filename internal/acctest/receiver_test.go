package acctest_test

import (
	"bytes"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/acctest"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/clock"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/webhook"
)

const (
	// receivedType is the event type that the receivers of these tests take.
	receivedType = "message.delivered"
	// bodyCanary is in the data of every event.
	bodyCanary = "CANARY4711BODY"
	// maxReceived is how many bytes a receiver takes.
	maxReceived = 1 << 20
	// copies are how many requests with one id arrive together.
	copies = 20
	// flooded are how many events arrive in quick succession: more than a receiver keeps for ever.
	flooded = 10_100
)

// What the receivers say of a config that they cannot use.
const (
	configMissing = "refused 503 the config file cannot be read"
	configShape   = "refused 503 the config file is not JSON with tenant, environment, endpoint_id, event_types and secrets"
	configSecret  = "refused 503 a secret in the config file has a wrong prefix or wrong base64"
	configCount   = "refused 503 the config file must have 1 to 16 secrets"
)

// conversation is what a test sends to one receiver, and what that should say of it.
type conversation struct {
	t      *testing.T
	r      *acctest.Receiver
	client *http.Client
	names  []string
	want   []string // one line of the log for each request
	hidden []string // what no log may have
}

func talkTo(t *testing.T, r *acctest.Receiver, keys ...webhook.Key) *conversation {
	t.Helper()
	c := &conversation{t: t, r: r, client: &http.Client{Timeout: 30 * time.Second}, hidden: []string{bodyCanary}}
	t.Cleanup(c.client.CloseIdleConnections)
	for _, k := range keys {
		_, encoded, _ := strings.Cut(k.Expose(), "_")
		c.hidden = append(c.hidden, encoded)
	}
	return c
}

// post sends one request, and wants this answer and this line.
func (c *conversation) post(name string, req *http.Request, status int, line string) {
	c.t.Helper()
	if got := c.send(req); got != status {
		c.t.Errorf("%s: answered %d, want %d", name, got, status)
	}
	c.names, c.want = append(c.names, name), append(c.want, line)
}

func (c *conversation) send(req *http.Request) int {
	c.t.Helper()
	for entry := range strings.FieldsSeq(strings.Join(req.Header.Values(webhook.HeaderSignature), " ")) {
		if _, value, _ := strings.Cut(entry, ","); len(value) > 20 && !slices.Contains(c.hidden, value) {
			c.hidden = append(c.hidden, value)
		}
	}
	status, err := answerTo(c.client, req)
	if err != nil {
		c.t.Fatal(err)
	}
	return status
}

func answerTo(client *http.Client, req *http.Request) (int, error) {
	resp, err := client.Do(req)
	if err != nil {
		return 0, err
	}
	defer func() { _ = resp.Body.Close() }()
	_, err = io.Copy(io.Discard, resp.Body)
	return resp.StatusCode, err
}

// end stops the receiver, compares what it has said with what it should have, and looks for what it should not.
func (c *conversation) end() {
	c.t.Helper()
	c.r.Stop()
	lines := c.r.Lines()
	for i, want := range c.want {
		if i >= len(lines) {
			c.t.Fatalf("%s: nothing was logged, want %q", c.names[i], want)
		}
		if lines[i] != want {
			c.t.Errorf("%s: logged %q, want %q", c.names[i], lines[i], want)
		}
	}
	if len(lines) > len(c.want) {
		c.t.Errorf("more was logged than requests were sent: %q", lines[len(c.want):])
	}
	c.leaks()
}

func (c *conversation) leaks() {
	c.t.Helper()
	for i, hidden := range c.hidden {
		if strings.Contains(c.r.Log(), hidden) {
			c.t.Errorf("the log has a secret, a signature or a body (number %d)", i)
		}
	}
}

// delivery makes the request of one attempt, with one signature for each key.
func (c *conversation) delivery(id string, at time.Time, body string, keys ...webhook.Key) *http.Request {
	c.t.Helper()
	signature, err := webhook.Sign(keys, id, at, []byte(body))
	if err != nil {
		c.t.Fatal(err)
	}
	req, err := http.NewRequestWithContext(c.t.Context(), http.MethodPost, c.r.URL+"/hooks", strings.NewReader(body))
	if err != nil {
		c.t.Fatal(err)
	}
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set(webhook.HeaderID, id)
	req.Header.Set(webhook.HeaderTimestamp, webhook.Timestamp(at))
	req.Header.Set(webhook.HeaderSignature, signature)
	return req
}

func with(req *http.Request, header string, values ...string) *http.Request {
	req.Header[http.CanonicalHeaderKey(header)] = values
	return req
}

func signatureOf(req *http.Request) string { return req.Header.Get(webhook.HeaderSignature) }

// eventWith is the body of an event for the receivers of these tests, with some members changed, or left out where nil.
func eventWith(changes map[string]any) string {
	members := map[string]any{
		"type": receivedType, "timestamp": "2026-05-01T12:00:00Z", "data": map[string]any{"note": bodyCanary},
		"tenant": acctest.Tenant, "environment": "production", "endpoint_id": "wep_here",
	}
	for name, value := range changes {
		members[name] = value
		if value == nil {
			delete(members, name)
		}
	}
	data, err := json.Marshal(members)
	if err != nil {
		panic(err)
	}
	return string(data)
}

func receiverConfig(secrets ...string) acctest.ReceiverConfig {
	return acctest.ReceiverConfig{
		Tenant: acctest.Tenant, Environment: "production", EndpointID: "wep_here", EventTypes: []string{"message.failed", receivedType}, Secrets: secrets,
	}
}

func newKey(t *testing.T, algorithm webhook.Algorithm) webhook.Key {
	t.Helper()
	k, err := webhook.Generate(algorithm, rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	return k
}

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
				accepted(fmt.Sprintf("right signature in place %d", place), with(req, webhook.HeaderSignature, strings.Join(entries, " ")))
			}
			req := attempt(event, old)
			accepted("32 signatures", with(req, webhook.HeaderSignature, strings.Repeat(wrong+" ", 31)+signatureOf(req)))
			c.post("header names in capitals", inCapitals(c.delivery("msg_capitals", now, event, old)), 204, "accepted msg_capitals "+receivedType)

			const noMatch = "no signature matches"
			refused("v1, alone", with(attempt(event, old), webhook.HeaderSignature, "v1,"), 401, noMatch)
			refused("v1 alone", with(attempt(event, old), webhook.HeaderSignature, "v1"), 401, noMatch)
			refused("wrong ones alone", with(attempt(event, old), webhook.HeaderSignature, wrong+" "+wrong), 401, noMatch)
			req = attempt(event, old)
			refused("right one as v2", with(req, webhook.HeaderSignature, "v2"+signatureOf(req)[2:]), 401, noMatch)
			req = attempt(event, old)
			refused("right one as v1a", with(req, webhook.HeaderSignature, "v1a"+signatureOf(req)[2:]), 401, noMatch)
			req = attempt(event, old)
			refused("right one without padding", with(req, webhook.HeaderSignature, strings.TrimRight(signatureOf(req), "=")), 401, noMatch)
			refused("wrong secret", attempt(event, stranger), 401, noMatch)

			changed := []byte(event)
			changed[bytes.IndexByte(changed, '4')] = '5'
			req = attempt(event, old)
			refused("one byte of the body changed", withBody(req, string(changed)), 401, noMatch)
			req = attempt(event, old)
			refused("one byte of the body too many", withBody(req, event+" "), 401, noMatch)
			refused("signed for another id", with(attempt(event, old), webhook.HeaderID, "msg_other"), 401, noMatch)
			refused("signed for another second", with(attempt(event, old), webhook.HeaderTimestamp, webhook.Timestamp(now.Add(time.Second))), 401, noMatch)

			accepted("4 minutes old", c.delivery("msg_old", now.Add(-4*time.Minute), event, old))
			accepted("4 minutes ahead", c.delivery("msg_ahead", now.Add(4*time.Minute), event, old))
			const away = "webhook-timestamp is more than 5 minutes away"
			refused("6 minutes old", c.delivery("msg_older", now.Add(-6*time.Minute), event, old), 401, away)
			refused("6 minutes ahead", c.delivery("msg_further", now.Add(6*time.Minute), event, old), 401, away)
			seconds := webhook.Timestamp(now)
			for _, timestamp := range []string{"soon", "+" + seconds, "-" + seconds, "0" + seconds, seconds + ".0", seconds + "e0", "0x" + seconds, strings.Repeat("1", 5000)} {
				refused("timestamp "+timestamp[:4], with(attempt(event, old), webhook.HeaderTimestamp, timestamp), 400, "webhook-timestamp is not unix seconds")
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
			refused("33 signatures", with(req, webhook.HeaderSignature, strings.Repeat(wrong+" ", 32)+signatureOf(req)), 400, "webhook-signature has more than 32 signatures")
			req = attempt(event, old)
			refused("thousands of signatures", with(req, webhook.HeaderSignature, strings.Repeat(wrong+" ", 1299)+signatureOf(req)), 400, "webhook-signature has more than 32 signatures")

			// The receiver of production knows the secret of staging too: the signature is right, the place is not.
			refused("of staging", attempt(eventWith(map[string]any{"environment": acctest.Environment}), fresh), 403, "the delivery is for another environment")
			refused("of another tenant", attempt(eventWith(map[string]any{"tenant": "globex"}), fresh), 403, "the delivery is for another tenant")
			refused("of another endpoint", attempt(eventWith(map[string]any{"endpoint_id": "wep_there"}), fresh), 403, "the delivery is for another endpoint")
			refused("another type", attempt(eventWith(map[string]any{"type": "message.read"}), old), 422, "events of this type are not taken here")

			for _, body := range []string{"", "{", "hello", "null", "[]", `"event"`, "12", event + event, "{\"type\":\"\xff\"}", "\ufeff" + event, strings.Replace(event, `"data":`, `"x":NaN,"data":`, 1), strings.Repeat("[", 100_000)} {
				refused("body "+body[:min(len(body), 20)], attempt(body, old), 400, "the body is not a JSON object")
			}
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
			refused("probe of staging", attempt(eventWith(map[string]any{"type": api.ProbeEventType, "environment": acctest.Environment}), fresh), 403, "the delivery is for another environment")
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

func TestReceiverRepeats(t *testing.T) {
	for _, language := range acctest.Receivers {
		t.Run(language, func(t *testing.T) {
			t.Parallel()
			key := newKey(t, webhook.HMAC)
			r := acctest.StartReceiver(t, language)
			r.Configure(receiverConfig(key.Expose()))
			c := talkTo(t, r, key)
			now, event := clock.System().Now(), eventWith(nil)
			const again = "refused 409 this delivery was accepted before"
			c.post("first", c.delivery("msg_1", now, event, key), 204, "accepted msg_1 "+receivedType)
			c.post("exact copy", c.delivery("msg_1", now, event, key), 409, again)
			c.post("retry", c.delivery("msg_1", now.Add(time.Second), event, key), 200, "repeated msg_1")
			c.post("copy of the retry", c.delivery("msg_1", now.Add(time.Second), event, key), 200, "repeated msg_1")
			c.post("exact copy after the retry", c.delivery("msg_1", now, event, key), 409, again)
			c.post("same body, another event", c.delivery("msg_2", now, event, key), 204, "accepted msg_2 "+receivedType)
			c.post("refused, so not remembered", c.delivery("msg_3", now, eventWith(map[string]any{"type": "message.read"}), key), 422, "refused 422 events of this type are not taken here")
			c.post("now of a type that is taken", c.delivery("msg_3", now, event, key), 204, "accepted msg_3 "+receivedType)
			c.end()
			if got := r.Accepted(); !slices.Equal(got, []string{"msg_1", "msg_2", "msg_3"}) {
				t.Errorf("accepted %q", got)
			}
			if got := r.Refused(); len(got) != 3 {
				t.Errorf("refused %q", got)
			}
		})
	}
}

func TestReceiverConcurrentCopies(t *testing.T) {
	for _, language := range acctest.Receivers {
		t.Run(language, func(t *testing.T) {
			t.Parallel()
			key := newKey(t, webhook.HMAC)
			r := acctest.StartReceiver(t, language)
			r.Configure(receiverConfig(key.Expose()))
			c := talkTo(t, r, key)
			now := clock.System().Now()
			statuses := c.together(func(int) *http.Request { return c.delivery("msg_1", now, eventWith(nil), key) })
			count := map[int]int{}
			for range copies {
				count[<-statuses]++
			}
			if count[204] != 1 || count[409] != copies-1 {
				t.Errorf("answered %v, want 204 once and 409 otherwise", count)
			}
			r.Stop()
			if got := r.Accepted(); len(got) != 1 || len(r.Lines()) != copies {
				t.Errorf("handled %d times, %d lines", len(got), len(r.Lines()))
			}
		})
	}
}

// More ids than are kept for ever, but none of them is old enough to be forgotten: a copy has a good signature and a good timestamp. The
// receiver in Python would need 10 to 20 seconds; TestReceiverForgets tests its memory.
func TestReceiverFlood(t *testing.T) {
	for _, language := range []string{"go", "node"} {
		t.Run(language, func(t *testing.T) {
			t.Parallel()
			key := newKey(t, webhook.HMAC)
			r := acctest.StartReceiver(t, language)
			r.Configure(receiverConfig(key.Expose()))
			c := talkTo(t, r, key)
			now, event := clock.System().Now(), eventWith(nil)
			for _, want := range []int{204, 409} {
				count := c.flood(flooded, func(i int) *http.Request { return c.delivery(fmt.Sprintf("msg_%d", i), now, event, key) })
				if count[want] != flooded {
					t.Errorf("answered %v, want %d always", count, want)
				}
			}
			c.leaks()
		})
	}
}

// flood sends so many requests, a few at a time, and counts their answers; 0 for none.
func (c *conversation) flood(n int, request func(int) *http.Request) map[int]int {
	c.t.Helper()
	requests, statuses := make(chan *http.Request), make(chan int, n)
	for range 2 { // the client keeps as many connections
		go func() {
			for req := range requests {
				status, err := answerTo(c.client, req)
				if err != nil {
					status = 0
				}
				statuses <- status
			}
		}()
	}
	for i := range n {
		requests <- request(i)
	}
	close(requests)
	count := map[int]int{}
	for range n {
		count[<-statuses]++
	}
	return count
}

// fewRemembered makes a receiver keep only 3 ids for ever, forget others after 2 seconds, and have 6 at most.
var fewRemembered = []string{"10_000", "3", "2*tolerance + 10", "2", "2 * TOLERANCE + 10", "2", "1_000_000", "6"}

// An id is forgotten if it is old and there are enough newer ones. Where there is no place for an id, its event is not taken.
func TestReceiverForgets(t *testing.T) {
	for _, language := range acctest.Receivers {
		t.Run(language, func(t *testing.T) {
			t.Parallel()
			key := newKey(t, webhook.HMAC)
			r := acctest.StartReceiverDoing(t, language, "", fewRemembered...)
			r.Configure(receiverConfig(key.Expose()))
			c := talkTo(t, r, key)
			now, event := clock.System().Now(), eventWith(nil)
			post := func(status int, line string, numbers ...int) {
				t.Helper()
				for _, n := range numbers {
					id := fmt.Sprintf("msg_%d", n)
					c.post(id, c.delivery(id, now, event, key), status, strings.ReplaceAll(line, "ID", id))
				}
			}
			const (
				accepted = "accepted ID " + receivedType
				again    = "refused 409 this delivery was accepted before"
				full     = "refused 503 too many events to remember for now"
			)
			post(204, accepted, 1, 2, 3, 4, 5, 6)
			post(503, full, 7, 8)
			post(409, again, 1, 2, 3, 4, 5, 6)
			c.post("retry", c.delivery("msg_1", now.Add(time.Second), event, key), 200, "repeated msg_1")
			acctest.WaitFor(t, "the first ids are old, and one more is taken", func() bool {
				status := c.send(c.delivery("msg_7", now, event, key))
				line := full
				if status != 503 {
					line = "accepted msg_7 " + receivedType
				}
				c.names, c.want = append(c.names, "msg_7"), append(c.want, line)
				return status != 503
			})
			post(409, again, 4, 5, 6, 7) // and 1, 2 and 3 are forgotten
			post(204, accepted, 1)       // and 4 is forgotten
			post(409, again, 5, 6, 7, 1)
			// Whoever saw a retry may copy that, when the event itself is old.
			retry := func() *http.Request { return c.delivery("msg_5", now.Add(time.Second), event, key) }
			c.post("late retry", retry(), 200, "repeated msg_5")
			post(204, accepted, 2)
			c.post("copy of the late retry", retry(), 200, "repeated msg_5")
			c.end()
		})
	}
}

// together sends many requests at the same time. The channel has their answers, in the order in which they come; 0 for none.
func (c *conversation) together(request func(int) *http.Request) <-chan int {
	c.t.Helper()
	statuses := make(chan int, copies)
	begin := make(chan struct{})
	for i := range copies {
		req := request(i)
		go func() {
			<-begin
			status, err := answerTo(c.client, req)
			if err != nil {
				status = 0
			}
			statuses <- status
		}()
	}
	close(begin)
	return statuses
}

// slowWork waits while a file beside the config is there, and then fails if another one is.
var slowWork = map[string]string{
	"go": `
	for exists(".hold") {
		time.Sleep(10 * time.Millisecond)
	}
	if exists(".fail") {
		panic("told to fail")
	}
	return nil
}

func exists(ending string) bool {
	_, err := os.Stat(os.Getenv("RECEIVER_CONFIG") + ending)
	return err == nil
}

func unused() error {`,
	"node": `
  const { existsSync } = await import("node:fs");
  while (existsSync(configPath + ".hold")) await new Promise((resolve) => setTimeout(resolve, 10));
  if (existsSync(configPath + ".fail")) throw new Error("told to fail");`,
	"python": `
    while os.path.exists(os.environ["RECEIVER_CONFIG"] + ".hold"):
        time.sleep(0.01)
    if os.path.exists(os.environ["RECEIVER_CONFIG"] + ".fail"):
        raise RuntimeError("told to fail")`,
}

// While one request handles the event, no other does, whatever its timestamp, and none says that it was handled: that is not
// known yet. If handling fails, the platform's retry handles the event.
func TestReceiverWhileHandling(t *testing.T) {
	for _, language := range acctest.Receivers {
		t.Run(language, func(t *testing.T) {
			t.Parallel()
			key := newKey(t, webhook.HMAC)
			r := acctest.StartReceiverDoing(t, language, slowWork[language])
			r.Configure(receiverConfig(key.Expose()))
			c := talkTo(t, r, key)
			now, event := clock.System().Now(), eventWith(nil)
			hold, fail := r.ConfigFile+".hold", r.ConfigFile+".fail"
			round := func(want int) {
				t.Helper()
				touch(t, hold)
				statuses := c.together(func(i int) *http.Request {
					return c.delivery("msg_1", now.Add(time.Duration(i%2)*time.Second), event, key)
				})
				for range copies - 1 {
					if got := <-statuses; got != 409 {
						t.Errorf("answered %d while the event was being handled, want 409", got)
					}
				}
				remove(t, hold)
				if got := <-statuses; got != want {
					t.Errorf("answered %d after handling, want %d", got, want)
				}
			}
			touch(t, fail)
			round(500)
			remove(t, fail)
			round(204)
			if got := c.send(c.delivery("msg_1", now.Add(2*time.Second), event, key)); got != 200 {
				t.Errorf("answered %d to a retry, want 200", got)
			}
			r.Stop()
			lines := map[string]int{}
			for _, line := range r.Lines() {
				lines[line]++
			}
			for line, want := range map[string]int{
				"refused 409 this event is being handled":       2 * (copies - 1),
				"refused 500 handling the event failed":         1,
				"accepted msg_1 " + receivedType:                1,
				"repeated msg_1":                                1,
				"refused 409 this delivery was accepted before": 0,
			} {
				if lines[line] != want {
					t.Errorf("logged %q %d times, want %d", line, lines[line], want)
				}
			}
			c.leaks()
		})
	}
}

func touch(t *testing.T, path string) {
	t.Helper()
	if err := os.WriteFile(path, nil, 0o600); err != nil {
		t.Fatal(err)
	}
}

func remove(t *testing.T, path string) {
	t.Helper()
	if err := os.Remove(path); err != nil {
		t.Fatal(err)
	}
}

// Who opens a connection and says nothing, or stops in the middle, keeps no receiver from stopping.
func TestReceiverStopsUnderSilence(t *testing.T) {
	for _, language := range acctest.Receivers {
		t.Run(language, func(t *testing.T) {
			t.Parallel()
			r := acctest.StartReceiver(t, language)
			for _, text := range []string{"", "POST / HTTP/1.1\r\n", "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 10\r\n\r\nhalf"} {
				conn, err := net.Dial("tcp", strings.TrimPrefix(r.URL, "http://"))
				if err != nil {
					t.Fatal(err)
				}
				defer func() { _ = conn.Close() }()
				if _, err := io.WriteString(conn, text); err != nil {
					t.Fatal(err)
				}
			}
			// The answer to this one shows that the others have been taken up.
			c := talkTo(t, r)
			c.post("no config", c.delivery("msg_1", clock.System().Now(), eventWith(nil), newKey(t, webhook.HMAC)), 503, configMissing)
			r.Stop()
		})
	}
}

func TestReceiverConfig(t *testing.T) {
	for _, language := range acctest.Receivers {
		t.Run(language, func(t *testing.T) {
			t.Parallel()
			old, fresh := newKey(t, webhook.HMAC), newKey(t, webhook.HMAC)
			var many []webhook.Key
			texts := []string{""}
			for range 16 {
				k := newKey(t, webhook.HMAC)
				many, texts = append(many, k), append(texts, k.Expose())
			}
			r := acctest.StartReceiver(t, language)
			c := talkTo(t, r, slices.Concat(many, []webhook.Key{old, fresh})...)
			now, n := clock.System().Now(), 0
			post := func(name string, key webhook.Key, status int, line string) {
				t.Helper()
				n++
				id := fmt.Sprintf("msg_%d", n)
				c.post(name, c.delivery(id, now, eventWith(nil), key), status, strings.ReplaceAll(line, "ID", id))
			}
			const accepted, noMatch = "accepted ID " + receivedType, "refused 401 no signature matches"

			post("no config yet", old, 503, configMissing)
			// A rotation, as the receiver sees it: the old secret, both, the new one.
			r.Configure(receiverConfig(old.Expose(), ""))
			post("old before the rotation", old, 204, accepted)
			post("new before the rotation", fresh, 401, noMatch)
			r.Configure(receiverConfig("", fresh.Expose(), old.Expose()))
			post("old in the overlap", old, 204, accepted)
			post("new in the overlap", fresh, 204, accepted)
			r.Configure(receiverConfig(fresh.Expose()))
			post("old after the rotation", old, 401, noMatch)
			post("new after the rotation", fresh, 204, accepted)

			// 8 signing secrets, all of them in a rotation.
			r.Configure(receiverConfig(texts...))
			for i, k := range many {
				post(fmt.Sprintf("secret %d of 16", i+1), k, 204, accepted)
			}
			c.post("16 signatures", c.delivery("msg_many", now, eventWith(nil), many...), 204, "accepted msg_many "+receivedType)
			post("none of 16 secrets", fresh, 401, noMatch)
			r.Configure(receiverConfig(append(texts, old.Expose())...))
			post("17 secrets", many[0], 503, configCount)

			other := receiverConfig(fresh.Expose())
			other.EventTypes = nil
			r.Configure(other)
			post("every type is taken", fresh, 204, accepted)
			c.post("any type", c.delivery("msg_any", now, eventWith(map[string]any{"type": "message.read"}), fresh), 204, "accepted msg_any message.read")
			c.post("probe beside every type", c.delivery("msg_any", now, eventWith(map[string]any{"type": api.ProbeEventType}), fresh), 204, "probed msg_any")
			other = receiverConfig(fresh.Expose())
			other.Environment = acctest.Environment
			r.Configure(other)
			post("another environment", fresh, 403, "refused 403 the delivery is for another environment")

			remove(t, r.ConfigFile)
			post("config is gone", fresh, 503, configMissing)
			_, encoded, _ := strings.Cut(fresh.Expose(), "_")
			good := `{"tenant":"acme","environment":"production","endpoint_id":"wep_here","event_types":["message.delivered"],"secrets":["` + fresh.Expose() + `"],"more":1}`
			r.WriteConfig([]byte(good))
			post("written by hand", fresh, 204, accepted)
			for _, tt := range []struct{ from, to, line string }{
				{good, "", configShape},
				{good, good[:len(good)-20], configShape},
				{good, fresh.Expose(), configShape},
				{good, "[]", configShape},
				{good, "null", configShape},
				{`"acme"`, `""`, configShape},
				{`"production"`, "null", configShape},
				{`"wep_here"`, "5", configShape},
				{`["message.delivered"]`, `"message.delivered"`, configShape},
				{`["message.delivered"]`, "[5]", configShape},
				{`["message.delivered"]`, "[null]", configShape},
				{`["message.delivered"]`, `["message.delivered",""]`, configShape},
				{`["message.delivered"]`, "[]", configShape},
				{`["message.delivered"]`, "{}", configShape},
				{`["message.delivered"]`, "false", configShape},
				{`"event_types":["message.delivered"],`, "", configShape},
				{`"secrets"`, `"secret"`, configShape},
				{`["whsec_`, `["whsk_`, configSecret},
				{`["whsec_`, `["WHSEC_`, configSecret},
				{`["whsec_`, `["`, configSecret},
				{`["whsec_`, `[" whsec_`, configSecret},
				{encoded, strings.TrimRight(encoded, "="), configSecret},
				{encoded, encoded + `\n`, configSecret},
				{encoded, encoded[:20], configSecret},
				{encoded, strings.Repeat(encoded[:40], 3), configSecret},
				{encoded, encoded[:42] + strayBits(encoded[42]) + "=", configSecret},
				{encoded, "", configSecret},
				{encoded, "____" + encoded[4:], configSecret},
				{`["whsec_` + encoded + `"]`, "[]", configCount},
				{`["whsec_` + encoded + `"]`, "[null,null]", configCount},
				{`"whsec_` + encoded + `"`, strings.Repeat(`"whsec_`+encoded+`",`, 16) + `"whsec_` + encoded + `"`, configCount},
			} {
				bad := strings.Replace(good, tt.from, tt.to, 1)
				if bad == good {
					t.Fatalf("the config does not have %q", tt.from)
				}
				r.WriteConfig([]byte(bad))
				post("config with "+strings.ReplaceAll(tt.to, encoded, "…"), fresh, 503, tt.line)
			}
			r.WriteConfig([]byte(good))
			post("good again", fresh, 204, accepted)
			c.end()
		})
	}
}

// strayBits is the character after the last one of a base64 text: it says the same bytes, and has bits beyond them.
func strayBits(last byte) string {
	const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
	at := strings.IndexByte(alphabet, last) + 1
	return alphabet[at : at+1]
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
				c.post("entry "+value, with(c.delivery(fmt.Sprintf("msg_7%d", i), now, event, private), webhook.HeaderSignature, value), 401, noMatch)
			}
			req := c.delivery("msg_8", now, event, private)
			c.post("as v1", with(req, webhook.HeaderSignature, "v1"+strings.TrimPrefix(signatureOf(req), "v1a")), 401, noMatch)
			c.end()
		})
	}
}

// lineOfRequest is what a line about a request looks like, whatever was sent.
var lineOfRequest = regexp.MustCompile(`^((accepted [!-~]{1,100} [!-~]{1,100})|((probed|repeated) [!-~]{1,100})|(refused [345][0-9][0-9] [a-zA-Z0-9_, -]+))$`)

// Whatever a stranger writes, and whatever is in a genuine event, no line of the log is forged, and the receiver goes on.
func TestReceiverHostileInput(t *testing.T) {
	for _, language := range acctest.Receivers {
		t.Run(language, func(t *testing.T) {
			t.Parallel()
			key := newKey(t, webhook.HMAC)
			r := acctest.StartReceiver(t, language)
			odd := "odd type\naccepted forged\x1b[2J é " + strings.Repeat("x", 200)
			config := receiverConfig(key.Expose())
			config.EventTypes = append(config.EventTypes, odd)
			r.Configure(config)
			c := talkTo(t, r, key)
			now := clock.System().Now()

			// Ids that the platform never makes, rightly signed all the same.
			for _, id := range []string{
				"msg accepted forged", "msg\r\n accepted forged " + receivedType, "msg\naccepted forged " + receivedType, "msg\raccepted forged x", "msg\taccepted",
				"msg\x00", "msg\x1b[2J", "msg\x7f", "msg\xe9", "msgé", "msg\u2028accepted forged x", "msg.1", strings.Repeat("m", 257), strings.Repeat("m", 20_000),
			} {
				answer := c.raw(signedByHand(key, id, webhook.Timestamp(now), eventWith(nil)))
				if strings.HasPrefix(answer, "HTTP/1.1 2") || strings.HasPrefix(answer, "HTTP/1.0 2") {
					t.Errorf("id %.20q: answered %.20q", id, answer)
				}
			}
			for _, text := range []string{
				"\x16\x03\x01accepted forged x\n", "accepted forged x\n\n", "POST /\naccepted forged x\n HTTP/1.1\r\n\r\n", "POST /accepted%0aforged HTTP/1.1\r\nHost: a\r\nConnection: close\r\nContent-Length: 0\r\n\r\n",
				"POST / HTTP/1.1\r\nHost: a\r\nConnection: close\r\nContent-Length: -1\r\n\r\n", "POST / HTTP/1.1\r\nHost: a\r\nConnection: close\r\nContent-Length: x\r\n\r\n",
				"POST / HTTP/1.1\r\nHost: a\r\nConnection: close\r\nContent-Length: 10\r\n\r\nshort",
				"POST / HTTP/1.1\r\nHost: a\r\nWebhook-Signature: " + strings.Repeat("v1,AAAA ", 50_000) + "\r\nConnection: close\r\nContent-Length: 0\r\n\r\n",
			} {
				c.raw(text)
			}

			longest := strings.Repeat("m", 256)
			c.mustAnswer(204, c.delivery("msg_odd", now, eventWith(map[string]any{"type": odd}), key))
			c.mustAnswer(204, c.delivery(longest, now, eventWith(nil), key))
			c.mustAnswer(204, c.delivery("!#$%&'()*+,-/:;<=>?@[]^_`{|}~", now, eventWith(nil), key))
			r.Stop()
			var accepted []string
			for _, line := range r.Lines() {
				if !lineOfRequest.MatchString(line) {
					t.Errorf("logged %q", line)
				}
				if !strings.HasPrefix(line, "refused ") {
					accepted = append(accepted, line)
				}
			}
			want := []string{
				"accepted msg_odd odd?type?accepted?forged?[2J???" + strings.Repeat("x", 100-len("odd?type?accepted?forged?[2J???")),
				"accepted " + longest[:100] + " " + receivedType,
				"accepted !#$%&'()*+,-/:;<=>?@[]^_`{|}~ " + receivedType,
			}
			if !slices.Equal(accepted, want) {
				t.Errorf("accepted %q, want %q", accepted, want)
			}
			c.leaks()
		})
	}
}

func (c *conversation) mustAnswer(status int, req *http.Request) {
	c.t.Helper()
	if got := c.send(req); got != status {
		c.t.Errorf("answered %d, want %d", got, status)
	}
}

// signedByHand is the text of a delivery with any id, also one that webhook.Sign refuses.
func signedByHand(key webhook.Key, id, timestamp, body string) string {
	secret, err := base64.StdEncoding.DecodeString(strings.TrimPrefix(key.Expose(), "whsec_"))
	if err != nil {
		panic(err)
	}
	mac := hmac.New(sha256.New, secret)
	mac.Write([]byte(id + "." + timestamp + "." + body))
	signature := "v1," + base64.StdEncoding.EncodeToString(mac.Sum(nil))
	return fmt.Sprintf("POST / HTTP/1.1\r\nHost: receiver\r\nConnection: close\r\n%s: %s\r\n%s: %s\r\n%s: %s\r\nContent-Length: %d\r\n\r\n%s",
		webhook.HeaderID, id, webhook.HeaderTimestamp, timestamp, webhook.HeaderSignature, signature, len(body), body)
}

// raw sends bytes as they are, and returns what comes back until the receiver hangs up. That it hangs up early is not wrong.
func (c *conversation) raw(text string) string {
	c.t.Helper()
	conn, err := net.Dial("tcp", strings.TrimPrefix(c.r.URL, "http://"))
	if err != nil {
		c.t.Fatal(err)
	}
	defer func() { _ = conn.Close() }()
	if err := conn.SetDeadline(clock.System().Now().Add(time.Minute)); err != nil {
		c.t.Fatal(err)
	}
	_, _ = io.WriteString(conn, text)
	if half, ok := conn.(*net.TCPConn); ok {
		_ = half.CloseWrite()
	}
	answer, _ := io.ReadAll(conn)
	return string(answer)
}
