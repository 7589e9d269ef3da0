// Command oidcserver is a real OpenID provider for tests: the example provider of zitadel/oidc, with its login page,
// PKCE and device flow. Besides, tests can tell it under /test/ to sign claims, change its keys, fail and lose answers.
// It is a Go module of its own, so that what it needs never enters the product.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"os"
	"os/signal"
	"strings"
	"syscall"
	"time"

	"github.com/zitadel/oidc/v3/example/server/exampleop"
	"github.com/zitadel/oidc/v3/example/server/storage"
)

// The clients of the provider. The storage of the example has one for client credentials besides: sid1, verysecret.
const (
	webClient    = "web"
	nativeClient = "native"
	deviceClient = "device"

	consoleClient = "console"
	clientSecret  = "secret"
)

type options struct {
	listen, issuer, path string
	certificate, key     string
}

func main() {
	var o options
	flag.StringVar(&o.listen, "listen", "127.0.0.1:0", "address, on the loopback interface only")
	flag.StringVar(&o.issuer, "issuer", "", "what it calls itself, where that is not its own address")
	flag.StringVar(&o.path, "path", "", "path of the issuer, such as /org/1")
	flag.StringVar(&o.certificate, "cert", "", "file with the certificate, for https")
	flag.StringVar(&o.key, "key", "", "file with the key of the certificate")
	flag.Parse()

	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM, os.Interrupt)
	defer stop()
	if err := run(ctx, o); err != nil {
		fmt.Fprintln(os.Stderr, "oidcserver:", err)
		os.Exit(1)
	}
}

// run serves until the context ends.
func run(ctx context.Context, o options) error {
	host, _, err := net.SplitHostPort(o.listen)
	if err != nil {
		return err
	}
	// It signs whatever it is asked to.
	if ip := net.ParseIP(host); ip == nil || !ip.IsLoopback() {
		return fmt.Errorf("-listen %s is no address of the loopback interface", o.listen)
	}
	listener, err := new(net.ListenConfig).Listen(ctx, "tcp", o.listen)
	if err != nil {
		return err
	}
	scheme := "http"
	if o.certificate != "" {
		scheme = "https"
	}
	address := scheme + "://" + listener.Addr().String()
	if o.issuer == "" {
		o.issuer = address + o.path
	}

	server := &http.Server{Handler: handler(o.issuer, o.path), ReadHeaderTimeout: 10 * time.Second}
	ended := make(chan error, 1)
	go func() {
		if o.certificate != "" {
			ended <- server.ServeTLS(listener, o.certificate, o.key)
			return
		}
		ended <- server.Serve(listener)
	}()
	fmt.Println("listening on", address)

	select {
	case err := <-ended:
		return err
	case <-ctx.Done():
		err := server.Close()
		if served := <-ended; !errors.Is(served, http.ErrServerClosed) {
			err = errors.Join(err, served)
		}
		return err
	}
}

// handler has the provider under the path of its issuer, and what tests tell it under /test/.
func handler(issuer, path string) http.Handler {
	storage.RegisterClients(
		storage.WebClient(webClient, clientSecret),
		storage.NativeClient(nativeClient),
		storage.DeviceClient(deviceClient, clientSecret),
		storage.WebClient(consoleClient, clientSecret),
	)
	users := newPeople(issuer)
	p := newProvider(storage.NewStorage(users), users)
	op := exampleop.SetupServer(issuer, p, slog.New(slog.DiscardHandler), false)

	f := &faults{}
	mux := http.NewServeMux()
	control(mux, p, f)
	mux.Handle("/", http.StripPrefix(strings.TrimSuffix(path, "/"), f.around(op)))
	return mux
}
