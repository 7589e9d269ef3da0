package tfkit

import (
	"context"
	"fmt"
	"strings"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
)

// Find looks an object up by what an import was given: an id, which begins with prefix, or else a name. A name has no underscore, so the two cannot be confused.
func Find[T any](ctx context.Context, idOrName, prefix string, byID, byName func(context.Context, string) (*T, error)) (*T, error) {
	if strings.HasPrefix(idOrName, prefix) {
		return byID(ctx, idOrName)
	}
	if err := api.CheckName(idOrName); err != nil {
		return nil, fmt.Errorf("an import takes the object's name or its id (%s…); as a name, it %w", prefix, err)
	}
	return byName(ctx, idOrName)
}
