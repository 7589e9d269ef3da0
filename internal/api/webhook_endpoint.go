package api

import (
	"encoding/json"
	"fmt"
	"regexp"
	"time"
)

// Limits of webhook endpoints and of the events that go to them.
const (
	MaxEventTypes = 64
	maxEventType  = 128
	// MaxEventData is how many bytes of JSON the data of one event may have.
	MaxEventData = 64 << 10
	// MaxSigningSecretsPerEndpoint bounds the signatures of one delivery, which are two for each secret at most.
	// Receivers look at a limited number.
	MaxSigningSecretsPerEndpoint = 8
)

// ProbeEventType is the type of the events by which the platform finds out whether a receiver accepts a new signing
// secret. A receiver responds to a genuine one with 2xx and does nothing else, whatever event types it takes
// otherwise.
const ProbeEventType = "quickconnect.probe"

var eventTypeRegexp = regexp.MustCompile(`^[a-z][a-z0-9_]*(\.[a-z0-9_]+)*$`)

// CheckEventType checks the type of an event. Its error completes the sentence "<attribute> …".
func CheckEventType(s string) error {
	if len(s) > maxEventType || !eventTypeRegexp.MatchString(s) {
		return fmt.Errorf("must be an event type such as message.delivered: "+
			"at most %d lower-case letters, digits and underscores, "+
			"in parts separated by dots",
			maxEventType)
	}
	if s == ProbeEventType {
		return fmt.Errorf("must not be %s: every endpoint gets the events of that type, "+
			"and only the platform sends them", ProbeEventType)
	}
	return nil
}

// WebhookEndpoint is where events of a connector are delivered.
type WebhookEndpoint struct {
	Object
	ConnectorID string    `json:"connector_id" doc:"The connector whose events are delivered. Never changes."`
	URL         string    `json:"url" doc:"Where events are posted to."`
	EventTypes  []string  `json:"event_types" doc:"The types of events that are delivered. Null for all."`
	Enabled     bool      `json:"enabled" doc:"While false, nothing is delivered and nothing probed; what is queued waits."`
	Disabled    *Disabled `json:"disabled" doc:"Set while the platform itself has disabled the endpoint. Null otherwise."`
	// PausedUntil changes without a new etag.
	PausedUntil *time.Time `json:"paused_until" doc:"Until when nothing is delivered and the platform does not probe by itself, because the receiver requested a pause (Retry-After) or answered 429, 502 or 504. A change of url, or enabling the endpoint again, ends it. Null otherwise."`
	// Failing changes without a new etag.
	Failing *Failing `json:"failing" doc:"Set while no delivery is accepted: since the first attempt that was not until the next one that is, a change of url, or enabling the endpoint again. Null otherwise."`
}

// Disabled says why and when the platform disabled an endpoint.
type Disabled struct {
	Reason string    `json:"reason" doc:"gone: the endpoint answered a delivery with 410." enum:"gone"`
	At     time.Time `json:"at" doc:"When."`
	By     string    `json:"by" doc:"Id of the event whose delivery was answered so."`
}

// Failing says since when no delivery is accepted.
type Failing struct {
	Since  time.Time `json:"since" doc:"The first attempt that was not accepted."`
	At     time.Time `json:"at" doc:"The last one."`
	Detail string    `json:"detail" doc:"What came of the last one, in words."`
}

// DisabledGone is the reason of an endpoint that responded 410.
const DisabledGone = "gone"

// WebhookEndpointCreate creates an endpoint.
type WebhookEndpointCreate struct {
	Name        string            `json:"name" doc:"1 to 63 lower-case letters, digits and hyphens, unique among the webhook endpoints of the environment."`
	Description *string           `json:"description,omitempty" doc:"Free text of at most 1,024 bytes."`
	Labels      map[string]string `json:"labels,omitzero" doc:"Free key-value pairs, at most 64."`
	ConnectorID string            `json:"connector_id" doc:"The connector whose events are delivered."`
	URL         string            `json:"url" doc:"Where events are posted to: https, without user name, password and fragment, to an address that is reachable from everywhere."`
	EventTypes  []string          `json:"event_types,omitzero" doc:"The types of events that are delivered, such as message.delivered: 1 to 64. Absent or null for all."`
	Enabled     *bool             `json:"enabled,omitempty" doc:"While false, nothing is delivered and nothing probed; what is queued waits. True if absent."`
}

// WebhookEndpointPatch changes an endpoint.
type WebhookEndpointPatch struct {
	Name        Optional[string]            `json:"name,omitzero" doc:"A new name."`
	Description Optional[string]            `json:"description,omitzero" doc:"Free text of at most 1,024 bytes."`
	Labels      Optional[map[string]string] `json:"labels,omitzero" doc:"Replaces all labels."`
	URL         Optional[string]            `json:"url,omitzero" doc:"Where events are posted to from now on, those that are queued included."`
	EventTypes  Optional[[]string]          `json:"event_types,omitzero" doc:"Replaces the list. Null for all. Counts for new events."`
	Enabled     Optional[bool]              `json:"enabled,omitzero" doc:"True also ends what the platform disabled, and delivers what waits."`
}

// TestEventRequest is the request to deliver one event.
type TestEventRequest struct {
	Type string          `json:"type" doc:"The type of the event, such as message.delivered; one of the endpoint's."`
	Data json.RawMessage `json:"data,omitempty" doc:"What the event says: a JSON object of at most 65,536 bytes. {} if absent."`
}

// TestEvent is an event that was queued.
type TestEvent struct {
	ID string `json:"id" doc:"Id of the event: the header webhook-id of every attempt to deliver it."`
}
