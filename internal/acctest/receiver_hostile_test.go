package acctest_test

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"io"
	"net"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/acctest"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/clock"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/webhook"
)

// Who opens a connection and says nothing, or stops in the middle, keeps no receiver from stopping.
func TestReceiverStopsUnderSilence(t *testing.T) {
	for _, language := range acctest.Receivers {
		t.Run(language, func(t *testing.T) {
			t.Parallel()
			r := acctest.StartReceiver(t, language)
			for _, text := range []string{
				"", "POST / HTTP/1.1\r\n",
				"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 10\r\n\r\nhalf",
			} {
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
			c.mustAnswer(http.StatusServiceUnavailable, c.delivery("msg_1", clock.System().Now(), eventWith(nil), newKey(t,
				webhook.HMAC)))
			r.Stop()
		})
	}
}

// lineOfRequest is what a line about a request looks like, whatever was sent.
var lineOfRequest = regexp.MustCompile(`^((accepted [!-~]{1,100} [!-~]{1,100})|` +
	`((probed|repeated) [!-~]{1,100})|(refused [345][0-9][0-9] [a-zA-Z0-9_, -]+))$`)

// Whatever a stranger writes, and whatever is in a genuine event, no line of the log is forged, and the receiver goes
// on.
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
				"msg accepted forged", "msg\r\n accepted forged " + receivedType, "msg\naccepted forged " + receivedType,
				"msg\raccepted forged x", "msg\taccepted",
				"msg\x00", "msg\x1b[2J", "msg\x7f", "msg\xe9", "msgé", "msg\u2028accepted forged x", "msg.1", strings.Repeat("m",
					257), strings.Repeat("m", 20_000),
			} {
				answer := c.raw(signedByHand(key, id, webhook.Timestamp(now), eventWith(nil)))
				if strings.HasPrefix(answer, "HTTP/1.1 2") || strings.HasPrefix(answer, "HTTP/1.0 2") {
					t.Errorf("id %.20q: answered %.20q", id, answer)
				}
			}
			for _, text := range []string{
				"\x16\x03\x01accepted forged x\n", "accepted forged x\n\n",
				"POST /\naccepted forged x\n HTTP/1.1\r\n\r\n",
				"POST /accepted%0aforged HTTP/1.1\r\nHost: a\r\nConnection: close\r\nContent-Length: 0\r\n\r\n",
				"POST / HTTP/1.1\r\nHost: a\r\nConnection: close\r\nContent-Length: -1\r\n\r\n",
				"POST / HTTP/1.1\r\nHost: a\r\nConnection: close\r\nContent-Length: x\r\n\r\n",
				"POST / HTTP/1.1\r\nHost: a\r\nConnection: close\r\nContent-Length: 10\r\n\r\nshort",
				"POST / HTTP/1.1\r\nHost: a\r\nWebhook-Signature: " + strings.Repeat("v1,AAAA ",
					50_000) + "\r\nConnection: close\r\nContent-Length: 0\r\n\r\n",
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
				"accepted msg_odd odd?type?accepted?forged?[2J???" +
					strings.Repeat("x", 100-len("odd?type?accepted?forged?[2J???")),
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
	return fmt.Sprintf("POST / HTTP/1.1\r\nHost: receiver\r\nConnection: close\r\n"+
		"%s: %s\r\n%s: %s\r\n%s: %s\r\nContent-Length: %d\r\n\r\n%s",
		webhook.HeaderID, id, webhook.HeaderTimestamp, timestamp, webhook.HeaderSignature, signature, len(body), body)
}

// raw sends bytes as they are, and returns what comes back until the receiver hangs up. That it hangs up early is not
// wrong.
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
