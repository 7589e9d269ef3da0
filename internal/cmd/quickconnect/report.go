package main

import (
	"context"
	"errors"
	"io"
	"io/fs"
	"os"

	"github.com/spf13/cobra"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/client"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/report"
)

func reportCommand(o *options) *cobra.Command {
	var out, key string
	cmd := &cobra.Command{
		Use: "report --out FILE", Short: "Write a report about every credential, for an auditor",
		Long: "Writes one HTML file that needs nothing else: a summary, a timeline, the rotations that fall due, tables\n" +
			"of what is overdue, unused, unacknowledged, on hold, in quarantine and exempted, the open findings, the owners,\n" +
			"and the signed checkpoint of the audit log, which is read first. The file has no script and no secret.\n" +
			"A table has 500 rows at most, the most pressing ones, and says how many there are.\n" +
			"It verifies the checkpoint with the public key that --public-key names, or else with the one that the platform\n" +
			"answers, and the file says which. FILE must be new. Where anything cannot be read, there is no file.",
		Example: "  quickconnect report --out report.html --public-key audit.pub",
		Args:    noArguments,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if out == "" {
				return refusef("--out must name the file to write")
			}
			if _, err := os.Lstat(out); !errors.Is(err, fs.ErrNotExist) {
				return refusef("the file of --out exists, or cannot be looked at: nothing was read and nothing was written. " +
					"Name a new file")
			}
			s, err := o.open(cmd.Context())
			if err != nil {
				return err
			}
			kept, err := keptKey(key)
			if err != nil {
				return err
			}
			return s.report(cmd.Context(), out, kept)
		},
	}
	cmd.Flags().StringVar(&out, "out", "", "the new `FILE` to write, such as report.html")
	cmd.Flags().StringVar(&key, "public-key", "",
		"a `FILE` with the public key of the platform's checkpoints that you keep")
	return cmd
}

// reported is what the command says of the file that it has written.
type reported struct {
	File        string `json:"file"`
	Credentials int    `json:"credentials"`
	Size        int64  `json:"checkpoint_size"`
	Root        string `json:"checkpoint_root"`
	KeyKept     bool   `json:"public_key_kept"`
}

func (s *session) report(ctx context.Context, out, kept string) error {
	source := report.Source{Identity: s.here, Program: "quickconnect " + version, Begun: s.now()}
	var err error
	if source.Checkpoint, err = s.checkpoint(ctx, kept); err != nil {
		return err
	}
	gathered := report.New(source.Checkpoint.At)
	if err := s.gather(ctx, gathered); err != nil {
		return err
	}
	last, err := s.checkpoint(ctx, kept)
	if err != nil {
		return err
	}
	source.SizeAtEnd, source.Ended = last.Size, s.now()
	if err := writeNew(out, func(w io.Writer) error { return gathered.Write(w, source) }); err != nil {
		return err
	}
	c := source.Checkpoint
	return s.out.done(reported{out, gathered.Credentials(), c.Size, c.Root, c.Kept},
		"%s has %d credentials, and the checkpoint of %d events of the audit log (root %s).", out, gathered.Credentials(),
		c.Size, c.Root)
}

// gather reads all that the report has, in pages.
func (s *session) gather(ctx context.Context, to *report.Report) error {
	rules, err := s.client.EnvironmentPolicies().InForce(ctx)
	if err != nil {
		return err
	}
	to.AddRules(rules)
	for f, err := range s.client.Findings(ctx, client.FindingFilter{State: api.FindingOpen}) {
		if err != nil {
			return err
		}
		to.AddFinding(f)
	}
	for e, err := range s.client.Inventory(ctx, client.InventoryFilter{}) {
		if err != nil {
			return err
		}
		to.AddCredential(e)
	}
	return nil
}
