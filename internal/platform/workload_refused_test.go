package platform_test

import (
	"encoding/base64"
	"fmt"
	"maps"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/oidctest"
)

// presetCase is an identity of a preset, and the claims of a JWT that it takes.
type presetCase struct {
	issuerPath string
	pins       object
	claims     object // beside the pins that are no patterns, or that are nested
}

var presetCases = map[string]presetCase{
	api.PresetGitHubActions: {pins: object{"repository_owner_id": "1", "repository_id": "2", "environment": "production"}},
	api.PresetGitLab: {
		pins:   object{"project_id": "10", "ref_protected": "true", "project_path": "org/*"},
		claims: object{"project_path": "org/app"},
	},
	api.PresetHCPTerraform: {pins: object{
		"terraform_organization_id": "org-1", "terraform_workspace_id": "ws-1", "terraform_run_phase": "plan",
	}},
	api.PresetKubernetes: {
		pins: object{"[kubernetes.io].serviceaccount.uid": "u-1", "[kubernetes.io].namespace": "apps"},
		claims: object{"kubernetes.io": object{
			"namespace": "apps", "serviceaccount": object{"name": "deploy", "uid": "u-1"},
		}},
	},
	api.PresetSPIFFE: {
		pins:   object{"sub": "spiffe://example.org/ns/*/sa/deploy"},
		claims: object{"sub": "spiffe://example.org/ns/apps/sa/deploy"},
	},
	api.PresetBuildkite: {pins: object{"organization_id": "o-1", "pipeline_id": "p-1"}},
	api.PresetCircleCI: {
		issuerPath: "/org/1", pins: object{"[oidc.circleci.com/project-id]": "p-1"},
		claims: object{"oidc.circleci.com/project-id": "p-1", "oidc.circleci.com/ssh-rerun": false},
	},
	api.PresetCustom: {pins: object{"sub": "svc-1", "level": "3"}, claims: object{"level": 3}},
}

// issued is a world with an identity of a preset, whose issuer is a real provider.
type issued struct {
	*world
	p      *oidctest.Provider
	id     string
	claims object
}

func newIssued(t *testing.T, preset string, more object) *issued {
	t.Helper()
	c := presetCases[preset]
	w := newWorld(t)
	i := &issued{world: w, p: oidctest.Start(t, oidctest.Options{Path: c.issuerPath})}
	w.trusted = []string{i.p.Issuer}
	w.restart()
	body := object{"preset": preset, "issuer": i.p.Issuer, "claims": c.pins}
	maps.Copy(body, more)
	i.id = w.newIdentity("ci", body).ID
	i.claims = object{"sub": "workload"}
	for path, value := range c.pins {
		if !strings.Contains(path, "[") {
			i.claims[path] = value
		}
	}
	maps.Copy(i.claims, c.claims)
	return i
}

// with returns the claims of a JWT that fits, with changes. A nil value removes a claim.
func (i *issued) with(more object) object {
	now := i.clock.Now()
	out := object{"iss": i.p.Issuer, "aud": audience, "exp": now.Add(5 * time.Minute).Unix(), "iat": now.Unix()}
	maps.Copy(out, i.claims)
	for name, value := range more {
		if out[name] = value; value == nil {
			delete(out, name)
		}
	}
	return out
}

func (i *issued) reasonNow(jwt string) string {
	i.t.Helper()
	before := len(i.audit())
	r := i.exchangesJWT(jwt, "identity", i.id)
	p := r.problem(api.CodeInvalidGrant, "")
	if r.status != http.StatusBadRequest || p.OAuth != "invalid_grant" ||
		!strings.HasPrefix(p.Detail, "the subject token was not exchanged:") {
		i.t.Errorf("refused with %s", r.body)
	}
	events := i.audit()[before:]
	if len(events) != 1 || events[0].Action != "refuse_exchange" || events[0].ObjectID != i.id {
		return fmt.Sprintf("%d events: %+v", len(events), events)
	}
	reason := events[0].Detail["reason"]
	if claim := events[0].Detail["claim"]; claim != "" {
		reason += " " + claim
	}
	return reason
}

// TestFitJWTs: of each preset, a JWT of a real provider that fits is taken.
func TestFitJWTs(t *testing.T) {
	for _, preset := range api.Presets() {
		t.Run(preset, func(t *testing.T) {
			i := newIssued(t, preset, nil)
			i.exchangesJWT(i.p.Sign(i.with(nil)), "identity", i.id).want(200)
			i.exchangesJWT(i.p.Sign(i.with(object{"aud": []string{audience}})), "identity", i.id).want(200)
		})
	}
}

