package client

import (
	"fmt"
	"regexp"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
)

var idPattern = regexp.MustCompile(`^[a-z]{3}_[0-9A-Za-z]{1,64}$`)

// IsID reports whether the platform could have given this id.
func IsID(id string) bool { return idPattern.MatchString(id) }

// IDError is an id that the platform cannot have given. Nothing was sent.
type IDError struct {
	// Prefix is what the ids of the kind begin with, such as tok_.
	Prefix string
}

// Error says what an id looks like.
func (e *IDError) Error() string {
	return fmt.Sprintf("this is no id: an id is %s and letters and digits, such as %s01J8Z3N6T4", e.Prefix, e.Prefix)
}

// checkID refuses what is no id: in a path it could name another route.
func (r *request) checkID(kind api.Kind, id string) error {
	if IsID(id) {
		return nil
	}
	return &Error{Op: r.op, Object: r.object, Permission: r.permission, Cause: &IDError{kind.IDPrefix}}
}

// named names an object by its name, for errors.
func named(kind api.Kind, name string) string { return fmt.Sprintf("%s %q", kind.Singular, name) }

// identified names an object by its id, for errors. What is no id stays out.
func identified(kind api.Kind, id string) string {
	if !IsID(id) {
		return kind.Singular
	}
	return kind.Singular + " " + id
}
