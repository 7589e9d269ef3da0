package main

import (
	"bytes"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"strconv"
	"sync"
	"time"
)

// fault is how requests to a path fail.
type fault struct {
	// Path is that of the endpoint, without the path of the issuer; empty is every one.
	Path string `json:"path"`
	// Times is how many requests fail; 0 is all of them.
	Times int `json:"times"`
	// Delay is how many milliseconds a request waits first.
	Delay int `json:"delay"`
	// Status is the answer, in place of the provider's.
	Status int `json:"status"`
	// Body is the body of that answer.
	Body string `json:"body"`
	// Location is its header of that name.
	Location string `json:"location"`
	// Padding is how many bytes of space follow the provider's answer.
	Padding int `json:"padding"`
	// Lose closes the connection after the request was carried out.
	Lose bool `json:"lose"`
	// Hold keeps the answer back, after the request was carried out, until the client is gone or the faults are cleared.
	Hold bool `json:"hold"`
}

// request is one that the provider has had.
type request struct {
	Method    string `json:"method"`
	Path      string `json:"path"`
	GrantType string `json:"grant_type,omitempty"`
	// Auth is how the client showed who it is: basic, post or nothing.
	Auth string `json:"auth,omitempty"`
	// Status is what was answered, also where the answer was lost. It is 0 while the request is under way.
	Status int `json:"status"`
	// Held says that the request was carried out, and its answer is kept back.
	Held bool `json:"held,omitempty"`
}

// faults decides which requests fail, and remembers all of them.
type faults struct {
	mu       sync.Mutex
	faults   []*fault
	cleared  chan struct{}
	requests []*request
}

func (f *faults) add(next fault) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.faults = append(f.faults, &next)
	if f.cleared == nil {
		f.cleared = make(chan struct{})
	}
}

func (f *faults) clear() {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.faults = nil
	if f.cleared != nil {
		close(f.cleared)
		f.cleared = nil
	}
}

// take returns the first fault for the path, and counts it.
func (f *faults) take(path string) (fault, <-chan struct{}) {
	f.mu.Lock()
	defer f.mu.Unlock()
	for i, next := range f.faults {
		if next.Path != "" && next.Path != path {
			continue
		}
		if next.Times == 1 {
			f.faults = append(f.faults[:i:i], f.faults[i+1:]...)
		} else if next.Times > 1 {
			next.Times--
		}
		return *next, f.cleared
	}
	return fault{}, nil
}

func (f *faults) note(r *http.Request) *request {
	seen := &request{Method: r.Method, Path: r.URL.Path}
	if r.Method == http.MethodPost {
		seen.GrantType = r.FormValue("grant_type")
		if _, _, ok := r.BasicAuth(); ok {
			seen.Auth = "basic"
		} else if r.PostForm.Has("client_secret") {
			seen.Auth = "post"
		}
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	f.requests = append(f.requests, seen)
	return seen
}

func (f *faults) change(do func()) {
	f.mu.Lock()
	defer f.mu.Unlock()
	do()
}

// seen returns the requests so far, in their order.
func (f *faults) seen() []request {
	f.mu.Lock()
	defer f.mu.Unlock()
	all := make([]request, 0, len(f.requests))
	for _, r := range f.requests {
		all = append(all, *r)
	}
	return all
}

// around is the provider with the faults.
func (f *faults) around(op http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		seen := f.note(r)
		fault, cleared := f.take(r.URL.Path)
		if fault.Delay > 0 && !wait(r, time.Duration(fault.Delay)*time.Millisecond, cleared) {
			return
		}
		answer := httptest.NewRecorder()
		if fault.Status != 0 {
			answer.Code, answer.Body = fault.Status, bytes.NewBufferString(fault.Body)
			if json.Valid([]byte(fault.Body)) {
				answer.Header().Set("Content-Type", "application/json")
			}
			if fault.Location != "" {
				answer.Header().Set("Location", fault.Location)
			}
		} else {
			op.ServeHTTP(answer, r)
		}
		f.change(func() { seen.Status, seen.Held = answer.Code, fault.Hold })
		if fault.Hold {
			wait(r, time.Hour, cleared)
		}
		if fault.Lose || fault.Hold && r.Context().Err() != nil {
			panic(http.ErrAbortHandler) // the server closes the connection without an answer
		}
		write(w, answer, fault.Padding)
	})
}

// wait reports whether the client is still there after the delay. It ends early when the faults are cleared.
func wait(r *http.Request, delay time.Duration, cleared <-chan struct{}) bool {
	timer := time.NewTimer(delay)
	defer timer.Stop()
	select {
	case <-timer.C:
		return true
	case <-cleared:
		return true
	case <-r.Context().Done():
		return false
	}
}

func write(w http.ResponseWriter, answer *httptest.ResponseRecorder, padding int) {
	for name, values := range answer.Header() {
		w.Header()[name] = values
	}
	body := append(answer.Body.Bytes(), bytes.Repeat([]byte(" "), padding)...)
	w.Header().Set("Content-Length", strconv.Itoa(len(body)))
	w.WriteHeader(answer.Code)
	_, _ = w.Write(body)
}
