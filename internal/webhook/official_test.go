package webhook_test

import (
	"crypto/rand"
	"net/http"
	"testing"

	official "github.com/standard-webhooks/standard-webhooks/libraries/go"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/clock"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/webhook"
)

func generate(t *testing.T, algorithm webhook.Algorithm) webhook.Key {
	t.Helper()
	k, err := webhook.Generate(algorithm, rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	return k
}

func officialOf(t *testing.T, k webhook.Key) *official.Webhook {
	t.Helper()
	w, err := official.NewWebhook(k.Expose())
	if err != nil {
		t.Fatal(err)
	}
	return w
}

// The official library holds one secret. A receiver with the old secret accepts deliveries before and during the
// overlap, and a receiver with the new secret during the overlap and after. The library reads the machine's clock.
func TestOfficialLibraryAcceptsOurSignatures(t *testing.T) {
	now := clock.System().Now()
	old, next, stranger := generate(t, webhook.HMAC), generate(t, webhook.HMAC), generate(t, webhook.HMAC)
	other := generate(t, webhook.Ed25519) // a second secret of the endpoint, which the library does not know
	for name, tt := range map[string]struct {
		signs            []webhook.Key
		withOld, withNew bool
	}{
		"before":                      {[]webhook.Key{old}, true, false},
		"staged: pending beside it":   {[]webhook.Key{old, next}, true, true},
		"overlap: previous beside it": {[]webhook.Key{next, old}, true, true},
		"after":                       {[]webhook.Key{next}, false, true},
		"overlap, and an ed25519 key": {[]webhook.Key{other, next, old}, true, true},
	} {
		t.Run(name, func(t *testing.T) {
			for _, body := range []string{"", vectorBody, "\xff\x00 not text", "ü"} {
				header, err := webhook.Sign(tt.signs, "msg_1", now, []byte(body))
				if err != nil {
					t.Fatal(err)
				}
				headers := delivery("msg_1", webhook.Timestamp(now), header)
				for _, receiver := range []struct {
					key  webhook.Key
					want bool
				}{{old, tt.withOld}, {next, tt.withNew}, {stranger, false}} {
					err := officialOf(t, receiver.key).Verify([]byte(body), headers)
					if (err == nil) != receiver.want {
						t.Errorf("the official library returned %v, want success %t", err, receiver.want)
					}
					err = webhook.Verify([]webhook.Key{receiver.key}, headers, []byte(body), now, webhook.DefaultTolerance)
					if (err == nil) != receiver.want {
						t.Errorf("Verify returned %v, want success %t", err, receiver.want)
					}
				}
			}
		})
	}
}

func TestOfficialLibrarysSignaturesAreAccepted(t *testing.T) {
	now := clock.System().Now()
	k, other := generate(t, webhook.HMAC), generate(t, webhook.HMAC)
	signature, err := officialOf(t, k).Sign("msg_1", now, []byte(vectorBody))
	if err != nil {
		t.Fatal(err)
	}
	if ours, err := webhook.Sign([]webhook.Key{k}, "msg_1", now, []byte(vectorBody)); err != nil || ours != signature {
		t.Errorf("Sign differs: %v", err)
	}
	headers := http.Header{}
	headers.Set(official.HeaderWebhookID, "msg_1")
	headers.Set(official.HeaderWebhookTimestamp, webhook.Timestamp(now))
	headers.Set(official.HeaderWebhookSignature, signature)
	if err := webhook.Verify([]webhook.Key{other, k}, headers, []byte(vectorBody), now,
		webhook.DefaultTolerance); err != nil {
		t.Error(err)
	}
	if err := webhook.Verify([]webhook.Key{other}, headers, []byte(vectorBody), now,
		webhook.DefaultTolerance); err == nil {
		t.Error("a signature of another secret is accepted")
	}
}
