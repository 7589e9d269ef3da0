package main

import (
	"fmt"
	"os"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/keyring"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/secret"
)

const databaseFlag, databaseFileFlag = "database", "database-file"

// databaseFlags adds the flags of a PostgreSQL database. The URL is no default that the help would print.
func databaseFlags(cmd *cobra.Command, url *secret.Value) {
	cmd.Flags().Var(urlValue{url}, databaseFlag,
		"the `URL` of a PostgreSQL database instead of the one in DIR, postgres://USER@HOST/NAME; put one\n"+
			"with a password into QUICKCONNECTD_DATABASE, because others on the machine see a command line")
	cmd.Flags().Var(&urlFile{to: url}, databaseFileFlag,
		"the `FILE` with that URL, which nobody else may read; in place of --database")
	_ = cmd.MarkFlagFilename(databaseFileFlag) // its error is that there is no such flag
}

// urlValue is a flag whose value has a password.
type urlValue struct{ to *secret.Value }

func (v urlValue) Set(s string) error {
	*v.to = secret.New(s)
	return nil
}

func (v urlValue) String() string {
	if v.to == nil || v.to.IsEmpty() {
		return ""
	}
	return "redacted"
}

func (v urlValue) Type() string { return "url" }

// urlFile is a flag that names the file with the value of another one.
type urlFile struct {
	path string
	to   *secret.Value
}

func (v *urlFile) Set(s string) error {
	v.path = s
	return nil
}

func (v *urlFile) String() string { return v.path }

func (v *urlFile) Type() string { return "file" }

// read reads the file.
func (v *urlFile) read() error {
	info, err := os.Stat(v.path)
	if err != nil {
		return fmt.Errorf("--%s: %w", databaseFileFlag, err)
	}
	if !keyring.Private(info) {
		return fmt.Errorf("--%s: %s has mode %04o, so others can read or change it: run chmod 600 on it, and give the role "+
			"of the database another password", databaseFileFlag, v.path, info.Mode().Perm())
	}
	text, err := os.ReadFile(v.path)
	if err != nil {
		return fmt.Errorf("--%s: %w", databaseFileFlag, err)
	}
	url := strings.TrimSpace(string(text))
	if url == "" || strings.ContainsAny(url, "\r\n") {
		return fmt.Errorf("--%s: %s must have the URL of a PostgreSQL database in one line, and nothing else",
			databaseFileFlag, v.path)
	}
	*v.to = secret.New(url)
	return nil
}

// readDatabaseFile reads the file of --database-file, where that is given.
func readDatabaseFile(flags *pflag.FlagSet) error {
	file := flags.Lookup(databaseFileFlag)
	if file == nil || file.Value.String() == "" {
		return nil
	}
	if flags.Lookup(databaseFlag).Value.String() != "" {
		return usagef("the database is given twice: give --%s or --%s (or the environment variable of one of them)",
			databaseFlag, databaseFileFlag)
	}
	if v, ok := file.Value.(*urlFile); ok {
		return v.read()
	}
	return nil
}

// replaced reports whether the command line has a flag in whose place another one stands: then its variable does not
// count.
func replaced(flags *pflag.FlagSet, name string) bool {
	switch name {
	case databaseFlag:
		return flags.Changed(databaseFileFlag)
	case databaseFileFlag:
		return flags.Changed(databaseFlag)
	}
	return false
}
