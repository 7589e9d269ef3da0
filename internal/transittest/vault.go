package transittest

import (
	"os"
	"testing"
	"time"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/clock"
)

// Vault is what the suite does with a server, the double or a real one.
type Vault interface {
	URI(parameters ...string) string
	Clock() clock.Clock
	Wait(d time.Duration)

	Token(o TokenOptions) string
	Revoke(token string)
	// Role returns an error where the server cannot have the method.
	Role(method, name string, o TokenOptions) (jwt string, err error)
	RevokeLogins(method string)

	RotateKey()
	SetMinimum(decryption, encryption int)
	DeleteKey()
	Set(m Mode) // Active or Sealed
	// In moves everything into a namespace. It returns an error where the server has none.
	In(namespace string) error
}

// Program names the variable with the path of Vault or OpenBao.
const Program = "QC_VAULT"

var epoch = time.Date(2026, 5, 1, 12, 0, 0, 0, time.UTC)

// Each runs a test on the double, and with QC_VAULT also on a server of its own of that program.
func Each(t *testing.T, test func(t *testing.T, v Vault)) {
	t.Helper()
	t.Run("double", func(t *testing.T) {
		t.Parallel()
		test(t, New(t, clock.NewFake(epoch)))
	})
	if path := os.Getenv(Program); path != "" {
		t.Run("real", func(t *testing.T) { test(t, start(t, path)) })
	}
}
