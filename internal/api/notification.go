package api

import (
	"fmt"
	"slices"
	"strings"
	"time"
)

// NotificationPrefix begins the types of the events that only the platform sends.
const NotificationPrefix = "quickconnect."

// The types of the events by which the platform notifies webhook endpoints that name them.
const (
	NotifyRotationDue         = "quickconnect.rotation.due"
	NotifyRotationOverdue     = "quickconnect.rotation.overdue"
	NotifyFindingOpened       = "quickconnect.finding.opened"
	NotifyQuarantineAnnounced = "quickconnect.quarantine.announced"
	NotifyQuarantineSet       = "quickconnect.quarantine.set"
	NotifyQuarantineEnded     = "quickconnect.quarantine.ended"
	NotifyLeakReported        = "quickconnect.leak.reported"
)

// MaxNotificationsPerHour is how many facts of one type are sent in an environment in an hour.
const MaxNotificationsPerHour = 100

// NotificationTypes returns every type of notification.
func NotificationTypes() []string {
	return []string{
		NotifyRotationDue, NotifyRotationOverdue, NotifyFindingOpened, NotifyQuarantineAnnounced, NotifyQuarantineSet,
		NotifyQuarantineEnded, NotifyLeakReported,
	}
}

// Notification is the data of an event by which the platform notifies an endpoint. It never has a secret.
type Notification struct {
	Type    string             `json:"type" doc:"What happened; the type of the event."`
	Time    time.Time          `json:"time" doc:"When it happened, as of which it counts."`
	Object  NotificationObject `json:"object" doc:"What it happened to."`
	Version *int64             `json:"version" doc:"The version that it is about; null where it is about no single one."`
	Details map[string]string  `json:"details" doc:"What more there is to say, by the type; empty where there is nothing."`
	// LimitReached and LeftOut say that not everything was sent.
	LimitReached bool  `json:"limit_reached" doc:"True in the last notification of this type for an hour: what follows in it is left out."`
	LeftOut      int64 `json:"left_out" doc:"How many of this type were left out since the one before: read the lists of the API."`
}

// NotificationObject is what a notification is about.
type NotificationObject struct {
	Kind        string                 `json:"kind" doc:"The path of the kind, such as scoped-tokens."`
	ID          string                 `json:"id" doc:"Its id."`
	Name        string                 `json:"name" doc:"Its name; empty where it has none."`
	Owner       string                 `json:"owner" doc:"Who owns it; empty where nobody does."`
	Environment string                 `json:"environment" doc:"Its environment."`
	Connector   *NotificationConnector `json:"connector" doc:"The connector that it belongs to, or that it is; null for none."`
}

// NotificationConnector is the connector of an object.
type NotificationConnector struct {
	ID   string `json:"id" doc:"Its id."`
	Name string `json:"name" doc:"Its name."`
}

// NamesNotification reports whether event types name a type of the platform.
func NamesNotification(eventTypes []string) bool {
	return slices.ContainsFunc(eventTypes, isNotification)
}

func isNotification(eventType string) bool { return strings.HasPrefix(eventType, NotificationPrefix) }

// checkNotificationTypes checks an entry of event_types that names types of the platform. One that covers nothing is a
// mistake: the endpoint would wait for it for ever.
func checkNotificationTypes(s string) error {
	if s == ProbeEventType {
		return fmt.Errorf("must not be %s: every endpoint gets the events of that type", ProbeEventType)
	}
	all := NotificationTypes()
	if slices.ContainsFunc(all, func(t string) bool { return Takes([]string{s}, t) }) {
		return nil
	}
	return fmt.Errorf("must be a type of the platform, %s, or a family of them such as quickconnect.* or "+
		"quickconnect.rotation.*", strings.Join(all, ", "))
}
