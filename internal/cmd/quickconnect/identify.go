package main

import (
	"cmp"
	"context"
	"fmt"
	"io"
	"strings"

	"github.com/spf13/cobra"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/secret"
)

// mostValue is more than the longest value that the platform makes.
const mostValue = 64 << 10

func identifyCommand(o *options) *cobra.Command {
	var offline bool
	cmd := &cobra.Command{
		Use: "identify", Short: "Say what the value on the standard input is, without printing it",
		Long: "Reads a value from the standard input, and says which object of the environment has or had it:\n" +
			"kind, id, name, owner, version, state and quarantine. It never prints the value, and asking is no use of it.\n" +
			"The checksum of a token tells a real one from a text that only looks like one; for that alone,\n" +
			"--offline asks no platform and needs no token.\n" +
			"The exit code is 3 where nothing in the environment has or had the value, or the checksum is\n" +
			"wrong.",
		Example: "  quickconnect identify <leaked.token",
		Args:    noArguments,
		RunE: func(cmd *cobra.Command, _ []string) error {
			out, err := printerOf(o.output, o.stdout)
			if err != nil {
				return err
			}
			if offline {
				text, err := readValue(cmd.InOrStdin())
				if err != nil {
					return err
				}
				return identifyOffline(out, text)
			}
			s, err := o.open(cmd.Context())
			if err != nil {
				return err
			}
			text, err := readValue(cmd.InOrStdin())
			if err != nil {
				return err
			}
			return s.identify(cmd.Context(), text)
		},
	}
	cmd.Flags().BoolVar(&offline, "offline", false, "look at the form and the checksum alone")
	return cmd
}

func readValue(stdin io.Reader) (string, error) {
	text, err := io.ReadAll(io.LimitReader(stdin, mostValue+1))
	if err != nil {
		return "", fmt.Errorf("read the standard input: %w", err)
	}
	value := strings.TrimSpace(string(text))
	if value == "" || len(text) > mostValue {
		return "", refusef("the standard input must have one value and nothing else, of at most %d bytes", mostValue)
	}
	return value, nil
}

// form says what a value looks like.
type form struct {
	// Kind is what its prefix says; empty for no prefix of the platform.
	Kind string `json:"kind"`
	// Checksum is ok or wrong; empty where the kind has none.
	Checksum string `json:"checksum"`
}

// formOf looks at a value alone.
func formOf(value string) form {
	for prefix, kind := range map[string]string{
		api.PrefixScopedToken: "scoped token", api.PrefixPrincipal: "token of a principal",
		api.PrefixAccessToken: "access token", api.PrefixCommand: "token of quickconnect login",
	} {
		switch {
		case !strings.HasPrefix(value, prefix):
		case api.WellFormedToken(prefix, value):
			return form{kind, "ok"}
		default:
			return form{kind, "wrong"}
		}
	}
	for prefix, kind := range map[string]string{
		"whsec_": "signing secret", "whsk_": "private key of a signing secret", "whpk_": "public key, which is not secret",
	} {
		if strings.HasPrefix(value, prefix) {
			return form{Kind: kind}
		}
	}
	return form{}
}

func (f form) fields() []field {
	return []field{{"form", cmp.Or(f.Kind, "no form of the platform")}, {"checksum", f.Checksum}}
}

func identifyOffline(out printer, value string) error {
	f := formOf(value)
	if err := out.object(f, f.fields()); err != nil {
		return err
	}
	switch {
	case f.Kind == "":
		return noChangef("this has no form of a value of the platform; a supplied secret may have any form, " +
			"which only the platform can tell")
	case f.Checksum == "wrong":
		return noChangef("the checksum is wrong: the platform never made this value, or it is not complete")
	}
	return nil
}

func (s *session) identify(ctx context.Context, value string) error {
	found, err := s.client.Identify(ctx, secret.New(value))
	if err != nil {
		return err
	}
	f := formOf(value)
	fields := append(f.fields(), field{"tenant", s.here.Tenant}, field{"environment", s.here.Environment})
	if found.Found {
		fields = append(fields, field{"kind", found.Kind}, field{"id", found.ID}, field{"made from", found.ParentID},
			field{"name", found.Name}, field{"owner", found.Owner}, field{"state", found.State},
			field{"in quarantine", quarantineText(found.Quarantine)},
			field{"expires at", momentOr(found.ExpiresAt, "")}, field{"ended at", momentOr(found.EndedAt, "")},
			field{"closed at", momentOr(found.ClosedAt, "")}, field{"why ended", found.EndReason},
			field{"ended by", cmp.Or(found.EndedByName, found.EndedBy)})
		if found.Version > 0 {
			fields = append(fields, field{"version", number(found.Version)})
		}
	}
	answer := struct {
		Form        form   `json:"form"`
		Tenant      string `json:"tenant"`
		Environment string `json:"environment"`
		*api.Identification
	}{f, s.here.Tenant, s.here.Environment, found}
	if err := s.out.object(answer, fields); err != nil {
		return err
	}
	switch {
	case found.Found:
		return nil
	case f.Checksum == "wrong":
		return noChangef("the checksum is wrong: the platform never made this value, or it is not complete")
	}
	return noChangef("nothing in %s has or had this value: try each environment, with a token of it", s.place())
}
