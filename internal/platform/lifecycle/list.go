package lifecycle

import (
	"time"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/problem"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/rotation"
)

// ByAge has the parameters of a list of objects that have a credential.
type ByAge struct {
	OlderThan string `query:"older_than" doc:"Only objects whose current value is at least so old, such as 90d. Pages may be short or empty: next_page_token says whether there is more."`
	Overdue   bool   `query:"overdue" doc:"With true, only objects whose current value is older than the max_age of the rotation policy, or has ended; also on hold. Pages may be short or empty."`
}

// ByExpiry is the parameter of a list of objects whose credential can end.
type ByExpiry struct {
	ExpiresWithin string `query:"expires_within" doc:"Only objects whose values end in this time, such as 30d, or have ended. Pages may be short or empty."`
}

// Selection returns what the parameters select.
func (a ByAge) Selection(e ByExpiry) (s rotation.Selection, err error) {
	s.Overdue = a.Overdue
	if s.OlderThan, err = Duration("older_than", a.OlderThan); err == nil {
		s.ExpiresWithin, err = Duration("expires_within", e.ExpiresWithin)
	}
	return s, err
}

// Duration reads a parameter that is a duration; nil for an empty text.
func Duration(parameter, text string) (*time.Duration, error) {
	if text == "" {
		return nil, nil
	}
	d, err := api.ParseDuration(text)
	if err != nil {
		return nil, problem.New(api.CodeInvalid, "", "query parameter %s: %v", parameter, err)
	}
	return &d, nil
}
