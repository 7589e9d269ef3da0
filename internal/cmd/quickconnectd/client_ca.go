package main

import (
	"bytes"
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"fmt"
	"os"
	"sync/atomic"
)

// requireCertificates makes a server accept only clients with a certificate of one of the authorities, as they are when
// the client connects.
func requireCertificates(config *tls.Config, clients *atomic.Pointer[x509.CertPool]) {
	config.ClientAuth = tls.RequireAndVerifyClientCert
	// A resumed session would not be compared with authorities that were read since.
	config.SessionTicketsDisabled = true
	config.NextProtos = []string{"h2", "http/1.1"} // net/http sets them in the config that it has, and not in another one
	perClient := config.Clone()
	config.GetConfigForClient = func(*tls.ClientHelloInfo) (*tls.Config, error) {
		c := perClient.Clone()
		c.ClientCAs = clients.Load()
		return c, nil
	}
}

// readClientCA reads the authorities of clients' certificates; none from no file. Every block must be a certificate:
// one that was skipped would lock its clients out.
func readClientCA(file string) (authorities []*x509.Certificate, err error) {
	if file == "" {
		return nil, nil
	}
	rest, err := os.ReadFile(file)
	if err != nil {
		return nil, fmt.Errorf("read --client-ca: %w", err)
	}
	begun := bytes.Count(rest, []byte("-----BEGIN "))
	for {
		var block *pem.Block
		if block, rest = pem.Decode(rest); block == nil {
			break
		}
		n := len(authorities) + 1
		if block.Type != "CERTIFICATE" {
			return nil, fmt.Errorf("read --client-ca: block %d of %s is a %s, and must be a CERTIFICATE", n, file, block.Type)
		}
		c, err := x509.ParseCertificate(block.Bytes)
		if err != nil {
			return nil, fmt.Errorf("read --client-ca: block %d of %s is not a certificate: %w", n, file, err)
		}
		authorities = append(authorities, c)
	}
	switch {
	case begun > len(authorities):
		return nil, fmt.Errorf("read --client-ca: %s is cut off or damaged: a block that begins with -----BEGIN has no "+
			"proper end", file)
	case len(authorities) == 0:
		return nil, fmt.Errorf("read --client-ca: %s has no certificate in PEM", file)
	}
	return authorities, nil
}

// poolOf returns a pool of certificates. An empty one accepts no client.
func poolOf(authorities []*x509.Certificate) *x509.CertPool {
	pool := x509.NewCertPool()
	for _, c := range authorities {
		pool.AddCert(c)
	}
	return pool
}
