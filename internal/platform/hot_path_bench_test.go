package platform_test

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"net"
	"net/http"
	"net/http/httptest"
	"net/textproto"
	"net/url"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/clock"
)

// BenchmarkHotPath measures introspection and retrieval over HTTP on 16 connections, beside a bare handler of net/http
// that parses the same form and answers a constant. All take turns in one run: only the ratios count.
func BenchmarkHotPath(b *testing.B) {
	w := newWorld(b)
	connector, fetcher := w.retrievers(nil)
	token := w.newToken("sender", connector.ID, nil)
	form := url.Values{"token": {w.reveal(token.ID, 1)}}.Encode()
	constant, err := json.Marshal(w.introspect(api.RoleRuntime, w.reveal(token.ID, 1)))
	if err != nil {
		b.Fatal(err)
	}
	bare := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.ParseForm() != nil || r.PostForm.Get("token") == "" {
			w.WriteHeader(http.StatusBadRequest)
			return
		}
		w.Header().Set("Content-Type", "application/json")
		_, _ = w.Write(constant)
	}))
	defer bare.Close()
	introspection := func(base string) *http.Request { return w.introspection(base, form) }
	retrieval := func(base string) *http.Request {
		r, _ := http.NewRequest(http.MethodGet, base+credentialsOf(connector.ID), nil)
		r.Header.Set("Authorization", "Bearer "+fetcher)
		r.Header.Set(api.HeaderConsumer, "sender")
		return r
	}
	var base, introspected, retrieved float64
	for b.Loop() {
		base += perSecond(b, introspection(bare.URL))
		introspected += perSecond(b, introspection(w.server.URL))
		retrieved += perSecond(b, retrieval(w.server.URL))
	}
	n := float64(b.N)
	b.ReportMetric(base/n, "bare/s")
	b.ReportMetric(introspected/n, "introspections/s")
	b.ReportMetric(retrieved/n, "retrievals/s")
	b.ReportMetric(base/introspected, "bare:introspection")
	b.ReportMetric(base/retrieved, "bare:retrieval")
}

// introspection is a request by a runtime principal to a server.
func (w *world) introspection(base, form string) *http.Request {
	w.t.Helper()
	r, err := http.NewRequest(http.MethodPost, base+"/v1/introspect", strings.NewReader(form))
	if err != nil {
		w.t.Fatal(err)
	}
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	r.Header.Set("Authorization", "Bearer "+w.tokens[api.RoleRuntime])
	return r
}

// perSecond sends the same request on 16 connections for 2 s and returns how many were answered in a second. Where
// there are requests to several servers, each one has its part of the connections. The client does as little as it can:
// its work would count for the server.
func perSecond(b *testing.B, to ...*http.Request) float64 {
	b.Helper()
	const connections, duration = 16, 2 * time.Second
	requests := make([]bytes.Buffer, len(to))
	for i, r := range to {
		if err := r.Write(&requests[i]); err != nil {
			b.Fatal(err)
		}
	}
	var count atomic.Int64
	var all sync.WaitGroup
	began := clock.System().Now()
	running := func() time.Duration { return clock.System().Now().Sub(began) }
	for i := range connections {
		all.Go(func() {
			host, request := to[i%len(to)].URL.Host, requests[i%len(to)].Bytes()
			conn, err := net.Dial("tcp", host)
			if err != nil {
				b.Error(err)
				return
			}
			defer func() { _ = conn.Close() }()
			answers := textproto.NewReader(bufio.NewReader(conn))
			for running() < duration {
				if _, err := conn.Write(request); err != nil {
					b.Error(err)
					return
				}
				if err := readAnswer(answers); err != nil {
					b.Error(err)
					return
				}
				count.Add(1)
			}
		})
	}
	all.Wait()
	return float64(count.Load()) / running().Seconds()
}

// readAnswer reads one answer with status 200 and a body of known length.
func readAnswer(r *textproto.Reader) error {
	status, err := r.ReadLine()
	if err != nil || status != "HTTP/1.1 200 OK" {
		return errors.Join(errors.New("answered "+status), err)
	}
	length := 0
	for {
		line, err := r.ReadLineBytes()
		if err != nil {
			return err
		}
		if len(line) == 0 {
			break
		}
		if value, ok := bytes.CutPrefix(line, []byte("Content-Length: ")); ok {
			if length, err = strconv.Atoi(string(value)); err != nil {
				return err
			}
		}
	}
	_, err = r.R.Discard(length)
	return err
}
