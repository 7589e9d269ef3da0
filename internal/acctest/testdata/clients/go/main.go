// The driver of the client in Go: it does what each line of its standard input says, and answers with a line.
package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"os"
	"sync"
	"sync/atomic"
	"time"

	quickconnect "quickconnect-client"
)

type source struct {
	Kind, Value, At, Identity, Tenant, Environment, Scope string
	Jitter                                                float64
	TTL                                                   int
	SubjectVariable                                       string `json:"subject_variable"`
	SubjectFile                                           string `json:"subject_file"`
}

type command struct {
	Do, Of, Endpoint, Method, Path, Body, ID, Connector, Text, Has, Wants string
	Now                                                                   float64
	Times, Version                                                        int
	Stream                                                                bool
	Source                                                                source
	Secrets, Prefixes, Scopes                                             []string
	Headers                                                               http.Header
	Timestamp                                                             int64
	Tolerance                                                             float64
	CacheSize                                                             int `json:"cache_size"`
}

var (
	clock       atomic.Int64 // nanoseconds
	clients     = map[string]*quickconnect.Client{}
	sources     = map[string]quickconnect.TokenSource{}
	credentials = map[string]*quickconnect.Credentials{}
	failed      atomic.Int64
	ctx         = context.Background()
)

func now() time.Time { return time.Unix(0, clock.Load()) }

func main() {
	lines := bufio.NewScanner(os.Stdin)
	lines.Buffer(nil, 4<<20)
	for lines.Scan() {
		var c command
		if err := json.Unmarshal(lines.Bytes(), &c); err != nil {
			panic(err)
		}
		if c.Now > 0 {
			clock.Store(int64(c.Now * 1e9))
		}
		out, err := do(c)
		answer := map[string]any{"result": out}
		if err != nil {
			answer = map[string]any{"error": describe(err)}
		}
		data, err := json.Marshal(answer)
		if err != nil {
			panic(err)
		}
		fmt.Println(string(data))
	}
}

func describe(err error) map[string]any {
	var e *quickconnect.Error
	if !errors.As(err, &e) {
		return map[string]any{"kind": "other", "message": err.Error()}
	}
	return map[string]any{
		"kind": e.Kind, "code": e.Code, "status": e.Status, "retry_after": e.RetryAfter.Seconds(), "message": e.Error(),
	}
}

func do(c command) (any, error) {
	switch c.Do {
	case "open":
		return nil, open(c)
	case "token":
		return together(c.Times, func() (any, error) {
			token, err := sources[c.Of].Token(ctx)
			return token.Expose(), err
		}), nil
	case "request":
		return together(c.Times, func() (any, error) { return request(c) }), nil
	case "credentials", "refuse_credentials":
		return fetch(c)
	case "acknowledge":
		return nil, clients[c.Of].Acknowledge(ctx, c.ID, int64(c.Version))
	case "serve":
		return serve(c)
	case "failures":
		return failed.Load(), nil
	case "check_token":
		return nil, quickconnect.CheckToken(c.Text, c.Prefixes...)
	case "allows":
		return quickconnect.Introspection{Scope: c.Has}.Allows(c.Wants), nil
	case "sign":
		return quickconnect.SignWebhook(secretsOf(c), c.ID, time.Unix(c.Timestamp, 0), bodyOf(c))
	case "verify":
		d, err := quickconnect.VerifyWebhook(secretsOf(c), c.Headers, bodyOf(c), now(),
			time.Duration(c.Tolerance*float64(time.Second)))
		return d.Matched, err
	case "print":
		return printed(quickconnect.NewSecret(c.Text)), nil
	}
	return nil, errors.New("unknown: " + c.Do)
}

func secretsOf(c command) (out []quickconnect.Secret) {
	for _, s := range c.Secrets {
		out = append(out, quickconnect.NewSecret(s))
	}
	return out
}

func bodyOf(c command) []byte {
	body, err := base64.StdEncoding.DecodeString(c.Body)
	if err != nil {
		panic(err)
	}
	return body
}

