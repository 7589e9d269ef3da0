package main

import (
	"context"
	"crypto/ecdsa"
	"errors"
	"io"
	"time"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/clock"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/egress"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/keyring"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/limits"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/store"
)

// listening is where a server listens, and with which certificate.
type listening struct{ listen, certFile, keyFile, clientCA, metricsListen string }

// options are the flags of serve.
type options struct {
	listening
	data

	publicURL  string
	egress     []string
	trusted    []string
	private    bool
	fetchAgain time.Duration
	kekOutage  time.Duration
	leakKeys   map[string]*ecdsa.PublicKey
	journal    string
	limits     limits.Config
}

// serveFlags are the flags of serve as they were given.
type serveFlags struct {
	options

	egressAddresses, fetchAgainAfter, leakKeysFile, kekOutageFor string
	limited                                                      limitFlags
}

func serveCommand(c clock.Clock) *cobra.Command {
	var f serveFlags
	cmd := leaf("serve --data-dir DIR", "Serve the API until SIGTERM or SIGINT.",
		`Serves the API until SIGTERM or SIGINT. Prints "listening on URL" on standard output when it is ready, and logs
to standard error. SIGHUP reads the certificates again. Webhooks go to public addresses only.
--allow-private-endpoints also allows this machine, private networks, and http to this machine: use it for trials,
not for a platform that others may use. A limit of 0 is no limit.`,
		func(cmd *cobra.Command) error {
			o, err := f.read()
			if err != nil {
				return err
			}
			return serve(cmd.Context(), o, cmd.OutOrStdout(), cmd.ErrOrStderr(), c)
		})
	dataFlags(cmd, &f.data)
	listenFlags(cmd, &f.listening)
	f.define(cmd.Flags())
	return cmd
}

// listenFlags adds the flags of the addresses and of the certificate.
func listenFlags(cmd *cobra.Command, l *listening) {
	flags := cmd.Flags()
	flags.StringVar(&l.listen, "listen", "127.0.0.1:8440", "the address `HOST:PORT` of the API")
	flags.StringVar(&l.certFile, "tls-cert", "", "the `FILE` with the certificate, in PEM; without one, plain HTTP")
	flags.StringVar(&l.keyFile, "tls-key", "", "the `FILE` with the key of the certificate, in PEM")
	flags.StringVar(&l.clientCA, "client-ca", "",
		"accept only clients with a certificate of an authority in this `FILE`, in PEM")
	flags.StringVar(&l.metricsListen, "metrics-listen", "",
		"serve /metrics at this `HOST:PORT`, in plain HTTP, and not at that of the API; /healthz and /readyz at both")
	_ = cmd.MarkFlagFilename("tls-cert", "pem", "crt") // the error of both is that there is no such flag
	_ = cmd.MarkFlagFilename("tls-key", "pem", "key")
	_ = cmd.MarkFlagFilename("client-ca", "pem", "crt")
}

// define adds the flags that serve alone has.
func (f *serveFlags) define(flags *pflag.FlagSet) {
	flags.BoolVar(&f.private, "allow-private-endpoints", false, "also send webhooks to private addresses: for trials")
	flags.StringVar(&f.publicURL, "public-url", "",
		"the `URL` at which browsers find the platform, such as https://quickconnect.example.com: serves /console there")
	flags.StringArrayVar(&f.trusted, "trusted-issuer", nil,
		"an issuer of workload identities or of people that may be in a private network, as `URL`; can be repeated")
	flags.StringVar(&f.egressAddresses, "egress-addresses", "",
		"the networks that webhooks come from, to be published, as `LIST` with commas")
	flags.StringVar(&f.fetchAgainAfter, "fetch-again-after", "",
		"the `DURATION` after which a service comes back for the credentials of a connector (default 5m)")
	flags.StringVar(&f.leakKeysFile, "leak-keys", "",
		"take reports of leaked values at /v1/leaks that a key of this `FILE` signed: the public_keys of GitHub, in JSON")
	flags.StringVar(&f.kekOutageFor, "kek-outage", "",
		"the `DURATION` for which values still open while a key outside cannot be reached (default 1h)")
	journalFlag(flags, &f.journal)
	f.limited.define(flags)
}

// read checks the flags after they are parsed.
func (f *serveFlags) read() (o options, err error) {
	o = f.options
	if o.limits, err = f.limited.read(); err != nil {
		return o, err
	}
	if err = checkTrustedIssuers(f.trusted); err != nil {
		return o, err
	}
	if err = checkPublicURL(o.publicURL); err != nil {
		return o, err
	}
	if o.fetchAgain, err = parseFetchAgain(f.fetchAgainAfter); err != nil {
		return o, err
	}
	if o.kekOutage, err = parseKEKOutage(f.kekOutageFor); err != nil {
		return o, err
	}
	if o.leakKeys, err = readLeakKeys(f.leakKeysFile); err != nil {
		return o, err
	}
	if o.egress, err = readEgressAddresses(f.egressAddresses); err != nil || o.metricsListen == "" {
		return o, err
	}
	return o, checkHostPort("--metrics-listen", o.metricsListen)
}

func serve(ctx context.Context, o options, stdout, stderr io.Writer, c clock.Clock) (err error) {
	tlsConfig, reload, err := loadTLS(o.listening)
	if err != nil {
		return err
	}
	if err := checkListen(o.listen, tlsConfig != nil); err != nil {
		return err
	}
	log := newLogger(stderr)
	defer onHangup(reload, log)()
	unlock, err := o.lock()
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, unlock()) }()
	var s *store.Store
	var k *keyring.Keyring
	if err := awaitKEK(ctx, log, func() (err error) {
		s, k, err = openData(ctx, o.data)
		return err
	}); err != nil {
		return err
	}
	defer func() { err = errors.Join(err, s.Close()) }()
	ctx, takenOver, err := join(ctx, s, c, s.Serving.Join)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, takenOver()) }()
	k.SetOutage(o.kekOutage)
	if err := awaitKEK(ctx, log, func() error { return k.Reach(ctx) }); err != nil {
		return err
	}
	if o.private {
		log.Warn("private endpoints are allowed: " +
			"a principal that may create a webhook endpoint can make this machine send requests into its own network")
	}
	kept, err := openJournal(o.journal)
	if err != nil {
		return err
	}
	p, err := platform.New(ctx, platform.Config{
		Store: s, Keyring: k, Clock: c, Logger: log,
		Egress: egress.Config{AllowPrivate: o.private}, NoMetrics: o.metricsListen != "", Limits: &o.limits,
		EgressAddresses: o.egress, TrustedIssuers: o.trusted, PublicURL: o.publicURL,
		FetchAgain: o.fetchAgain, LeakKeys: o.leakKeys, Journal: kept,
	})
	if err != nil {
		return err
	}
	if err := logStart(ctx, s, o.dir, log); err != nil {
		return err
	}
	stopMetrics, err := serveMetrics(ctx, o.metricsListen, p, log)
	if err != nil {
		return err
	}
	defer stopMetrics()
	return serveOn(ctx, o, tlsConfig, p, stdout, log)
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
