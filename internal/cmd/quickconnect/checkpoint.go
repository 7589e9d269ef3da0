package main

import (
	"context"
	"encoding/base64"
	"fmt"
	"os"
	"strconv"
	"strings"
	"time"

	"golang.org/x/mod/sumdb/note"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/report"
)

// keptKey reads the file with a public key that was kept; empty for no file.
func keptKey(path string) (string, error) {
	if path == "" {
		return "", nil
	}
	text, err := os.ReadFile(path)
	if err != nil {
		return "", refusef("the file of --public-key cannot be read: nothing was done")
	}
	key := strings.TrimSpace(string(text))
	if _, err := note.NewVerifier(key); err != nil {
		return "", refusef("the file of --public-key has no public key of checkpoints: quickconnectd audit public-key " +
			"prints it")
	}
	return key, nil
}

// checkpoint reads a checkpoint of the audit log, and verifies that the key has signed it and that it is of this
// environment. Without a key it takes the one of the answer.
func (s *session) checkpoint(ctx context.Context, kept string) (report.Checkpoint, error) {
	answer, err := s.client.AuditCheckpoint(ctx)
	if err != nil {
		return report.Checkpoint{}, err
	}
	c, err := openCheckpoint(answer, kept, s.here)
	if err != nil {
		return c, fmt.Errorf("the checkpoint of the audit log of %s does not verify, and nothing was written: %w", s.place(),
			err)
	}
	return c, nil
}

// openCheckpoint verifies a checkpoint. It is of the log that a platform has for an environment.
func openCheckpoint(answer api.AuditCheckpoint, kept string, here api.Identity) (c report.Checkpoint, err error) {
	c = report.Checkpoint{Note: answer.Checkpoint, PublicKey: answer.PublicKey, Kept: kept != ""}
	if c.Kept && kept != strings.TrimSpace(answer.PublicKey) {
		return c, fmt.Errorf("the platform answers another public key than the one of --public-key")
	}
	verifier, err := note.NewVerifier(answer.PublicKey)
	if err != nil {
		return c, fmt.Errorf("its public key is none: %w", err)
	}
	opened, err := note.Open([]byte(answer.Checkpoint), note.VerifierList(verifier))
	if err != nil {
		return c, fmt.Errorf("its signature: %w", err)
	}
	lines := strings.Split(opened.Text, "\n")
	if len(lines) < 5 {
		return c, fmt.Errorf("it has %d lines", len(lines))
	}
	if origin := here.PlatformID + "/" + here.Tenant + "/" + here.Environment; lines[0] != origin {
		return c, fmt.Errorf("it is of the log %s", lines[0])
	}
	c.Size, c.Root = answer.Size, base64.StdEncoding.EncodeToString(answer.Root)
	if lines[1] != strconv.FormatInt(c.Size, 10) || lines[2] != c.Root {
		return c, fmt.Errorf("the answer has another size or another root than what is signed")
	}
	if c.At, err = time.Parse("time "+time.RFC3339Nano, lines[3]); err != nil {
		return c, fmt.Errorf("its time: %w", err)
	}
	return c, nil
}
