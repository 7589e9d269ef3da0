package httpapi

import (
	"errors"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/problem"
)

// PatchRequired applies a member of a merge patch that cannot be removed.
func PatchRequired[T any](to *T, o api.Optional[T], field string) error {
	if !o.Set {
		return nil
	}
	if o.Value == nil {
		return problem.Refused(field, errors.New("must not be null"))
	}
	*to = *o.Value
	return nil
}

// PatchDefault applies a member of a merge patch that null resets to its default.
func PatchDefault[T any](to *T, o api.Optional[T], byDefault T) {
	switch {
	case o.Value != nil:
		*to = *o.Value
	case o.Set:
		*to = byDefault
	}
}

// PatchNullable applies a member of a merge patch that null removes.
func PatchNullable[T any](to **T, o api.Optional[T]) {
	if o.Set {
		*to = o.Value
	}
}
