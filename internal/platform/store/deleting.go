package store

import (
	"cmp"
	"context"
	"slices"
	"strings"
	"time"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/store/column"
)

// Deleting is an object that was deleted while it was in use. It is removed with its last user.
type Deleting struct {
	Ref
	Name  string
	Since time.Time
	By    string // the principal that deleted it
}

// User is an object that refers to another one.
type User struct{ Kind, ID, Name string }

// Users are the objects that refer to an object: some of them, and the number of all.
type Users struct {
	Some  []User
	Count int
}

// kindsInUse returns the kinds whose objects others can refer to.
func kindsInUse() (found []string) {
	for _, kind := range api.Kinds() {
		if inUse(kind.Path) {
			found = append(found, kind.Path)
		}
	}
	return found
}

func inUse(kind string) bool { return len(referencesTo(kind)) > 0 }

// deletingColumns returns the columns that say since when an object of a kind is deleting, and who deleted it.
func deletingColumns(kind string) string {
	if !inUse(kind) {
		return `0, ''`
	}
	return `o.deleting_since, o.deleting_by`
}

// usesColumns returns, for each reference of a kind, the columns that say what is deleting behind it.
func usesColumns(kind string) string {
	var b strings.Builder
	for _, r := range referencesOf(kind) {
		from := ` FROM ` + tableOf(r.to) + ` r WHERE r.tenant = o.tenant AND r.environment = o.environment
			AND r.id = o.` + r.column + ` AND r.deleting_since > 0)`
		b.WriteString(`, COALESCE(o.` + r.column + `, ''), COALESCE((SELECT r.name` + from + `, ''),
			COALESCE((SELECT r.deleting_since` + from + `, 0)`)
	}
	return b.String()
}

// unused is a condition: nothing refers to an object o of a kind.
func unused(kind string) string {
	var conditions []string
	for _, r := range referencesTo(kind) {
		conditions = append(conditions, `NOT EXISTS (SELECT 1 FROM `+tableOf(r.from)+` u
			WHERE u.tenant = o.tenant AND u.environment = o.environment AND u.`+r.column+` = o.id)`)
	}
	return strings.Join(conditions, " AND ")
}

// eachDeleting joins a SELECT for every kind of what is deleting, under a condition.
func eachDeleting(condition func(kind string) string) string {
	var selects []string
	for _, kind := range kindsInUse() {
		selects = append(selects, deletingOf(kind, condition(kind)))
	}
	return strings.Join(selects, " UNION ALL ")
}

func deletingOf(kind, condition string) string {
	return `SELECT o.tenant, o.environment, '` + kind + `', o.id, o.name, o.deleting_since, o.deleting_by
		FROM ` + tableOf(kind) + ` o WHERE o.deleting_since > 0 AND ` + condition
}

const inScope = `o.tenant = $1 AND o.environment = $2 AND `

var (
	unusedInScope = statement(eachDeleting(func(kind string) string { return inScope + unused(kind) }))
	// A tenant's name is never empty. The comparison makes it a search of the index.
	unusedAnywhere = statement(eachDeleting(func(kind string) string { return `o.tenant > '' AND ` + unused(kind) }) +
		` LIMIT $1`)

	deletingLong = forKindsInUse(func(kind string) string {
		return deletingOf(kind, inScope+`o.id > $3 AND o.deleting_since <= $4`) + ` ORDER BY o.id LIMIT $5`
	})
	setDeleting = forKindsInUse(func(kind string) string {
		return `UPDATE ` + tableOf(kind) + ` SET deleting_since = $4, deleting_by = $5
			WHERE tenant = $1 AND environment = $2 AND id = $3`
	})
	firstUsers = forKindsInUse(func(kind string) string {
		var selects []string
		for _, r := range referencesTo(kind) {
			selects = append(selects, `SELECT '`+r.from+`', o.id, o.name FROM `+tableOf(r.from)+` o
				WHERE `+inScope+`o.`+r.column+` = $3`)
		}
		return strings.Join(selects, " UNION ALL ") + ` LIMIT $4`
	})
)

