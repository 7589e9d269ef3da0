package tfkit

import (
	"context"
	"fmt"
	"strings"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/client"
)

// Find looks an object up by what an import was given: an id, which begins with prefix, or else a name. A name has no underscore, so the two cannot be confused.
func Find[T any](ctx context.Context, idOrName, prefix string, byID, byName func(context.Context, string) (*T, error)) (*T, error) {
	if strings.HasPrefix(idOrName, prefix) && client.IsID(idOrName) {
		return byID(ctx, idOrName)
	}
	if err := api.CheckName(idOrName); err != nil {
		return nil, &importError{fmt.Sprintf("An import takes the object's name or its id, which is %s and letters and digits, such as %s01J8Z3N6T4. This is no such id, and as a name it %s.", prefix, prefix, err)}
	}
	return byName(ctx, idOrName)
}

// importError is a refusal of what an import was given, before any request.
type importError struct{ text string }

// Error returns what is wrong.
func (e *importError) Error() string { return e.text }
