package store

import (
	"errors"
	"fmt"
	"reflect"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/rotation"
)

// database is one database. Each call of open returns another handle on it, which is closed when the test ends.
type database struct{ open func(t *testing.T) *Store }

// engine creates empty databases of one sort, such as SQLite.
type engine func(t *testing.T) database

// suite tests the store on one engine.
func suite(t *testing.T, fresh engine) {
	t.Helper()
	t.Run("objects are read as they were stored", fresh.roundTrips)
	t.Run("an update writes every column that can change", fresh.updates)
	t.Run("names are unique", fresh.names)
	t.Run("other scopes see nothing", fresh.scopes)
	t.Run("pages", fresh.pages)
	t.Run("restricted lists", fresh.restrictedLists)
	t.Run("references hold", fresh.references)
	t.Run("long histories", fresh.history)
	t.Run("an update keeps a concurrent use", fresh.updateKeepsUse)
	t.Run("version numbers outlive their object", fresh.numbers)
	t.Run("version numbers under a prefix", fresh.numbersUnderPrefix)
	t.Run("deadlines", fresh.due)
	t.Run("due credentials of a policy", fresh.credentialsDueOfPolicy)
	t.Run("secrets", fresh.secrets)
	t.Run("uses and evidence", fresh.markUsed)
	t.Run("webhook endpoints and signing secrets", fresh.webhooks)
	t.Run("names and references of webhooks", fresh.webhookConstraints)
	t.Run("other scopes see no webhooks", fresh.webhookScopes)
	t.Run("facts about values", fresh.facts)
	t.Run("due deliveries", fresh.dueDeliveries)
	t.Run("list of deliveries", fresh.deliveryList)
	t.Run("ended deliveries are deleted", fresh.forgetDeliveries)
	t.Run("what an environment stores is counted", fresh.usage)
	t.Run("due probes", fresh.probesDue)
	t.Run("principals and environments", fresh.principals)
	t.Run("keys", fresh.keys)
	t.Run("data keys", fresh.dataKeys)
	t.Run("columns with sealed values", fresh.sealedColumns)
	t.Run("audit log", fresh.audit)
	t.Run("audit log shows tampering", fresh.auditTampering)
	t.Run("audit not writable", fresh.auditNotWritable)
	t.Run("audit proofs", fresh.auditProofs)
	t.Run("audit event is erased", fresh.auditErased)
	t.Run("audit checkpoints", fresh.auditCheckpoints)
	t.Run("idempotency", fresh.idempotency)
	t.Run("a failed update is rolled back", fresh.rollback)
	t.Run("a view is a snapshot and cannot write", fresh.view)
	t.Run("writers take turns", fresh.concurrentWriters)
	t.Run("data survives a restart", fresh.reopen)
}

var (
	staging    = Scope{"acme", "staging"}
	production = Scope{"acme", "production"}
	stranger   = Scope{"other", "staging"}

	start = time.Date(2026, 5, 1, 12, 0, 0, 123456000, time.UTC)
)

// opened returns a handle on the database, with the three environments created.
func (d database) opened(t *testing.T) *Store {
	t.Helper()
	s := d.open(t)
	update(t, s, func(tx *Tx) error {
		for _, scope := range []Scope{staging, production, stranger} {
			if err := tx.CreateEnvironment(t.Context(), scope, start); err != nil {
				return err
			}
		}
		return nil
	})
	return s
}

func update(t *testing.T, s *Store, do func(*Tx) error) {
	t.Helper()
	if err := s.Update(t.Context(), do); err != nil {
		t.Fatal(err)
	}
}

func view(t *testing.T, s *Store, do func(*Tx) error) {
	t.Helper()
	if err := s.View(t.Context(), do); err != nil {
		t.Fatal(err)
	}
}

// wantError runs an update and wants a certain error.
func wantError(t *testing.T, s *Store, want error, do func(*Tx) error) {
	t.Helper()
	if err := s.Update(t.Context(), do); !errors.Is(err, want) {
		t.Errorf("got error %v, want %v", err, want)
	}
}

func same(t *testing.T, got, want any) {
	t.Helper()
	if d := cmp.Diff(want, got, cmpopts.IgnoreUnexported(Credential{}, SigningSecret{}),
		cmpopts.IgnoreFields(rotation.Hold{}, "ByName"), cmpopts.IgnoreFields(rotation.Quarantine{}, "ByName"),
		cmpopts.IgnoreFields(Object{}, "Claim")); d != "" {
		t.Errorf("want (-) and got (+) differ:\n%s", d)
	}
}

// filled returns a value with a different non-zero value in every exported field, so that the test finds a field
// without a column.
func filled[T any]() T {
	var v T
	n := 0
	fill(reflect.ValueOf(&v).Elem(), &n)
	return v
}

// storedApart are fields of an object that its INSERT and its UPDATE do not write.
var storedApart = []string{"DeletingSince", "DeletingBy", "Uses", "Users", "Findings"}

