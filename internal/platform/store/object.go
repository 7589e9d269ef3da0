package store

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/store/column"
)

// Scope is the tenant and the environment of an object. No statement reads or writes outside one.
type Scope struct{ Tenant, Environment string }

// Object holds what objects of every kind have. Nil and empty labels are different values.
type Object struct {
	ID          string
	Name        string
	Description *string
	Labels      map[string]string
	Scope       Scope
	CreatedAt   time.Time
	Etag        int64

	// The fields below are stored apart, and only read with the object.

	DeletingSince time.Time // it was deleted while it was in use; zero: it was not
	DeletingBy    string
	Uses          []Deleting // what it refers to, as far as that is deleting
	Users         Users      // of an object that is deleting; not read with a page

	Claim *ListedClaim // nil for none, and for an object that was not read with a page
}

func (o *Object) object() *Object { return o }

// live is a condition for objects o of a kind that are not deleting; empty where they cannot be.
func live(kind string) string {
	if !inUse(kind) {
		return ""
	}
	return " AND o.deleting_since = 0"
}

// List selects a page of a list, in ascending order of ids. What is empty does not restrict it.
type List struct {
	Name        string // only the object with this name
	Owner       string // only objects of this owner; for kinds that have one
	ConnectorID string // only objects that belong to this connector directly
	EndpointID  string // only objects that belong to this webhook endpoint
	Label       Label  // only objects with this label
	NamePrefix  string // only objects whose name begins with it
	Orphan      bool   // only objects that no state has claimed
	After       string // only ids after this one
	Limit       int    // the size of the page
}

// Label selects objects by a label.
type Label struct {
	Key   string
	Value *string // nil: any value
}

// text is how the label stands in the column of labels, which is one JSON object. A quotation mark inside of a key or a
// value has a backslash before it there, so the text is found only where the label is.
func (l Label) text() (string, error) {
	if l.Key == "" {
		return "", nil
	}
	key, err := json.Marshal(l.Key)
	if err != nil || l.Value == nil {
		return string(key) + ":", err
	}
	value, err := json.Marshal(*l.Value)
	return string(key) + ":" + string(value), err
}

func (l List) restricted() bool {
	return l.Owner != "" || l.ConnectorID != "" || l.EndpointID != "" || l.Label.Key != "" || l.NamePrefix != "" ||
		l.Orphan
}

// Ref identifies an object of any kind.
type Ref struct {
	Scope Scope
	Kind  string // one of the api package's kinds
	ID    string
}

// objectColumns returns the columns that objects of every kind have, for Object.scan.
func objectColumns(kind string) string {
	return `o.tenant, o.environment, o.id, o.name, o.description, o.labels, o.created_at, o.etag, ` +
		deletingColumns(kind) + usesColumns(kind)
}

// scan scans a row of objectColumns and then the columns of dest.
func (o *Object) scan(row scanner, kind string, dest ...any) error {
	all := []any{
		&o.Scope.Tenant, &o.Scope.Environment, &o.ID, &o.Name, &o.Description, column.JSON(&o.Labels),
		column.Time(&o.CreatedAt), &o.Etag, column.Time(&o.DeletingSince), &o.DeletingBy,
	}
	uses := make([]Deleting, len(referencesOf(kind)))
	for i, r := range referencesOf(kind) {
		uses[i].Kind = r.to
		all = append(all, &uses[i].ID, &uses[i].Name, column.Time(&uses[i].Since))
	}
	if err := row.Scan(append(all, dest...)...); err != nil {
		return err
	}
	for _, d := range uses {
		if !d.Since.IsZero() {
			d.Scope = o.Scope
			o.Uses = append(o.Uses, d)
		}
	}
	return nil
}

// inserted returns the values of $1 to $8 of every kind's INSERT.
func (o *Object) inserted() []any {
	return []any{
		o.Scope.Tenant, o.Scope.Environment, o.ID, o.Name, o.Description, column.JSON(&o.Labels),
		column.Micros(o.CreatedAt), o.Etag,
	}
}

