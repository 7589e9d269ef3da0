package main

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/netip"
	"sync"
	"time"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/limits"
)

const (
	headerTimeout   = 10 * time.Second
	readTimeout     = 30 * time.Second
	writeTimeout    = 60 * time.Second
	idleTimeout     = 2 * time.Minute
	maxHeaderBytes  = 32 << 10
	shutdownTimeout = 10 * time.Second
	// requestsEnd is the part of shutdownTimeout after which the server cancels running requests: a probe may wait for a
	// receiver.
	requestsEnd = 5 * time.Second
)

// serveOn serves a platform on an address, and runs its loops meanwhile.
func serveOn(
	ctx context.Context, o options, tlsConfig *tls.Config, p *platform.Server, stdout io.Writer, log *slog.Logger,
) error {
	unlimited, err := new(net.ListenConfig).Listen(ctx, "tcp", o.listen)
	if err != nil {
		return fmt.Errorf("listen: %w", err)
	}
	listener := limits.Listen(unlimited, o.limits, p.RefusedConnection)
	var background sync.WaitGroup
	defer background.Wait() // runs before the database is closed
	// The loops outlive the last request: they write what it leaves in memory.
	runCtx, stopRunning := context.WithCancel(context.WithoutCancel(ctx))
	defer stopRunning()
	defer context.AfterFunc(ctx, func() {
		if errors.Is(context.Cause(ctx), errTakenOver) {
			stopRunning()
		}
	})()
	background.Go(func() { p.Run(runCtx) })

	scheme := "http"
	if tlsConfig != nil {
		scheme = "https"
	}
	if _, err := fmt.Fprintf(stdout, "listening on %s://%s\n", scheme, listener.Addr()); err != nil {
		return errors.Join(err, listener.Close())
	}
	return serveUntil(ctx, listener, tlsConfig, p, log)
}

// serveUntil serves until the context ends, and then waits for running requests.
func serveUntil(ctx context.Context, listener net.Listener, tlsConfig *tls.Config, handler http.Handler,
	log *slog.Logger,
) error {
	requests, endRequests := context.WithCancel(context.WithoutCancel(ctx))
	defer endRequests()
	server := &http.Server{
		BaseContext: func(net.Listener) context.Context { return requests },
		Handler:     handler, TLSConfig: tlsConfig,
		ReadHeaderTimeout: headerTimeout, ReadTimeout: readTimeout, WriteTimeout: writeTimeout, IdleTimeout: idleTimeout,
		MaxHeaderBytes: maxHeaderBytes,
		ErrorLog:       slog.NewLogLogger(log.Handler(), slog.LevelWarn),
	}
	failed := make(chan error, 1)
	go func() {
		if tlsConfig != nil {
			failed <- server.ServeTLS(listener, "", "")
			return
		}
		failed <- server.Serve(listener)
	}()
	select {
	case err := <-failed:
		return fmt.Errorf("serve: %w", err)
	case <-ctx.Done():
	}
	log.Info("stopping: waiting for running requests", "timeout", shutdownTimeout)
	stopCtx, cancel := context.WithTimeout(context.WithoutCancel(ctx), shutdownTimeout)
	defer cancel()
	grace, cancelGrace := context.WithTimeout(stopCtx, requestsEnd)
	defer cancelGrace()
	context.AfterFunc(grace, endRequests)
	if err := server.Shutdown(stopCtx); err != nil {
		return errors.Join(fmt.Errorf("stop: requests were still running after %s: %w", shutdownTimeout, err), server.Close())
	}
	log.Info("stopped")
	return nil
}

// checkListen refuses an address on which tokens would cross a network in clear.
func checkListen(listen string, secure bool) error {
	if err := checkHostPort("--listen", listen); err != nil {
		return err
	}
	host, _, _ := net.SplitHostPort(listen)
	if secure || host == "localhost" {
		return nil
	}
	if a, err := netip.ParseAddr(host); err == nil && a.IsLoopback() {
		return nil
	}
	return usagef("--listen is not a loopback address, and plain HTTP would send tokens in clear: " +
		"set --tls-cert and --tls-key, or listen on 127.0.0.1")
}
