package api

import (
	"crypto/x509"
	"encoding/pem"
	"errors"
	"fmt"
	"net/url"
	"regexp"
	"slices"
	"strings"
)

// Limits of what an endpoint adds to its requests.
const (
	MaxEndpointHeaders     = 16
	MaxEndpointHeaderValue = 4096
	MaxEndpointRate        = 1000
	// MaxCertificates is how many bytes of PEM a list of certificates may have.
	MaxCertificates = 64 << 10

	maxEndpointHeaderName = 64
)

// The names of an endpoint's write-only values, as the digests have them.
const (
	EndpointURL       = "url"
	EndpointHeaders   = "headers"
	EndpointClientKey = "client_key"
)

// EndpointDigestKind is the kind in the digest of a write-only value of an endpoint. One object has several, and equal
// values must not show that.
func EndpointDigestKind(what string) string { return WebhookEndpoints.Path + "/" + what }

var (
	headerNameRegexp  = regexp.MustCompile(`^[A-Za-z0-9!#$%&'*+.^_|~-]+$`)
	headerValueRegexp = regexp.MustCompile(`^[!-~]([ -~]*[!-~])?$`)
)

// ownHeaders are the headers that a request of the platform has by itself, and those that belong to one connection.
var ownHeaders = []string{
	"host", "content-length", "content-type", "content-encoding", "transfer-encoding", "connection", "keep-alive",
	"proxy-connection", "te", "trailer", "upgrade", "expect",
}

// CheckEndpointHeaders checks headers by their names and values. It returns the name that the error is about; the name
// is empty where the error is about all of them. The error completes a sentence and repeats no value.
func CheckEndpointHeaders(headers map[string]string) (name string, err error) {
	if len(headers) > MaxEndpointHeaders {
		return "", fmt.Errorf("must have at most %d headers", MaxEndpointHeaders)
	}
	seen := map[string]bool{}
	for name, value := range headers {
		lower := strings.ToLower(name)
		switch {
		case len(name) > maxEndpointHeaderName || !headerNameRegexp.MatchString(name):
			return name, fmt.Errorf("must be the name of a header such as X-Api-Key, of at most %d characters",
				maxEndpointHeaderName)
		case strings.HasPrefix(lower, "webhook-"):
			return name, errors.New("must not begin with webhook-: the signature has these headers")
		case slices.Contains(ownHeaders, lower):
			return name, errors.New("must not be set: the platform sets it, or it is of one connection alone")
		case seen[lower]:
			return name, errors.New("is there twice: names differ by more than capitals")
		case len(value) > MaxEndpointHeaderValue || !headerValueRegexp.MatchString(value):
			return name, fmt.Errorf("must have a value of 1 to %d printable ASCII characters, without space at its ends",
				MaxEndpointHeaderValue)
		}
		seen[lower] = true
	}
	return "", nil
}

// CheckCertificates checks certificates in PEM. Its error completes the sentence "<attribute> …".
func CheckCertificates(text string) error {
	if len(text) > MaxCertificates {
		return fmt.Errorf("must be at most %d bytes", MaxCertificates)
	}
	found := 0
	for rest := []byte(text); ; found++ {
		var block *pem.Block
		if block, rest = pem.Decode(rest); block == nil {
			break
		}
		if strings.Contains(block.Type, "PRIVATE KEY") {
			return errors.New("must have no private key: it is not kept as a secret")
		}
		if block.Type != "CERTIFICATE" {
			return errors.New("must have certificates alone (-----BEGIN CERTIFICATE-----)")
		}
		if _, err := x509.ParseCertificate(block.Bytes); err != nil {
			return errors.New("has a certificate that cannot be read")
		}
	}
	if found == 0 {
		return errors.New("must have a certificate in PEM (-----BEGIN CERTIFICATE-----)")
	}
	return nil
}

// CheckEndpointRate checks a rate limit. Its error completes the sentence "<attribute> …".
func CheckEndpointRate(n int64) error {
	if n < 1 || n > MaxEndpointRate {
		return fmt.Errorf("must be from 1 to %d", MaxEndpointRate)
	}
	return nil
}

// EndpointHost returns the host of a URL, with its port where it has one; empty for what is no URL.
func EndpointHost(s string) string {
	u, err := url.Parse(s)
	if err != nil {
		return ""
	}
	return u.Host
}
