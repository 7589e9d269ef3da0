package api

import (
	"time"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/secret"
)

// The states of a sign-in of a command.
const (
	LoginPending  = "pending"
	LoginSignedIn = "signed_in"
)

// LoginEnded is the answer to the end of a sign-in of a command.
type LoginEnded struct {
	Ended bool `json:"ended" doc:"False where nobody was signed in with this token."`
}

// LoginStart says where a command signs a person in.
type LoginStart struct{ Tenant, Environment, Issuer string }

// LoginStarted is the answer: the command waits for the person.
type LoginStarted struct {
	DeviceCode secret.Value `json:"device_code"`
	UserCode   string       `json:"user_code"`
	URL        string       `json:"verification_uri"`
	Complete   string       `json:"verification_uri_complete"`
	ExpiresIn  int64        `json:"expires_in"`
	Interval   int64        `json:"interval"`
}

// LoginPolled says whether the person has answered.
type LoginPolled struct {
	Status    string       `json:"status"`
	Interval  int64        `json:"interval"`
	Token     secret.Value `json:"token"`
	ExpiresAt time.Time    `json:"expires_at"`
	Name      string       `json:"name"`
}
