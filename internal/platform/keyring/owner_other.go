//go:build !unix

package keyring

import (
	"io/fs"
	"os"
)

// keepOwner does nothing where the directory decides who owns a file.
func keepOwner(*os.File, fs.FileInfo) error { return nil }

// Private is true where modes say nothing about who can read a file.
func Private(fs.FileInfo) bool { return true }