func fill(v reflect.Value, n *int) {
	*n++
	switch v.Interface().(type) {
	case time.Time:
		v.Set(reflect.ValueOf(start.Add(time.Duration(*n) * time.Minute)))
		return
	case []byte:
		v.SetBytes(fmt.Appendf(nil, "bytes %d", *n))
		return
	case rotation.State:
		v.SetString(string(rotation.StateCurrent))
		return
	}
	switch v.Kind() {
	case reflect.Struct:
		for i := range v.NumField() {
			if v.Type().Field(i).IsExported() && !slices.Contains(storedApart, v.Type().Field(i).Name) {
				fill(v.Field(i), n)
			}
		}
	case reflect.Pointer:
		v.Set(reflect.New(v.Type().Elem()))
		fill(v.Elem(), n)
	case reflect.Slice:
		v.Set(reflect.MakeSlice(v.Type(), 2, 2))
		fill(v.Index(0), n)
		fill(v.Index(1), n)
	case reflect.Map:
		v.Set(reflect.MakeMap(v.Type()))
		if v.Type().Elem() == reflect.TypeFor[time.Time]() {
			v.SetMapIndex(reflect.ValueOf(fmt.Sprintf("key %d", *n)), reflect.ValueOf(start.Add(time.Duration(*n)*time.Second)))
			return
		}
		v.SetMapIndex(reflect.ValueOf(fmt.Sprintf("key %d", *n)), reflect.ValueOf(fmt.Sprintf("välue %d \"'<&", *n)))
	case reflect.String:
		v.SetString(fmt.Sprintf("text %d", *n))
	case reflect.Bool:
		v.SetBool(true)
	case reflect.Int64:
		v.SetInt(int64(*n))
	default:
		panic("cannot fill a " + v.Type().String())
	}
}

func policy(scope Scope, id, name string) *RotationPolicy {
	return &RotationPolicy{
		Object:   Object{ID: id, Name: name, Scope: scope, CreatedAt: start, Etag: 1},
		Interval: "90d", Overlap: "24h", MaxStage: "7d", RequireAcknowledgement: true, OnStageTimeout: "cancel",
	}
}

func connector(scope Scope, id, name string) *Connector {
	return &Connector{
		Object: Object{ID: id, Name: name, Scope: scope, CreatedAt: start, Etag: 1},
		Owner:  "team", Type: "slack", Enabled: true,
	}
}

// token is a token with one current version.
func token(scope Scope, id, name, connectorID string) *ScopedToken {
	return &ScopedToken{
		Object: Object{ID: id, Name: name, Scope: scope, CreatedAt: start, Etag: 1},
		Owner:  "team", ConnectorID: connectorID, Scopes: []string{"messages:send"},
		Credential: Credential{Credential: rotation.Credential{Versions: []rotation.Version{version(1,
			rotation.StateCurrent)}, Highest: 1, Version: 1, UnusedFrom: start}},
	}
}

func endpoint(scope Scope, id, name, connectorID string) *WebhookEndpoint {
	return &WebhookEndpoint{
		Object:      Object{ID: id, Name: name, Scope: scope, CreatedAt: start, Etag: 1},
		ConnectorID: connectorID, URL: "https://hooks.example.com/" + id, Enabled: true,
	}
}

// signingSecret is a signing secret with one current version.
func signingSecret(scope Scope, id, name, endpointID, policyID string) *SigningSecret {
	return &SigningSecret{
		Object: Object{ID: id, Name: name, Scope: scope, CreatedAt: start, Etag: 1},
		Owner:  "team", EndpointID: endpointID, Algorithm: "hmac-sha256", RotationPolicyID: policyID,
		Credential: Credential{Credential: rotation.Credential{Versions: []rotation.Version{version(1,
			rotation.StateCurrent)}, Highest: 1, Version: 1, UnusedFrom: start}},
	}
}

// queued is a delivery that is due at a time.
func queued(scope Scope, id, endpointID string, at time.Time) *Delivery {
	return &Delivery{
		Scope: scope, ID: id, EndpointID: endpointID, Type: "message.delivered", State: "queued",
		CreatedAt: start, NextAttemptAt: at, Body: []byte("sealed " + id),
	}
}

func version(number int64, state rotation.State) rotation.Version {
	return rotation.Version{Number: number, State: state, IssuedAt: start, CurrentSince: start}
}

// insert stores objects of any kind.
func insert(t *testing.T, s *Store, objects ...any) {
	t.Helper()
	update(t, s, func(tx *Tx) error {
		for _, o := range objects {
			if err := insertAny(t, tx, o); err != nil {
				return err
			}
		}
		return nil
	})
}

func insertAny(t *testing.T, tx *Tx, o any) error {
	t.Helper()
	switch o := o.(type) {
	case *RotationPolicy:
		return tx.InsertRotationPolicy(t.Context(), o)
	case *Connector:
		return tx.InsertConnector(t.Context(), o)
	case *ScopedToken:
		return tx.InsertScopedToken(t.Context(), o)
	case *WebhookEndpoint:
		return tx.InsertWebhookEndpoint(t.Context(), o)
	case *SigningSecret:
		return tx.InsertSigningSecret(t.Context(), o)
	case *Delivery:
		return tx.InsertDelivery(t.Context(), o)
	}
	t.Fatalf("a %T cannot be stored", o)
	return nil
}

func readToken(t *testing.T, s *Store, scope Scope, id string) *ScopedToken {
	t.Helper()
	var got *ScopedToken
	view(t, s, func(tx *Tx) (err error) {
		got, err = tx.ScopedToken(t.Context(), scope, id)
		return err
	})
	return got
}
