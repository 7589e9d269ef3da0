package store

import (
	"errors"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
)

// webhookVariants holds endpoints and signing secrets with every field set, with few fields set, and with empty values.
type webhookVariants struct {
	endpoints []*WebhookEndpoint
	secrets   []*SigningSecret
}

func fullWebhook() (*WebhookEndpoint, *SigningSecret) {
	e, x := filled[WebhookEndpoint](), filled[SigningSecret]()
	e.ID, e.Scope, e.ConnectorID = "wep_1", staging, "con_1"
	x.ID, x.Scope, x.EndpointID, x.RotationPolicyID = "sec_1", staging, "wep_1", "pol_1"
	number(&x.Credential)
	return &e, &x
}

func insertWebhooks(t *testing.T, s *Store) webhookVariants {
	t.Helper()
	insert(t, s, policy(staging, "pol_1", "p"), policy(staging, "pol_2", "q"), connector(staging, "con_1", "c"),
		connector(production, "con_2", "c"))
	full, fullSecret := fullWebhook()
	empty := endpoint(staging, "wep_3", "empty", "con_1")
	empty.EventTypes, empty.Labels, empty.Description = []string{}, map[string]string{}, new(string)
	empty.Disabled = &Disabled{}
	v := webhookVariants{
		endpoints: []*WebhookEndpoint{full, endpoint(staging, "wep_2", "least", "con_1"), empty},
		secrets:   []*SigningSecret{fullSecret, signingSecret(staging, "sec_2", "least", "wep_1", "pol_1")},
	}
	for _, e := range v.endpoints {
		insert(t, s, e)
	}
	for _, x := range v.secrets {
		insert(t, s, x)
	}
	return v
}

// wantStored wants to read every object as given, one by one and as a list.
func (v webhookVariants) wantStored(t *testing.T, tx *Tx) error {
	t.Helper()
	for _, want := range v.endpoints {
		got, err := tx.WebhookEndpoint(t.Context(), staging, want.ID)
		if err != nil {
			return err
		}
		same(t, got, want)
	}
	for _, want := range v.secrets {
		got, err := tx.SigningSecret(t.Context(), staging, want.ID)
		if err != nil {
			return err
		}
		same(t, got, want)
	}
	es, errE := tx.WebhookEndpoints(t.Context(), staging, List{Limit: 10})
	xs, errX := tx.SigningSecrets(t.Context(), staging, List{Limit: 10})
	of, errOf := tx.SigningSecretsOf(t.Context(), staging, "wep_1")
	named, errNamed := tx.SigningSecrets(t.Context(), staging, List{Name: v.secrets[1].Name, Limit: 10})
	if err := errors.Join(errE, errX, errOf, errNamed); err != nil {
		return err
	}
	same(t, es, v.endpoints)
	same(t, xs, v.secrets)
	same(t, of, v.secrets)
	same(t, named, v.secrets[1:])
	return nil
}

func (fresh engine) webhooks(t *testing.T) {
	t.Parallel()
	d := fresh(t)
	s := d.opened(t)
	v := insertWebhooks(t, s)
	stored := func() {
		t.Helper()
		view(t, s, func(tx *Tx) error { return v.wantStored(t, tx) })
		update(t, s, func(tx *Tx) error { return v.wantStored(t, tx) })
	}
	stored()

	// An update overwrites every column that can change: it sets what was not set, and unsets what was set.
	set, setSecret := fullWebhook()
	unset := endpoint(staging, "wep_1", v.endpoints[0].Name, "con_1")
	unset.CreatedAt = v.endpoints[0].CreatedAt
	set.ID, set.Name, set.CreatedAt = "wep_2", "new", v.endpoints[1].CreatedAt
	was := v.secrets[1]
	setSecret.ID, setSecret.Name, setSecret.RotationPolicyID = "sec_2", "new", "pol_2"
	setSecret.CreatedAt, setSecret.Algorithm = was.CreatedAt, was.Algorithm
	v.endpoints[0], v.endpoints[1], v.secrets[1] = unset, set, setSecret
	update(t, s, func(tx *Tx) error {
		if _, err := tx.SigningSecret(t.Context(), staging, "sec_2"); err != nil {
			return err
		}
		return errors.Join(tx.UpdateWebhookEndpoint(t.Context(), set), tx.UpdateWebhookEndpoint(t.Context(), unset),
			tx.UpdateSigningSecret(t.Context(), setSecret))
	})
	stored()

	view(t, s, func(tx *Tx) error {
		for kind, want := range map[string]string{api.KindWebhookEndpoints: "wep_2", api.KindSigningSecrets: "sec_2"} {
			if got, err := tx.IDByName(t.Context(), staging, kind, "new"); got != want || err != nil {
				t.Errorf("%s: %s, %v", kind, got, err)
			}
		}
		got, err := tx.ReferencesTo(t.Context(), staging, api.KindRotationPolicies, "pol_2")
		same(t, got, map[string]int{api.KindSigningSecrets: 1})
		return err
	})
	wantError(t, s, ErrReferenced, func(tx *Tx) error { return tx.DeleteRotationPolicy(t.Context(), staging, "pol_2") })
}

