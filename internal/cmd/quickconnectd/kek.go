package main

import (
	"context"
	"fmt"
	"log/slog"
	"path/filepath"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/keyring"
)

// localKEK begins the URI of a key-encryption key in the keyring file.
const localKEK = "file://"

// startTries is how often a start asks a key-management service that does not answer: for about a minute.
const startTries = 12

// kekFlag adds the flag of the key-encryption key.
func kekFlag(cmd *cobra.Command, d *data) {
	cmd.Flags().StringVar(&d.kek, "kek", "",
		"the key-encryption key as `URI`, with which a new platform begins, and which another one must have:\n"+
			"file:// for one in keyring.json, or hcvault://HOST[:PORT]/MOUNT/KEY?token-file=FILE for one of a\n"+
			"transit engine of Vault or OpenBao (default as keyring.json says)")
}

// kekOf reads the URI of a key-encryption key; nil for one in the keyring file.
func kekOf(flag, uri, dir string) (*keyring.OutsideKey, error) {
	if path, ok := strings.CutPrefix(uri, localKEK); ok {
		whole, err := filepath.Abs(filepath.Join(dir, keyring.FileName))
		if err != nil || path != "" && filepath.Clean(path) != whole {
			return nil, usagef("%s %s has no path, or that of %s in the data directory: make that a symbolic link if the "+
				"file is elsewhere", flag, localKEK, keyring.FileName)
		}
		return nil, nil //nolint:nilnil // nil says that the key is in the file
	}
	key, err := keyring.ParseOutside(uri)
	if err != nil {
		return nil, usagef("%s: %v; or it is %s", flag, err, localKEK)
	}
	return &key, nil
}

// outsideKEK is the key outside that --kek names; nil for none.
func (d data) outsideKEK() (*keyring.OutsideKey, error) {
	if d.kek == "" {
		return nil, nil //nolint:nilnil // nil says that the flag names none
	}
	return kekOf("--kek", d.kek, d.dir)
}

// checkKEK refuses a keyring whose newest key is not the one that --kek names.
func (d data) checkKEK(k *keyring.Keyring, named *keyring.OutsideKey) error {
	if d.kek == "" || d.anyKEK {
		return nil
	}
	has, version, err := k.OutsideOf(k.Newest())
	if err != nil || version == 0 && named == nil || version > 0 && named != nil && named.Same(has) {
		return err
	}
	return fmt.Errorf("the newest key of %s is %s, and --kek names %s: correct --kek, or move the platform to that key "+
		"with quickconnectd keyring move", keyring.FileName, nameOfKEK(has, version), shortKEK(named))
}

// nameOfKEK names a key-encryption key in messages.
func nameOfKEK(key keyring.OutsideKey, version int64) string {
	if version == 0 {
		return "in that file"
	}
	return fmt.Sprintf("version %d of %s", version, key.Short())
}

func shortKEK(key *keyring.OutsideKey) string {
	if key == nil {
		return "one in that file"
	}
	return key.Short()
}

// awaitKEK does what needs the key-management service, again and again until that answers, or until it has waited for
// long enough. A refusal is final.
func awaitKEK(ctx context.Context, log *slog.Logger, do func() error) error {
	for try := 1; ; try++ {
		err := do()
		if err == nil || !keyring.IsUnreachable(err) || try == startTries {
			return err
		}
		log.Warn("the start waits for the key-management service, for about a minute", "error", err.Error())
		timer := time.NewTimer(keyring.AskAgain)
		select {
		case <-ctx.Done():
			timer.Stop()
			return err
		case <-timer.C:
		}
	}
}

// parseKEKOutage reads for how long an outage of a key-management service is bridged; empty for the default.
func parseKEKOutage(s string) (time.Duration, error) {
	if s == "" {
		return keyring.DefaultOutage, nil
	}
	d, err := time.ParseDuration(s)
	if err != nil || d < 0 || d > 24*time.Hour {
		return 0, usagef("--kek-outage must be a duration from 0s to 24h, such as 1h")
	}
	return d, nil
}
