package httpapi

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/problem"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/store"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/txn"
)

// NotFound says that an object does not exist in the caller's environment. It does not say whether it exists elsewhere.
func NotFound(kind api.Kind, s store.Scope) error {
	return problem.New(api.CodeNotFound, "", "there is no %s with this id in tenant %s, environment %s",
		kind.Singular, s.Tenant, s.Environment)
}

// NewObject returns the common part of an object that the caller creates.
func NewObject(
	ctx context.Context, tx *txn.Tx, kind api.Kind, naming Naming, description *string, labels map[string]string,
) (store.Object, error) {
	name, err := naming.choose(ctx, tx, kind)
	if err != nil {
		return store.Object{}, err
	}
	id, err := tx.NewID(kind.IDPrefix)
	if err != nil {
		return store.Object{}, err
	}
	return store.Object{
		ID: id, Name: name, Description: description, Labels: labels, Scope: tx.Scope, CreatedAt: tx.Now, Etag: 1,
	}, nil
}

// CheckObject checks the common part of an object.
func CheckObject(o *store.Object) error {
	if err := api.CheckName(o.Name); err != nil {
		return problem.Refused("/name", err)
	}
	if o.Description != nil {
		if err := api.CheckDescription(*o.Description); err != nil {
			return problem.Refused("/description", err)
		}
	}
	if err := api.CheckLabels(o.Labels); err != nil {
		return problem.Refused("/labels", err)
	}
	return nil
}

// CheckSet checks the size of a set and every entry of it.
func CheckSet(member string, entries []string, most int, check func(string) error) error {
	if len(entries) > most {
		return problem.Refused(problem.Pointer(member), fmt.Errorf("must have at most %d entries", most))
	}
	for i, entry := range entries {
		field := problem.Pointer(member, strconv.Itoa(i))
		if err := check(entry); err != nil {
			return problem.New(api.CodeInvalid, field, "%s: entry %d %v", member, i+1, err)
		}
		if slices.Contains(entries[:i], entry) {
			return problem.New(api.CodeInvalid, field, "%s: entry %d is there twice", member, i+1)
		}
	}
	return nil
}

// CheckScopes checks every scope of a member.
func CheckScopes(member string, scopes []string) error {
	return CheckSet(member, scopes, api.MaxScopes, api.CheckScope)
}

// FlattenObject shows the common part of an object.
func FlattenObject(o *store.Object) api.Object {
	out := api.Object{
		ID: o.ID, Name: o.Name, Description: o.Description, Labels: o.Labels,
		Tenant: o.Scope.Tenant, Environment: o.Scope.Environment, CreatedAt: o.CreatedAt.UTC(), Etag: etagOf(o),
	}
	if o.Claim != nil {
		out.Claim = &api.ObjectClaim{Digest: o.Claim.Digest, Presented: o.Claim.Presented}
	}
	return out
}

// CheckNameFree refuses a name that another object of the kind has. The store would refuse it too, but cannot say which
// object has it.
func CheckNameFree(ctx context.Context, tx *txn.Tx, kind api.Kind, name string) error {
	id, err := tx.IDByName(ctx, tx.Scope, kind.Path, name)
	if errors.Is(err, store.ErrNotFound) {
		return nil
	}
	if err != nil {
		return err
	}
	return problem.New(api.CodeNameTaken, "/name", "a %s %q exists already with id %s", kind.Singular, name, id)
}

// notDifferences are members that follow from others or from the clock. The audit does not name them as changed.
var notDifferences = []string{"etag", "version", "rotation", "probe", "uses_deleting"}

const memberEnabled = "enabled"

// Differences names the members in which two views of an object differ, for the audit. It says what enabled became: a
// restore disables again what was disabled at last.
func Differences(before, after any) map[string]string {
	a, b, out := membersIn(before), membersIn(after), map[string]string{}
	var changed []string
	for _, name := range slices.Sorted(maps.Keys(b)) {
		if string(a[name]) != string(b[name]) && !slices.Contains(notDifferences, name) {
			changed = append(changed, name)
			if name == memberEnabled {
				out[name] = string(b[name])
			}
		}
	}
	out["changed"] = strings.Join(changed, ",")
	return out
}

func membersIn(view any) map[string]json.RawMessage {
	out := map[string]json.RawMessage{}
	if data, err := json.Marshal(view); err == nil {
		_ = json.Unmarshal(data, &out)
	}
	return out
}