// together does something several times at once, and returns each different result and error once.
func together(times int, what func() (any, error)) map[string][]any {
	var all sync.WaitGroup
	var mu sync.Mutex
	results, errs := map[string]any{}, map[string]any{}
	for range max(times, 1) {
		all.Add(1)
		go func() {
			defer all.Done()
			out, err := what()
			mu.Lock()
			defer mu.Unlock()
			if err != nil {
				errs[err.Error()] = describe(err)
			} else {
				results[fmt.Sprint(out)] = out
			}
		}()
	}
	all.Wait()
	answer := map[string][]any{"results": {}, "errors": {}}
	for _, r := range results {
		answer["results"] = append(answer["results"], r)
	}
	for _, e := range errs {
		answer["errors"] = append(answer["errors"], e)
	}
	return answer
}

func open(c command) (err error) {
	s := c.Source
	switch s.Kind {
	case "static":
		sources[c.Of], err = quickconnect.StaticToken(s.Value)
	case "environment":
		sources[c.Of] = quickconnect.EnvironmentToken(s.Value)
	case "file":
		sources[c.Of] = quickconnect.FileToken(s.Value)
	case "exchange":
		sources[c.Of], err = quickconnect.NewExchange(quickconnect.ExchangeOptions{
			Endpoint: s.At, SubjectVariable: s.SubjectVariable, SubjectFile: s.SubjectFile, Identity: s.Identity,
			Tenant: s.Tenant, Environment: s.Environment, Scope: s.Scope, TTL: time.Duration(s.TTL) * time.Second,
			Now: now, Jitter: func() float64 { return s.Jitter }, Failed: func(error) { failed.Add(1) },
		})
	}
	if err == nil {
		clients[c.Of], err = quickconnect.NewClient(quickconnect.ClientOptions{
			Endpoint: c.Endpoint, Tokens: sources[c.Of], Now: now,
		})
	}
	return err
}

func request(c command) (any, error) {
	var body io.Reader
	switch {
	case c.Stream:
		body = io.MultiReader(bytes.NewReader(bodyOf(c)))
	case c.Body != "":
		body = bytes.NewReader(bodyOf(c))
	}
	r, err := http.NewRequest(c.Method, c.Path, body)
	if err != nil {
		return nil, err
	}
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	answer, err := clients[c.Of].Do(r)
	if err != nil {
		return nil, err
	}
	defer answer.Body.Close()
	_, err = io.Copy(io.Discard, answer.Body)
	return answer.StatusCode, err
}

func fetch(c command) (any, error) {
	key := c.Of + c.Connector
	if credentials[key] == nil {
		made, err := quickconnect.NewCredentials(clients[c.Of], c.Connector, "driver")
		if err != nil {
			return nil, err
		}
		credentials[key] = made
	}
	got := func() (any, error) {
		found, err := credentials[key].Get(ctx)
		if err != nil {
			return nil, err
		}
		values := map[string]string{}
		for name, value := range found.Values {
			values[name] = value.Expose()
		}
		return map[string]any{"version": found.Version, "values": values}, nil
	}
	if c.Do == "refuse_credentials" {
		found, err := credentials[key].Get(ctx)
		if err == nil {
			credentials[key].Refused(found)
		}
		return nil, err
	}
	return together(c.Times, got), nil
}

func serve(c command) (string, error) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return "", err
	}
	i := quickconnect.NewIntrospector(quickconnect.IntrospectorOptions{Client: clients[c.Of], CacheSize: c.CacheSize})
	handler := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		fmt.Fprint(w, quickconnect.IntrospectionOf(r.Context()).Version)
	})
	go http.Serve(listener, i.Require(handler, c.Scopes...))
	return "http://" + listener.Addr().String(), nil
}

func printed(s quickconnect.Secret) (out []string) {
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "%d"} {
		out = append(out, fmt.Sprintf(verb, s), fmt.Sprintf(verb, &s), fmt.Sprintf(verb, []quickconnect.Secret{s}),
			fmt.Sprintf(verb, struct{ Inner quickconnect.Secret }{s}), fmt.Sprintf(verb, struct{ inner quickconnect.Secret }{s}))
	}
	data, err := json.Marshal(map[string]any{"s": s, "p": &s})
	if err != nil {
		panic(err)
	}
	var log bytes.Buffer
	for _, h := range []slog.Handler{slog.NewTextHandler(&log, nil), slog.NewJSONHandler(&log, nil)} {
		slog.New(h).Info("m", "secret", s, "pointer", &s, "inside", map[string]any{"s": s})
	}
	return append(out, string(data), log.String(), s.String(), s.GoString())
}
