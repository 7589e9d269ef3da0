package httpapi

import (
	"context"
	"net/http"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/limits"
)

// BeforeConfirmation says what an operation does while a restore of the platform waits for its confirmation.
type BeforeConfirmation int

// What an operation does.
const (
	// ByMethod: a GET is served, and so is what ends or holds what leaked. Everything else is refused.
	ByMethod BeforeConfirmation = iota
	// Served is for what a plan needs besides a GET: it hands out no value, and changes nothing that a caller sees.
	Served
	// Refused is for a GET that hands out a value.
	Refused
)

// waits reports whether an operation waits for the confirmation of a restore.
func (op Operation) waits() bool {
	switch op.BeforeConfirmation {
	case Served:
		return false
	case Refused:
		return true
	}
	return op.Method != http.MethodGet && op.Limit != limits.Reserve
}

// checkRestored refuses an operation that waits for the confirmation of a restore.
func (rt *Router) checkRestored(ctx context.Context, op Operation) error {
	if !op.waits() {
		return nil
	}
	return rt.runner.Restored.Check(ctx)
}
