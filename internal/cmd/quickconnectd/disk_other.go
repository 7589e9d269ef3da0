//go:build !linux && !darwin && !freebsd

package main

import "errors"

// diskSpace knows nothing of this system.
func diskSpace(string) (free, total uint64, err error) {
	return 0, 0, errors.New("this system is not supported")
}
