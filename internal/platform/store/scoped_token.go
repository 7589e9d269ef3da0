package store

// ScopedToken is a least-privilege API token of one connector.
type ScopedToken struct {
	Object
	Owner              string
	ConnectorID        string // never changes
	Scopes             []string
	AllowedCIDRs       []string
	ExpiresAt          *string // as the user gave it; Credential.ExpiresAt is what counts
	RotationPolicyID   string  // empty: none
	RotateWhenChanged  map[string]string
	MinimumVersion     *int64
	DeletionProtection bool
	Credential         Credential
}