// raw encodes the parts of a token as they are.
func raw(parts ...string) string {
	for n, part := range parts {
		parts[n] = base64.RawURLEncoding.EncodeToString([]byte(part))
	}
	return strings.Join(parts, ".")
}

// TestUnfitJWTs: what every preset refuses.
func TestUnfitJWTs(t *testing.T) {
	i := newIssued(t, api.PresetGitLab, nil)
	at := func(name string, d time.Duration) object {
		return object{name: i.clock.Now().Add(time.Minute + time.Second + d).Unix()}
	}
	changed := func(more object) func() string {
		return func() string { return i.p.Sign(i.with(more)) }
	}
	timed := func(name string, d time.Duration) func() string {
		return func() string { return i.p.Sign(i.with(at(name, d))) }
	}
	header := func(h object) func() string {
		return func() string { return i.p.SignJWT(oidctest.JWT{Claims: i.with(nil), Header: h}) }
	}
	signed := func(algorithm string) func() string {
		return func() string { return i.p.SignJWT(oidctest.JWT{Claims: i.with(nil), Algorithm: algorithm}) }
	}
	good := func() string { return i.p.Sign(i.with(nil)) }
	part := func(n int) string { return strings.Split(good(), ".")[n] }
	for name, c := range map[string]struct {
		jwt  func() string
		want string
	}{
		"no JWT":           {func() string { return "x" }, "malformed"},
		"two parts":        {func() string { return raw("{}", "{}") }, "malformed"},
		"five parts":       {func() string { return raw("{}", "", "", "", "") }, "malformed"},
		"padded base64":    {func() string { return good() + "=" }, "malformed"},
		"header not JSON":  {func() string { return raw("x", "{}", "x") }, "malformed"},
		"payload not JSON": {func() string { return raw("{}", "x", "x") }, "malformed"},
		"payload a list":   {func() string { return raw("{}", "[]", "x") }, "malformed"},
		"text after it":    {func() string { return raw("{}", "{}{}", "x") }, "malformed"},
		"not UTF-8":        {func() string { return raw("{}", "{\"a\":\"\xff\"}", "x") }, "malformed"},
		"too deep": {
			func() string { return raw("{}", strings.Repeat(`{"a":`, 40)+"1"+strings.Repeat("}", 40), "x") }, "malformed",
		},
		"too long":              {changed(object{"padding": strings.Repeat("x", 20<<10)}), "too_long"},
		"claim twice":           {func() string { return raw("{}", `{"sub":"a","sub":"b"}`, "x") }, "member_twice"},
		"nested claim twice":    {func() string { return raw("{}", `{"a":{"b":1,"b":2}}`, "x") }, "member_twice"},
		"header twice":          {func() string { return raw(`{"alg":"none","alg":"RS256"}`, "{}", "x") }, "member_twice"},
		"escaped twice":         {func() string { return raw("{}", `{"sub":"a","\u0073ub":"b"}`, "x") }, "member_twice"},
		"alg none":              {signed("none"), "algorithm"},
		"alg nOnE":              {func() string { return raw(`{"alg":"nOnE","kid":"k"}`, "{}", "") }, "algorithm"},
		"HMAC, public key":      {signed("HS256"), "algorithm"},
		"no alg":                {func() string { return raw(`{"kid":"k"}`, "{}", "x") }, "algorithm"},
		"alg is a list":         {func() string { return raw(`{"alg":["RS256"],"kid":"k"}`, "{}", "x") }, "algorithm"},
		"nested JWT":            {header(object{"cty": "JWT"}), "token_type"},
		"logout token":          {header(object{"typ": "logout+jwt"}), "token_type"},
		"typ is a number":       {header(object{"typ": 1}), "token_type"},
		"crit":                  {header(object{"crit": []string{"exp"}}), "critical_header"},
		"b64":                   {header(object{"b64": false}), "critical_header"},
		"jku":                   {header(object{"jku": i.p.URL + oidctest.KeysPath}), "names_its_own_key"},
		"x5u":                   {header(object{"x5u": "https://evil.example.com/x"}), "names_its_own_key"},
		"jwk":                   {header(object{"jwk": object{"kty": "RSA"}}), "names_its_own_key"},
		"x5c":                   {header(object{"x5c": []string{"x"}}), "names_its_own_key"},
		"no kid":                {header(object{"kid": nil}), "no_key_id"},
		"empty kid":             {header(object{"kid": ""}), "no_key_id"},
		"kid is a number":       {header(object{"kid": 1}), "no_key_id"},
		"wrong kid":             {header(object{"kid": "other"}), "unknown_key"},
		"kid of a path":         {header(object{"kid": "../../etc/passwd"}), "unknown_key"},
		"alg of another kind":   {header(object{"alg": "ES256"}), "unknown_key"},
		"no issuer":             {changed(object{"iss": nil}), "issuer"},
		"issuer a list":         {changed(object{"iss": []string{i.p.Issuer}}), "issuer"},
		"issuer with a slash":   {changed(object{"iss": i.p.Issuer + "/"}), "issuer"},
		"issuer begins so":      {changed(object{"iss": i.p.Issuer + ".evil.example.com"}), "issuer"},
		"issuer is a beginning": {changed(object{"iss": i.p.Issuer[:len(i.p.Issuer)-1]}), "issuer"},
		"issuer in capitals":    {changed(object{"iss": strings.ToUpper(i.p.Issuer)}), "issuer"},
		"no signature":          {func() string { return part(0) + "." + part(1) + "." }, "signature"},
		"another's signature": {func() string {
			return part(0) + "." + part(1) + "." + strings.Split(i.p.Sign(i.with(object{"sub": "x"})), ".")[2]
		}, "signature"},
		"changed payload": {func() string {
			other := strings.Split(i.p.Sign(i.with(object{"project_id": "11"})), ".")[1]
			return part(0) + "." + other + "." + part(2)
		}, "signature"},
		"no audience":            {changed(object{"aud": nil}), "audience"},
		"another audience":       {changed(object{"aud": "https://other.example.com"}), "audience"},
		"audience begins so":     {changed(object{"aud": audience + "/evil"}), "audience"},
		"two audiences":          {changed(object{"aud": []string{audience, "https://other.example.com"}}), "audience"},
		"the audience twice":     {changed(object{"aud": []string{audience, audience}}), "audience"},
		"empty list of audience": {changed(object{"aud": []string{}}), "audience"},
		"empty sub":              {changed(object{"sub": ""}), "subject"},
		"sub of space":           {changed(object{"sub": " "}), "subject"},
		"sub is a number":        {changed(object{"sub": 1}), "subject"},
		"no exp":                 {changed(object{"exp": nil}), "no_expiry"},
		"exp is a text":          {changed(object{"exp": "9999999999"}), "malformed_time"},
		"exp is null":            {func() string { return i.p.Sign(i.with(object{"exp": []int{1}})) }, "malformed_time"},
		"exp without end":        {changed(object{"exp": 1e300}), "malformed_time"},
		"exp below zero":         {changed(object{"exp": -1}), "malformed_time"},
		"expired":                {timed("exp", -61*time.Second), "expired"},
		"expired just now":       {timed("exp", -60*time.Second), "expired"},
		"not yet":                {timed("nbf", 62*time.Second), "not_yet_valid"},
		"iat in the future":      {timed("iat", 62*time.Second), "issued_in_the_future"},
		"lives too long":         {timed("exp", 24*time.Hour+62*time.Second), "lives_too_long"},
		"no project":             {changed(object{"project_id": nil}), "claim_missing project_id"},
		"a fork's project": {
			changed(object{"project_id": "99", "project_path": "fork/app"}), "claim_differs project_id",
		},
		"project is a list":    {changed(object{"project_id": []string{"10"}}), "claim_missing project_id"},
		"project is an object": {changed(object{"project_id": object{"": "10"}}), "claim_missing project_id"},
		"project is null": {
			func() string { return i.p.Sign(i.with(object{"project_id": new(int)})) }, "claim_differs project_id",
		},
		"number as another text": {changed(object{"project_id": 10.5}), "claim_differs project_id"},
		"branch not protected":   {changed(object{"ref_protected": "false"}), "claim_differs ref_protected"},
		"a boolean":              {changed(object{"ref_protected": false}), "claim_differs ref_protected"},
		"two segments":           {changed(object{"project_path": "org/app/evil"}), "claim_differs project_path"},
		"no segment":             {changed(object{"project_path": "org/"}), "claim_differs project_path"},
		"another segment":        {changed(object{"project_path": "org-evil/app"}), "claim_differs project_path"},
		"another separator":      {changed(object{"project_path": "org:app"}), "claim_differs project_path"},
	} {
		t.Run(name, func(t *testing.T) {
			sub := *i
			sub.world = i.in(t)
			sub.clock.Advance(time.Minute + time.Second)
			at = func(name string, d time.Duration) object { return object{name: i.clock.Now().Add(d).Unix()} }
			if got := sub.reasonNow(c.jwt()); got != c.want {
				t.Errorf("refused for %s, want %s", got, c.want)
			}
		})
	}
	i.exchangesJWT(good(), "identity", i.id).want(200) // the identity still takes what fits
	i.exchangesJWT(i.p.Sign(i.with(object{"project_id": 10, "ref_protected": true})), "identity", i.id).want(200)
	i.exchangesJWT(i.p.Sign(i.with(at("exp", -59*time.Second))), "identity", i.id).want(200)
	i.exchangesJWT(i.p.Sign(i.with(at("nbf", time.Minute))), "identity", i.id).want(200)
}

