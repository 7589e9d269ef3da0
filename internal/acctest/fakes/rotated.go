// Package fakes has what the tests of one resource share that go over the plugin protocol and need no real platform.
package fakes

import (
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/clock"
	rules "github.com/quickconnect/terraform-provider-quickconnect/internal/rotation"
)

// Rotated is a platform with room for one object that is rotated: it keeps the rotation rules, etags and If-Match, and writes down what it was
// asked.
type Rotated struct {
	URL     string
	Clock   *clock.Fake
	Policy  rules.Policy
	Exists  bool
	Cred    rules.Credential
	Highest int64 // of the name
	// Before is run before each request is looked at, with its line of the log.
	Before func(line string)
	// Refuse answers requests whose line begins so with a problem.
	Refuse map[string]api.Problem
	// Lenient lets an If-Match pass whatever deadlines have done since. The real platform does not: a cancelled stage is news to everybody.
	Lenient bool

	t    *testing.T
	kind Kind
	mu   sync.Mutex
	etag int
	// settledBase is the etag before the last run of settled deadlines; 0 if something else came last.
	settledBase int
	settled     []rules.Step
	log         []string
}

// Kind is what one kind of object has of its own.
type Kind interface {
	// Path and ID are where the object is; Name and Protected what it says of itself.
	Path() string
	ID() string
	Name() string
	Protected() bool
	// Create takes the body of a request that makes one, and returns what decides about its first version.
	Create(body []byte, now time.Time) (minimum *int64, expires time.Time, err error)
	// Patch reads a patch, and carries out in the credential what is not the same for all kinds. Commit then changes the object, and tells
	// whether it did.
	Patch(body []byte, c rules.Credential, now time.Time) (after rules.Credential, commit func() (changed bool), err error)
	// Issued is told of what a step has done, with the credential before it; supplied is the value that the request had.
	Issued(before rules.Credential, done []rules.Transition, supplied *string)
	// Show is the object as it is read.
	Show(s rules.Status, r api.Rotation, h *api.Hold, etag string) any
	// Value is what a reveal gives.
	Value(version int64) string
	// Sent is how the log calls a value that a request has.
	Sent(value string) string
}

// Start serves a kind. Its policy has an interval of 90 days and a max_age of 120.
func Start(t *testing.T, kind Kind) *Rotated {
	t.Helper()
	f := &Rotated{
		t: t, kind: kind, Clock: clock.NewFake(time.Date(2026, 5, 1, 0, 0, 0, 0, time.UTC)), Policy: rules.DefaultPolicy(), Refuse: map[string]api.Problem{},
	}
	f.Policy.Interval = 90 * 24 * time.Hour
	f.Policy.MaxAge = 120 * 24 * time.Hour
	s := httptest.NewServer(f)
	t.Cleanup(s.Close)
	f.URL = s.URL
	return f
}

// ServeHTTP answers one request.
func (f *Rotated) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, _ := io.ReadAll(r.Body)
	line := r.Method + " " + strings.TrimPrefix(r.URL.Path, f.kind.Path())
	if m := r.Header.Get("If-Match"); m != "" {
		line += " if " + strings.Trim(m, `"`)
	}
	if s := suppliedIn(body); s != nil {
		line += " sends " + f.kind.Sent(*s)
	}
	if f.Before != nil {
		f.Before(line)
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	f.log = append(f.log, line)
	now := f.Clock.Now()
	if f.Exists {
		f.settle(now)
	}
	var answer any
	var err error
	for begin, p := range f.Refuse {
		if strings.HasPrefix(line, begin) {
			err = &rules.Error{Code: p.Code, Message: p.Detail, Field: p.Field}
		}
	}
	if err == nil {
		answer, err = f.handle(r, body, now)
	}
	switch {
	case err != nil:
		refuse(w, err)
	case answer == nil:
		w.WriteHeader(http.StatusNoContent)
	default:
		w.Header().Set("Content-Type", "application/json")
		_ = json.NewEncoder(w).Encode(answer)
	}
}

func refuse(w http.ResponseWriter, err error) {
	var e *rules.Error
	if !errors.As(err, &e) {
		e = &rules.Error{Code: api.CodeInvalid, Message: "bad request"}
	}
	Problem(w, api.Problem{Code: e.Code, Detail: e.Message, Field: e.Field})
}

// suppliedIn is the secret that a request carries; nil for none.
func suppliedIn(body []byte) *string {
	var in struct{ Secret *string }
	_ = json.Unmarshal(body, &in)
	return in.Secret
}

