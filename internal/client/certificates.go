package client

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net/http"
	"os"
	"sync"
	"sync/atomic"
	"time"
)

// certificates sends requests under the certificate files as they are: an apply can outlive a certificate. When a file
// has changed, new requests get new connections. Files that cannot be used leave those that were read before: the key
// may be written a moment after its certificate.
type certificates struct {
	cfg Config
	// asked is true once the platform has asked for a client certificate.
	asked atomic.Bool

	mu      sync.Mutex
	seen    []os.FileInfo
	present *http.Transport
	fault   error // why the files as they are now are not in use
}

// certificatesOf reads the files of a configuration.
func certificatesOf(cfg Config) (*certificates, error) {
	c := &certificates{cfg: cfg}
	c.seen = c.look()
	var err error
	c.present, err = c.read()
	return c, err
}

// RoundTrip sends one attempt.
func (c *certificates) RoundTrip(req *http.Request) (*http.Response, error) {
	transport, fault := c.current()
	resp, err := transport.RoundTrip(req)
	if err == nil {
		return resp, nil
	}
	err = &connectionError{cause: err, asked: c.asked.Load(), certificate: c.cfg.ClientCertificateFile != ""}
	if fault != nil {
		err = fmt.Errorf("%w; files with certificates have changed and cannot be used: %w", err, fault)
	}
	return nil, err
}

func (c *certificates) current() (*http.Transport, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	now := c.look()
	if sameFiles(c.seen, now) {
		return c.present, c.fault
	}
	c.seen = now // taken before the files are read: a later change is seen by the next request
	var next *http.Transport
	if next, c.fault = c.read(); c.fault == nil {
		c.present.CloseIdleConnections()
		c.present = next
	}
	return c.present, c.fault
}

// look returns what the file system says of the files; nil for one that it does not show.
func (c *certificates) look() (out []os.FileInfo) {
	for _, file := range []string{c.cfg.CAFile, c.cfg.ClientCertificateFile, c.cfg.ClientKeyFile} {
		info, err := os.Stat(file)
		if err != nil {
			info = nil
		}
		out = append(out, info)
	}
	return out
}

func sameFiles(a, b []os.FileInfo) bool {
	for i := range a {
		switch {
		case a[i] == nil && b[i] == nil:
		case a[i] == nil || b[i] == nil, !os.SameFile(a[i], b[i]), a[i].Size() != b[i].Size(),
			!a[i].ModTime().Equal(b[i].ModTime()):
			return false
		}
	}
	return true
}

// read makes a transport of the files as they are.
func (c *certificates) read() (*http.Transport, error) {
	config, err := c.tlsConfig()
	if err != nil {
		return nil, err
	}
	return &http.Transport{
		Proxy:                 proxyFromEnvironment,
		TLSClientConfig:       config,
		ForceAttemptHTTP2:     true,
		MaxIdleConnsPerHost:   32,
		IdleConnTimeout:       90 * time.Second,
		TLSHandshakeTimeout:   10 * time.Second,
		ExpectContinueTimeout: time.Second,
	}, nil
}

func (c *certificates) tlsConfig() (*tls.Config, error) {
	out := &tls.Config{MinVersion: tls.VersionTLS12}
	var wrong []error
	if c.cfg.CAFile != "" {
		var err error
		if out.RootCAs, err = x509.SystemCertPool(); err != nil {
			out.RootCAs = x509.NewCertPool()
		}
		wrong = append(wrong, addCertificates(out.RootCAs, c.cfg.CAFile))
	}
	var pair tls.Certificate // an empty one is none
	if c.cfg.ClientCertificateFile != "" || c.cfg.ClientKeyFile != "" {
		var err error
		pair, err = keyPair(c.cfg.ClientCertificateFile, c.cfg.ClientKeyFile)
		wrong = append(wrong, err)
	}
	out.GetClientCertificate = func(*tls.CertificateRequestInfo) (*tls.Certificate, error) {
		c.asked.Store(true)
		return &pair, nil
	}
	return out, errors.Join(wrong...)
}
