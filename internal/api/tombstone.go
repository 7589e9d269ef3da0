package api

import "time"

// KindTombstones is the path of what is left of deleted objects.
const KindTombstones = "tombstones"

// ReasonClosed is why a version ended that was valid when its object was deleted.
const ReasonClosed = "closed"

// TombstoneKinds lists the kinds whose objects leave a tombstone.
func TombstoneKinds() []string { return []string{KindConnectors, KindSigningSecrets, KindScopedTokens} }

// Tombstone is what is left of an object with a credential after it was deleted. Its values are destroyed.
type Tombstone struct {
	Kind          string    `json:"kind" enum:"connectors,signing-secrets,scoped-tokens" doc:"The kind of the object, as in its path."`
	ID            string    `json:"id" doc:"The id that the object had. No other one ever has it."`
	Name          string    `json:"name" doc:"The name that it had. Another object may have it now."`
	Owner         string    `json:"owner" doc:"Who answered for it at the end."`
	Tenant        string    `json:"tenant" doc:"The tenant that it belonged to."`
	Environment   string    `json:"environment" doc:"The environment of the tenant that it belonged to."`
	ConnectorID   string    `json:"connector_id" doc:"The connector that it belonged to; of a connector, its own id."`
	ConnectorName string    `json:"connector_name" doc:"The name of that connector at the time."`
	CreatedAt     time.Time `json:"created_at" doc:"When the object was made."`
	ClosedAt      time.Time `json:"closed_at" doc:"When it was deleted, and its values were destroyed."`
	ClosedBy      string    `json:"closed_by" doc:"Who deleted it: the id of a principal or workload identity, or platform."`
	ClosedByName  string    `json:"closed_by_name" doc:"The name of that principal. Empty for what is no principal."`
	Version       int64     `json:"version" doc:"The version that its consumers had to hold last; 0 where it never had one."`
	LastNumber    int64     `json:"last_number" doc:"The highest number that a version of it had; 0 where it never had one."`
}
