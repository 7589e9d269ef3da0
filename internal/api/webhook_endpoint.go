package api

import (
	"encoding/json"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/secret"
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
	if isNotification(s) {
		return fmt.Errorf("must not begin with %s because only the platform sends events of these types", NotificationPrefix)
	}
	return nil
}

// CheckEventTypes checks an entry of event_types: the type of an event, or a family such as message.*. Its error
// completes the sentence "<attribute> …".
func CheckEventTypes(s string) error {
	family, ok := strings.CutSuffix(s, ".*")
	switch {
	case isNotification(s):
		return checkNotificationTypes(s)
	case !ok:
		return CheckEventType(s)
	}
	if len(s) > maxEventType || !eventTypeRegexp.MatchString(family) {
		return errors.New("must have a family of event types such as message.*: an event type with .* at the end")
	}
	return nil
}

// Takes reports whether event types cover one event type: as it is, or by a family. A family covers what is below it.
// Nil covers every type but those of the platform, which are covered only where they are named.
func Takes(eventTypes []string, eventType string) bool {
	if eventTypes == nil {
		return !isNotification(eventType)
	}
	return slices.ContainsFunc(eventTypes, func(t string) bool {
		if isNotification(eventType) && !isNotification(t) {
			return false
		}
		family, ok := strings.CutSuffix(t, "*")
		return t == eventType || ok && strings.HasPrefix(eventType, family)
	})
}

// WebhookEndpoint is where events of a connector are delivered.
type WebhookEndpoint struct {
	Object
	Deletion
	Uses
	ConnectorID string    `json:"connector_id" doc:"The connector whose events are delivered. Never changes."`
	URL         *string   `json:"url" doc:"Where events are posted to. Null where the URL is a secret."`
	URLHost     string    `json:"url_host" doc:"The host of the URL, and its port where it has one: all that is shown of a URL that is a secret."`
	EventTypes  []string  `json:"event_types" doc:"The types of events that are delivered, and families such as message.*. Null for all but those of the platform (quickconnect.…)."`
	Enabled     bool      `json:"enabled" doc:"While false, nothing is delivered and nothing probed; what is queued waits."`
	Disabled    *Disabled `json:"disabled" doc:"Set while the platform itself has disabled the endpoint. Null otherwise."`
	// A value that is a secret is recognised by its digest.
	URLDigest          *string `json:"url_digest" doc:"Keyed digest of a URL that is a secret, to recognise it by. Null where the URL is none."`
	URLWOVersion       *int64  `json:"url_wo_version" doc:"The number that the configuration gave the secret URL. The platform only keeps it."`
	HeadersDigest      *string `json:"headers_digest" doc:"Keyed digest of the headers, to recognise them by. Null without headers."`
	HeadersWOVersion   *int64  `json:"headers_wo_version" doc:"The number that the configuration gave the headers. The platform only keeps it."`
	CACertificate      *string `json:"ca_certificate" doc:"The certificate authorities of the receiver, in PEM. Null for those of the platform's machine."`
	ClientCertificate  *string `json:"client_certificate" doc:"The certificate by which the platform shows the receiver who it is, in PEM. Null for none."`
	ClientKeyDigest    *string `json:"client_key_digest" doc:"Keyed digest of the certificate's private key, to recognise it by. Null without a key."`
	ClientKeyWOVersion *int64  `json:"client_key_wo_version" doc:"The number that the configuration gave the key. The platform only keeps it."`
	RateLimitPerSecond *int64  `json:"rate_limit_per_second" doc:"At most so many attempts a second. Null for no limit."`
	// PausedUntil changes without a new etag.
	PausedUntil *time.Time `json:"paused_until" doc:"Until when nothing is delivered and the platform does not probe by itself, because the receiver requested a pause (Retry-After) or answered 429, 502 or 504. A change of url, or enabling the endpoint again, ends it. Null otherwise."`
	// Failing changes without a new etag.
	Failing *Failing `json:"failing" doc:"Set while no delivery is accepted: since the first attempt that was not until the next one that is, a change of url, or enabling the endpoint again. Null otherwise."`
}

