package main

import (
	"github.com/spf13/pflag"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/limits"
)

const flagTrusted = "trusted-proxies"

// limitFlags are the flags of the limits, and of the proxies.
type limitFlags struct {
	config  limits.Config
	trusted string
}

// define adds the flags.
func (f *limitFlags) define(flags *pflag.FlagSet) {
	for _, s := range limits.Settings() {
		usage := "`N` " + s.Meaning
		if s.Default == 0 {
			usage += " (default no limit)"
		}
		flags.Int64Var(s.In(&f.config), s.Flag, s.Default, usage)
	}
	flags.StringVar(&f.trusted, flagTrusted, "",
		"the addresses and networks of the proxies in front, as `LIST` with commas: their X-Forwarded-For is believed")
}

// read checks the flags after they are parsed, and returns the limits.
func (f *limitFlags) read() (limits.Config, error) {
	for _, s := range limits.Settings() {
		if err := s.Check(*s.In(&f.config)); err != nil {
			return f.config, usagef("%v", err)
		}
	}
	var err error
	if f.config.Trusted, err = limits.ParseTrusted(f.trusted); err != nil {
		return f.config, usagef("--%s: %v", flagTrusted, err)
	}
	return f.config, nil
}
