package acctest_test

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/acctest"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/client"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/clock"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/keyring"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/store"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/secret"
)

// allKindsConfig is an endpoint with a signing secret of each kind: made by the platform, brought by the user, and a
// pair of ed25519 keys.
const allKindsConfig = `
variable "signing_secret" {
  type      = string
  ephemeral = true
}

variable "release" {
  type = string
}

resource "quickconnect_webhook_signing_secret" "issued" {
  name                = "issued"
  owner               = "team-orders"
  endpoint_id         = quickconnect_webhook_endpoint.orders.id
  rotation_policy_id  = quickconnect_rotation_policy.monthly.id
  rotate_when_changed = { release = var.release }
}

resource "quickconnect_webhook_signing_secret" "supplied" {
  name               = "supplied"
  owner              = "team-orders"
  endpoint_id        = quickconnect_webhook_endpoint.orders.id
  rotation_policy_id = quickconnect_rotation_policy.monthly.id
  secret_wo          = var.signing_secret
}

resource "quickconnect_webhook_signing_secret" "pair" {
  name                = "pair"
  owner               = "team-orders"
  endpoint_id         = quickconnect_webhook_endpoint.orders.id
  rotation_policy_id  = quickconnect_rotation_policy.monthly.id
  algorithm           = "ed25519"
  rotate_when_changed = { release = var.release }
}

resource "quickconnect_webhook_endpoint" "orders" {
  name         = "orders"
  connector_id = quickconnect_connector.shop.id
  url          = %q
}

resource "quickconnect_connector" "shop" {
  name  = "shop"
  owner = "messaging@example.com"
  type  = "custom"
}

resource "quickconnect_rotation_policy" "monthly" {
  name                    = "monthly"
  interval                = "30d"
  require_acknowledgement = false
}

ephemeral "quickconnect_webhook_signing_secret" "issued" {
  id = quickconnect_webhook_signing_secret.issued.id
}

resource "sink_secret" "issued" {
  path             = %q
  value_wo         = ephemeral.quickconnect_webhook_signing_secret.issued.value
  value_wo_version = quickconnect_webhook_signing_secret.issued.version
}

output "pair" {
  value = quickconnect_webhook_signing_secret.pair.public_keys
}

output "supplied" {
  value = quickconnect_webhook_signing_secret.supplied.rotation
}
`

// Signing secrets of all kinds, their private keys and their previous versions are in nothing that the CLI, the
// provider or the platform writes: state, plans, JSON, output, trace logs, the platform's log, its database, the
// records of deliveries, errors. Nor is what an event says.
func TestSigningSecretCanaries(t *testing.T) {
	p, tf, token := startProcess(t, "--allow-private-endpoints")
	tf.StartPrograms() // for their trace logs
	logs := t.TempDir()
	tf.Set("TF_LOG", "TRACE")
	tf.Set("TF_LOG_PATH", filepath.Join(logs, "trace.log"))
	h, s := acctest.StartHook(t, clock.System()), acctest.NewSink(t)
	const saidInEvent = "canary-of-an-event-77aa01"
	canaries := acctest.NewCanaries(t, map[string]string{"an event's data": saidInEvent})
	mine := []string{whsec("q"), whsec("z")}
	for i, value := range mine {
		addSigningSecret(t, canaries, fmt.Sprintf("the supplied secret %d", i+1), value)
	}
	config := fmt.Sprintf(allKindsConfig, h.URL, s.Path)
	var runs []*acctest.Run
	run := func(r *acctest.Run) { runs = append(runs, r) }
	var records [][]byte
	read := func(path string) { records = append(records, p.Read(token, path)) }
	endpoints := p.Client(token).WebhookEndpoints()
	event := api.TestEventRequest{Type: anEvent, Data: json.RawMessage(fmt.Sprintf(`{"note": %q}`, saidInEvent))}

	tf.Config(config)
	for i, value := range mine {
		tf.Var("signing_secret", value)
		tf.Var("release", fmt.Sprint(i))
		file := fmt.Sprintf("%d.tfplan", i)
		run(tf.SavePlan(file))
		run(tf.Run("show", file).Want(0))
		run(tf.Run("show", "-json", file).Want(0))
		run(tf.ApplyPlan(file))
		_, issued := s.Last()
		addSigningSecret(t, canaries, fmt.Sprintf("the issued secret %d", i+1), issued)
		// One event is accepted, one is refused and will be tried again, and the receiver is probed.
		endpoint := fmt.Sprint(tf.State(theEndpoint)["id"])
		for _, known := range []string{issued, whsec("x")} {
			h.Know(known)
			before := len(h.Events())
			_, err := endpoints.SendTestEvent(t.Context(), endpoint, event, client.Write{})
			ok(t, err)
			acctest.WaitFor(t, "the event arrives", func() bool { return len(h.Events()) > before })
		}
		_, err := endpoints.Probe(t.Context(), endpoint)
		ok(t, err)
		read("/v1/webhook-endpoints/" + endpoint + "/deliveries")
	}
	read("/v1/signing-secrets")
	run(tf.Run("state", "pull").Want(0))
	run(tf.Run("show", "-json").Want(0))
	run(tf.Run("output", "-json").Want(0))
	// Errors: secrets that the provider refuses, and one that the platform refuses because it is in use already.
	for i, bad := range []string{
		"whsec_dG9vIHNob3J0LCBzYWRseQ==", "plainly-not-a-secret", mine[1] + "=",
		strings.Replace(mine[1], "whsec_", "whsk_", 1), mine[0],
	} {
		canaries.Add(fmt.Sprintf("the bad secret %d", i+1), bad)
		tf.Var("signing_secret", bad)
		run(tf.ApplyFails())
	}
	ids := map[string]string{}
	for _, name := range []string{"issued", "supplied", "pair"} {
		ids[name] = fmt.Sprint(tf.State("quickconnect_webhook_signing_secret." + name)["id"])
	}
	p.Stop()
	for name, private := range privateKeys(t, p, ids["pair"], 1, 2) {
		addSigningSecret(t, canaries, name, private)
	}

	for _, r := range runs {
		canaries.Absent("the output of "+r.Args[0], []byte(r.Output))
	}
	for _, r := range records {
		canaries.Absent("what the API says", r)
	}
	canaries.Absent("the platform's log", []byte(p.Log()))
	if files := canaries.AbsentBelow(tf.Dir); files < 6 {
		t.Errorf("only %d files in the work directory: state, backup and plans are not all there", files)
	}
	if files := canaries.AbsentBelow(p.DataDir); files < 2 {
		t.Errorf("only %d files in the data directory: database and keyring are not both there", files)
	}
	canaries.AbsentBelow(logs)
	if log, err := os.Stat(filepath.Join(logs, "trace.log")); err != nil || log.Size() < 100_000 {
		t.Errorf("there is no trace log worth the name: %v", err)
	}
}

