//go:build unix

package main

import "syscall"

// noCoreDumps keeps the memory of the process, which has secrets, out of core dumps.
func noCoreDumps() error {
	return syscall.Setrlimit(syscall.RLIMIT_CORE, &syscall.Rlimit{})
}
