package main

import (
	"context"
	"crypto/tls"
	"errors"
	"flag"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/netip"
	"os"
	"sync"
	"time"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/clock"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/egress"
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

// options are the flags of serve.
type options struct {
	dir, listen, certFile, keyFile, metricsListen string
	egress                                        []string
	private                                       bool
	fetchAgain                                    time.Duration
	limits                                        limits.Config
}

func parseServe(args []string) (o options, err error) {
	flags := flag.NewFlagSet("serve", flag.ContinueOnError)
	flags.StringVar(&o.dir, "data-dir", "", "")
	flags.StringVar(&o.listen, "listen", "127.0.0.1:8440", "")
	flags.StringVar(&o.certFile, "tls-cert", "", "")
	flags.StringVar(&o.keyFile, "tls-key", "", "")
	flags.StringVar(&o.metricsListen, "metrics-listen", os.Getenv("QUICKCONNECTD_METRICS_LISTEN"), "")
	flags.BoolVar(&o.private, "allow-private-endpoints", false, "")
	egressAddresses := flags.String("egress-addresses", os.Getenv("QUICKCONNECTD_EGRESS_ADDRESSES"), "")
	fetchAgain := flags.String("fetch-again-after", os.Getenv("QUICKCONNECTD_FETCH_AGAIN_AFTER"), "")
	var limited limitFlags
	if err := limited.define(flags); err != nil {
		return o, err
	}
	if err := parse(flags, args, "data-dir", "listen"); err != nil {
		return o, err
	}
	if o.limits, err = limited.read(); err != nil {
		return o, err
	}
	if o.fetchAgain, err = parseFetchAgain(*fetchAgain); err != nil {
		return o, err
	}
	if o.egress, err = readEgressAddresses(*egressAddresses); err != nil || o.metricsListen == "" {
		return o, err
	}
	return o, checkHostPort("--metrics-listen", o.metricsListen)
}

func serve(ctx context.Context, args []string, stdout, stderr io.Writer, c clock.Clock) (err error) {
	o, err := parseServe(args)
	if err != nil {
		return err
	}
	tlsConfig, reload, err := loadTLS(o.certFile, o.keyFile)
	if err != nil {
		return err
	}
	if err := checkListen(o.listen, tlsConfig != nil); err != nil {
		return err
	}
	log := slog.New(slog.NewJSONHandler(stderr, nil))
	defer onHangup(reload, log)()
	unlock, err := lockData(o.dir)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, unlock()) }()
	s, k, err := openData(ctx, o.dir)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, s.Close()) }()
	if o.private {
		log.Warn("private endpoints are allowed: " +
			"whoever may create a webhook endpoint can make this machine send requests into its own network")
	}
	p, err := platform.New(ctx, platform.Config{
		Store: s, Keyring: k, Clock: c, Logger: log,
		Egress: egress.Config{AllowPrivate: o.private}, NoMetrics: o.metricsListen != "", Limits: &o.limits,
		EgressAddresses: o.egress,
		FetchAgain:      o.fetchAgain,
	})
	if err != nil {
		return err
	}
	stopMetrics, err := serveMetrics(ctx, o.metricsListen, p.Metrics(), log)
	if err != nil {
		return err
	}
	defer stopMetrics()
	return serveOn(ctx, o, tlsConfig, p, stdout, log)
}

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
	runCtx, stopRunning := context.WithCancel(ctx)
	defer stopRunning()
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

// parseFetchAgain reads after how long consumers of credentials come back; empty for the default.
func parseFetchAgain(s string) (time.Duration, error) {
	if s == "" {
		return 0, nil
	}
	d, err := time.ParseDuration(s)
	if err != nil || d < time.Second || d > 24*time.Hour {
		return 0, usagef("--fetch-again-after must be a duration from 1s to 24h, such as 5m")
	}
	return d, nil
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
