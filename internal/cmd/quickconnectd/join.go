package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"time"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/clock"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/store"
)

// errTakenOver is the error of a server that lost its database to one of an older version.
var errTakenOver = errors.New("another quickconnectd has taken over the database, and serves it alone, as older " +
	"versions do; nothing was written since: stop that one, and start this one again")

// join makes this process one of those that serve a database that other machines can reach, or the only one. The
// context that it returns ends when a process takes over that serves alone. The caller must call takenOver, which
// returns errTakenOver then.
func join(
	ctx context.Context, s *store.Store, c clock.Clock, with func(context.Context, string) error,
) (joined context.Context, takenOver func() error, err error) {
	host, err := os.Hostname()
	if err != nil {
		host = "a machine without a name"
	}
	holder := fmt.Sprintf("process %d on %s, since %s", os.Getpid(), host, c.Now().UTC().Format(time.RFC3339))
	if err := with(ctx, holder); err != nil {
		return nil, nil, err
	}
	joined, cancel := context.WithCancelCause(ctx)
	lost := s.Serving.Lost()
	go func() {
		select {
		case <-lost:
			cancel(errTakenOver)
		case <-joined.Done():
		}
	}()
	return joined, func() error {
		defer cancel(nil)
		if errors.Is(context.Cause(joined), errTakenOver) {
			return errTakenOver
		}
		return nil
	}, nil
}
