package httpapi

import (
	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/problem"
)

// ByConsumer has the name that a caller gives itself, which is recorded with the use of a credential.
type ByConsumer struct {
	Consumer string `header:"Quickconnect-Consumer" doc:"What the caller calls itself, such as the name of the service: at most 128 printable ASCII characters without spaces. It is recorded with the use."`
}

// ConsumerName returns the name; empty for none.
func (c ByConsumer) ConsumerName() (string, error) {
	if c.Consumer == "" {
		return "", nil
	}
	if err := api.CheckConsumer(c.Consumer); err != nil {
		return "", problem.New(api.CodeInvalid, "", "header parameter %s: %v", api.HeaderConsumer, err)
	}
	return c.Consumer, nil
}
