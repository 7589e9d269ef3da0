package webhook_test

import (
	"bytes"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/webhook"
)

// sent is a delivery with the keys that signed it.
type sent struct {
	keys      []webhook.Key
	id        string
	timestamp string
	signature string
	body      []byte
	at        time.Time
}

func drawKey(t *rapid.T) webhook.Key {
	seed := rapid.SliceOfN(rapid.Byte(), 32, 32).Draw(t, "seed")
	algorithm := rapid.SampledFrom([]webhook.Algorithm{webhook.HMAC, webhook.Ed25519}).Draw(t, "algorithm")
	k, err := webhook.Generate(algorithm, bytes.NewReader(seed))
	if err != nil {
		t.Fatal(err)
	}
	return k
}

func drawSent(t *rapid.T, most int) sent {
	s := sent{
		keys: rapid.SliceOfNDistinct(rapid.Custom(drawKey), 1, most, webhook.Key.Expose).Draw(t, "keys"),
		id:   rapid.StringMatching(`[!-\-/-~]{1,64}`).Draw(t, "id"),
		body: rapid.SliceOf(rapid.Byte()).Draw(t, "body"),
		at:   time.Unix(rapid.Int64Range(0, 253402300799).Draw(t, "at"), 0),
	}
	s.timestamp = webhook.Timestamp(s.at)
	var err error
	if s.signature, err = webhook.Sign(s.keys, s.id, s.at, s.body); err != nil {
		t.Fatal(err)
	}
	return s
}

func (s sent) headers() http.Header { return delivery(s.id, s.timestamp, s.signature) }

// verifier returns the key of a receiver: the public key for ed25519.
func verifier(t *rapid.T, k webhook.Key) webhook.Key {
	if k.Algorithm() == webhook.HMAC {
		return k
	}
	public, err := webhook.ParseSecret(k.Public())
	if err != nil {
		t.Fatal(err)
	}
	return public
}

// Each signing key is enough for a receiver, in any place of its list of keys. A key that did not sign is not.
func TestEverySigningKeyVerifies(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := drawSent(t, 4)
		stranger := rapid.Custom(drawKey).Filter(func(k webhook.Key) bool {
			return !slices.ContainsFunc(s.keys, func(other webhook.Key) bool { return other.Expose() == k.Expose() })
		}).Draw(t, "stranger")
		now := s.at.Add(time.Duration(rapid.Int64Range(int64(-webhook.DefaultTolerance),
			int64(webhook.DefaultTolerance)).Draw(t, "clock")))
		if n := len(strings.Split(s.signature, " ")); n != len(s.keys) {
			t.Fatalf("%d signatures of %d keys", n, len(s.keys))
		}
		for _, k := range s.keys {
			for _, receiver := range [][]webhook.Key{
				{k},
				{verifier(t, k)},
				{stranger, verifier(t, k)},
				{verifier(t, k), stranger},
			} {
				if err := webhook.Verify(receiver, s.headers(), s.body, now, webhook.DefaultTolerance); err != nil {
					t.Fatal(err)
				}
			}
		}
		if err := webhook.Verify([]webhook.Key{verifier(t, stranger)}, s.headers(), s.body, now,
			webhook.DefaultTolerance); err == nil {
			t.Fatal("accepted with a key that did not sign")
		}
	})
}

// A changed bit, an added byte or a removed byte in id, timestamp, signature or body makes Verify refuse the delivery.
func TestAnyChangeIsRefused(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := drawSent(t, 1)
		parts := [][]byte{[]byte(s.id), []byte(s.timestamp), []byte(s.signature), s.body}
		which := rapid.IntRange(0, len(parts)-1).Draw(t, "part")
		part := slices.Clone(parts[which])
		at := rapid.IntRange(0, len(part)).Draw(t, "at")
		switch change := rapid.SampledFrom([]string{"flip", "insert", "delete"}).Draw(t, "change"); {
		case change == "insert" || len(part) == 0 || at == len(part):
			part = slices.Insert(part, at, rapid.Byte().Draw(t, "byte"))
		case change == "flip":
			part[at] ^= 1 << rapid.IntRange(0, 7).Draw(t, "bit")
		default:
			part = slices.Delete(part, at, at+1)
		}
		parts[which] = part
		changed := delivery(string(parts[0]), string(parts[1]), string(parts[2]))
		// The tolerance is so wide that the timestamp alone refuses nothing.
		err := webhook.Verify(s.keys, changed, parts[3], s.at, 1<<63-1)
		if err == nil {
			t.Fatalf("accepted: %v", changed)
		}
		if err := webhook.Verify(s.keys, s.headers(), s.body, s.at, 1<<63-1); err != nil {
			t.Fatalf("refused without a change: %v", err)
		}
	})
}