func (f *Rotated) handle(r *http.Request, body []byte, now time.Time) (any, error) {
	parts := strings.Split(strings.TrimPrefix(r.URL.Path, f.kind.Path()), "/")
	switch {
	case r.Method == http.MethodPost && len(parts) == 1:
		return f.create(body, now)
	case r.Method == http.MethodGet && len(parts) == 1:
		page := api.Page[any]{Items: []any{}}
		if f.Exists && f.kind.Name() == r.URL.Query().Get("name") {
			page.Items = append(page.Items, f.show(now))
		}
		return page, nil
	case !f.Exists || parts[1] != f.kind.ID():
		return nil, &rules.Error{Code: api.CodeNotFound, Message: "no such object"}
	case r.Method == http.MethodGet:
		return f.show(now), nil
	case r.Method == http.MethodDelete:
		if f.kind.Protected() {
			return nil, &rules.Error{Code: api.CodeConflict, Message: "protected from deletion"}
		}
		f.Exists = false
		return nil, nil
	case r.Method == http.MethodPatch:
		return f.patch(r, body, now)
	case len(parts) == 4 && parts[2] == "rotation":
		return f.step(r, body, rules.Step(parts[3]), now)
	case len(parts) == 5 && parts[4] == "reveal":
		n, _ := strconv.ParseInt(parts[3], 10, 64)
		if !f.Cred.ValidAt(f.Policy, n, now) {
			return nil, &rules.Error{Code: api.CodeConflict, Message: "that version is not valid"}
		}
		return map[string]any{"version": n, "value": f.kind.Value(n), "expires_at": nil}, nil
	}
	return nil, &rules.Error{Code: api.CodeNotFound, Message: "no such route"}
}

// By has somebody else do something, with a value of their own where they give one.
func (f *Rotated) By(cmd rules.Command, supplied ...string) {
	f.t.Helper()
	f.mu.Lock()
	defer f.mu.Unlock()
	now := f.Clock.Now()
	f.settle(now)
	cmd.Actor = "somebody"
	cred, done, err := rules.Apply(f.Cred, f.Policy, cmd, now)
	if err != nil {
		f.t.Fatal(err)
	}
	var s *string
	if len(supplied) > 0 {
		s = &supplied[0]
	}
	f.carry(cred, done, s)
	if cmd.Step.Moves() {
		f.moved()
	}
}

// RevokedValue has somebody revoke one version by its value.
func (f *Rotated) RevokedValue(n int64) {
	f.t.Helper()
	f.mu.Lock()
	defer f.mu.Unlock()
	now := f.Clock.Now()
	f.settle(now)
	cred, done := rules.RevokeValue(f.Cred, f.Policy, n, "somebody", now)
	f.carry(cred, done, nil)
	f.moved()
}

// Used has a version used, with the evidence that gives.
func (f *Rotated) Used(n int64, evidence, actor string) {
	f.t.Helper()
	f.mu.Lock()
	defer f.mu.Unlock()
	now := f.Clock.Now()
	f.settle(now)
	var valid bool
	if f.Cred, _, valid = rules.Use(f.Cred, f.Policy, n, evidence, actor, now); !valid {
		f.t.Fatalf("version %d is not valid", n)
	}
}

// Vanish lets the object be gone, while requests are being answered, too.
func (f *Rotated) Vanish() {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.Exists = false
}

// Writes are the requests since the last call that change something.
func (f *Rotated) Writes() []string {
	f.mu.Lock()
	defer f.mu.Unlock()
	out := slices.DeleteFunc(f.log, func(l string) bool { return strings.HasPrefix(l, "GET") })
	f.log = nil
	return out
}

func (f *Rotated) show(now time.Time) any {
	s := rules.StatusAt(f.Cred, f.Policy, now)
	var hold *api.Hold
	if h := f.Cred.Hold; h != nil {
		hold = &api.Hold{Reason: h.Reason, At: h.At, By: h.By}
	}
	return f.kind.Show(s, api.Rotation{
		Phase: string(s.Phase), Due: string(s.Due), Reason: s.Reason, RequiresAcknowledgement: s.RequiresAcknowledgement, Acknowledged: s.Acknowledged,
		CurrentVersion: nonZero(s.CurrentVersion), PendingVersion: nonZero(s.PendingVersion), PreviousVersion: nonZero(s.PreviousVersion), NextVersion: s.NextVersion,
		PendingExpiresAt: nonZero(s.PendingExpiresAt), PreviousExpiresAt: nonZero(s.PreviousExpiresAt), CurrentExpiresAt: nonZero(s.CurrentExpiresAt), LastRotatedAt: nonZero(s.LastRotatedAt), NextRotationAt: nonZero(s.NextRotationAt),
	}, hold, strconv.Itoa(f.etag))
}

func nonZero[T comparable](v T) *T {
	var zero T
	if v == zero {
		return nil
	}
	return &v
}
