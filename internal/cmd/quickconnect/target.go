package main

import (
	"strings"

	"github.com/spf13/cobra"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/client"
)

// target names one object: by its id, or by its kind and its name.
type target struct {
	kind api.Kind
	id   string // empty: it has a name
	name string
}

// targetOf reads KIND ID|NAME, or an ID alone, whose beginning says the kind. Its errors do not repeat an argument: it
// may be a misplaced token.
func targetOf(args []string, kinds []api.Kind) (t target, err error) {
	switch len(args) {
	case 1:
		kind, ok := kindOfID(args[0], kinds)
		if !ok {
			return t, refusef("name the object by its id (%s), or by KIND NAME with KIND one of %s",
				prefixes(kinds), words(kinds))
		}
		return target{kind: kind, id: args[0]}, nil
	case 2:
		kind, ok := kindNamed(args[0], kinds)
		if !ok {
			return t, refusef("the first argument is no KIND of this command: it is one of %s", words(kinds))
		}
		return named(kind, args[1])
	}
	return t, refusef("name one object: KIND ID|NAME, or its ID alone")
}

// named reads ID|NAME of a kind.
func named(kind api.Kind, text string) (target, error) {
	switch {
	case strings.HasPrefix(text, kind.IDPrefix) && client.IsID(text):
		return target{kind: kind, id: text}, nil
	case api.CheckName(text) == nil:
		return target{kind: kind, name: text}, nil
	}
	return target{}, refusef("this is neither the id (%s…) nor the name of a %s", kind.IDPrefix, kind.Singular)
}

func kindOfID(text string, kinds []api.Kind) (api.Kind, bool) {
	for _, k := range kinds {
		if strings.HasPrefix(text, k.IDPrefix) && client.IsID(text) {
			return k, true
		}
	}
	return api.Kind{}, false
}

// kindNamed takes scoped-token, and scoped-tokens as in the paths of the API.
func kindNamed(text string, kinds []api.Kind) (api.Kind, bool) {
	for _, k := range kinds {
		if text == k.Path || text == word(k) {
			return k, true
		}
	}
	return api.Kind{}, false
}

// word is the singular of a kind on a command line.
func word(k api.Kind) string { return strings.ReplaceAll(k.Singular, " ", "-") }

func words(kinds []api.Kind) string {
	var all []string
	for _, k := range kinds {
		all = append(all, word(k))
	}
	return strings.Join(all, ", ")
}

func prefixes(kinds []api.Kind) string {
	var all []string
	for _, k := range kinds {
		all = append(all, k.IDPrefix+"…")
	}
	return strings.Join(all, ", ")
}

// completeKinds completes the first argument.
func completeKinds(kinds []api.Kind) cobra.CompletionFunc {
	return func(_ *cobra.Command, args []string, _ string) ([]string, cobra.ShellCompDirective) {
		if len(args) > 0 {
			return nil, cobra.ShellCompDirectiveNoFileComp
		}
		return strings.Split(words(kinds), ", "), cobra.ShellCompDirectiveNoFileComp
	}
}
