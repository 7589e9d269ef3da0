package platform

import (
	"errors"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
)

// The members of a merge patch, carried out on the member they belong to.

// patchRequired carries out a member that cannot be removed.
func patchRequired[T any](to *T, o api.Optional[T], field string) error {
	if !o.Set {
		return nil
	}
	if o.Value == nil {
		return refused(field, errors.New("must not be null"))
	}
	*to = *o.Value
	return nil
}

// patchDefault carries out a member that null brings back to its default.
func patchDefault[T any](to *T, o api.Optional[T], byDefault T) {
	switch {
	case o.Value != nil:
		*to = *o.Value
	case o.Set:
		*to = byDefault
	}
}

// patchNullable carries out a member that null removes.
func patchNullable[T any](to **T, o api.Optional[T]) {
	if o.Set {
		*to = o.Value
	}
}
