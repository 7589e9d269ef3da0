package client

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"net"
	"net/http"
	"strings"
	"time"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/clock"
)

// The alerts by which the platform, or what is in front of it, says why it ends a TLS connection (RFC 8446, section 6).
const (
	alertHandshakeFailure    uint8 = 40
	alertBadCertificate      uint8 = 42
	alertCertificateExpired  uint8 = 45
	alertUnknownCA           uint8 = 48
	alertAccessDenied        uint8 = 49
	alertProtocolVersion     uint8 = 70
	alertUnrecognizedName    uint8 = 112
	alertCertificateRequired uint8 = 116
)

// connectionError is an attempt without a response, with what is known of the client's own certificate.
type connectionError struct {
	cause error
	// asked is true where the platform has asked for a client certificate, certificate where the client has one.
	asked, certificate bool
}

func (e *connectionError) Error() string { return e.cause.Error() }
func (e *connectionError) Unwrap() error { return e.cause }

// TLSFault says in a sentence what is wrong with the certificates of either side where that is why there is no answer;
// empty for another reason.
func TLSFault(err error) string {
	var verification *tls.CertificateVerificationError
	var record tls.RecordHeaderError
	connection := &connectionError{}
	errors.As(err, &connection)
	switch alert := alertOf(err); {
	case errors.As(err, &verification):
		return certificateFault(verification.Err)
	case errors.As(err, &record), errors.Is(err, http.ErrSchemeMismatch):
		return "The port of endpoint does not speak TLS: it may be the port of something else, or the platform has no " +
			"certificate (--tls-cert)."
	case alert != nil:
		return connection.alertFault(alert)
	// Under TLS 1.3 the platform can end the connection before its alert is read.
	case connection.asked && !connection.certificate && err != nil && isCut(err):
		return "The platform asked for a client certificate, got none, and ended the connection: set " +
			"client_certificate_file and client_key_file."
	case connection.asked && connection.certificate && (isCutByHTTP2(err) || isCutAtWrite(err)):
		return "The platform probably did not accept the certificate in client_certificate_file: it ended the connection " +
			"right after it got the certificate. See that it is valid now, for clients, and of an authority in the " +
			"platform's --client-ca."
	}
	return ""
}

// isCutByHTTP2 reports whether HTTP/2 found a connection ended before the other side sent anything. It drops the alert
// that says why, and its error is not exported.
func isCutByHTTP2(err error) bool {
	return err != nil && strings.Contains(err.Error(), "client conn could not be established")
}

// isCutAtWrite reports whether a connection had ended before the request was written: what the other side said at its
// end was not read then.
func isCutAtWrite(err error) bool {
	var op *net.OpError
	return errors.As(err, &op) && op.Op == "write"
}

// isCut reports whether a connection that was there has ended.
func isCut(err error) bool {
	var op *net.OpError
	return !errors.As(err, &op) || op.Op != "dial"
}

// alertOf returns the alert that the other side sent; nil for none. The type of the alert is not exported, but its text
// is that of a tls.AlertError.
func alertOf(err error) error {
	var op *net.OpError
	if errors.As(err, &op) && op.Op == "remote error" {
		return op.Err
	}
	return nil
}

func isAlert(alert error, numbers ...uint8) bool {
	for _, n := range numbers {
		if alert != nil && alert.Error() == tls.AlertError(n).Error() {
			return true
		}
	}
	return false
}

// isFinalAlert reports whether an alert will be the same next time.
func isFinalAlert(alert error) bool {
	return isAboutCertificate(alert) ||
		isAlert(alert, alertProtocolVersion, alertUnrecognizedName, alertCertificateRequired)
}

func isAboutCertificate(alert error) bool {
	for n := alertBadCertificate; n <= alertAccessDenied; n++ {
		if isAlert(alert, n) {
			return true
		}
	}
	return isAlert(alert, alertHandshakeFailure)
}

func (e *connectionError) alertFault(alert error) string {
	switch {
	case isAlert(alert, alertProtocolVersion):
		return "The platform offers no version of TLS that the provider accepts, which are 1.2 and 1.3."
	case isAlert(alert, alertUnrecognizedName):
		return "What answers at endpoint does not know its host name: check the host name in endpoint."
	case isAlert(alert, alertCertificateRequired), isAboutCertificate(alert) && e.asked && !e.certificate:
		return "The platform asks for a client certificate, and the provider has none: set client_certificate_file and " +
			"client_key_file."
	case !e.certificate || !isAboutCertificate(alert):
		return ""
	case isAlert(alert, alertCertificateExpired):
		return "The platform did not accept the certificate in client_certificate_file, because it is not valid now: " +
			"renew it, or set the clocks right."
	case isAlert(alert, alertUnknownCA):
		return "The platform did not accept the certificate in client_certificate_file, because it knows no authority of " +
			"it: use one of an authority in the platform's --client-ca, and put the certificates between into the same file."
	}
	return "The platform did not accept the certificate in client_certificate_file: see that it is for clients " +
		"(extended key usage clientAuth)."
}

// certificateFault says what is wrong with the platform's certificate.
func certificateFault(err error) string {
	var invalid x509.CertificateInvalidError
	var host x509.HostnameError
	var authority x509.UnknownAuthorityError
	switch {
	case errors.As(err, &invalid) && invalid.Reason == x509.Expired:
		// crypto/tls compares with the time of the machine, too.
		if end := invalid.Cert.NotAfter; end.Before(clock.System().Now()) {
			return "The platform's certificate, or one between it and its authority, expired on " + date(end) +
				": renew it there, or set the clock of this machine right."
		}
		return "The platform's certificate is valid only from " + date(invalid.Cert.NotBefore) +
			": set the clock of this machine right, or replace the certificate."
	case errors.As(err, &host):
		return "The platform's certificate is for another host: use a name in endpoint that the certificate has."
	case errors.As(err, &authority):
		return "The platform's certificate is of an authority that this machine does not know, or the platform does not " +
			"send the certificates between: set ca_certificate_file to a file with the authority's certificate."
	}
	return ""
}

func date(t time.Time) string { return t.UTC().Format(time.RFC3339) }
