package api

// FreeTexts returns the texts of a connector that somebody wrote, and that a plan prints.
func (c *Connector) FreeTexts() []*string {
	return append(c.Hold.freeTexts(), c.Quarantine.freeTexts()...)
}

// FreeTexts returns the texts of a token or a signing secret that somebody wrote, and that a plan prints.
func (r *Rotated) FreeTexts() []*string {
	return append(r.Hold.freeTexts(), r.Quarantine.freeTexts()...)
}

// FreeTexts returns also what a probe of the signing secret found: it quotes a receiver.
func (s *SigningSecret) FreeTexts() []*string {
	out := s.Rotated.FreeTexts()
	if s.Probe != nil {
		out = append(out, &s.Probe.Detail)
	}
	return out
}

// FreeTexts returns the text of a failure of the endpoint: it quotes a receiver.
func (e *WebhookEndpoint) FreeTexts() []*string {
	if e.Failing == nil {
		return nil
	}
	return []*string{&e.Failing.Detail}
}

// FreeTexts returns the texts about a quarantine of the value.
func (i *Identification) FreeTexts() []*string { return i.Quarantine.freeTexts() }

func (h *Hold) freeTexts() []*string {
	if h == nil {
		return nil
	}
	return []*string{&h.Reason, &h.ByName}
}

func (q *Quarantine) freeTexts() []*string {
	if q == nil {
		return nil
	}
	return []*string{&q.Reason, &q.ByName}
}