func (fresh engine) webhookConstraints(t *testing.T) {
	t.Parallel()
	d := fresh(t)
	s := d.opened(t)
	insertWebhooks(t, s)
	for _, x := range []struct {
		want   error
		object any
	}{
		{ErrNameTaken, endpoint(staging, "wep_9", "empty", "con_1")},
		{ErrNameTaken, signingSecret(staging, "sec_9", "least", "wep_1", "pol_1")},
		{ErrReferenced, endpoint(staging, "wep_9", "x", "con_2")},
		{ErrReferenced, signingSecret(staging, "sec_9", "x", "wep_none", "pol_1")},
		{ErrReferenced, signingSecret(staging, "sec_9", "x", "wep_1", "pol_none")},
	} {
		wantError(t, s, x.want, func(tx *Tx) error { return insertAny(t, tx, x.object) })
	}
	wantError(t, s, ErrReferenced, func(tx *Tx) error { return tx.DeleteWebhookEndpoint(t.Context(), staging, "wep_1") })
	wantError(t, s, ErrReferenced, func(tx *Tx) error { return tx.DeleteConnector(t.Context(), staging, "con_1") })
	wantError(t, s, ErrReferenced, func(tx *Tx) error { return tx.DeleteRotationPolicy(t.Context(), staging, "pol_1") })
	view(t, s, func(tx *Tx) error {
		for _, x := range []struct {
			kind, id string
			want     map[string]int
		}{
			{api.KindConnectors, "con_1", map[string]int{api.KindWebhookEndpoints: 3}},
			{api.KindWebhookEndpoints, "wep_1", map[string]int{api.KindSigningSecrets: 2}},
			{api.KindWebhookEndpoints, "wep_2", map[string]int{}},
			{api.KindRotationPolicies, "pol_1", map[string]int{api.KindSigningSecrets: 2}},
		} {
			got, err := tx.ReferencesTo(t.Context(), staging, x.kind, x.id)
			if err != nil {
				return err
			}
			same(t, got, x.want)
		}
		return nil
	})
	update(t, s, func(tx *Tx) error {
		return errors.Join(tx.DeleteSigningSecret(t.Context(), staging, "sec_1"),
			tx.DeleteSigningSecret(t.Context(), staging, "sec_2"), tx.DeleteWebhookEndpoint(t.Context(), staging, "wep_1"))
	})
	wantError(t, s, ErrNotFound, func(tx *Tx) error { return tx.DeleteSigningSecret(t.Context(), staging, "sec_1") })
}

func (fresh engine) webhookScopes(t *testing.T) {
	t.Parallel()
	d := fresh(t)
	s := d.opened(t)
	insertWebhooks(t, s)
	for _, scope := range []Scope{production, stranger, {}} {
		for name, do := range map[string]func(*Tx) error{
			"endpoint": func(tx *Tx) error { _, err := tx.WebhookEndpoint(t.Context(), scope, "wep_1"); return err },
			"secret":   func(tx *Tx) error { _, err := tx.SigningSecret(t.Context(), scope, "sec_1"); return err },
			"set endpoint": func(tx *Tx) error {
				return tx.UpdateWebhookEndpoint(t.Context(), endpoint(scope, "wep_1", "x", "con_1"))
			},
			"set secret": func(tx *Tx) error {
				return tx.UpdateSigningSecret(t.Context(), signingSecret(scope, "sec_1", "x", "wep_1", "pol_1"))
			},
			"del endpoint": func(tx *Tx) error { return tx.DeleteWebhookEndpoint(t.Context(), scope, "wep_1") },
			"del secret":   func(tx *Tx) error { return tx.DeleteSigningSecret(t.Context(), scope, "sec_1") },
		} {
			t.Run(name, func(t *testing.T) { wantError(t, s, ErrNotFound, do) })
		}
		view(t, s, func(tx *Tx) error {
			es, errE := tx.WebhookEndpoints(t.Context(), scope, List{Limit: 10})
			xs, errX := tx.SigningSecrets(t.Context(), scope, List{Limit: 10})
			of, errOf := tx.SigningSecretsOf(t.Context(), scope, "wep_1")
			if len(es)+len(xs)+len(of) != 0 {
				t.Errorf("scope %v sees %v, %v, %v", scope, es, xs, of)
			}
			return errors.Join(errE, errX, errOf)
		})
	}
}

