package rotation

// The codes of an Error, the same as on the wire.
const (
	CodeConflict = "conflict"
	CodeHeld     = "held"
	CodeInvalid  = "invalid"
)

// Error says why a step was refused and what to do next. It never contains a secret or a refused value.
type Error struct {
	Code    string
	Message string
	Field   string // JSON pointer to the part of the request at fault; only with CodeInvalid
}

// Error returns the message.
func (e *Error) Error() string { return e.Message }

func invalid(field, message string) error {
	return &Error{Code: CodeInvalid, Message: message, Field: field}
}
