package tfkit

import (
	"context"
	"fmt"
	"strings"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/client"
)

// Find finds the object of an import by its id, which begins with prefix, or else by its name. A name has no
// underscore, so it is never an id.
func Find[T any](
	ctx context.Context,
	idOrName, prefix string,
	byID, byName func(context.Context, string) (*T, error),
) (*T, error) {
	if strings.HasPrefix(idOrName, prefix) && client.IsID(idOrName) {
		return byID(ctx, idOrName)
	}
	if err := api.CheckName(idOrName); err != nil {
		return nil, &importError{fmt.Sprintf("An import takes the object's name or its id, which is %s and letters "+
			"and digits, such as %s01J8Z3N6T4. This is no such id, and as a name it %s.", prefix, prefix, err)}
	}
	return byName(ctx, idOrName)
}

// importError says that the argument of an import is neither a name nor an id.
type importError struct{ text string }

func (e *importError) Error() string { return e.text }
