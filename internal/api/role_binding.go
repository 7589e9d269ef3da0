package api

import (
	"errors"
	"fmt"
	"net/mail"
	"slices"
	"strings"
	"time"
)

// The attributes of a person that a role binding can go by.
const (
	AttributeGroup = "group"
	AttributeEmail = "email"
)

const maxGroup = 256

// RoleBinding gives a role in an environment to the people of a group, or to the person with an e-mail address.
type RoleBinding struct {
	ID          string    `json:"id" doc:"The platform's name for the binding, rbd_ and a ULID. Never changes."`
	Tenant      string    `json:"tenant" doc:"The tenant that the binding belongs to."`
	Environment string    `json:"environment" doc:"The environment of the tenant in which the role counts."`
	CreatedAt   time.Time `json:"created_at" doc:"When the binding was made."`
	Etag        string    `json:"etag" doc:"Counts the changes of the binding. If-Match takes it in quotes."`
	Issuer      string    `json:"issuer" doc:"The name of the issuer of the tenant that signs the people in."`
	Group       *string   `json:"group" doc:"The group that has the role, as the issuer writes it. Null where email is set."`
	Email       *string   `json:"email" doc:"The e-mail address of the person who has the role. Null where group is set."`
	Role        string    `json:"role" doc:"What the people may do." enum:"auditor,operator,deployer,security,approver,consenter"`
}

// AsObject returns the part that objects of every kind have. The binding is called as the group or the address.
func (b RoleBinding) AsObject() Object {
	name := ""
	for _, text := range []*string{b.Group, b.Email} {
		if text != nil {
			name = *text
		}
	}
	return Object{
		ID: b.ID, Name: name, Tenant: b.Tenant, Environment: b.Environment, CreatedAt: b.CreatedAt, Etag: b.Etag,
	}
}

// RoleBindingCreate creates a role binding.
type RoleBindingCreate struct {
	Issuer string  `json:"issuer" doc:"The name of an issuer of the tenant, as quickconnectd issuer list shows it."`
	Group  *string `json:"group,omitempty" doc:"The group that has the role, exactly as the issuer writes it. Exactly one of group and email."`
	Email  *string `json:"email,omitempty" doc:"The e-mail address of the person who has the role. It counts only where the issuer has verified it. Exactly one of group and email."`
	Role   string  `json:"role" doc:"What the people may do: a role that the caller's role may grant. Role deployer grants auditor, operator and deployer; role security grants auditor, security, approver and consenter."`
}

// RoleBindingPatch changes a role binding. Another issuer is another binding.
type RoleBindingPatch struct {
	Group Optional[string] `json:"group,omitzero" doc:"Another group. Null where email is set. Exactly one of the two stays."`
	Email Optional[string] `json:"email,omitzero" doc:"Another e-mail address. Null where group is set."`
	Role  Optional[string] `json:"role,omitzero" doc:"A new role. The caller's role must be one that may grant the old one and the new one. It counts at the next request of the people."`
}

// CheckPersonRole checks a role that people may have.
func CheckPersonRole(s string) error {
	if !slices.Contains(PersonRoles(), s) {
		return fmt.Errorf("must be one of %s", strings.Join(PersonRoles(), ", "))
	}
	return nil
}

// CheckGroup checks the name of a group at an issuer.
func CheckGroup(s string) error { return checkPrintable(s, maxGroup, "such as platform-team") }

// CheckEmail checks an e-mail address without a display name, in lower case: issuers write the same address in several
// ways, and it is compared without regard to case.
func CheckEmail(s string) error {
	address, err := mail.ParseAddress(s)
	if err != nil || address.Address != s || s != strings.ToLower(s) || len(s) > maxOwner {
		return errors.New("must be an e-mail address in lower case, such as jo@example.com")
	}
	return nil
}

// CheckBound checks that exactly one of group and e-mail address is there.
func CheckBound(group, email *string) error {
	if (group == nil) == (email == nil) {
		return errors.New("must be there, or email; and not both")
	}
	return nil
}
