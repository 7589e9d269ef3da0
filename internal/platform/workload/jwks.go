package workload

import (
	"encoding/json"
	"errors"

	jose "github.com/go-jose/go-jose/v4"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
)

// checkJWKS checks uploaded keys: that they are such as api says, and that they can be used.
func checkJWKS(text string) error {
	if err := api.CheckJWKS(text); err != nil {
		return err
	}
	var set jose.JSONWebKeySet
	if err := json.Unmarshal([]byte(text), &set); err != nil {
		return errors.New("has a key that cannot be read")
	}
	for _, key := range set.Keys {
		if !key.Valid() || !key.IsPublic() {
			return errors.New("has a key that cannot be used")
		}
	}
	return nil
}
