package limits

import (
	"fmt"
	"net/netip"
	"strings"
)

// Setting is a number that the operator of a platform can set.
type Setting struct {
	Flag    string // without the dashes
	Meaning string // a part of a sentence
	Default int64
	value   func(*Config) *int64
}

// Settings lists the settings. The flags of quickconnectd, its help, the guide and the defaults are made of it.
func Settings() []Setting {
	return []Setting{
		{"limit-principal", "requests a second of one principal", 200, func(c *Config) *int64 { return &c.Principal }},
		{
			"limit-environment", "requests a second of all principals of an environment together", 1000,
			func(c *Config) *int64 { return &c.Environment },
		},
		{
			"limit-address", "requests a second without valid credentials from one address", 20,
			func(c *Config) *int64 { return &c.Address },
		},
		{
			"limit-reserve", "requests a second of one principal to revoke, to hold and to delete principals", 50,
			func(c *Config) *int64 { return &c.Reserve },
		},
		{
			"limit-introspection", "introspections a second of one principal", 0,
			func(c *Config) *int64 { return &c.Introspection },
		},
		{
			"limit-objects", "objects of one kind in an environment", 100_000,
			func(c *Config) *int64 { return &c.Objects },
		},
		{
			"limit-deliveries", "queued events of an environment", 100_000,
			func(c *Config) *int64 { return &c.Deliveries },
		},
		{
			"limit-delivery-bytes", "bytes of the queued events of an environment", 1 << 30,
			func(c *Config) *int64 { return &c.DeliveryBytes },
		},
		{
			"limit-answers", "stored answers to requests with an Idempotency-Key in an environment", 1_000_000,
			func(c *Config) *int64 { return &c.Answers },
		},
		{
			"limit-connections", "open connections from one address that is no trusted proxy", 256,
			func(c *Config) *int64 { return &c.Connections },
		},
	}
}

// Variable returns the environment variable of a setting. The flag comes first.
func (s Setting) Variable() string { return VariableOf(s.Flag) }

// VariableOf returns the environment variable of a flag of quickconnectd.
func VariableOf(flag string) string {
	return "QUICKCONNECTD_" + strings.ToUpper(strings.ReplaceAll(flag, "-", "_"))
}

// In returns the place of the setting in a configuration.
func (s Setting) In(c *Config) *int64 { return s.value(c) }

// Check refuses a value that is no limit.
func (s Setting) Check(value int64) error {
	if value < 0 {
		return fmt.Errorf("--%s (%s) must be 0 for no limit, or the limit", s.Flag, s.Variable())
	}
	return nil
}

// Default returns the limits of a platform whose operator sets none.
func Default() Config {
	var c Config
	for _, s := range Settings() {
		*s.In(&c) = s.Default
	}
	return c
}

// ParseTrusted reads a list of addresses and networks, separated by commas.
func ParseTrusted(list string) (trusted []netip.Prefix, err error) {
	for entry := range strings.SplitSeq(list, ",") {
		if entry = strings.TrimSpace(entry); entry == "" {
			continue
		}
		p, err := netip.ParsePrefix(entry)
		if a, isAddress := netip.ParseAddr(entry); isAddress == nil {
			p, err = plain(a).Prefix(plain(a).BitLen())
		}
		if err != nil {
			return nil, fmt.Errorf("each entry must be an address or a network, such as 10.0.0.7 or 10.0.0.0/8, "+
				"and entry %d is not", len(trusted)+1)
		}
		trusted = append(trusted, p.Masked())
	}
	return trusted, nil
}
