package api

// Certification says until when somebody has confirmed that a credential is still needed. The credential stays valid
// when that time has passed.
type Certification struct {
	CertifiedUntil     *string `json:"certified_until" doc:"Until when somebody has certified that this credential is still needed, as RFC 3339 and as given. Null where nobody has."`
	CertificationEnded bool    `json:"certification_ended" doc:"Whether certified_until has passed. Nothing ends because of it."`
}
