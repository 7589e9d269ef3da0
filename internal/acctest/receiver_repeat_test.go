package acctest_test

import (
	"fmt"
	"net/http"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/acctest"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/clock"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/webhook"
)

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
			c.post("refused, so not remembered", c.delivery("msg_3", now, eventWith(map[string]any{"type": "message.read"}),
				key), 422, "refused 422 events of this type are not taken here")
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

// More ids than are kept for ever, but none of them is old enough to be forgotten: a copy has a good signature and a
// good timestamp. The receiver in Python would need 10 to 20 seconds; TestReceiverForgets tests its memory.
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
				count := c.flood(flooded, func(i int) *http.Request {
					return c.delivery(fmt.Sprintf("msg_%d", i), now, event,
						key)
				})
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

// An id is forgotten if it is old and there are enough newer ones. Where there is no place for an id, its event is not
// taken.
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

// together sends many requests at the same time. The channel has their answers, in the order in which they come; 0 for
// none.
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

// While one request handles the event, no other does, whatever its timestamp, and none says that it was handled: that
// is not known yet. If handling fails, the platform's retry handles the event.
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
