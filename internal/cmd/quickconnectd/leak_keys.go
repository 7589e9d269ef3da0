package main

import (
	"crypto/ecdsa"
	"os"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/findings"
)

// readLeakKeys reads the keys that sign reports of leaked values; none without a file.
func readLeakKeys(file string) (map[string]*ecdsa.PublicKey, error) {
	if file == "" {
		return nil, nil
	}
	text, err := os.ReadFile(file)
	if err != nil {
		return nil, usagef("--leak-keys %s cannot be read", file)
	}
	all, err := findings.ParseLeakKeys(text)
	if err != nil {
		return nil, usagef("--leak-keys %s %s", file, err)
	}
	return all, nil
}
