package api

import "time"

// Rotated is what scoped tokens and signing secrets share: they have versions that replace each other.
type Rotated struct {
	Owner              string            `json:"owner" doc:"Who answers for it: an e-mail address or a team name."`
	RotateWhenChanged  map[string]string `json:"rotate_when_changed" doc:"Values whose change requests a rotation. The platform only stores them."`
	MinimumVersion     *int64            `json:"minimum_version" doc:"No version below this number is valid."`
	DeletionProtection bool              `json:"deletion_protection" doc:"While true, DELETE is refused."`
	Version            int64             `json:"version" doc:"The version a consumer should hold: the pending one while staged (not after a rollback), otherwise the current one. Phase revoked keeps the last."`
	Rotation           Rotation          `json:"rotation" doc:"Where it stands between two of its versions."`
	RotationRequested  bool              `json:"rotation_requested" doc:"A rotation was requested and is due as soon as the phase is stable."`
	Hold               *Hold             `json:"hold" doc:"While set, nothing is rotated. Null otherwise."`
	Quarantine         *Quarantine       `json:"quarantine" doc:"While set, the versions that it covers are refused at every use, and no rotation begins or goes on. Null otherwise."`
	UnusedQuarantineAt *time.Time        `json:"unused_quarantine_at" doc:"When the platform puts it in quarantine because nobody uses it, which was announced 14 days before at least. A use before ends that. Null where nothing is announced."`
	LastUsedAt         *time.Time        `json:"last_used_at" doc:"The last use of any version, to the second: an introspection of a token, an accepted delivery of a signing secret. Null for never."`
	ValidVersions      []ValidVersion    `json:"valid_versions" nullable:"false" doc:"The valid versions, the oldest first, and when each was used. None in phase revoked."`
	Findings           []OpenFinding     `json:"findings" nullable:"false" doc:"The open findings, one entry for each rule, ascending by rule. They move by themselves."`
	Uses
	Certification
}

// RotatedCreate is the part of a create that scoped tokens and signing secrets share.
type RotatedCreate struct {
	Name               string            `json:"name,omitempty" doc:"1 to 63 lower-case letters, digits and hyphens, unique among the objects of its kind in the environment."`
	NamePrefix         string            `json:"name_prefix,omitempty" doc:"The platform chooses the name: this and 12 random letters and digits. 1 to 50 lower-case letters, digits and hyphens, with a letter or digit first. Exactly one of name and name_prefix. The numbers of versions begin above every one that a name with this beginning has had."`
	Description        *string           `json:"description,omitempty" doc:"Free text of at most 1,024 bytes."`
	Labels             map[string]string `json:"labels,omitzero" doc:"Free key-value pairs, at most 64."`
	Owner              string            `json:"owner" doc:"Who answers for it: an e-mail address or a team name."`
	RotateWhenChanged  map[string]string `json:"rotate_when_changed,omitzero" doc:"Values whose change requests a rotation. The platform only stores them."`
	MinimumVersion     *int64            `json:"minimum_version,omitempty" doc:"Numbering starts here, unless the name has had a higher number before."`
	DeletionProtection *bool             `json:"deletion_protection,omitempty" doc:"While true, DELETE is refused. False if absent."`
	CertifiedUntil     *string           `json:"certified_until,omitempty" doc:"Until when somebody has certified that this credential is still needed, as RFC 3339. It may be in the past."`
}

// RotatedPatch is the part of a patch that scoped tokens and signing secrets share.
type RotatedPatch struct {
	Name               Optional[string]            `json:"name,omitzero" doc:"A new name. The numbers of the new name are continued."`
	Description        Optional[string]            `json:"description,omitzero" doc:"Free text of at most 1,024 bytes."`
	Labels             Optional[map[string]string] `json:"labels,omitzero" doc:"Replaces all labels."`
	Owner              Optional[string]            `json:"owner,omitzero" doc:"Who answers for it: an e-mail address or a team name."`
	RotateWhenChanged  Optional[map[string]string] `json:"rotate_when_changed,omitzero" doc:"Values whose change requests a rotation. The platform only stores them."`
	MinimumVersion     Optional[int64]             `json:"minimum_version,omitzero" doc:"Revokes every version below this number in the same transaction; the newest that remains is current, and if none remains the next version is issued. At most next_version. Lowering it does nothing."`
	DeletionProtection Optional[bool]              `json:"deletion_protection,omitzero" doc:"While true, DELETE is refused."`
	CertifiedUntil     Optional[string]            `json:"certified_until,omitzero" doc:"Until when somebody has certified that this credential is still needed, as RFC 3339; it may be in the past. Null for none."`
	RotationRequested  bool                        `json:"rotation_requested,omitempty" doc:"True records a request for a rotation. False does nothing."`
}
