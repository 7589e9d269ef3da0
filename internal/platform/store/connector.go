package store

// Connector is one integration with an outside service. Its credentials are versions of Credential; the values are
// sealed secrets.
type Connector struct {
	Object
	Owner                string
	Type                 string // never changes
	Settings             map[string]string
	AllowedScopes        []string // nil: no limit; empty: no scope at all
	Enabled              bool
	RotationPolicyID     string // empty: none
	CredentialsWOVersion *int64
	Digest               string // of the current credentials; empty: none
	Credential           Credential
}
