package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/keyring"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/store"
)

const databaseName = "quickconnect.db"

// openData opens the keyring and the database of a data directory, and makes what is missing.
func openData(ctx context.Context, dir string) (*store.Store, *keyring.Keyring, error) {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, nil, fmt.Errorf("make the data directory: %w", err)
	}
	k, err := keyring.Create(dir)
	if err != nil {
		return nil, nil, err
	}
	s, err := store.Open(ctx, filepath.Join(dir, databaseName))
	if err != nil {
		return nil, nil, err
	}
	return s, k, nil
}

// existingData opens a data directory that a server or a bootstrap has made, so that a mistyped one is not made anew.
func existingData(ctx context.Context, dir string) (*store.Store, *keyring.Keyring, error) {
	if _, err := os.Stat(filepath.Join(dir, databaseName)); err != nil {
		return nil, nil, fmt.Errorf("no platform in the data directory: run quickconnectd bootstrap or serve with it first: %w", err)
	}
	return openData(ctx, dir)
}
