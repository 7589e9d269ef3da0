package keys

import (
	"encoding/binary"
	"fmt"
	"io"
	"sync"
	"time"

	"github.com/oklog/ulid/v2"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/auditlog"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/webhook"
)

// Random makes everything that is random: tokens, keys and ids. It locks, because the reader of a test need not be
// safe for concurrent use.
type Random struct {
	mu     sync.Mutex
	random io.Reader
	ids    *ulid.MonotonicEntropy
}

// NewRandom returns a source of randomness over a reader.
func NewRandom(random io.Reader) *Random {
	return &Random{random: random, ids: ulid.Monotonic(random, 0)}
}

// bytes returns n random bytes.
func (r *Random) bytes(n int) ([]byte, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	b := make([]byte, n)
	if _, err := io.ReadFull(r.random, b); err != nil {
		return nil, fmt.Errorf("read random bytes: %w", err)
	}
	return b, nil
}

// Salt returns the salt of an audit event.
func (r *Random) Salt() ([]byte, error) { return r.bytes(auditlog.SaltSize) }

// chars returns n characters of the alphabet, each with the same probability. It drops the bytes that would make some
// of them more likely.
func (r *Random) chars(alphabet string, n int) (string, error) {
	limit := 256 - 256%len(alphabet)
	out := make([]byte, 0, n)
	for len(out) < n {
		b, err := r.bytes(n + n/4)
		if err != nil {
			return "", err
		}
		for _, c := range b {
			if int(c) < limit && len(out) < n {
				out = append(out, alphabet[int(c)%len(alphabet)])
			}
		}
	}
	return string(out), nil
}

// The end of a name that the platform chooses: 62 bits, so that two are never the same by accident. A name with the
// longest prefix is within the limit of a name.
const (
	suffixAlphabet = "0123456789abcdefghijklmnopqrstuvwxyz"
	suffixLength   = 12
)

// NameSuffix returns the end of a name that the platform chooses.
func (r *Random) NameSuffix() (string, error) { return r.chars(suffixAlphabet, suffixLength) }

// SigningKey returns a new signing key.
func (r *Random) SigningKey(algorithm webhook.Algorithm) (webhook.Key, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	return webhook.Generate(algorithm, r.random)
}

// Fraction returns a number in [0, 1).
func (r *Random) Fraction() (float64, error) {
	b, err := r.bytes(2)
	if err != nil {
		return 0, err
	}
	return float64(binary.BigEndian.Uint16(b)) / (1 << 16), nil
}

// ID returns a new id. The ids of one process grow, even within a millisecond, so a list is in the order of creation.
func (r *Random) ID(prefix string, now time.Time) (string, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	id, err := ulid.New(ulid.Timestamp(now), r.ids)
	if err != nil {
		return "", fmt.Errorf("make an id: %w", err)
	}
	return prefix + id.String(), nil
}

// Prefixes of the ids of what is not an object of the API. Those of objects are in package api.
const (
	IDEvent      = "msg_"
	IDPrincipal  = "prn_"
	IDAccess     = api.AccessTokenIDPrefix
	IDRequest    = "req_"
	IDAuditEvent = "evt_"
	IDPlatform   = api.PlatformIDPrefix
	IDAttempt    = "att_" // at work that several processes could do
	IDIssuer     = "iss_"
	IDPerson     = api.PersonIDPrefix
	IDSession    = "ses_"
	IDApproval   = api.ApprovalIDPrefix
)
