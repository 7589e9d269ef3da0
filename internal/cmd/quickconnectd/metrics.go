package main

import (
	"context"
	"fmt"
	"log/slog"
	"net"
	"net/http"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform"
)

// serveMetrics serves /metrics on an address of its own; on none if that is empty. /healthz and /readyz are there too,
// for checks that have no client certificate. The function that it returns ends that.
func serveMetrics(
	ctx context.Context, listen string, p *platform.Server, log *slog.Logger,
) (stop func(), err error) {
	if listen == "" {
		return func() {}, nil
	}
	listener, err := new(net.ListenConfig).Listen(ctx, "tcp", listen)
	if err != nil {
		return nil, fmt.Errorf("listen for --metrics-listen: %w", err)
	}
	mux := http.NewServeMux()
	mux.Handle("GET /metrics", p.Metrics())
	mux.Handle("GET /healthz", p)
	mux.Handle("GET /readyz", p)
	server := &http.Server{
		Handler: mux, ReadHeaderTimeout: headerTimeout, ReadTimeout: readTimeout, WriteTimeout: writeTimeout,
		IdleTimeout: idleTimeout, MaxHeaderBytes: maxHeaderBytes, ErrorLog: slog.NewLogLogger(log.Handler(), slog.LevelWarn),
	}
	log.Info("metrics", "url", "http://"+listener.Addr().String()+"/metrics")
	go func() { _ = server.Serve(listener) }()
	return func() { _ = server.Close() }, nil
}

func checkHostPort(flag, listen string) error {
	if _, _, err := net.SplitHostPort(listen); err != nil {
		return usagef("%s must be HOST:PORT, such as 127.0.0.1:8440", flag)
	}
	return nil
}
