package signingsecret

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

func (f *fake) handle(r *http.Request, now time.Time) (any, error) {
	parts := strings.Split(strings.TrimPrefix(r.URL.Path, "/v1/signing-secrets"), "/")
	switch {
	case r.Method == http.MethodPost && len(parts) == 1:
		return f.create(r, now)
	case r.Method == http.MethodGet && len(parts) == 1:
		page := api.Page[api.SigningSecret]{Items: []api.SigningSecret{}}
		if f.exists && f.secret.Name == r.URL.Query().Get("name") {
			page.Items = append(page.Items, f.answer(now))
		}
		return page, nil
	case !f.exists || parts[1] != secretID:
		return nil, &rules.Error{Code: api.CodeNotFound, Message: "no such signing secret"}
	case r.Method == http.MethodGet:
		return f.answer(now), nil
	case r.Method == http.MethodDelete:
		if f.secret.DeletionProtection {
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
		return map[string]any{"version": n, "value": f.values[n], "expires_at": nil}, nil
	}
	return nil, &rules.Error{Code: api.CodeNotFound, Message: "no such route"}
}

func (f *fake) create(r *http.Request, now time.Time) (any, error) {
	supplied := suppliedIn(r)
	var in api.SigningSecretCreate
	if err := json.NewDecoder(r.Body).Decode(&in); err != nil {
		return nil, err
	}
	if f.exists {
		return nil, &rules.Error{Code: api.CodeNameTaken, Message: "name taken"}
	}
	var minimum int64
	if in.MinimumVersion != nil {
		minimum = *in.MinimumVersion
	}
	f.exists = true
	f.secret = api.SigningSecret{
		Object: api.Object{ID: secretID, Name: in.Name, Description: in.Description, Labels: in.Labels, Tenant: "acme", Environment: "staging", CreatedAt: now},
		Owner:  in.Owner, EndpointID: in.EndpointID, Algorithm: api.DefaultAlgorithm, SecretWOVersion: in.SecretWOVersion, RotationPolicyID: in.RotationPolicyID,
		RotateWhenChanged: in.RotateWhenChanged, MinimumVersion: in.MinimumVersion, DeletionProtection: in.DeletionProtection != nil && *in.DeletionProtection,
	}
	if in.Algorithm != nil {
		f.secret.Algorithm = *in.Algorithm
	}
	cred, done := rules.Create(now, "op", max(f.highest+1, minimum), time.Time{})
	f.carry(cred, []rules.Transition{done}, supplied)
	f.moved()
	return f.answer(now), nil
}

// matches carries out an If-Match. Deadlines that did no more than carry a rotation on are no news to whoever planned before them.
func (f *fake) matches(r *http.Request, step rules.Step) (alreadyDone bool, err error) {
	m := strings.Trim(r.Header.Get("If-Match"), `"`)
	if m == "" || m == strconv.Itoa(f.etag) {
		return false, nil
	}
	expected := f.settledBase != 0 && m == strconv.Itoa(f.settledBase) &&
		!slices.ContainsFunc(f.settled, func(s rules.Step) bool { return s != rules.StepPromote && s != rules.StepRetire })
	switch {
	case expected && step == "":
		return false, nil
	case expected && slices.Contains(f.settled, step):
		return true, nil
	}
	return false, &rules.Error{Code: api.CodePreconditionFailed, Message: "the signing secret has changed since"}
}

func (f *fake) patch(r *http.Request, now time.Time) (any, error) {
	supplied := suppliedIn(r)
	var in api.SigningSecretPatch
	if err := json.NewDecoder(r.Body).Decode(&in); err != nil {
		return nil, err
	}
	if _, err := f.matches(r, ""); err != nil {
		return nil, err
	}
	cred, s := f.cred, f.secret
	set(&s.Name, in.Name)
	set(&s.Owner, in.Owner)
	set(&s.Labels, in.Labels)
	set(&s.RotationPolicyID, in.RotationPolicyID)
	set(&s.RotateWhenChanged, in.RotateWhenChanged)
	set(&s.DeletionProtection, in.DeletionProtection)
	point(&s.Description, in.Description)
	point(&s.SecretWOVersion, in.SecretWOVersion)
	point(&s.MinimumVersion, in.MinimumVersion)
	var done []rules.Transition
	if n := in.MinimumVersion.Value; n != nil {
		if err := f.acceptable(supplied); err != nil {
			return nil, err
		}
		var err error
		if cred, done, err = rules.RaiseMinimum(cred, f.policy, *n, "op", now); err != nil {
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
		cred.Highest = max(cred.Highest, f.highest)
	}
	if reflect.DeepEqual(s, f.secret) && reflect.DeepEqual(cred, f.cred) {
		return f.answer(now), nil
	}
	f.secret = s
	f.carry(cred, done, supplied)
	f.moved()
	return f.answer(now), nil
}

// acceptable refuses a supplied value that a valid version has already.
func (f *fake) acceptable(supplied *string) error {
	for _, v := range f.cred.Versions {
		if supplied != nil && v.State.Valid() && f.values[v.Number] == *supplied {
			return &rules.Error{Code: api.CodeInvalid, Message: "that is the value of a valid version already", Field: "/secret"}
		}
	}
	return nil
}

func (f *fake) step(r *http.Request, step rules.Step, now time.Time) (any, error) {
	supplied := suppliedIn(r)
	done, err := f.matches(r, step)
	if err != nil {
		return nil, err
	}
	if err := f.acceptable(supplied); err != nil {
		return nil, err
	}
	if !done {
		cred, trs, err := rules.Apply(f.cred, f.policy, rules.Command{Step: step, Actor: "op"}, now)
		if err != nil {
			return nil, err
		}
		f.carry(cred, trs, supplied)
		f.moved()
		if len(trs) > 1 { // an overlap of zero
			f.settling(trs[1:])
		}
	}
	return f.answer(now), nil
}

func set[T any](to *T, o api.Optional[T]) {
	if !o.Set {
		return
	}
	var zero T
	*to = zero
	if o.Value != nil {
		*to = *o.Value
	}
}

func point[T any](to **T, o api.Optional[T]) {
	if o.Set {
		*to = o.Value
	}
}
