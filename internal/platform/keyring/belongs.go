package keyring

import "encoding/binary"

// Bound is what a sealed value belongs to. The value opens only with the same Bound, so a row that is copied over
// another one does not open.
type Bound struct {
	Tenant, Environment, Credential string
	Version                         int64
}

// Owner returns the owner of the data key.
func (b Bound) Owner() Owner { return Owner{b.Tenant, b.Environment, b.Credential} }

func (b Bound) associated() []byte {
	return associated("secret", b.Version, b.Tenant, b.Environment, b.Credential)
}

// AccessToken is what the sealed access token of an authorization server belongs to: the version of a connector's
// credentials that it was got with. Neither opens as the other.
type AccessToken struct{ Bound }

func (a AccessToken) associated() []byte {
	return associated("access token", a.Version, a.Tenant, a.Environment, a.Credential)
}

// Event is what a sealed event belongs to.
type Event struct{ Tenant, Environment, Endpoint, ID string }

// Owner returns the owner of the data key.
func (e Event) Owner() Owner { return Owner{Tenant: e.Tenant, Environment: e.Environment} }

func (e Event) associated() []byte {
	return associated("event", 0, e.Tenant, e.Environment, e.Endpoint, e.ID)
}

// EndpointValue is what a sealed value of a webhook endpoint belongs to, or of an issuer or a session, which have ids
// of other forms. What says which of its values it is.
type EndpointValue struct{ Tenant, Environment, Endpoint, What string }

// Owner returns the owner of the data key.
func (e EndpointValue) Owner() Owner { return Owner{Tenant: e.Tenant, Environment: e.Environment} }

func (e EndpointValue) associated() []byte {
	return associated("endpoint", 0, e.Tenant, e.Environment, e.Endpoint, e.What)
}

// associated writes each part after its length, so that different lists of parts never give the same bytes.
func associated(use string, number int64, parts ...string) []byte {
	data := binary.BigEndian.AppendUint64(nil, uint64(number)) //nolint:gosec // the bits matter, not the sign
	for _, p := range append([]string{use}, parts...) {
		data = binary.BigEndian.AppendUint64(data, uint64(len(p)))
		data = append(data, p...)
	}
	return data
}
