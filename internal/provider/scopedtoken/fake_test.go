package scopedtoken

import (
	"encoding/json"
	"errors"
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

// fake is a platform with room for one token: it keeps the rotation rules, etags and If-Match, and writes down what it was asked.
type fake struct {
	t     *testing.T
	url   string
	clock *clock.Fake

	mu      sync.Mutex
	policy  rules.Policy
	exists  bool
	token   api.ScopedToken
	cred    rules.Credential
	highest int64 // of the name
	etag    int
	// settledBase is the etag before the last run of settled deadlines; 0 if something else came last.
	settledBase int
	settled     []rules.Step
	// before is run before each request is looked at, with its line of the log.
	before func(line string)
	// refuse answers a request with a problem.
	refuse map[string]api.Problem
	log    []string
}

const tokenID = "tok_01"

func newFake(t *testing.T) *fake {
	t.Helper()
	f := &fake{
		t: t, clock: clock.NewFake(time.Date(2026, 5, 1, 0, 0, 0, 0, time.UTC)),
		policy: rules.DefaultPolicy(), refuse: map[string]api.Problem{},
	}
	f.policy.Interval = 90 * 24 * time.Hour
	f.policy.MaxAge = 120 * 24 * time.Hour
	s := httptest.NewServer(f)
	t.Cleanup(s.Close)
	f.url = s.URL
	return f
}

// ServeHTTP answers one request.
func (f *fake) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	line := r.Method + " " + strings.TrimPrefix(r.URL.Path, "/v1/scoped-tokens")
	if m := r.Header.Get("If-Match"); m != "" {
		line += " if " + strings.Trim(m, `"`)
	}
	if f.before != nil {
		f.before(line)
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	f.log = append(f.log, line)
	now := f.clock.Now()
	if f.exists {
		f.settle(now)
	}
	var answer any
	var err error
	for begin, p := range f.refuse {
		if strings.HasPrefix(line, begin) {
			err = &rules.Error{Code: p.Code, Message: p.Detail, Field: p.Field}
		}
	}
	if err == nil {
		answer, err = f.handle(r, now)
	}
	if err != nil {
		f.problem(w, err)
		return
	}
	w.Header().Set("Content-Type", "application/json")
	if answer == nil {
		w.WriteHeader(http.StatusNoContent)
		return
	}
	_ = json.NewEncoder(w).Encode(answer)
}

func (f *fake) problem(w http.ResponseWriter, err error) {
	var e *rules.Error
	if !errors.As(err, &e) {
		e = &rules.Error{Code: api.CodeInvalid, Message: "bad request"}
	}
	w.Header().Set("Content-Type", api.ProblemContentType)
	w.WriteHeader(api.StatusOf[e.Code])
	_ = json.NewEncoder(w).Encode(api.Problem{Code: e.Code, Status: api.StatusOf[e.Code], Detail: e.Message, Field: e.Field})
}

func (f *fake) settle(now time.Time) {
	cred, done := rules.Settle(f.cred, f.policy, now)
	f.cred = cred
	f.settling(done)
}

func (f *fake) settling(done []rules.Transition) {
	for _, tr := range done {
		if f.settledBase == 0 {
			f.settledBase, f.settled = f.etag, nil
		}
		f.settled = append(f.settled, tr.Step)
		f.etag++
	}
}

func (f *fake) moved() { f.etag++; f.settledBase, f.settled = 0, nil }

func (f *fake) handle(r *http.Request, now time.Time) (any, error) {
	parts := strings.Split(strings.TrimPrefix(r.URL.Path, "/v1/scoped-tokens"), "/")
	switch {
	case r.Method == http.MethodPost && len(parts) == 1:
		return f.create(r, now)
	case r.Method == http.MethodGet && len(parts) == 1:
		page := api.Page[api.ScopedToken]{Items: []api.ScopedToken{}}
		if f.exists && f.token.Name == r.URL.Query().Get("name") {
			page.Items = append(page.Items, f.answer(now))
		}
		return page, nil
	case !f.exists || parts[1] != tokenID:
		return nil, &rules.Error{Code: api.CodeNotFound, Message: "no such token"}
	case r.Method == http.MethodGet:
		return f.answer(now), nil
	case r.Method == http.MethodDelete:
		if f.token.DeletionProtection {
			return nil, &rules.Error{Code: api.CodeConflict, Message: "protected from deletion"}
		}
		f.exists = false
		return nil, nil
	case r.Method == http.MethodPatch:
		return f.patch(r, now)
	case len(parts) == 4 && parts[2] == "rotation":
		return f.step(r, rules.Step(parts[3]), now)
	case len(parts) == 5 && parts[4] == "reveal":
		n, _ := strconv.ParseInt(parts[3], 10, 64)
		if !f.cred.ValidAt(f.policy, n, now) {
			return nil, &rules.Error{Code: api.CodeConflict, Message: "that version is not valid"}
		}
		return map[string]any{"version": n, "value": value(n), "expires_at": nil}, nil
	}
	return nil, &rules.Error{Code: api.CodeNotFound, Message: "no such route"}
}

func value(n int64) string { return "qct_canary" + strconv.FormatInt(n, 10) }

// by has somebody else do something to the token.
func (f *fake) by(cmd rules.Command) {
	f.t.Helper()
	f.mu.Lock()
	defer f.mu.Unlock()
	now := f.clock.Now()
	f.settle(now)
	cmd.Actor = "somebody"
	cred, _, err := rules.Apply(f.cred, f.policy, cmd, now)
	if err != nil {
		f.t.Fatal(err)
	}
	f.cred = cred
	if cmd.Step.Moves() {
		f.moved()
	}
}

// uses has a consumer use the version.
func (f *fake) uses(n int64) {
	f.t.Helper()
	f.mu.Lock()
	defer f.mu.Unlock()
	var valid bool
	f.settle(f.clock.Now())
	if f.cred, _, valid = rules.Use(f.cred, f.policy, n, rules.EvidenceIntrospection, "consumer", f.clock.Now()); !valid {
		f.t.Fatalf("version %d is not valid", n)
	}
}

func (f *fake) answer(now time.Time) api.ScopedToken {
	s := rules.StatusAt(f.cred, f.policy, now)
	t := f.token
	t.Etag = strconv.Itoa(f.etag)
	t.Version = s.Version
	if h := f.cred.Hold; h != nil {
		t.Hold = &api.Hold{Reason: h.Reason, At: h.At, By: h.By}
	}
	t.Rotation = api.Rotation{
		Phase: string(s.Phase), Due: string(s.Due), Reason: s.Reason, RequiresAcknowledgement: s.RequiresAcknowledgement, Acknowledged: s.Acknowledged,
		CurrentVersion: nonZero(s.CurrentVersion), PendingVersion: nonZero(s.PendingVersion), PreviousVersion: nonZero(s.PreviousVersion), NextVersion: s.NextVersion,
		PendingExpiresAt: nonZero(s.PendingExpiresAt), PreviousExpiresAt: nonZero(s.PreviousExpiresAt), LastRotatedAt: nonZero(s.LastRotatedAt), NextRotationAt: nonZero(s.NextRotationAt),
	}
	return t
}

func nonZero[T comparable](v T) *T {
	var zero T
	if v == zero {
		return nil
	}
	return &v
}

// writes are the requests since the last call that change something.
func (f *fake) writes() []string {
	f.mu.Lock()
	defer f.mu.Unlock()
	out := slices.DeleteFunc(f.log, func(l string) bool { return strings.HasPrefix(l, "GET") })
	f.log = nil
	return out
}
