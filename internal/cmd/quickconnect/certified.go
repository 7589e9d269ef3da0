package main

import "github.com/quickconnect/terraform-provider-quickconnect/internal/api"

// certifiedField shows until when a credential is certified; nothing where nobody has certified it.
func certifiedField(answer any) []field {
	var c api.Certification
	switch o := answer.(type) {
	case *api.ScopedToken:
		c = o.Certification
	case *api.SigningSecret:
		c = o.Certification
	case *api.Connector:
		c = o.Certification
	}
	if c.CertifiedUntil == nil {
		return nil
	}
	text := *c.CertifiedUntil
	if c.CertificationEnded {
		text += " (ended)"
	}
	return []field{{"certified until", text}}
}
