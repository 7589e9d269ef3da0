package fakes

import (
	"encoding/json"
	"net/http"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
	rules "github.com/quickconnect/terraform-provider-quickconnect/internal/rotation"
)

func (f *Rotated) create(body []byte, now time.Time) (any, error) {
	if f.Exists {
		return nil, &rules.Error{Code: api.CodeNameTaken, Message: "name taken"}
	}
	minimum, expires, err := f.kind.Create(body, now)
	if err != nil {
		return nil, err
	}
	first := f.Highest + 1
	if minimum != nil {
		first = max(first, *minimum)
	}
	f.Exists = true
	cred, done := rules.Create(now, "op", first, expires)
	f.carry(cred, []rules.Transition{done}, suppliedIn(body))
	f.moved()
	return f.show(now), nil
}

func (f *Rotated) patch(r *http.Request, body []byte, now time.Time) (any, error) {
	var in struct {
		Name              api.Optional[string] `json:"name"`
		MinimumVersion    api.Optional[int64]  `json:"minimum_version"`
		RotationRequested bool                 `json:"rotation_requested"`
	}
	if err := json.Unmarshal(body, &in); err != nil {
		return nil, err
	}
	if _, err := f.matches(r, ""); err != nil {
		return nil, err
	}
	supplied := suppliedIn(body)
	cred, commit, err := f.kind.Patch(body, f.Cred, now)
	if err != nil {
		return nil, err
	}
	var done []rules.Transition
	if n := in.MinimumVersion.Value; n != nil {
		if err := f.acceptable(supplied); err != nil {
			return nil, err
		}
		if cred, done, err = rules.RaiseMinimum(cred, f.Policy, *n, "op", now); err != nil {
			return nil, err
		}
	}
	if supplied != nil && !slices.ContainsFunc(done, func(tr rules.Transition) bool { return tr.Issued != 0 }) {
		return nil, &rules.Error{Code: api.CodeInvalid, Message: "this request issues no version", Field: "/secret"}
	}
	if in.RotationRequested {
		cred = rules.Request(cred)
	}
	if in.Name.Set {
		cred.Highest = max(cred.Highest, f.Highest)
	}
	if changed := commit(); !changed && reflect.DeepEqual(cred, f.Cred) {
		return f.show(now), nil
	}
	f.carry(cred, done, supplied)
	f.moved()
	return f.show(now), nil
}

func (f *Rotated) step(r *http.Request, body []byte, step rules.Step, now time.Time) (any, error) {
	supplied := suppliedIn(body)
	alreadyDone, err := f.matches(r, step)
	if err != nil {
		return nil, err
	}
	if err := f.acceptable(supplied); err != nil {
		return nil, err
	}
	if !alreadyDone {
		cred, trs, err := rules.Apply(f.Cred, f.Policy, rules.Command{Step: step, Actor: "op"}, now)
		if err != nil {
			return nil, err
		}
		f.carry(cred, trs, supplied)
		f.moved()
		if len(trs) > 1 { // an overlap of zero
			f.settling(trs[1:])
		}
	}
	return f.show(now), nil
}

// acceptable refuses a supplied value that a valid version has already.
func (f *Rotated) acceptable(supplied *string) error {
	for _, v := range f.Cred.Versions {
		if supplied != nil && v.State.Valid() && f.kind.Value(v.Number) == *supplied {
			return &rules.Error{Code: api.CodeInvalid, Message: "that is the value of a valid version already", Field: "/secret"}
		}
	}
	return nil
}

// matches carries out an If-Match. Deadlines that did no more than carry a rotation on are no news to whoever planned before them.
func (f *Rotated) matches(r *http.Request, step rules.Step) (alreadyDone bool, err error) {
	m := strings.Trim(r.Header.Get("If-Match"), `"`)
	if m == "" || m == strconv.Itoa(f.etag) {
		return false, nil
	}
	expected := f.settledBase != 0 && m == strconv.Itoa(f.settledBase) &&
		(f.Lenient || !slices.ContainsFunc(f.settled, func(s rules.Step) bool { return s != rules.StepPromote && s != rules.StepRetire }))
	switch {
	case expected && step == "":
		return false, nil
	case expected && slices.Contains(f.settled, step):
		return true, nil
	}
	return false, &rules.Error{Code: api.CodePreconditionFailed, Message: "the object has changed since"}
}

func (f *Rotated) carry(cred rules.Credential, done []rules.Transition, supplied *string) {
	before := f.Cred
	f.Cred = cred
	f.kind.Issued(before, done, supplied)
}

func (f *Rotated) settle(now time.Time) {
	cred, done := rules.Settle(f.Cred, f.Policy, now)
	f.Cred = cred
	f.settling(done)
}

func (f *Rotated) settling(done []rules.Transition) {
	for _, tr := range done {
		if f.settledBase == 0 {
			f.settledBase, f.settled = f.etag, nil
		}
		f.settled = append(f.settled, tr.Step)
		f.etag++
	}
}

func (f *Rotated) moved() { f.etag++; f.settledBase, f.settled = 0, nil }

// Set carries out a member of a patch; null is the zero value.
func Set[T any](to *T, o api.Optional[T]) {
	if !o.Set {
		return
	}
	var zero T
	*to = zero
	if o.Value != nil {
		*to = *o.Value
	}
}

// Point carries out a member of a patch that can be null.
func Point[T any](to **T, o api.Optional[T]) {
	if o.Set {
		*to = o.Value
	}
}
