package client

import (
	"bufio"
	"errors"
	"io"
	"net"
	"strings"
	"testing"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/secret"
)

// serveRaw writes the same bytes to every connection. net/http quotes them in its error.
func serveRaw(t *testing.T, response string) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = l.Close() })
	go func() {
		for {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			go func() {
				defer func() { _ = conn.Close() }()
				r := bufio.NewReader(conn)
				for line := ""; line != "\r\n" && err == nil; {
					line, err = r.ReadString('\n')
				}
				_, _ = io.WriteString(conn, response)
			}()
		}
	}()
	return "http://" + l.Addr().String()
}

// net/http quotes what the other side sends in the place of HTTP, even the request's own token.
func TestTransportErrorsRepeatNoSecret(t *testing.T) {
	const multiline = "-----BEGIN KEY-----\nCANARY \"second\" line\n-----END KEY-----\n"
	for name, response := range map[string]string{
		"the token":                       "unauthorized:" + canaryToken + "\r\n",
		"the token in a header":           "HTTP/1.1 200 OK\r\nno header " + canaryToken + "\r\n\r\n",
		"a credential":                    "refused " + canaryCredential + "\r\n",
		"a line of a credential, escaped": "refused CANARY \"second\" line\r\n",
		"a word of a credential":          "HTTP/1.1 CANARY\r\n",
	} {
		t.Run(name, func(t *testing.T) {
			c := newClient(t, serveRaw(t, response), func(cfg *Config) { cfg.MaxRetries = 1 })
			_, err := c.Connectors().Create(t.Context(), api.ConnectorCreate{Credentials: map[string]secret.Value{
				"api_key": secret.New(canaryCredential), "key": secret.New(multiline),
			}})
			if err == nil {
				t.Fatal("no error")
			}
			assertNoCanary(t, "the error", err.Error())
			if len(c.events) != 2 {
				t.Errorf("%d attempts", len(c.events))
			}
			for _, e := range c.events {
				assertNoCanary(t, "the log", e.Failure)
				if !strings.Contains(e.Failure, "malformed") {
					t.Errorf("the log says %q", e.Failure)
				}
			}
		})
	}
}

func TestTransportErrorsKeepTheirCause(t *testing.T) {
	err := describe(io.ErrUnexpectedEOF, knowing("unexpected"))
	if !errors.Is(err, io.ErrUnexpectedEOF) || strings.Contains(err.Error(), "unexpected") {
		t.Errorf("got %q", err)
	}
	err = describe(errors.New("CANARY \\\"second\\\" line"), knowing("one\r\nCANARY \"second\" line"))
	if got := err.Error(); strings.Contains(got, "CANARY") {
		t.Errorf("got %q", got)
	}
	if got := describe(errors.New("connection refused"), knowing(canaryToken)).Error(); got != "connection refused" {
		t.Errorf("got %q", got)
	}
}

// knowing is a run in which these values were supplied.
func knowing(values ...string) *known {
	k := newKnown()
	for _, v := range values {
		k.supplied(v)
	}
	return k
}
