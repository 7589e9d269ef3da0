package main

import (
	"cmp"
	"context"
	"maps"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/client"
)

// stateAll is what --state takes for open and closed findings.
const stateAll = "all"

func findingsCommand(o *options) *cobra.Command {
	var f client.FindingFilter
	cmd := &cobra.Command{
		Use: "findings", Short: "List what to look at in how credentials are used",
		Long: "Lists the findings of the environment, the oldest first: the open ones, unless --state says otherwise.\n" +
			"Filters are combined. --output json has the whole of each, with who closed it and why.\n" +
			"quickconnect findings close ID closes one.\n" +
			"Where nothing is selected, the exit code is 0 and the list is empty.",
		Example: "  quickconnect findings --finding leaked\n  quickconnect findings --state all --output json",
		Args:    noArguments,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if err := checkFindings(f); err != nil {
				return err
			}
			if f.State == stateAll {
				f.State = ""
			}
			s, err := o.open(cmd.Context())
			if err != nil {
				return err
			}
			return s.findings(cmd.Context(), f)
		},
	}
	flags := cmd.Flags()
	flags.StringVar(&f.State, "state", api.FindingOpen, "only this `STATE`: open, closed or all")
	flags.StringVar(&f.Finding, "finding", "", "only findings of this `RULE`, such as leaked or new_network")
	flags.StringVar(&f.Kind, "kind", "", "only about objects of this `KIND`, such as scoped-tokens")
	flags.StringVar(&f.ObjectID, "object", "", "only about the object with this `ID`")
	for name, values := range map[string][]string{
		"state": findingStates(), "finding": api.FindingKinds(), "kind": findingObjects(),
	} {
		_ = cmd.RegisterFlagCompletionFunc(name, cobra.FixedCompletions(values, cobra.ShellCompDirectiveNoFileComp))
	}
	cmd.AddCommand(closeFindingCommand(o))
	return cmd
}

func findingStates() []string { return []string{api.FindingOpen, api.FindingClosed, stateAll} }

// findingObjects lists the kinds that findings can be about.
func findingObjects() []string {
	return []string{
		api.KindConnectors, api.KindScopedTokens, api.KindSigningSecrets, api.KindPrincipals, api.KindAccessTokens,
	}
}

func checkFindings(f client.FindingFilter) error {
	for _, flag := range []struct {
		name, text string
		known      []string
	}{
		{"state", f.State, findingStates()},
		{"finding", cmp.Or(f.Finding, api.FindingLeaked), api.FindingKinds()},
		{"kind", cmp.Or(f.Kind, api.KindConnectors), findingObjects()},
	} {
		if !slices.Contains(flag.known, flag.text) {
			return refusef("--%s must be one of %s", flag.name, strings.Join(flag.known, ", "))
		}
	}
	if f.ObjectID != "" && !isObjectID(f.ObjectID) {
		return refusef("--object must be the id of an object, such as tok_01K0V3Z4M5N6P7Q8R9S0T1V2W3")
	}
	return nil
}

func (s *session) findings(ctx context.Context, f client.FindingFilter) error {
	all := []*api.Finding{}
	t := table{head: []string{"ID", "STATE", "FINDING", "OBJECT", "VERSION", "LAST SEEN", "COUNT", "ACTION", "EVIDENCE"}}
	for found, err := range s.client.Findings(ctx, f) {
		if err != nil {
			return err
		}
		version := "-"
		if found.Version > 0 {
			version = number(found.Version)
		}
		all = append(all, found)
		t.add(found.ID, found.State, found.Finding, found.ObjectID, version, moment(found.LastSeenAt),
			number(found.Count), cmp.Or(found.Action, "-"), evidenceOf(found))
	}
	return s.out.list(all, t)
}

// evidenceOf is what was seen, in one line.
func evidenceOf(f *api.Finding) string {
	var words []string
	for _, name := range slices.Sorted(maps.Keys(f.Evidence)) {
		words = append(words, name+"="+f.Evidence[name])
	}
	return strings.Join(words, " ")
}

func closeFindingCommand(o *options) *cobra.Command {
	var reason string
	cmd := &cobra.Command{
		Use: "close ID --reason TEXT", Short: "Say that nobody has to look at a finding any more",
		Long: "Closes a finding. It changes nothing of the credential. The finding opens again when what it is about\n" +
			"happens again, or comes back after it was gone.\n" +
			"Where the finding is closed already, the exit code is 3.",
		Example: "  quickconnect findings close fin_01K0V3Z4M5N6P7Q8R9S0T1V2W3 --reason \"the new region\"",
		RunE: func(cmd *cobra.Command, args []string) error {
			if len(args) != 1 || !isObjectID(args[0]) || !strings.HasPrefix(args[0], api.FindingIDPrefix) {
				return refusef("give the id of one finding, such as fin_01K0V3Z4M5N6P7Q8R9S0T1V2W3")
			}
			if err := api.CheckReason(reason); err != nil {
				return refusef("--reason %v", err)
			}
			s, err := o.open(cmd.Context())
			if err != nil {
				return err
			}
			return s.closeFinding(cmd.Context(), args[0], reason)
		},
	}
	reasonFlag(cmd, &reason)
	return cmd
}

func (s *session) closeFinding(ctx context.Context, id, reason string) error {
	f, err := s.client.CloseFinding(ctx, id, reason)
	if client.HasCode(err, api.CodeConflict) {
		return noChangef("nothing was done: finding %s is closed already", id)
	}
	if err != nil {
		return err
	}
	return s.out.done(f, "finding %s (%s of %s) is closed: %s", f.ID, f.Finding, f.ObjectID, reason)
}
