package signingsecret

import (
	"bytes"
	"encoding/base64"
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

// fake is a platform with room for one signing secret: it keeps the rotation rules, etags, If-Match and digests, and writes down what it was asked.
type fake struct {
	t     *testing.T
	url   string
	clock *clock.Fake

	mu      sync.Mutex
	policy  rules.Policy
	exists  bool
	secret  api.SigningSecret
	cred    rules.Credential
	values  map[int64]string // by version
	digests map[int64]string // of the supplied ones
	revoked []api.RevokedSecret
	highest int64 // of the name
	etag    int
	// settledBase is the etag before the last run of settled deadlines; 0 if something else came last.
	settledBase int
	settled     []rules.Step
	// before is run before each request is looked at, with its line of the log.
	before func(line string)
	// refuse answers requests whose line begins so with a problem.
	refuse map[string]api.Problem
	log    []string
}

const secretID = "sec_01"

var comparisonKey = []byte("0123456789abcdef0123456789abcdef")

func newFake(t *testing.T) *fake {
	t.Helper()
	f := &fake{
		t: t, clock: clock.NewFake(time.Date(2026, 5, 1, 0, 0, 0, 0, time.UTC)), policy: rules.DefaultPolicy(), refuse: map[string]api.Problem{},
		values: map[int64]string{}, digests: map[int64]string{},
	}
	f.policy.Interval = 90 * day
	f.policy.MaxAge = 120 * day
	s := httptest.NewServer(f)
	t.Cleanup(s.Close)
	f.url = s.URL
	return f
}

// ServeHTTP answers one request.
func (f *fake) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	line := r.Method + " " + strings.TrimPrefix(r.URL.Path, "/v1/signing-secrets")
	if m := r.Header.Get("If-Match"); m != "" {
		line += " if " + strings.Trim(m, `"`)
	}
	if s := suppliedIn(r); s != nil {
		line += " sends " + letterOf(*s)
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
	switch {
	case err != nil:
		refused(w, err)
	case answer == nil:
		w.WriteHeader(http.StatusNoContent)
	default:
		w.Header().Set("Content-Type", "application/json")
		_ = json.NewEncoder(w).Encode(answer)
	}
}

func refused(w http.ResponseWriter, err error) {
	var e *rules.Error
	if !errors.As(err, &e) {
		e = &rules.Error{Code: api.CodeInvalid, Message: "bad request"}
	}
	w.Header().Set("Content-Type", api.ProblemContentType)
	w.WriteHeader(api.StatusOf[e.Code])
	_ = json.NewEncoder(w).Encode(api.Problem{Code: e.Code, Status: api.StatusOf[e.Code], Detail: e.Message, Field: e.Field})
}

// suppliedIn is the secret that a request carries; nil for none.
func suppliedIn(r *http.Request) *string {
	raw, _ := io.ReadAll(r.Body)
	r.Body = io.NopCloser(bytes.NewReader(raw))
	var in struct{ Secret *string }
	_ = json.Unmarshal(raw, &in)
	return in.Secret
}

// whsec makes a secret of a user's own that is easy to tell from the others; letterOf tells which one it is.
func whsec(letter string) string {
	return "whsec_" + base64.StdEncoding.EncodeToString([]byte(strings.Repeat(letter, 32)))
}

func letterOf(secret string) string {
	raw, err := base64.StdEncoding.DecodeString(strings.TrimPrefix(secret, "whsec_"))
	if err != nil || len(raw) == 0 {
		return "something else"
	}
	return string(raw[:1])
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

// by has somebody else do something, with a secret of their own where they give one.
func (f *fake) by(cmd rules.Command, supplied ...string) {
	f.t.Helper()
	f.mu.Lock()
	defer f.mu.Unlock()
	now := f.clock.Now()
	f.settle(now)
	cmd.Actor = "somebody"
	cred, done, err := rules.Apply(f.cred, f.policy, cmd, now)
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

// proven has a probe find out that the receiver knows the version.
func (f *fake) proven(n int64) {
	f.t.Helper()
	f.mu.Lock()
	defer f.mu.Unlock()
	f.settle(f.clock.Now())
	var valid bool
	if f.cred, _, valid = rules.Use(f.cred, f.policy, n, rules.EvidenceProbe, "platform", f.clock.Now()); !valid {
		f.t.Fatalf("version %d is not valid", n)
	}
}

// carry makes or takes the value of what was issued.
func (f *fake) carry(cred rules.Credential, done []rules.Transition, supplied *string) {
	before := f.cred
	f.cred = cred
	for _, tr := range done {
		n := tr.Issued
		switch {
		case n == 0:
		case supplied != nil:
			digest, err := api.Digest(1, comparisonKey, api.KindSigningSecrets, secretID, *supplied)
			if err != nil {
				f.t.Error(err)
			}
			f.values[n], f.digests[n] = *supplied, digest
			f.revoked = slices.DeleteFunc(f.revoked, func(r api.RevokedSecret) bool { return r.Digest == digest })
		case f.secret.Algorithm == api.AlgorithmEd25519:
			f.values[n] = "whpk_canary" + strconv.FormatInt(n, 10)
		default:
			f.values[n] = "whsec_canary" + strconv.FormatInt(n, 10)
		}
		for _, number := range tr.Versions {
			was, _ := before.Lookup(number)
			is, _ := cred.Lookup(number)
			if d := f.digests[number]; d != "" && tr.Step != rules.StepCancel && was.State.Valid() && is.State == rules.StateRevoked {
				f.revoked = append(f.revoked, api.RevokedSecret{Digest: d, SecretWOVersion: f.secret.SecretWOVersion})
			}
		}
	}
}

func (f *fake) answer(now time.Time) api.SigningSecret {
	s := rules.StatusAt(f.cred, f.policy, now)
	out := f.secret
	out.Etag = strconv.Itoa(f.etag)
	out.Version, out.RevokedSecrets = s.Version, f.revoked
	if v, _ := f.cred.Lookup(s.Version); v.State.Valid() && f.digests[s.Version] != "" {
		digest := f.digests[s.Version]
		out.SecretDigest = &digest
	}
	if out.Algorithm == api.AlgorithmEd25519 {
		out.PublicKeys = []string{} // also where none is valid
		for _, v := range slices.Backward(f.cred.Versions) {
			if v.State.Valid() {
				out.PublicKeys = append(out.PublicKeys, f.values[v.Number])
			}
		}
	}
	if h := f.cred.Hold; h != nil {
		out.Hold = &api.Hold{Reason: h.Reason, At: h.At, By: h.By}
	}
	out.Rotation = api.Rotation{
		Phase: string(s.Phase), Due: string(s.Due), Reason: s.Reason, RequiresAcknowledgement: s.RequiresAcknowledgement, Acknowledged: s.Acknowledged,
		CurrentVersion: nonZero(s.CurrentVersion), PendingVersion: nonZero(s.PendingVersion), PreviousVersion: nonZero(s.PreviousVersion), NextVersion: s.NextVersion,
		PendingExpiresAt: nonZero(s.PendingExpiresAt), PreviousExpiresAt: nonZero(s.PreviousExpiresAt), LastRotatedAt: nonZero(s.LastRotatedAt), NextRotationAt: nonZero(s.NextRotationAt),
	}
	return out
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
