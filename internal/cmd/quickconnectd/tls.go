package main

import (
	"crypto/tls"
	"fmt"
	"log/slog"
	"os"
	"os/signal"
	"slices"
	"strings"
	"sync/atomic"
	"syscall"
)

// loadTLS reads the certificate and its key. The function that it returns reads them again; the server goes on with the
// old ones where that fails. Without a certificate both are nil.
func loadTLS(certFile, keyFile string) (config *tls.Config, reload func() error, err error) {
	if certFile == "" && keyFile == "" {
		return nil, nil, nil
	}
	if certFile == "" || keyFile == "" {
		return nil, nil, usagef("--tls-cert and --tls-key belong together: set both or neither")
	}
	var present atomic.Pointer[tls.Certificate]
	reload = func() error {
		pair, err := tls.LoadX509KeyPair(certFile, keyFile)
		if err != nil {
			return fmt.Errorf("read --tls-cert and --tls-key: %w", err)
		}
		present.Store(&pair)
		return nil
	}
	if err := reload(); err != nil {
		return nil, nil, err
	}
	return &tls.Config{
		MinVersion: tls.VersionTLS12, CipherSuites: suites(),
		GetCertificate: func(*tls.ClientHelloInfo) (*tls.Certificate, error) { return present.Load(), nil },
	}, reload, nil
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

// onHangup reads the certificate again at every SIGHUP, which does not end the server. The function that it returns
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
		log.Error("SIGHUP: the certificate cannot be read again; the old one stays in use: correct the files, and send "+
			"SIGHUP again", "error", err.Error())
		return
	}
	log.Info("SIGHUP: the certificate was read again")
}