// updated returns $1 to $7 of every kind's UPDATE: the key, then the columns that can change.
func (o *Object) updated() []any {
	return []any{o.Scope.Tenant, o.Scope.Environment, o.ID, o.Name, o.Description, column.JSON(&o.Labels), o.Etag}
}

// reader reads the objects of one kind: one, a page, or the one with a name.
type reader[T any] struct {
	kind string
	scan func(scanner) (*T, error)

	selectOne, selectPage, selectNamed, selectRestricted string
}

// newReader builds the statements of a kind, whose own columns follow those of every object. The object's own table is
// called o in from. Lists can be restricted by its columns filters: owner, connector_id, endpoint_id. They leave out
// what is deleting.
func newReader[T any](kind, columns, from string, scan func(scanner) (*T, error), filters ...string) reader[T] {
	restrict := "o.id > $3 AND ($5 = '' OR o.name = $5) AND ($6 = '' OR REPLACE(o.labels, $6, '') <> o.labels)"
	for i, column := range []string{"owner", "connector_id", "endpoint_id"} {
		if slices.Contains(filters, column) {
			restrict += fmt.Sprintf(" AND ($%d = '' OR o.%s = $%d)", 7+i, column, 7+i)
		} else {
			restrict += fmt.Sprintf(" AND $%d = ''", 7+i)
		}
	}
	restrict += " AND SUBSTR(o.name, 1, LENGTH($10)) = $10 AND ($11 = 0 OR NOT EXISTS (SELECT 1 FROM claims l" +
		" WHERE l.tenant = o.tenant AND l.environment = o.environment AND l.object_id = o.id AND l.presented_at > 0))"
	selects := "SELECT " + objectColumns(kind) + ", " + columns + " FROM " + from + " WHERE " + inScope
	pages := live(kind) + " ORDER BY o.id LIMIT $4"
	return reader[T]{
		kind: kind, scan: scan,
		selectOne:   statement(selects + "o.id = $3"),
		selectPage:  statement(selects + "o.id > $3" + pages),
		selectNamed: statement(selects + "o.id > $3 AND o.name = $5" + pages),

		selectRestricted: statement(selects + restrict + pages),
	}
}

// one reads one object. The optional complete reads what other tables hold.
func (r reader[T]) one(ctx context.Context, tx *Tx, scope Scope, id string, complete func(*T) error) (*T, error) {
	found, err := r.all(ctx, tx, r.selectOne, []any{scope.Tenant, scope.Environment, id})
	if err == nil && len(found) == 0 {
		err = ErrNotFound
	}
	if err == nil && complete != nil {
		err = complete(found[0])
	}
	if err == nil {
		err = tx.completeUsers(ctx, r.kind, any(found[0]))
	}
	if err != nil {
		return nil, failed("reading", r.kind, id, err)
	}
	return found[0], nil
}

// page reads the objects that a List selects. The optional complete reads what other tables hold.
func (r reader[T]) page(ctx context.Context, tx *Tx, scope Scope, l List, complete func([]*T) error) ([]*T, error) {
	text, args := r.selectPage, []any{scope.Tenant, scope.Environment, l.After, l.Limit}
	switch {
	case l.restricted():
		label, err := l.Label.text()
		if err != nil {
			return nil, failed("listing", r.kind, "", err)
		}
		text, args = r.selectRestricted, append(args, l.Name, label, l.Owner, l.ConnectorID, l.EndpointID, l.NamePrefix,
			column.Bool(l.Orphan))
	case l.Name != "":
		text, args = r.selectNamed, append(args, l.Name)
	}
	found, err := r.all(ctx, tx, text, args)
	if err == nil && len(found) > 0 && complete != nil {
		err = complete(found)
	}
	if err == nil {
		err = tx.readClaimsOfPage(ctx, scope, objectsOf(found))
	}
	if err != nil {
		return nil, failed("listing", r.kind, "", err)
	}
	return found, nil
}

func (r reader[T]) all(ctx context.Context, tx *Tx, text string, args []any) ([]*T, error) {
	var found []*T
	err := tx.each(ctx, text, args, func(row scanner) error {
		o, err := r.scan(row)
		found = append(found, o)
		return err
	})
	return found, err
}
