package platform

import (
	"context"
	"encoding/json"
	"errors"
	"maps"
	"slices"
	"strings"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/store"
)

// noun is how one kind of object is called.
type noun struct {
	kind string // in paths and in the store
	name string // in sentences
	id   string // the prefix of its ids
}

var (
	nounConnector       = noun{api.KindConnectors, "connector", idConnector}
	nounScopedToken     = noun{api.KindScopedTokens, "scoped token", idScopedToken}
	nounWebhookEndpoint = noun{api.KindWebhookEndpoints, "webhook endpoint", idWebhookEndpoint}
	nounSigningSecret   = noun{api.KindSigningSecrets, "signing secret", idSigningSecret}
	nounRotationPolicy  = noun{api.KindRotationPolicies, "rotation policy", idRotationPolicy}
)

// notFound says that an object does not exist, in the caller's environment at least: which of the two is none of its business.
func (n noun) notFound(s store.Scope) *problem {
	return newProblem(api.CodeNotFound, "", "there is no %s with this id in tenant %s, environment %s", n.name, s.Tenant, s.Environment)
}

// newObject begins an object that the caller creates.
func (w *work) newObject(n noun, name string, description *string, labels map[string]string) (store.Object, error) {
	id, err := w.random.id(n.id, w.now)
	if err != nil {
		return store.Object{}, err
	}
	return store.Object{ID: id, Name: name, Description: description, Labels: labels, Scope: w.scope, CreatedAt: w.now, Etag: 1}, nil
}

func checkObject(o *store.Object) error {
	if err := api.CheckName(o.Name); err != nil {
		return refused("/name", err)
	}
	if o.Description != nil {
		if err := api.CheckDescription(*o.Description); err != nil {
			return refused("/description", err)
		}
	}
	if err := api.CheckLabels(o.Labels); err != nil {
		return refused("/labels", err)
	}
	return nil
}

func flattenObject(o *store.Object) api.Object {
	return api.Object{
		ID: o.ID, Name: o.Name, Description: o.Description, Labels: o.Labels,
		Tenant: o.Scope.Tenant, Environment: o.Scope.Environment, CreatedAt: o.CreatedAt.UTC(), Etag: etagOf(o),
	}
}

// nameFree refuses a name that another object of the kind has. The store would refuse it too, but cannot say whose it is.
func (w *work) nameFree(ctx context.Context, n noun, name string) error {
	id, err := w.idOf(ctx, n, name)
	if err != nil || id == "" {
		return err
	}
	return newProblem(api.CodeNameTaken, "/name", "a %s %q exists already with id %s", n.name, name, id)
}

// idOf finds an object by its name; empty for none.
func (w *work) idOf(ctx context.Context, n noun, name string) (string, error) {
	id, err := w.tx.IDByName(ctx, w.scope, n.kind, name)
	if errors.Is(err, store.ErrNotFound) {
		return "", nil
	}
	return id, err
}

// unreferenced refuses to delete what others refer to.
func (w *work) unreferenced(ctx context.Context, n noun, o *store.Object) error {
	count, err := w.tx.ReferencesTo(ctx, w.scope, n.kind, o.ID)
	if err != nil || len(count) == 0 {
		return err
	}
	var users []string
	for _, kind := range slices.Sorted(maps.Keys(count)) {
		users = append(users, plural(count[kind], kind))
	}
	return newProblem(api.CodeConflict, "", "the %s %q is in use by %s; delete those or point them elsewhere first", n.name, o.Name, strings.Join(users, " and "))
}

func plural(n int, kind string) string {
	names := map[string][2]string{
		api.KindConnectors:       {"connector", "connectors"},
		api.KindScopedTokens:     {"scoped token", "scoped tokens"},
		api.KindWebhookEndpoints: {"webhook endpoint", "webhook endpoints"},
		api.KindSigningSecrets:   {"signing secret", "signing secrets"},
		api.KindRotationPolicies: {"rotation policy", "rotation policies"},
	}
	if n == 1 {
		return "1 " + names[kind][0]
	}
	return itoa(int64(n)) + " " + names[kind][1]
}

// notDifferences are members that follow from others or from the clock: the audit does not name them as changed.
var notDifferences = []string{"etag", "version", "rotation", "probe"}

// differences names the members in which two views of an object differ, for the audit.
func differences(before, after any) string {
	a, b := membersIn(before), membersIn(after)
	var changed []string
	for _, name := range slices.Sorted(maps.Keys(b)) {
		if string(a[name]) != string(b[name]) && !slices.Contains(notDifferences, name) {
			changed = append(changed, name)
		}
	}
	return strings.Join(changed, ",")
}

func membersIn(view any) map[string]json.RawMessage {
	out := map[string]json.RawMessage{}
	if data, err := json.Marshal(view); err == nil {
		_ = json.Unmarshal(data, &out)
	}
	return out
}
