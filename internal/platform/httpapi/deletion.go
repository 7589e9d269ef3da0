package httpapi

import (
	"context"
	"maps"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/problem"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/store"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/txn"
)

// Texts about the DELETE of an object that others can refer to.
const (
	DeletionText = "Without `when`, it is refused while other objects refer to this one. With `?when=unused` the object " +
		"is deleting then: its name is free, lists leave it out, nothing new may refer to it, and it cannot be changed. " +
		"Its users go on as before, and it is removed in the transaction in which the last of them leaves."
	DeletedText  = "No Content: nothing referred to the object, and it is gone"
	UndeleteText = "Makes an object that is deleting an ordinary one again, under a name that is free. " +
		"Refused for an object that is not deleting."
)

// Deleting is the input of the DELETE of an object that others can refer to.
type Deleting struct {
	ByIDConditional
	When string `query:"when" enum:"unused" doc:"unused: an object in use is deleted with its last user. Absent: it is not deleted."`
}

// Undeleting is the input of what brings an object back.
type Undeleting struct {
	ByID
	Conditional
	Body api.Undelete
}

// InUse is an object that others can refer to.
type InUse struct {
	Kind   api.Kind
	Object *store.Object
	Save   func() error // counts a change, and stores the object
	Show   func() any
}

// Delete deletes an object. One that is in use is deleting from then on, where the caller accepts that.
func Delete(ctx context.Context, tx *txn.Tx, in *Deleting, d InUse) (*Answer, error) {
	o := d.Object
	if err := CheckMatch(d.Kind, o, in.IfMatch); err != nil {
		return nil, err
	}
	count, err := tx.ReferencesTo(ctx, tx.Scope, d.Kind.Path, o.ID)
	if err != nil {
		return nil, err
	}
	if len(count) == 0 {
		ref := store.Ref{Scope: o.Scope, Kind: d.Kind.Path, ID: o.ID}
		gone := store.Deleting{Ref: ref, Name: o.Name, Since: o.DeletingSince, By: o.DeletingBy}
		return NoContent(), txn.Remove(ctx, tx, gone)
	}
	if in.When != api.WhenUnused {
		return nil, problem.New(api.CodeConflict, "", "the %s %q is in use by %s; delete those or point them elsewhere "+
			"first, or delete it with ?when=unused: then it is removed with the last of them",
			d.Kind.Singular, o.Name, countText(count))
	}
	if o.DeletingSince.IsZero() {
		o.DeletingSince, o.DeletingBy = tx.Now, tx.Actor
		if err := d.mark(ctx, tx, txn.ActionDeleteWhenUnused, map[string]string{
			"name": o.Name, "in_use_by": countText(count),
		}); err != nil {
			return nil, err
		}
	}
	if o.Users, err = tx.UsersOf(ctx, tx.Scope, d.Kind.Path, o.ID); err != nil {
		return nil, err
	}
	out := Object(o, d.Show())
	out.Status = http.StatusAccepted
	return out, nil
}

// Undelete makes an object that is deleting an ordinary one again.
func Undelete(ctx context.Context, tx *txn.Tx, in *Undeleting, d InUse) (*Answer, error) {
	o := d.Object
	if err := CheckMatch(d.Kind, o, in.IfMatch); err != nil {
		return nil, err
	}
	if o.DeletingSince.IsZero() {
		return nil, problem.New(api.CodeConflict, "", "the %s %q is not deleting, so there is nothing to undelete",
			d.Kind.Singular, o.Name)
	}
	if err := api.CheckName(in.Body.Name); err != nil {
		return nil, problem.Refused("/name", err)
	}
	if err := CheckNameFree(ctx, tx, d.Kind, in.Body.Name); err != nil {
		return nil, err
	}
	detail := map[string]string{"name": in.Body.Name, "previous_name": o.Name}
	o.Name, o.DeletingSince, o.DeletingBy, o.Users = in.Body.Name, time.Time{}, "", store.Users{}
	if err := d.mark(ctx, tx, txn.ActionUndelete, detail); err != nil {
		return nil, err
	}
	return Object(o, d.Show()), nil
}

// mark stores whether an object is deleting.
func (d InUse) mark(ctx context.Context, tx *txn.Tx, action string, detail map[string]string) error {
	if err := d.Save(); err != nil {
		return err
	}
	if err := tx.SetDeleting(ctx, d.Kind.Path, d.Object); err != nil {
		return err
	}
	return tx.Audit(ctx, action, d.Kind.Path, d.Object.ID, detail)
}

// CheckChangeable refuses a change of an object that is deleting.
func CheckChangeable(kind api.Kind, o *store.Object) error {
	if o.DeletingSince.IsZero() {
		return nil
	}
	return problem.New(api.CodeConflict, "", "the %s %q was deleted at %s, and is removed with its last user; "+
		"to change it, undelete it first (%s)", kind.Singular, o.Name, o.DeletingSince.UTC().Format(time.RFC3339),
		problem.CallToUndelete(kind, o.ID))
}

// RemoveUnused removes what is deleting in the environment and has no user any more. What that leaves without a user
// goes too.
func RemoveUnused(ctx context.Context, tx *txn.Tx) error {
	for {
		unused, err := tx.UnusedDeleting(ctx, tx.Scope)
		if err != nil || len(unused) == 0 {
			return err
		}
		for _, d := range unused {
			if err := txn.Remove(ctx, tx, d); err != nil {
				return err
			}
		}
	}
}

// countText returns numbers of objects, by kind, in words.
func countText(count map[string]int) string {
	var users []string
	for _, path := range slices.Sorted(maps.Keys(count)) {
		user, _ := api.KindAt(path)
		users = append(users, user.Count(count[path]))
	}
	return strings.Join(users, " and ")
}

// FlattenDeletion shows what became of a DELETE of an object that was in use.
func FlattenDeletion(o *store.Object) api.Deletion {
	return api.Deletion{
		DeletingSince: UTC(o.DeletingSince), InUseBy: FlattenUsers(o.Users), InUseCount: o.Users.Count,
	}
}

// FlattenUsers shows users; nil for none.
func FlattenUsers(users store.Users) (out []api.User) {
	for _, u := range users.Some {
		out = append(out, api.User(u))
	}
	return out
}

// FlattenUses shows which of the objects that an object refers to are deleting.
func FlattenUses(o *store.Object, now time.Time, referred ...string) (out api.Uses) {
	for _, d := range o.Uses {
		if !slices.Contains(referred, d.ID) {
			continue // this request has pointed the object elsewhere
		}
		out.UsesDeleting = append(out.UsesDeleting, api.Deleting{
			User: api.User{Kind: d.Kind, ID: d.ID, Name: d.Name}, DeletingSince: d.Since.UTC(),
			Orphaned: !now.Before(d.Since.Add(api.DeletingAge)),
		})
	}
	return out
}