// TestUnfitJWTsOfPresets: what a preset refuses besides.
func TestUnfitJWTsOfPresets(t *testing.T) {
	for name, c := range map[string]struct {
		preset string
		more   object
		want   string
	}{
		"GitHub, another repository": {api.PresetGitHubActions, object{"repository_id": "3"}, "claim_differs repository_id"},
		"GitHub, another owner": {
			api.PresetGitHubActions, object{"repository_owner_id": "12"}, "claim_differs repository_owner_id",
		},
		"GitHub, no environment": {api.PresetGitHubActions, object{"environment": nil}, "claim_missing environment"},
		"HCP, the other phase": {
			api.PresetHCPTerraform, object{"terraform_run_phase": "apply"}, "claim_differs terraform_run_phase",
		},
		"HCP, another workspace": {
			api.PresetHCPTerraform, object{"terraform_workspace_id": "ws-2"}, "claim_differs terraform_workspace_id",
		},
		"Kubernetes, a new account": {api.PresetKubernetes, object{"kubernetes.io": object{
			"namespace": "apps", "serviceaccount": object{"name": "deploy", "uid": "u-2"},
		}}, "claim_differs [kubernetes.io].serviceaccount.uid"},
		"Kubernetes, dots are no path": {api.PresetKubernetes, object{"kubernetes.io": nil, "kubernetes": object{"io": object{
			"namespace": "apps", "serviceaccount": object{"uid": "u-1"},
		}}}, "claim_missing [kubernetes.io].namespace"},
		"SPIFFE, another domain": {
			api.PresetSPIFFE, object{"sub": "spiffe://example.org.evil/ns/apps/sa/deploy"}, "claim_differs sub",
		},
		"SPIFFE, another issuer":  {api.PresetSPIFFE, object{"iss": "https://evil.example.com"}, "issuer"},
		"SPIFFE, no subject":      {api.PresetSPIFFE, object{"sub": nil}, "claim_missing sub"},
		"Buildkite, another one":  {api.PresetBuildkite, object{"organization_id": "o-2"}, "claim_differs organization_id"},
		"CircleCI, run with SSH":  {api.PresetCircleCI, object{"oidc.circleci.com/ssh-rerun": true}, "ssh_rerun"},
		"CircleCI, SSH as a text": {api.PresetCircleCI, object{"oidc.circleci.com/ssh-rerun": "true"}, "ssh_rerun"},
		"custom, another level":   {api.PresetCustom, object{"level": 3.0000001}, "claim_differs level"},
	} {
		t.Run(name, func(t *testing.T) {
			i := newIssued(t, c.preset, nil)
			if got := i.reasonNow(i.p.Sign(i.with(c.more))); got != c.want {
				t.Errorf("refused for %s, want %s", got, c.want)
			}
		})
	}
	i := newIssued(t, api.PresetSPIFFE, nil)
	i.exchangesJWT(i.p.Sign(i.with(object{"iss": nil})), "identity", i.id).want(200)
}

