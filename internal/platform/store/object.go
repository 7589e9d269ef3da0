package store

import (
	"context"
	"time"
)

// Scope is the tenant and environment that an object belongs to. Nothing is ever read or written across it.
type Scope struct{ Tenant, Environment string }

// Object is what every object has. Nil and empty labels stay apart.
type Object struct {
	ID          string
	Name        string
	Description *string
	Labels      map[string]string
	Scope       Scope
	CreatedAt   time.Time
	Etag        int64
}

// List says which part of a list to read: objects in the order of their ids.
type List struct {
	Name  string // only the object of this name; empty for all
	After string // only ids behind this one; empty for the start
	Limit int    // at most this many
}

// Ref names one object of any kind.
type Ref struct {
	Scope Scope
	Kind  string // one of the api package's kinds
	ID    string
}

const objectColumns = `o.tenant, o.environment, o.id, o.name, o.description, o.labels, o.created_at, o.etag`

// columns is where to scan objectColumns to.
func (o *Object) columns() []any {
	return []any{&o.Scope.Tenant, &o.Scope.Environment, &o.ID, &o.Name, &o.Description, textJSON(&o.Labels), moment(&o.CreatedAt), &o.Etag}
}

// values is what to write into objectColumns.
func (o *Object) values() []any {
	return []any{o.Scope.Tenant, o.Scope.Environment, o.ID, o.Name, o.Description, textJSON(&o.Labels), micros(o.CreatedAt), o.Etag}
}

// reading is the three ways to read objects of one kind: one, a page, and those of a name.
type reading struct{ one, page, named string }

// readings writes the statements; in from, the object's own table is called o.
func readings(columns, from string) reading {
	inScope := "SELECT " + columns + " FROM " + from + " WHERE o.tenant = $1 AND o.environment = $2 AND "
	return reading{
		one:   statement(inScope + "o.id = $3"),
		page:  statement(inScope + "o.id > $3 ORDER BY o.id LIMIT $4"),
		named: statement(inScope + "o.id > $3 AND o.name = $5 ORDER BY o.id LIMIT $4"),
	}
}

// list is the statement for a List with its arguments.
func (r reading) list(scope Scope, l List) (text string, args []any) {
	args = []any{scope.Tenant, scope.Environment, l.After, l.Limit}
	if l.Name != "" {
		return r.named, append(args, l.Name)
	}
	return r.page, args
}

// one reads one object; a write transaction locks it until it ends.
func one[T any](ctx context.Context, tx *Tx, r reading, scope Scope, id string, scan func(scanner) (*T, error)) (*T, error) {
	var found *T
	err := tx.each(ctx, r.one+tx.lockRows, []any{scope.Tenant, scope.Environment, id}, func(row scanner) (err error) {
		found, err = scan(row)
		return err
	})
	if err == nil && found == nil {
		err = ErrNotFound
	}
	return found, err
}

// page reads the objects that a List asks for.
func page[T any](ctx context.Context, tx *Tx, r reading, scope Scope, l List, scan func(scanner) (*T, error)) ([]*T, error) {
	var found []*T
	text, args := r.list(scope, l)
	err := tx.each(ctx, text, args, func(row scanner) error {
		o, err := scan(row)
		found = append(found, o)
		return err
	})
	return found, err
}
