package platform

import (
	"encoding/binary"
	"fmt"
	"io"
	"sync"
	"time"

	"github.com/oklog/ulid/v2"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/webhook"
)

// source makes everything that is random: tokens, keys and ids. It locks, because a reader that a test passes need not
// be safe for concurrent use.
type source struct {
	mu     sync.Mutex
	random io.Reader
	ids    *ulid.MonotonicEntropy
}

func newSource(random io.Reader) *source {
	return &source{random: random, ids: ulid.Monotonic(random, 0)}
}

// bytes returns n random bytes.
func (s *source) bytes(n int) ([]byte, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	b := make([]byte, n)
	if _, err := io.ReadFull(s.random, b); err != nil {
		return nil, fmt.Errorf("read random bytes: %w", err)
	}
	return b, nil
}

// chars returns n characters of the alphabet, each as likely as any other: bytes that would make some more likely are
// thrown away.
func (s *source) chars(alphabet string, n int) (string, error) {
	limit := 256 - 256%len(alphabet)
	out := make([]byte, 0, n)
	for len(out) < n {
		b, err := s.bytes(n + n/4)
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

// signingKey returns a fresh signing key.
func (s *source) signingKey(algorithm webhook.Algorithm) (webhook.Key, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return webhook.Generate(algorithm, s.random)
}

// fraction returns a number in [0, 1).
func (s *source) fraction() (float64, error) {
	b, err := s.bytes(2)
	if err != nil {
		return 0, err
	}
	return float64(binary.BigEndian.Uint16(b)) / (1 << 16), nil
}

// id returns a new id. Ids of one process grow, also within a millisecond, so that lists are in the order of creation.
func (s *source) id(prefix string, now time.Time) (string, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	id, err := ulid.New(ulid.Timestamp(now), s.ids)
	if err != nil {
		return "", fmt.Errorf("make an id: %w", err)
	}
	return prefix + id.String(), nil
}

// The prefixes of ids.
const (
	idConnector       = "con_"
	idScopedToken     = "tok_"
	idWebhookEndpoint = "wep_"
	idSigningSecret   = "sec_"
	idRotationPolicy  = "pol_"
	idEvent           = "msg_"
	idPrincipal       = "prn_"
	idRequest         = "req_"
	idAuditEvent      = "evt_"
)
