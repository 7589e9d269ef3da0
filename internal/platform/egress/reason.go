package egress

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"net"
	"strings"
	"time"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/clock"
)

// The alerts by which an endpoint says why it ends a TLS connection (RFC 8446, section 6).
const (
	alertHandshakeFailure    uint8 = 40
	alertBadCertificate      uint8 = 42
	alertAccessDenied        uint8 = 49
	alertProtocolVersion     uint8 = 70
	alertUnrecognizedName    uint8 = 112
	alertCertificateRequired uint8 = 116
)

const (
	textOldTLS = "the endpoint offers no version of TLS that the platform accepts, which are 1.2 and 1.3"
	textNotTLS = "the endpoint's port does not speak TLS"
)

// reason returns how an exchange failed, and in words why. An endpoint's own words never appear in them, and nothing of
// them depends on where in a network the endpoint is.
func (e *exchange) reason(err error) (Kind, string) {
	var certificate *tls.CertificateVerificationError
	var record tls.RecordHeaderError
	var op *net.OpError
	switch {
	case errors.As(err, &certificate):
		return Untrusted, e.certificateReason(certificate.Err)
	case errors.As(err, &record):
		return Handshake, textNotTLS
	case errors.As(err, &op) && op.Op == "remote error":
		return Handshake, e.alertReason(op.Err)
	}
	// The standard library has no type for these errors.
	says := func(part string) bool { return strings.Contains(err.Error(), part) }
	switch {
	case says("server selected unsupported protocol version"):
		return Handshake, textOldTLS
	case says("response headers exceeded"):
		return Broken, "the header of the endpoint's answer has more than 64 KiB"
	case says("malformed HTTP"):
		return Broken, "the endpoint's answer is not HTTP/1.1" + e.hint()
	// Under TLS 1.3 an endpoint can end the connection before its alert is read.
	case e.certificateAsked.Load() && e.tls.Certificate == nil:
		return Handshake, "the endpoint asked for a client certificate, got none, and ended the connection"
	}
	return Broken, sentences[Broken] + e.hint()
}

// hint says what can be wrong with a URL that begins with http.
func (e *exchange) hint() string {
	if e.plain {
		return "; if its port speaks TLS, the url must start with https"
	}
	return ""
}

func (e *exchange) certificateReason(err error) string {
	var invalid x509.CertificateInvalidError
	var host x509.HostnameError
	var authority x509.UnknownAuthorityError
	switch {
	case errors.As(err, &invalid) && invalid.Reason == x509.Expired:
		// crypto/tls compares with the time of the machine, too.
		if end := invalid.Cert.NotAfter; end.Before(clock.System().Now()) {
			return "a TLS certificate of the endpoint expired on " + date(end)
		}
		return "a TLS certificate of the endpoint is valid only from " + date(invalid.Cert.NotBefore)
	case errors.As(err, &host):
		return "the endpoint's TLS certificate is for another host"
	case errors.As(err, &authority) && e.tls.Roots != nil:
		return "the endpoint's TLS certificate is not of an authority in ca_certificate, or the endpoint does not send " +
			"the certificates between"
	case errors.As(err, &authority):
		return "the endpoint's TLS certificate is of an authority that the platform does not know, or the endpoint " +
			"does not send the certificates between; ca_certificate sets the authorities of an endpoint"
	}
	return ""
}

func date(t time.Time) string { return t.UTC().Format(time.RFC3339) }

// alertReason puts an endpoint's alert into words. The type of the alert is not exported, but its text is that of a
// tls.AlertError.
func (e *exchange) alertReason(alert error) string {
	is := func(a uint8) bool { return alert.Error() == tls.AlertError(a).Error() }
	about := is(alertHandshakeFailure)
	for a := alertBadCertificate; a <= alertAccessDenied; a++ {
		about = about || is(a)
	}
	switch {
	case about && e.tls.Certificate != nil:
		return "the endpoint did not accept the client certificate"
	case is(alertCertificateRequired), about && e.certificateAsked.Load():
		return "the endpoint asks for a client certificate, and it has none: set client_certificate"
	case is(alertProtocolVersion):
		return textOldTLS
	case is(alertUnrecognizedName):
		return "the endpoint's server does not know the host name of the url"
	}
	return ""
}