// ShownURL is the URL as it may be shown: of one that is a secret, the host.
func (e *WebhookEndpoint) ShownURL() string {
	if e.URL != nil {
		return *e.URL
	}
	return e.URLHost
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
	Name        string            `json:"name,omitempty" doc:"1 to 63 lower-case letters, digits and hyphens, unique among the webhook endpoints of the environment."`
	NamePrefix  string            `json:"name_prefix,omitempty" doc:"The platform chooses the name: this and 12 random letters and digits. 1 to 50 lower-case letters, digits and hyphens, with a letter or digit first. Exactly one of name and name_prefix."`
	Description *string           `json:"description,omitempty" doc:"Free text of at most 1,024 bytes."`
	Labels      map[string]string `json:"labels,omitzero" doc:"Free key-value pairs, at most 64."`
	ConnectorID string            `json:"connector_id" doc:"The connector whose events are delivered."`
	URL         *string           `json:"url,omitempty" doc:"Where events are posted to: https, without user name, password and fragment, to an address that is reachable from everywhere. Exactly one of url and secret_url."`
	EventTypes  []string          `json:"event_types,omitzero" doc:"The types of events that are delivered, such as message.delivered, or families such as message.*, which cover what is below them: 1 to 64. Absent or null for all but those of the platform, such as quickconnect.rotation.due or quickconnect.*, which must be named."`
	Enabled     *bool             `json:"enabled,omitempty" doc:"While false, nothing is delivered and nothing probed; what is queued waits. True if absent."`

	SecretURL          *secret.Value           `json:"secret_url,omitempty" doc:"A URL that is a secret, instead of url. It is sealed, and nothing shows more of it than its host."`
	URLWOVersion       *int64                  `json:"url_wo_version,omitempty" doc:"The number that the configuration gives the secret URL. The platform only keeps it."`
	Headers            map[string]secret.Value `json:"headers,omitzero" doc:"Headers of every delivery and probe besides the platform's own: at most 16. They are sealed and never returned."`
	HeadersWOVersion   *int64                  `json:"headers_wo_version,omitempty" doc:"The number that the configuration gives the headers. The platform only keeps it."`
	CACertificate      *string                 `json:"ca_certificate,omitempty" doc:"PEM: the only certificate authorities that the receiver's certificate may be of. Absent for those of the platform's machine."`
	ClientCertificate  *string                 `json:"client_certificate,omitempty" doc:"PEM: the certificate by which the platform shows the receiver who it is, and what is between it and its authority. It needs client_key."`
	ClientKey          *secret.Value           `json:"client_key,omitempty" doc:"PEM: the private key of client_certificate. It is sealed and never returned."`
	ClientKeyWOVersion *int64                  `json:"client_key_wo_version,omitempty" doc:"The number that the configuration gives the key. The platform only keeps it."`
	RateLimitPerSecond *int64                  `json:"rate_limit_per_second,omitempty" doc:"At most so many attempts a second, 1 to 1,000. Absent for no limit."`
}

// WebhookEndpointPatch changes an endpoint.
type WebhookEndpointPatch struct {
	Name        Optional[string]            `json:"name,omitzero" doc:"A new name."`
	Description Optional[string]            `json:"description,omitzero" doc:"Free text of at most 1,024 bytes."`
	Labels      Optional[map[string]string] `json:"labels,omitzero" doc:"Replaces all labels."`
	URL         Optional[string]            `json:"url,omitzero" doc:"Where events are posted to from now on, those that are queued included. It takes the place of a secret URL. Null only together with secret_url."`
	EventTypes  Optional[[]string]          `json:"event_types,omitzero" doc:"Replaces the list. Null for all but those of the platform. Counts for new events."`
	Enabled     Optional[bool]              `json:"enabled,omitzero" doc:"True also ends what the platform disabled, and delivers what waits."`

	SecretURL          *secret.Value           `json:"secret_url,omitempty" doc:"A URL that is a secret, from now on. It takes the place of url. Absent or null leaves the URL."`
	URLWOVersion       Optional[int64]         `json:"url_wo_version,omitzero" doc:"The number that the configuration gives the secret URL. The platform only keeps it."`
	Headers            map[string]secret.Value `json:"headers,omitzero" doc:"Replaces all headers. An empty object removes them; absent or null leaves them."`
	HeadersWOVersion   Optional[int64]         `json:"headers_wo_version,omitzero" doc:"The number that the configuration gives the headers. The platform only keeps it."`
	CACertificate      Optional[string]        `json:"ca_certificate,omitzero" doc:"Replaces the certificate authorities. Null for those of the platform's machine."`
	ClientCertificate  Optional[string]        `json:"client_certificate,omitzero" doc:"Replaces the certificate, which must be of the key. Null removes both."`
	ClientKey          *secret.Value           `json:"client_key,omitempty" doc:"Replaces the private key, which must be of the certificate. Absent or null leaves it."`
	ClientKeyWOVersion Optional[int64]         `json:"client_key_wo_version,omitzero" doc:"The number that the configuration gives the key. The platform only keeps it."`
	RateLimitPerSecond Optional[int64]         `json:"rate_limit_per_second,omitzero" doc:"At most so many attempts a second. Null for no limit."`
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
