//go:build !unix

package main

// noCoreDumps does nothing: this system has no such limit.
func noCoreDumps() error { return nil }
