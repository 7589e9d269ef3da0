package client

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/secret"
)

// Three requests carry a supplied signing secret.
func TestSuppliedSecretIsSentAndNotRepeated(t *testing.T) {
	const supplied = "whsec_CANARYQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFB"
	value := secret.New(supplied)
	calls := map[string]func(*Client, *secret.Value) error{
		"create": func(c *Client, v *secret.Value) error {
			_, err := c.SigningSecrets().Create(t.Context(), api.SigningSecretCreate{Secret: v})
			return err
		},
		"patch": func(c *Client, v *secret.Value) error {
			_, err := c.SigningSecrets().Patch(t.Context(), "sec_1", api.SigningSecretPatch{Secret: v}, Write{})
			return err
		},
		"begin": func(c *Client, v *secret.Value) error {
			_, err := c.SigningSecrets().Step(t.Context(), "sec_1", api.StepBegin, api.StepRequest{Secret: v}, Write{})
			return err
		},
	}
	for name, call := range calls {
		t.Run(name, func(t *testing.T) {
			s := serve(t, respondJSON(api.SigningSecret{Object: api.Object{ID: "sec_1"}}))
			c := newClient(t, s.URL, nil)
			for _, v := range []*secret.Value{nil, &value} {
				if err := call(c.Client, v); err != nil {
					t.Fatal(err)
				}
			}
			for i, want := range []any{nil, supplied} {
				var body map[string]any
				if err := json.Unmarshal([]byte(s.seen()[i].body), &body); err != nil || body["secret"] != want {
					t.Errorf("the secret in request %d is %v (%v), want %v", i, body["secret"], err, want)
				}
			}
			s = serve(t, func(w http.ResponseWriter, r *http.Request) {
				problem(api.CodeInvalid, func(p *api.Problem) { p.Detail, p.Field = "refused "+supplied, "/secret" })(w, r)
			})
			c = newClient(t, s.URL, nil)
			err := call(c.Client, &value)
			if err == nil || strings.Contains(fmt.Sprintf("%v %+v %#v", err, err, c.events), "CANARY") {
				t.Errorf("%v", err)
			}
		})
	}
}