// forKindsInUse has a statement for each kind whose objects others can refer to.
func forKindsInUse(text func(kind string) string) map[string]string {
	out := map[string]string{}
	for _, kind := range kindsInUse() {
		out[kind] = statement(text(kind))
	}
	return out
}

// SetDeleting stores whether an object is deleting. Where it no longer is, its name must be free: otherwise the result
// is ErrNameTaken.
func (tx *Tx) SetDeleting(ctx context.Context, kind string, o *Object) error {
	err := tx.execOne(ctx, setDeleting[kind], o.Scope.Tenant, o.Scope.Environment, o.ID,
		column.Micros(o.DeletingSince), o.DeletingBy)
	return failed("marking", kind, o.ID, err)
}

// completeUsers reads the users of an object that is deleting.
func (tx *Tx) completeUsers(ctx context.Context, kind string, read any) (err error) {
	embeds, ok := read.(interface{ object() *Object })
	if !ok || embeds.object().DeletingSince.IsZero() {
		return nil
	}
	o := embeds.object()
	o.Users, err = tx.UsersOf(ctx, o.Scope, kind, o.ID)
	return err
}

// UsersOf returns the objects that refer to an object.
func (tx *Tx) UsersOf(ctx context.Context, scope Scope, kind, id string) (users Users, err error) {
	count, err := tx.ReferencesTo(ctx, scope, kind, id)
	if err != nil || len(count) == 0 {
		return Users{}, err
	}
	for _, n := range count {
		users.Count += n
	}
	args := []any{scope.Tenant, scope.Environment, id, api.MaxUsersShown}
	err = tx.each(ctx, firstUsers[kind], args, func(row scanner) error {
		var u User
		err := row.Scan(&u.Kind, &u.ID, &u.Name)
		users.Some = append(users.Some, u)
		return err
	})
	slices.SortFunc(users.Some, func(a, b User) int {
		return cmp.Or(cmp.Compare(a.Kind, b.Kind), cmp.Compare(a.ID, b.ID))
	})
	return users, failed("listing the users of", kind, id, err)
}

// UnusedDeleting returns what is deleting in an environment and has no user any more.
func (tx *Tx) UnusedDeleting(ctx context.Context, scope Scope) ([]Deleting, error) {
	return tx.deleting(ctx, unusedInScope, scope.Tenant, scope.Environment)
}

// UnusedDeletingAnywhere is UnusedDeleting for every environment.
func (tx *Tx) UnusedDeletingAnywhere(ctx context.Context, limit int) ([]Deleting, error) {
	return tx.deleting(ctx, unusedAnywhere, limit)
}

// DeletingSince returns a page of the objects of every kind that are deleting in an environment since a time or longer.
func (tx *Tx) DeletingSince(ctx context.Context, scope Scope, until time.Time, l List) (found []Deleting, err error) {
	for _, kind := range kindsInUse() {
		some, err := tx.deleting(ctx, deletingLong[kind],
			scope.Tenant, scope.Environment, l.After, column.Micros(until), l.Limit)
		if err != nil {
			return nil, err
		}
		found = append(found, some...)
	}
	return found, nil
}

func (tx *Tx) deleting(ctx context.Context, text string, args ...any) (found []Deleting, err error) {
	err = tx.each(ctx, text, args, func(row scanner) error {
		var d Deleting
		err := row.Scan(&d.Scope.Tenant, &d.Scope.Environment, &d.Kind, &d.ID, &d.Name, column.Time(&d.Since), &d.By)
		found = append(found, d)
		return err
	})
	return found, failed("listing", "what is deleting", "", err)
}

// DeleteUnused deletes an object that others could refer to. It returns ErrReferenced if one does.
func (tx *Tx) DeleteUnused(ctx context.Context, ref Ref) error {
	switch ref.Kind {
	case api.KindConnectors:
		return tx.DeleteConnector(ctx, ref.Scope, ref.ID)
	case api.KindWebhookEndpoints:
		return tx.DeleteWebhookEndpoint(ctx, ref.Scope, ref.ID)
	default:
		return tx.DeleteRotationPolicy(ctx, ref.Scope, ref.ID)
	}
}
