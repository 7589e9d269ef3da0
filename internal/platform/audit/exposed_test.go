package audit

// The functions that the routes answer with, for the tests outside of the package.
var (
	Inclusion   = inclusion
	Consistency = consistency
)
