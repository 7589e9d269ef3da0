package main

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"strings"

	"golang.org/x/mod/sumdb/note"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/clock"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/auditlog"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/txn"
)

// withRunner calls do with transactions in a platform that exists.
func withRunner(ctx context.Context, d data, c clock.Clock, do func(r *txn.Runner) error) (err error) {
	s, ring, err := existingData(ctx, d)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, s.Close()) }()
	r, err := txn.Open(ctx, s, ring, c, rand.Reader)
	if err != nil {
		return err
	}
	return do(r)
}

// publicKey reads the file with the public key of checkpoints.
func publicKey(path string) (note.Verifier, error) {
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("read the public key: %w", err)
	}
	key, err := note.NewVerifier(strings.TrimSpace(string(text)))
	if err != nil {
		return nil, fmt.Errorf("%s has no public key of checkpoints: quickconnectd audit public-key prints it, and so does "+
			"GET /v1/audit-checkpoint: %w", path, err)
	}
	return key, nil
}

// keptCheckpoint reads the file with a checkpoint that was kept; nil for no file.
func keptCheckpoint(path string, key note.Verifier) (*auditlog.Checkpoint, error) {
	if path == "" {
		return nil, nil //nolint:nilnil // there is none to compare
	}
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("read the checkpoint: %w", err)
	}
	c, err := auditlog.OpenCheckpoint(noteOf(text), key)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return &c, nil
}

// noteOf returns the note that a file has, by itself or in the JSON of GET /v1/audit-checkpoint.
func noteOf(text []byte) string {
	var answer api.AuditCheckpoint
	if json.Unmarshal(text, &answer) == nil && answer.Checkpoint != "" {
		return answer.Checkpoint
	}
	return string(text)
}
