package main

import (
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"log/slog"
	"os"
	"os/signal"
	"slices"
	"strings"
	"sync/atomic"
	"syscall"
)

// loadTLS reads the certificate, its key, and the authorities of clients' certificates. The function that it returns
// reads them again; the server goes on with the old ones where that fails. Without a certificate both are nil.
func loadTLS(l listening) (config *tls.Config, reload func() error, err error) {
	if (l.certFile == "") != (l.keyFile == "") {
		return nil, nil, usagef("--tls-cert and --tls-key belong together: set both or neither")
	}
	if l.certFile == "" {
		if l.clientCA != "" {
			return nil, nil, usagef("--client-ca needs --tls-cert and --tls-key: clients show certificates in TLS only")
		}
		return nil, nil, nil
	}
	var present atomic.Pointer[tls.Certificate]
	var clients atomic.Pointer[x509.CertPool]
	reload = func() error {
		pair, err := tls.LoadX509KeyPair(l.certFile, l.keyFile)
		if err != nil {
			return fmt.Errorf("read --tls-cert and --tls-key: %w", err)
		}
		authorities, err := readClientCA(l.clientCA)
		if err != nil {
			return err
		}
		present.Store(&pair)
		clients.Store(poolOf(authorities))
		return nil
	}
	if err := reload(); err != nil {
		return nil, nil, err
	}
	config = &tls.Config{
		MinVersion: tls.VersionTLS12, CipherSuites: suites(),
		GetCertificate: func(*tls.ClientHelloInfo) (*tls.Certificate, error) { return present.Load(), nil },
	}
	if l.clientCA != "" {
		requireCertificates(config, &clients)
	}
	return config, reload, nil
}

// suites returns the suites of TLS 1.2 with forward secrecy and authenticated encryption: none with CBC. Those of TLS
// 1.3 all have both.
func suites() (out []uint16) {
	for _, s := range tls.CipherSuites() {
		if slices.Contains(s.SupportedVersions, tls.VersionTLS12) && strings.HasPrefix(s.Name, "TLS_ECDHE_") &&
			!strings.Contains(s.Name, "_CBC_") {
			out = append(out, s.ID)
		}
	}
	return out
}

// onHangup reads the certificates again at every SIGHUP, which does not end the server. The function that it returns
// ends that.
func onHangup(reload func() error, log *slog.Logger) (stop func()) {
	hangups, ended := make(chan os.Signal, 1), make(chan struct{})
	signal.Notify(hangups, syscall.SIGHUP)
	go func() {
		for {
			select {
			case <-ended:
				return
			case <-hangups:
			}
			if reload == nil {
				log.Info("SIGHUP: there is no certificate to read again")
				continue
			}
			reloaded(reload(), log)
		}
	}()
	return func() {
		signal.Stop(hangups)
		close(ended)
	}
}

func reloaded(err error, log *slog.Logger) {
	if err != nil {
		log.Error("SIGHUP: the certificates cannot be read again; the old ones stay in use: correct the files, and send "+
			"SIGHUP again", "error", err.Error())
		return
	}
	log.Info("SIGHUP: the certificates were read again")
}
