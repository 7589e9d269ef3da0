package webhook_test

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/webhook"
)

func TestPublishedVectors(t *testing.T) {
	private := parse(t, vectorPrivate)[0]
	for name, tt := range map[string]struct {
		keys []webhook.Key
		want string
	}{
		"v1":            {parse(t, vectorSecret), vectorV1},
		"v1a":           {parse(t, vectorPrivate), vectorV1a},
		"both":          {parse(t, vectorSecret, vectorPrivate), vectorV1 + " " + vectorV1a},
		"both, reverse": {parse(t, vectorPrivate, vectorSecret), vectorV1a + " " + vectorV1},
	} {
		t.Run(name, func(t *testing.T) {
			got, err := webhook.Sign(tt.keys, vectorID, vectorTime, []byte(vectorBody))
			if err != nil || got != tt.want {
				t.Errorf("got %q, %v", got, err)
			}
			// A fraction of a second is neither sent nor signed.
			got, err = webhook.Sign(tt.keys, vectorID, vectorTime.Add(999*time.Millisecond), []byte(vectorBody))
			if err != nil || got != tt.want {
				t.Errorf("with a fraction of a second: got %q, %v", got, err)
			}
			for _, k := range append(tt.keys, parse(t, private.Public())...) {
				if k.Algorithm() == webhook.Ed25519 && !strings.Contains(tt.want, vectorV1a) {
					continue
				}
				if err := webhook.Verify([]webhook.Key{k}, vector(tt.want), []byte(vectorBody), vectorTime,
					webhook.DefaultTolerance); err != nil {
					t.Errorf("%s: %v", k.Algorithm(), err)
				}
			}
		})
	}
}

func TestSignRefuses(t *testing.T) {
	keys := parse(t, vectorSecret)
	for name, tt := range map[string]struct {
		keys []webhook.Key
		id   string
		at   time.Time
		want error
	}{
		"no keys":  {nil, vectorID, vectorTime, webhook.ErrNoKeys},
		"zero key": {[]webhook.Key{keys[0], {}}, vectorID, vectorTime, webhook.ErrSecretEmpty},
		"public key": {
			append(parse(t, parse(t, vectorPrivate)[0].Public()), keys...), vectorID, vectorTime,
			webhook.ErrCannotSign,
		},
		"too many keys": {slices.Repeat(keys, webhook.MaxKeys+1), vectorID, vectorTime, webhook.ErrTooManyKeys},
		"no id":         {keys, "", vectorTime, webhook.ErrIDEmpty},
		"id with a dot": {keys, "msg.1", vectorTime, webhook.ErrIDDot},
		"id, line end":  {keys, "msg_1\r\nx-header: y", vectorTime, webhook.ErrIDCharacter},
		"id, a space":   {keys, "msg 1", vectorTime, webhook.ErrIDCharacter},
		"id, not ASCII": {keys, "msg_ü", vectorTime, webhook.ErrIDCharacter},
		"id, too long":  {keys, strings.Repeat("a", 257), vectorTime, webhook.ErrIDLength},
		"before 1970":   {keys, vectorID, time.Unix(-1, 0), webhook.ErrTimestamp},
		"zero time":     {keys, vectorID, time.Time{}, webhook.ErrTimestamp},
		"year 10000":    {keys, vectorID, time.Date(10000, 1, 1, 0, 0, 0, 0, time.UTC), webhook.ErrTimestamp},
	} {
		t.Run(name, func(t *testing.T) {
			got, err := webhook.Sign(tt.keys, tt.id, tt.at, nil)
			if !errors.Is(err, tt.want) || got != "" {
				t.Errorf("got %q, %v, want %v", got, err, tt.want)
			}
		})
	}
}

// Verify accepts what Sign writes at its limits.
func TestVerifyAcceptsSignAtItsLimits(t *testing.T) {
	keys := slices.Repeat(parse(t, privateOf("a")), webhook.MaxKeys)
	keys[webhook.MaxKeys-1] = parse(t, vectorSecret)[0]
	id := strings.Repeat("a", 256)
	for _, at := range []time.Time{time.Unix(0, 0), vectorTime, time.Date(9999, 12, 31, 23, 59, 59, 0, time.UTC)} {
		header, err := webhook.Sign(keys, id, at, nil)
		if err != nil {
			t.Fatal(err)
		}
		if err := webhook.Verify(parse(t, vectorSecret), delivery(id, webhook.Timestamp(at), header), nil, at,
			time.Second); err != nil {
			t.Errorf("%s: %v", at, err)
		}
	}
}
