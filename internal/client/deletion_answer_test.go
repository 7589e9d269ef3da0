package client

import (
	"testing"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
)

// TestDeletionThatIsNone: a success that does not say that the object is deleting says nothing, and the object must
// stay in the state.
func TestDeletionThatIsNone(t *testing.T) {
	connector := api.Connector{Object: api.Object{ID: connectorID, Name: "crm"}}
	for name, body := range map[string]any{
		"an object that is not deleting": connector, "no object": map[string]any{"ok": true},
	} {
		t.Run(name, func(t *testing.T) {
			s := serve(t, respondJSON(body))
			d, err := newClient(t, s.URL, nil).Connectors().DeleteWhenUnused(t.Context(), connectorID)
			if d != nil || err == nil || IsNotFound(err) {
				t.Errorf("%+v, %v", d, err)
			}
			if r := s.seen()[0]; r.method != "DELETE" || r.query != "when=unused" || r.header.Get("Idempotency-Key") == "" {
				t.Errorf("sent %+v", r)
			}
		})
	}
}
