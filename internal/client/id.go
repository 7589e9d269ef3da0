package client

import (
	"fmt"
	"regexp"
	"strings"

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

// naming is how a create names its object: by a name, or by the prefix of one that the platform chooses.
type naming struct{ name, prefix string }

// object names the object of a create, for errors.
func (n naming) object(kind api.Kind) string {
	if n.name == "" {
		return fmt.Sprintf("%s with name_prefix %q", kind.Singular, n.prefix)
	}
	return named(kind, n.name)
}

// allows reports whether an object of a name can be the one of the create.
func (n naming) allows(name string) bool {
	return strings.HasPrefix(name, n.prefix) && (n.name == "" || name == n.name)
}

// identified names an object by its id, for errors. What is no id stays out.
func identified(kind api.Kind, id string) string {
	if !IsID(id) {
		return kind.Singular
	}
	return kind.Singular + " " + id
}
