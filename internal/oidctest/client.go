package oidctest

import (
	"crypto/tls"
	"crypto/x509"
	"net/http"
	"os"
	"testing"
)

// httpClient trusts the certificate in the file, where one is named.
func httpClient(tb testing.TB, certificate string) *http.Client {
	tb.Helper()
	// The server ends a connection that was opened and not used for 10 s, and a POST on it would fail.
	transport := &http.Transport{DisableKeepAlives: true}
	tb.Cleanup(transport.CloseIdleConnections)
	if certificate != "" {
		pem, err := os.ReadFile(certificate)
		if err != nil {
			tb.Fatal(err)
		}
		pool := x509.NewCertPool()
		if !pool.AppendCertsFromPEM(pem) {
			tb.Fatalf("there is no certificate in %s", certificate)
		}
		transport.TLSClientConfig = &tls.Config{RootCAs: pool, MinVersion: tls.VersionTLS12}
	}
	return &http.Client{Transport: transport}
}
