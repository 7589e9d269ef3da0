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

// errTakenOver is the error of a server that lost its database to another one.
var errTakenOver = errors.New("another quickconnectd has taken over the database, because this one did not renew its " +
	"lease in time; nothing was written since: look why this process stood still, and which of the two should run")

// hold makes this process the only one that serves a database that other machines can reach. The context that it
// returns ends when another process takes over. The caller must call takenOver, which returns errTakenOver then.
func hold(
	ctx context.Context, s *store.Store, c clock.Clock,
) (held context.Context, takenOver func() error, err error) {
	host, err := os.Hostname()
	if err != nil {
		host = "a machine without a name"
	}
	holder := fmt.Sprintf("process %d on %s, since %s", os.Getpid(), host, c.Now().UTC().Format(time.RFC3339))
	if err := s.Hold(ctx, holder); err != nil {
		return nil, nil, err
	}
	held, cancel := context.WithCancelCause(ctx)
	lost := s.Lost()
	go func() {
		select {
		case <-lost:
			cancel(errTakenOver)
		case <-held.Done():
		}
	}()
	return held, func() error {
		defer cancel(nil)
		if errors.Is(context.Cause(held), errTakenOver) {
			return errTakenOver
		}
		return nil
	}, nil
}