// TestRefusalsAreCounted: refusals of the same identity, network and claim are one event a minute, and none is lost. An
// identity that there is not is in the audit trail of its environment too.
func TestRefusalsAreCounted(t *testing.T) {
	i := newIssued(t, api.PresetGitLab, nil)
	refuse := func(identity string, claims object) {
		i.exchangesJWT(i.p.Sign(i.with(claims)), "identity", identity, "tenant", "acme", "environment", "staging")
	}
	for range 3 {
		refuse("ci", object{"project_id": "11"})
		refuse("ci", object{"ref_protected": "false"})
		refuse("no-such", nil)
	}
	counts := func() (all string) {
		for _, e := range i.audit() {
			if e.Action == "refuse_exchange" {
				all += e.Detail["reason"] + e.Detail["claim"] + e.Detail["name"] + e.Detail["refused"] + " "
			}
		}
		return all
	}
	const first = "claim_differsproject_id1 claim_differsref_protected1 unknownno-such1 "
	if got := counts(); got != first {
		t.Errorf("at once: %s", got)
	}
	i.clock.Advance(time.Minute)
	i.sweep()
	i.sweep()
	rest := strings.TrimPrefix(counts(), first)
	for _, want := range []string{"claim_differsproject_id2 ", "claim_differsref_protected2 ", "unknownno-such2 "} {
		if strings.Count(rest, want) != 1 || len(rest) > 90 {
			t.Errorf("after a minute: %s, want %s", rest, want)
		}
	}
}
