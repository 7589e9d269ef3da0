package keys

import (
	"golang.org/x/mod/sumdb/note"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/auditlog"
)

// CheckpointSigner returns what signs the checkpoints of the audit logs of a platform, and the public key that
// verifies them.
func CheckpointSigner(k *Keys, platform string) (signer note.Signer, publicKey string, err error) {
	return auditlog.Signer(platform, k.signing.key)
}
