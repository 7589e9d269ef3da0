package client

import (
	"bytes"
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"fmt"
	"os"
)

// The beginnings of files.
var (
	byteOrderMark = []byte("\xef\xbb\xbf") // some editors write it in front of UTF-8; the PEM decoder does not skip it
	utf16Marks    = [][]byte{[]byte("\xff\xfe"), []byte("\xfe\xff")}
	beginOfBlock  = []byte("-----BEGIN ")
)

// isDER reports whether data begins as every certificate and every key in DER does: with a sequence of 128 bytes or
// more.
func isDER(data []byte) bool {
	return len(data) > 1 && data[0] == 0x30 && data[1] > 0x80 && data[1] <= 0x84
}

// readPEM reads a file whose blocks are all complete, without a byte order mark. what names the file in errors.
func readPEM(what, file string) (data []byte, blocks []*pem.Block, err error) {
	data, err = os.ReadFile(file)
	if err != nil {
		return nil, nil, fmt.Errorf("the %s cannot be read: %w", what, err)
	}
	data = bytes.TrimPrefix(data, byteOrderMark)
	for rest := data; ; {
		var b *pem.Block
		if b, rest = pem.Decode(rest); b == nil {
			break
		}
		blocks = append(blocks, b)
	}
	if why := notPEM(data, len(blocks)); why != "" {
		return nil, nil, fmt.Errorf("the %s %s %s", what, file, why)
	}
	return data, blocks, nil
}

// notPEM says what is wrong with a file in which that many blocks are complete; empty for nothing.
func notPEM(data []byte, blocks int) string {
	switch {
	case len(bytes.TrimSpace(data)) == 0:
		return "is empty"
	case bytes.HasPrefix(data, utf16Marks[0]), bytes.HasPrefix(data, utf16Marks[1]):
		return "is in UTF-16: save it in UTF-8 or ASCII"
	case bytes.Count(data, beginOfBlock) > blocks:
		return "is cut off or damaged: a block that begins with -----BEGIN has no proper end"
	case blocks == 0 && isDER(data):
		return "is binary (DER), not PEM: convert it, for example with openssl x509 -inform der for a certificate, or " +
			"openssl pkey -inform der for a key"
	case blocks == 0:
		return "has no block that begins with -----BEGIN, so it is not PEM"
	}
	return ""
}

// addCertificates adds the certificates of a file to a pool.
func addCertificates(pool *x509.CertPool, file string) error {
	_, blocks, err := readPEM("CA certificate file", file)
	if err != nil {
		return err
	}
	found := false
	for i, b := range blocks {
		if b.Type != "CERTIFICATE" {
			continue
		}
		c, err := x509.ParseCertificate(b.Bytes)
		if err != nil {
			return fmt.Errorf("block %d of the CA certificate file %s is not a certificate: %w", i+1, file, err)
		}
		pool.AddCert(c)
		found = true
	}
	if !found {
		return fmt.Errorf("the CA certificate file %s has no certificate: its first block is a %s", file, blocks[0].Type)
	}
	return nil
}

// keyPair reads a client certificate and its key.
func keyPair(certificateFile, keyFile string) (tls.Certificate, error) {
	if certificateFile == "" || keyFile == "" {
		return tls.Certificate{}, errors.New("a client certificate needs its key and the other way round")
	}
	certificate, _, err := readPEM("client certificate file", certificateFile)
	if err != nil {
		return tls.Certificate{}, err
	}
	key, _, err := readPEM("client key file", keyFile)
	if err != nil {
		return tls.Certificate{}, err
	}
	pair, err := tls.X509KeyPair(certificate, key)
	if err != nil {
		return pair, fmt.Errorf("the client certificate cannot be used: %w", err)
	}
	return pair, nil
}