// facts belong to the value: every read of the object has them, and they go with the value.
func (fresh engine) facts(t *testing.T) {
	t.Parallel()
	d := fresh(t)
	s := d.opened(t)
	x := signingSecret(staging, "sec_1", "a", "wep_1", "pol_1")
	x.Credential.Versions = append(x.Credential.Versions, version(2, "pending"))
	insert(t, s, policy(staging, "pol_1", "p"), connector(staging, "con_1", "c"), endpoint(staging, "wep_1", "e", "con_1"),
		x,
		signingSecret(staging, "sec_2", "b", "wep_1", "pol_1"))
	put := func(id string, number int64, f SecretFacts) {
		t.Helper()
		update(t, s, func(tx *Tx) error {
			return tx.PutSecret(t.Context(), id, Sealed{Number: number, Value: []byte("sealed"), Facts: f})
		})
	}
	put("sec_1", 1, SecretFacts{Digest: "k1:one"})
	put("sec_1", 2, SecretFacts{Digest: "k1:two"})
	put("sec_2", 1, SecretFacts{PublicKey: "whpk_one"})
	want := func(want map[string]SecretFacts) {
		t.Helper()
		view(t, s, func(tx *Tx) error {
			list, errL := tx.SigningSecrets(t.Context(), staging, List{Limit: 10})
			of, errO := tx.SigningSecretsOf(t.Context(), staging, "wep_1")
			one, errS := tx.SigningSecret(t.Context(), staging, "sec_1")
			if err := errors.Join(errL, errO, errS); err != nil {
				return err
			}
			for _, found := range append(append(list, of...), one) {
				for n := int64(1); n <= 2; n++ {
					if got := found.Facts(n); got != want[fmt.Sprint(found.ID, " ", n)] {
						t.Errorf("%s, version %d: %+v", found.ID, n, got)
					}
				}
			}
			return nil
		})
	}
	want(map[string]SecretFacts{
		"sec_1 1": {Digest: "k1:one"}, "sec_1 2": {Digest: "k1:two"},
		"sec_2 1": {PublicKey: "whpk_one"},
	})
	put("sec_1", 2, SecretFacts{PublicKey: "whpk_two"})
	update(t, s, func(tx *Tx) error { return tx.EraseSecret(t.Context(), "sec_1", 1) })
	want(map[string]SecretFacts{"sec_1 2": {PublicKey: "whpk_two"}, "sec_2 1": {PublicKey: "whpk_one"}})
}

func (fresh engine) probesDue(t *testing.T) {
	t.Parallel()
	d := fresh(t)
	s := d.opened(t)
	pending := func(id, endpointID string, at time.Time) *SigningSecret {
		x := signingSecret(staging, id, "name-"+id[4:], endpointID, "pol_1")
		x.NextProbeAt = at
		return x
	}
	disabled, probed := endpoint(staging, "wep_2", "disabled", "con_1"), endpoint(staging, "wep_3", "probed", "con_1")
	disabled.Enabled, probed.ProbedAt = false, minute(4)
	insert(t, s, policy(staging, "pol_1", "p"), connector(staging, "con_1", "c"), endpoint(staging, "wep_1", "a", "con_1"),
		disabled, probed,
		pending("sec_1", "wep_1", minute(2)), pending("sec_2", "wep_1", minute(1)), pending("sec_3", "wep_1", time.Time{}),
		pending("sec_4", "wep_2", minute(1)), pending("sec_5", "wep_3", minute(3)))
	for _, x := range []struct {
		now   time.Time
		limit int
		want  []string
	}{
		{minute(1).Add(-time.Microsecond), 10, nil},
		{minute(1), 10, []string{"sec_2"}},
		{minute(2), 10, []string{"sec_2", "sec_1"}},
		{minute(2), 1, []string{"sec_2"}},
		{minute(4), 10, []string{"sec_2", "sec_1"}},
		{minute(5), 10, []string{"sec_2", "sec_1", "sec_5"}},
	} {
		view(t, s, func(tx *Tx) error {
			refs, err := tx.ProbesDue(t.Context(), x.now, x.now.Add(-time.Minute), x.limit)
			var got []string
			for _, r := range refs {
				if r.Kind != api.KindSigningSecrets || r.Scope != staging {
					t.Errorf("%+v", r)
				}
				got = append(got, r.ID)
			}
			if !slices.Equal(got, x.want) {
				t.Errorf("at %s: %v, want %v", x.now, got, x.want)
			}
			return err
		})
	}
}
