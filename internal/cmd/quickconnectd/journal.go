package main

import (
	"github.com/spf13/pflag"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/journal"
)

func journalFlag(flags *pflag.FlagSet, path *string) {
	flags.StringVar(path, "journal", "",
		"append what happens to credentials to this `FILE` before it is answered, for restore confirm: on\n"+
			"another disk than the database, and not in its backup")
}

// openJournal opens the journal in a file; nil where no file is named.
func openJournal(path string) (*journal.File, error) {
	if path == "" {
		return nil, nil //nolint:nilnil // a nil journal keeps nothing
	}
	return journal.Open(path)
}
