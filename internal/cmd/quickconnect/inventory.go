package main

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/client"
)

func inventoryCommand(o *options) *cobra.Command {
	var f client.InventoryFilter
	var riskiest int
	cmd := &cobra.Command{
		Use: "inventory", Short: "List every credential: who owns it, who uses it, how old it is",
		Long: "Lists the credentials of the environment: those of connectors, scoped tokens, signing secrets, workload\n" +
			"identities and principals, in the order of their ids. Filters are combined. It reads and prints page by\n" +
			"page, so it needs little memory for any number.\n" +
			"--riskiest N reads all and prints the N with the highest risk, the highest first. --output json has the\n" +
			"versions, the consumers of each, and the reasons of the risk.\n" +
			"Where nothing is selected, the exit code is 0 and the list is empty.",
		Example: "  quickconnect inventory --unused-for 90d\n  quickconnect inventory --overdue --output json\n" +
			"  quickconnect inventory --riskiest 20",
		Args: noArguments,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if cmd.Flags().Changed("riskiest") && (riskiest < 1 || riskiest > maxRiskiest) {
				return refusef("--riskiest must be 1 to %d", maxRiskiest)
			}
			if err := checkInventory(f); err != nil {
				return err
			}
			s, err := o.open(cmd.Context())
			if err != nil {
				return err
			}
			return s.inventory(cmd.Context(), f, riskiest)
		},
	}
	inventoryFlags(cmd, &f)
	cmd.Flags().StringVar(&f.Owner, "owner", "", "only credentials of this `OWNER`")
	cmd.Flags().IntVar(&riskiest, "riskiest", 0, "the `N` with the highest risk; without it, all by id")
	return cmd
}

// maxRiskiest is how many entries a command keeps in memory at most.
const maxRiskiest = 10_000

// inventoryFlags adds the filters of the inventory, but for the owner.
func inventoryFlags(cmd *cobra.Command, f *client.InventoryFilter) {
	flags := cmd.Flags()
	flags.StringVar(&f.Kind, "kind", "", "only this `KIND`: "+strings.Join(api.InventoryKinds(), ", "))
	flags.StringVar(&f.ConnectorID, "connector", "", "only what belongs to the connector with this `ID`")
	flags.StringVar(&f.Label, "label", "", "only objects with this `LABEL`: KEY, or KEY=VALUE")
	flags.StringVar(&f.UnusedFor, "unused-for", "", "only what was not used in this `TIME`, such as 90d")
	flags.StringVar(&f.OlderThan, "older-than", "", "only what has a value at least so old, such as 90d")
	flags.StringVar(&f.ExpiresWithin, "expires-within", "", "only what ends in this `TIME`, or has ended")
	flags.StringVar(&f.Finding, "finding", "", "only what has an open finding of this `RULE`, such as leaked")
	flags.BoolVar(&f.Overdue, "overdue", false, "only what is older than its policy allows, or has ended")
	flags.BoolVar(&f.Unacknowledged, "unacknowledged", false, "only what has a pending version that was not seen in use")
	flags.BoolVar(&f.CertificationEnded, "certification-ended", false, "only what was certified until a date in the past")
	flags.BoolVar(&f.Orphan, "orphan", false, "only what no Terraform state was seen to have")
	_ = cmd.RegisterFlagCompletionFunc("kind",
		cobra.FixedCompletions(api.InventoryKinds(), cobra.ShellCompDirectiveNoFileComp))
	_ = cmd.RegisterFlagCompletionFunc("finding",
		cobra.FixedCompletions(api.FindingKinds(), cobra.ShellCompDirectiveNoFileComp))
}

func checkInventory(f client.InventoryFilter) error {
	if f.Kind != "" && !slices.Contains(api.InventoryKinds(), f.Kind) {
		return refusef("--kind must be one of %s", strings.Join(api.InventoryKinds(), ", "))
	}
	if f.Finding != "" && !slices.Contains(api.FindingKinds(), f.Finding) {
		return refusef("--finding must be one of %s", strings.Join(api.FindingKinds(), ", "))
	}
	for name, text := range map[string]string{
		"unused-for": f.UnusedFor, "older-than": f.OlderThan, "expires-within": f.ExpiresWithin,
	} {
		if _, err := api.ParseDuration(text); text != "" && err != nil {
			return refusef("--%s must be a duration such as 90d", name)
		}
	}
	if f.ConnectorID != "" && !strings.HasPrefix(f.ConnectorID, api.Connectors.IDPrefix) {
		return refusef("--connector must be the id of a connector (%s…)", api.Connectors.IDPrefix)
	}
	return nil
}

