package main

import (
	"flag"
	"fmt"
	"os"
	"strconv"
	"strings"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/limits"
)

const flagTrusted = "trusted-proxies"

// limitFlags are the flags of the limits, and of the proxies.
type limitFlags struct {
	config  limits.Config
	trusted string
}

// define adds the flags. Their defaults are the environment variables, where these are set.
func (f *limitFlags) define(flags *flag.FlagSet) error {
	for _, s := range limits.Settings() {
		value := s.Default
		if set := os.Getenv(s.Variable()); set != "" {
			var err error
			if value, err = strconv.ParseInt(set, 10, 64); err != nil {
				return usagef("%s must be a whole number", s.Variable())
			}
		}
		flags.Int64Var(s.In(&f.config), s.Flag, value, "")
	}
	flags.StringVar(&f.trusted, flagTrusted, os.Getenv(limits.VariableOf(flagTrusted)), "")
	return nil
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

// limitUsage lists the flags of the limits for the help.
func limitUsage() string {
	var b strings.Builder
	for _, s := range limits.Settings() {
		fmt.Fprintf(&b, "        --%-22s %d: %s\n", s.Flag+" N", s.Default, s.Meaning)
	}
	return b.String()
}
