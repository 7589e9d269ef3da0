package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"github.com/spf13/cobra"
	"golang.org/x/mod/sumdb/note"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/audit"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/auditlog"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/store"
)

// verifyChoice is what to verify, and with what.
type verifyChoice struct {
	data       data
	file       string // an export
	key        string
	checkpoint string
}

func auditVerifyCommand() *cobra.Command {
	var v verifyChoice
	cmd := leaf("verify (--data-dir DIR | --file EXPORT) --public-key FILE", "Verify that no audit event was changed.",
		`Computes every leaf of the audit logs from its event, and every other hash from the leaves, and compares them with
what is stored and signed. It names the first event that was changed, removed or inserted. Give it a checkpoint that
you have kept elsewhere: without one, it does not see that events at the end are missing, nor that whoever has the
keyring wrote the log anew. It asks no server, needs no keyring, and may run beside a server. A FILE is an export, or
what quickconnect audit --output json or GET /v1/audit-events printed: all events from the first one on, with a
checkpoint that was taken before. A checkpoint may be in the JSON of GET /v1/audit-checkpoint.`,
		func(cmd *cobra.Command) error { return auditVerify(cmd.Context(), v, cmd.OutOrStdout()) })
	flags := cmd.Flags()
	flags.StringVar(&v.data.dir, "data-dir", "", "the directory `DIR` with the database")
	_ = cmd.MarkFlagDirname("data-dir") // its error is that there is no such flag
	flags.Var(urlValue{&v.data.url}, "database", "the `URL` of a PostgreSQL database instead of the one in DIR")
	flags.StringVar(&v.file, "file", "",
		"an `EXPORT` of quickconnectd audit export, or a list of events as JSON, instead of a database")
	flags.StringVar(&v.key, "public-key", "", "the `FILE` with the public key of the platform's checkpoints")
	flags.StringVar(&v.checkpoint, "checkpoint", "", "a `FILE` with a checkpoint that you have kept")
	require(cmd, "public-key")
	return cmd
}

func auditVerify(ctx context.Context, v verifyChoice, stdout io.Writer) error {
	inDatabase := v.data.dir != "" || !v.data.url.IsEmpty()
	if inDatabase == (v.file != "") {
		return usagef("give --data-dir (or --database), or --file, and not both")
	}
	key, err := publicKey(v.key)
	if err != nil {
		return err
	}
	kept, err := keptCheckpoint(v.checkpoint, key)
	if err != nil {
		return err
	}
	var all []audit.Verified
	if inDatabase {
		all, err = verifyDatabase(ctx, v.data, key, kept)
	} else {
		all, err = verifyFile(v.file, key, kept)
	}
	for _, log := range all {
		_, _ = fmt.Fprintf(stdout, "%s/%s: events %d to %d verify (%d erased), %d checkpoints, root %s\n", log.Scope.Tenant,
			log.Scope.Environment, log.First, log.Events-1, log.Erased, log.Checkpoints, log.Root)
		if log.Unsigned > 0 {
			_, _ = fmt.Fprintf(stdout, "the last %d of them came after the checkpoint: only their own commitments verify\n",
				log.Unsigned)
		}
	}
	if err == nil && kept == nil {
		_, err = fmt.Fprintln(stdout, "no checkpoint was given: events that are missing at the end would not be seen")
	}
	return err
}

func verifyFile(path string, key note.Verifier, kept *auditlog.Checkpoint) ([]audit.Verified, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer func() { _ = f.Close() }()
	return audit.VerifyFile(f, key, kept)
}

// verifyDatabase verifies the log of every environment, and goes on after one that does not verify.
func verifyDatabase(
	ctx context.Context, d data, key note.Verifier, kept *auditlog.Checkpoint,
) (all []audit.Verified, err error) {
	if d.url.IsEmpty() {
		if _, err := os.Stat(filepath.Join(d.dir, databaseName)); err != nil {
			return nil, fmt.Errorf("there is no database: %w", err)
		}
	}
	s, err := d.openStore(ctx)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, s.Close()) }()
	scopes, err := audit.Logs(ctx, s)
	if err != nil {
		return nil, err
	}
	var failed []error
	found := kept == nil
	for _, scope := range scopes {
		older := kept
		if kept != nil && kept.Origin != auditlog.Origin(key.Name(), scope.Tenant, scope.Environment) {
			older = nil
		}
		found = found || older != nil
		v, err := audit.Verify(ctx, s, scope, key, older)
		if err != nil {
			failed = append(failed, err)
			continue
		}
		all = append(all, v)
	}
	if !found {
		failed = append(failed, missingLog(kept, scopes))
	}
	return all, errors.Join(failed...)
}

func missingLog(kept *auditlog.Checkpoint, scopes []store.Scope) error {
	return fmt.Errorf("the checkpoint is of the log %s, and the database has no events of it (of %d other environments): "+
		"the log was deleted, or this is another platform", kept.Origin, len(scopes))
}
