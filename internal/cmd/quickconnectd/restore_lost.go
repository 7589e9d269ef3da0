package main

import (
	"context"
	"fmt"
	"io"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"
	"golang.org/x/mod/sumdb/note"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/auditlog"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/journal"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/keys"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/restore"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/store"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/txn"
)

// kept is what is known outside of the database of what happened after a backup.
type kept struct {
	journals    []string
	checkpoints []string
	acceptGaps  bool
}

func (k *kept) define(cmd *cobra.Command) {
	cmd.Flags().StringArrayVar(&k.journals, "journal", nil,
		"the `FILE` that serve --journal wrote before the restore; can be repeated, for the machines of one platform")
}

// lost returns what the journals have and the database lacks, and where they have gaps.
func (k *kept) lost(
	ctx context.Context, r *txn.Runner, s restore.State,
) (lost []journal.Entry, gaps []string, err error) {
	all, err := restore.ReadJournals(k.journals, s)
	if err != nil {
		return nil, nil, err
	}
	lost, err = restore.Lost(ctx, r, s, all.Entries)
	return lost, all.Gaps, err
}

// print lists what a backup lacks, and says what is ended again.
func (k *kept) print(stdout io.Writer, lost []journal.Entry, gaps []string) error {
	if len(k.journals) == 0 {
		_, err := fmt.Fprintln(stdout, "No journal was given, so what was revoked, rotated or made after the backup is "+
			"not known.")
		return err
	}
	for _, g := range gaps {
		_, _ = fmt.Fprintf(stdout, "%s: what they ended is not known, and is not ended again\n", g)
	}
	again, byHand := restore.Contain(lost)
	out := tabwriter.NewWriter(stdout, 0, 0, 2, ' ', 0)
	_, _ = fmt.Fprintf(out, "%d events happened after the backup.\n", len(lost))
	for _, e := range lost {
		_, _ = fmt.Fprintf(out, "%s\t%s/%s\t%s\t%s\t%s\t%s\n", e.At.UTC().Format(time.RFC3339), e.Tenant, e.Environment,
			e.Action, e.Kind, e.ObjectID, words(e.Detail))
	}
	for _, c := range again {
		_, _ = fmt.Fprintf(out, "restore confirm ends again: %s %s\t%s\n", c.Ref.Kind, c.Ref.ID, c)
	}
	for _, e := range byHand {
		_, _ = fmt.Fprintf(out, "do again by hand: %s of %s %s\t%s\n", e.Action, e.Kind, e.ObjectID, words(e.Detail))
	}
	return out.Flush()
}

// words writes a detail in one order.
func words(detail map[string]string) string {
	var out []string
	for _, name := range []string{"name", "versions", "issued", "promoted", "changed", "role", "reason"} {
		if v := detail[name]; v != "" {
			out = append(out, name+" "+v)
		}
	}
	return strings.Join(out, ", ")
}

// printCheckpoints says how many audit events each checkpoint has that the log lacks.
func (k *kept) printCheckpoints(ctx context.Context, r *txn.Runner, stdout io.Writer) error {
	if len(k.checkpoints) == 0 {
		return nil
	}
	_, public, err := keys.CheckpointSigner(r.Keys, r.Platform.ID)
	if err != nil {
		return err
	}
	key, err := note.NewVerifier(public)
	if err != nil {
		return err
	}
	for _, path := range k.checkpoints {
		c, err := keptCheckpoint(path, key)
		if err != nil {
			return err
		}
		lost, err := lostEvents(ctx, r, c)
		if err != nil {
			return err
		}
		if _, err := fmt.Fprintf(stdout, "audit log %s: %d of the %d events of %s are lost\n", c.Origin, lost, c.Size,
			c.At.UTC().Format(time.RFC3339)); err != nil {
			return err
		}
	}
	return nil
}

// lostEvents returns how many of the events of a checkpoint a restore has lost.
func lostEvents(ctx context.Context, r *txn.Runner, c *auditlog.Checkpoint) (n int64, err error) {
	err = r.View(ctx, txn.Caller{}, func(tx *txn.Tx) error {
		scopes, err := tx.Scopes(ctx)
		if err != nil {
			return err
		}
		for _, scope := range scopes {
			if auditlog.Origin(r.Platform.ID, scope.Tenant, scope.Environment) != c.Origin {
				continue
			}
			events, err := tx.AuditEvents(ctx, scope, store.AuditFilter{Action: restore.ActionRestore, Limit: 1000})
			for _, e := range events {
				if e.Index < c.Size && !e.At.Before(c.At) {
					n = c.Size - e.Index
				}
			}
			return err
		}
		return fmt.Errorf("the checkpoint is of %s, and the platform has no such log", c.Origin)
	})
	return n, err
}