// addSigningSecret adds a secret as text and as the bytes that it is.
func addSigningSecret(t *testing.T, c *acctest.Canaries, name, value string) {
	t.Helper()
	_, encoded, _ := strings.Cut(value, "_")
	raw, err := base64.StdEncoding.DecodeString(encoded)
	if err != nil || len(raw) < 24 {
		t.Fatalf("%s is no signing secret", name)
	}
	c.Add(name, encoded)
	c.Add(name+" in bytes", string(raw))
}

// openValue opens a sealed value with its data key.
func openValue(
	t *testing.T, tx *store.Tx, keys *keyring.Keyring, sealed []byte, of keyring.Bound,
) (secret.Value, error) {
	t.Helper()
	header, err := keyring.HeaderOf(sealed)
	if err != nil {
		return secret.Value{}, err
	}
	wrapped, err := tx.WrappedDataKey(t.Context(), header.ID[:])
	if err != nil {
		return secret.Value{}, err
	}
	key, err := keys.OpenDataKey(t.Context(), header, of.Owner(), wrapped)
	if err != nil {
		return secret.Value{}, err
	}
	return key.Open(sealed, of)
}

// privateKeys opens the keys of a signing secret where alone they are: in the database, under the keyring.
func privateKeys(t *testing.T, p *acctest.Process, id string, versions ...int64) map[string]string {
	t.Helper()
	keys, err := keyring.Open(p.DataDir)
	if err != nil {
		t.Fatal(err)
	}
	opened, err := store.Open(t.Context(), filepath.Join(p.DataDir, "quickconnect.db"))
	if err != nil {
		t.Fatal(err)
	}
	found := map[string]string{}
	err = opened.View(t.Context(), func(tx *store.Tx) error {
		for _, version := range versions {
			sealed, err := tx.Secret(t.Context(), id, version)
			if err != nil {
				return err
			}
			of := keyring.Bound{
				Tenant: acctest.Tenant, Environment: acctest.Environment,
				Credential: id, Version: version,
			}
			value, err := openValue(t, tx, keys, sealed, of)
			if err != nil {
				return err
			}
			if !strings.HasPrefix(value.Expose(), "whsk_") {
				return fmt.Errorf("version %d of %s %s is no private key", version, api.KindSigningSecrets, id)
			}
			found[fmt.Sprintf("the private key %d", version)] = value.Expose()
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if err := opened.Close(); err != nil {
		t.Fatal(err)
	}
	return found
}
