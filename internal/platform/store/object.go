package store

import "time"

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
