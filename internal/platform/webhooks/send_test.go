package webhooks

import (
	"bufio"
	"bytes"
	"context"
	"io"
	"net"
	"net/http"
	"net/netip"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/clock"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/egress"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/secret"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/webhook"
)

type localhost struct{}

func (localhost) LookupNetIP(context.Context, string, string) ([]netip.Addr, error) {
	return []netip.Addr{netip.MustParseAddr("127.0.0.1")}, nil
}

// answer sends one event to a receiver that writes the parts of its answer, each of them one step after the one before.
// It returns the result, how long the exchange took, and the receiver's error. synctest controls the time.
func answer(t *testing.T, step time.Duration, parts ...string) (r Result, took time.Duration, receiver error) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		ended := make(chan error, 1)
		dial := func(context.Context, string, string) (net.Conn, error) {
			here, there := net.Pipe()
			go func() {
				if _, err := http.ReadRequest(bufio.NewReader(there)); err != nil {
					ended <- err
					return
				}
				for i, part := range parts {
					if i > 0 {
						wait, cancel := context.WithTimeout(t.Context(), step)
						<-wait.Done()
						cancel()
					}
					if _, err := io.WriteString(there, part); err != nil {
						ended <- err
						return
					}
				}
				ended <- there.Close()
			}()
			return here, nil
		}
		key, err := webhook.Generate(webhook.HMAC, bytes.NewReader(make([]byte, 64)))
		if err != nil {
			t.Fatal(err)
		}
		s := &Sender{
			clock:  clock.System(),
			egress: egress.New(egress.Config{AllowPrivate: true, Resolver: localhost{}, Dial: dial}),
		}
		start := clock.System().Now()
		to := Destination{url: secret.New("http://localhost/")}
		r, err = s.Send(t.Context(), to, "msg_1", []webhook.Key{key}, []byte("{}"))
		if err != nil {
			t.Fatal(err)
		}
		took = clock.System().Now().Sub(start)
		receiver = <-ended
	})
	return r, took, receiver
}

// A receiver that sends its status early and its body late can finish. The status alone decides.
func TestLateBodyIsRead(t *testing.T) {
	r, took, err := answer(t, 300*time.Millisecond, "HTTP/1.1 200 OK\r\nContent-Length: 14\r\n\r\n", `{"ok": `, "true  }")
	if err != nil || r.Outcome != api.AttemptAccepted {
		t.Errorf("the receiver got %v, the record says %s", err, r.Outcome)
	}
	if took != 600*time.Millisecond || r.Duration != 0 {
		t.Errorf("the exchange took %s, and the record says %s until the answer", took, r.Duration)
	}
}

// The body is read to a bound, and not beyond the time of an exchange.
func TestBodyIsBounded(t *testing.T) {
	const head = "HTTP/1.1 200 OK\r\nContent-Length: 100000000\r\n\r\n"
	r, took, err := answer(t, 0, head, strings.Repeat("a", maxAnswer), strings.Repeat("a", maxAnswer))
	if err == nil || took != 0 || r.Outcome != api.AttemptAccepted {
		t.Errorf("a long body: %v after %s, %s", err, took, r.Outcome)
	}
	slow := append([]string{head}, strings.Split(strings.Repeat("a", 60), "")...)
	r, took, err = answer(t, time.Second, slow...)
	if err == nil || took != egress.DefaultTimeout || r.Outcome != api.AttemptAccepted {
		t.Errorf("a slow body: %v after %s, %s", err, took, r.Outcome)
	}
}

// A body that breaks off does not change what the status said.
func TestBrokenBodyDecidesNothing(t *testing.T) {
	for status, outcome := range map[string]string{"200 OK": api.AttemptAccepted, "500 No": api.AttemptAnswered} {
		r, _, _ := answer(t, 0, "HTTP/1.1 "+status+"\r\nContent-Length: 100\r\n\r\n", "cut")
		if r.Outcome != outcome {
			t.Errorf("%s: %s", status, r.Outcome)
		}
	}
}