func (s *session) inventory(ctx context.Context, f client.InventoryFilter, riskiest int) error {
	out := &entryWriter{printer: s.out}
	if riskiest > 0 {
		top, _, err := s.client.Riskiest(ctx, f, riskiest)
		if err != nil {
			return err
		}
		for i := range top {
			if err := out.add(&top[i]); err != nil {
				return err
			}
		}
		return out.end()
	}
	for e, err := range s.client.Inventory(ctx, f) {
		if err != nil {
			return err // what is printed so far is no whole JSON
		}
		if err := out.add(e); err != nil {
			return err
		}
	}
	return out.end()
}

// entriesAtATime is how many rows of a table are kept to align them.
const entriesAtATime = 1000

// entryWriter prints entries as they come. It keeps a thousand rows of a table, and one entry of JSON.
type entryWriter struct {
	printer
	rows    table
	printed int
}

func (w *entryWriter) add(e *api.InventoryEntry) error {
	w.printed++
	if w.json {
		return w.addJSON(e)
	}
	if w.rows.rows == nil && w.printed == 1 {
		w.rows.head = inventoryHead
	}
	w.rows.add(entryCells(e)...)
	if len(w.rows.rows) < entriesAtATime {
		return nil
	}
	return w.flush()
}

// flush prints the rows so far; those that follow have the head again.
func (w *entryWriter) flush() error {
	err := w.rows.write(w.out)
	w.rows = table{head: inventoryHead}
	return err
}

func (w *entryWriter) addJSON(e *api.InventoryEntry) error {
	separator := ",\n  "
	if w.printed == 1 {
		separator = "[\n  "
	}
	var text bytes.Buffer
	enc := json.NewEncoder(&text)
	enc.SetIndent("  ", "  ")
	enc.SetEscapeHTML(false)
	if err := enc.Encode(e); err != nil {
		return err
	}
	_, err := io.WriteString(w.out, separator+strings.TrimRight(text.String(), "\n"))
	return err
}

// end prints what is left. Of nothing it prints the head of a table, or an empty list.
func (w *entryWriter) end() error {
	switch {
	case w.json && w.printed == 0:
		_, err := fmt.Fprintln(w.out, "[]")
		return err
	case w.json:
		_, err := io.WriteString(w.out, "\n]\n")
		return err
	case w.printed == 0 || len(w.rows.rows) > 0:
		w.rows.head = inventoryHead
		return w.rows.write(w.out)
	}
	return nil
}

var inventoryHead = []string{
	"ID", "NAME", "OWNER", "PHASE", "DUE", "AGE", "LAST USED", "UNUSED SCOPES", "FINDINGS", "RISK", "WHY",
}

func entryCells(e *api.InventoryEntry) []string {
	due := e.Due
	if e.Overdue {
		due += ", overdue"
	}
	if e.Hold != nil {
		due += ", on hold"
	}
	if e.CertificationEnded {
		due += ", certification ended"
	}
	findings := make([]string, len(e.Findings))
	for i, f := range e.Findings {
		findings[i] = f.Finding
	}
	return []string{
		e.ID, e.Name, cmp.Or(e.Owner, "-"), phaseOf(e), due, number(e.AgeDays) + "d",
		momentOr(e.LastUsedAt, "never"), cmp.Or(strings.Join(e.UnusedScopes, " "), "-"),
		cmp.Or(strings.Join(findings, " "), "-"), number(e.Risk.Score), strings.Join(e.Risk.Reasons, " "),
	}
}

// phaseOf is the phase of a credential, and until when it is refused although it is valid.
func phaseOf(e *api.InventoryEntry) string {
	phase := cmp.Or(e.Phase, "-")
	if q := e.Quarantine; q != nil && len(q.Versions) > 0 {
		phase += ", in quarantine until " + moment(q.Until)
	}
	return phase
}
