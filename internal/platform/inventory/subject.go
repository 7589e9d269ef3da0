package inventory

import (
	"slices"
	"time"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/credentials"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/lifecycle"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/store"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/rotation"
)

// subject is one credential, of any kind, as the inventory decides by it.
type subject struct {
	kind        string
	object      *store.Object
	owner       string
	connectorID string
	role        string
	scopes      []string
	expiry      time.Time // zero: never
	certified   *string   // until when, as given
	lastUsed    time.Time
	policy      rotation.Policy
	findings    []store.OpenFindings // the open ones

	// credential has the versions. A workload identity and a principal have none: theirs has one that was made with the
	// object, so that the same rules hold for it.
	credential *store.Credential
	versioned  bool
}

// caller is a subject without versions.
func caller(kind string, o *store.Object, role string, lastUsed time.Time) *subject {
	c := &store.Credential{LastUsedAt: lastUsed}
	c.Versions = []rotation.Version{{Number: 1, State: rotation.StateCurrent, CurrentSince: o.CreatedAt}}
	return &subject{kind: kind, object: o, role: role, lastUsed: lastUsed, credential: c}
}

// parts are what the engine settles, and reads the uses of.
func (s *subject) parts() credentials.Parts {
	kind, _ := api.KindAt(s.kind)
	return credentials.Parts{
		Kind: kind, Object: s.object, Credential: s.credential, Policy: s.policy, Owner: s.owner, Scopes: s.scopes,
	}
}

// since is from when on the absence of a use counts.
func (s *subject) since() time.Time {
	if s.lastUsed.IsZero() {
		return s.object.CreatedAt
	}
	return s.lastUsed
}

// overdue reports whether the current value is too old or has ended.
func (s *subject) overdue(now time.Time) bool {
	return rotation.Selection{Overdue: true}.Takes(s.credential.Credential, s.policy, s.expiry, now)
}

// waits reports whether a version is pending, and whether it was not seen in use.
func (s *subject) waits() (pending, unacknowledged bool) {
	v, ok := s.credential.Pending()
	return ok, ok && v.Evidence == nil
}

// live reports whether anything of the subject is accepted.
func (s *subject) live(now time.Time) bool {
	if !s.expiry.IsZero() && !now.Before(s.expiry) && s.kind != api.KindConnectors {
		return false // what a third party ends is not known to be refused
	}
	_, ok := s.credential.Current()
	return ok
}

// selection is what the filters of the inventory select.
type selection struct {
	rotation.Selection
	ConnectorID    string
	UnusedFor      *time.Duration
	Finding        string // a rule; empty: any credential
	Unacknowledged bool

	CertificationEnded bool
}

func (x selection) takes(s *subject, now time.Time) bool {
	_, unacknowledged := s.waits()
	switch {
	case len(s.credential.Versions) == 0: // a connector that never had credentials
		return false
	case x.ConnectorID != "" && x.ConnectorID != s.connectorID:
		return false
	case x.UnusedFor != nil && now.Before(s.since().Add(*x.UnusedFor)):
		return false
	case x.Unacknowledged && !unacknowledged:
		return false
	case x.CertificationEnded && !lifecycle.CertificationEnded(s.certified, now):
		return false
	case x.Finding != "" && !slices.ContainsFunc(s.findings, func(f store.OpenFindings) bool {
		return f.Newest.Finding == x.Finding
	}):
		return false
	}
	return x.Takes(s.credential.Credential, s.policy, s.expiry, now)
}
