package api

import (
	"crypto/sha256"
	"encoding/hex"
	"regexp"
	"time"
)

// The headers by which the provider claims what it creates. Every create has both or neither. A read of an object has
// HeaderClaim where the reader has the claim of its create.
const (
	HeaderRun   = "Quickconnect-Run"
	HeaderClaim = "Quickconnect-Claim"
)

// RunIDPrefix is of the id of every run. The provider makes these ids.
const RunIDPrefix = "run_"

const (
	// RunLease is how long a run counts as alive after its last request.
	RunLease = 30 * time.Second
	// RunRenewal is how often a run renews its lease.
	RunRenewal = 10 * time.Second
	// AdoptionWindow is how long after its creation an object can be adopted.
	AdoptionWindow = 2 * time.Hour
	// OrphanAge is how old an unclaimed object is when it is listed as an orphan.
	OrphanAge = 24 * time.Hour
)

// The forms of the two headers.
const (
	RunIDPattern = `^` + RunIDPrefix + ulidPattern + `$`
	ClaimPattern = `^[A-Za-z0-9_-]{22,128}$`
)

var (
	runIDRegexp = regexp.MustCompile(RunIDPattern)
	claimRegexp = regexp.MustCompile(ClaimPattern)
)

// IsRunID reports whether a text has the form of a run's id.
func IsRunID(s string) bool { return runIDRegexp.MatchString(s) }

// IsClaim reports whether a text has the form of a claim. Who makes one makes it of 128 random bits or more.
func IsClaim(s string) bool { return claimRegexp.MatchString(s) }

// ClaimDigest is what a list shows of a claim: a state that has the claim of an object recognises it. A claim has 128
// random bits, so nobody finds it from its digest.
func ClaimDigest(id, claim string) string {
	sum := sha256.Sum256([]byte("claim\x00" + id + "\x00" + claim))
	return hex.EncodeToString(sum[:])
}

// ObjectClaim is the claim of an object as a list shows it.
type ObjectClaim struct {
	Digest    string `json:"digest" doc:"SHA-256, in hexadecimal, of the bytes claim, NUL, the id of the object, NUL, the claim. Empty where the platform does not have the claim any more, or made it before it kept digests: then a read of the object itself says whether a claim counts."`
	Presented bool   `json:"presented" doc:"A state has presented it."`
}

// PresentedClaim says that a state has an object.
type PresentedClaim struct {
	ID    string `json:"id" doc:"The object." pattern:"^[a-z]{3}_[0-9A-Za-z]{1,64}$"`
	Claim string `json:"claim" doc:"The claim of the create that made it, or that adopted it." pattern:"^[A-Za-z0-9_-]{22,128}$"`
}

// PresentClaims presents the claims of many objects.
type PresentClaims struct {
	Claims []PresentedClaim `json:"claims" nullable:"false" minItems:"1" maxItems:"1000" doc:"1 to 1,000 claims. One that does not count says nothing: a read of its object tells why."`
}

// Run is one instance of the provider, as far as the platform knows it.
type Run struct {
	ID         string     `json:"id" doc:"The id that the provider made, run_ and a ULID."`
	StartedAt  time.Time  `json:"started_at" doc:"When its first create arrived."`
	LeaseUntil time.Time  `json:"lease_until" doc:"Until when it counts as alive. A create and a renewal move it to 30 seconds from then."`
	EndedAt    *time.Time `json:"ended_at" doc:"When it was ended. Null for not yet."`
	InOrder    bool       `json:"in_order" doc:"It was ended in order: what it made is never adopted."`
}

// RunEnd ends a run.
type RunEnd struct {
	InOrder bool `json:"in_order" doc:"True: whoever started the run has got all its answers, and what it made is never adopted. False: the run was interrupted, and its lease ends now."`
}

// Orphan is an object that nothing looks after: nobody presented its claim, or it is deleting and still in use.
type Orphan struct {
	Kind          string     `json:"kind" doc:"The kind of the object, as in the path of its collection."`
	ID            string     `json:"id" doc:"The id of the object."`
	Name          string     `json:"name" doc:"The name of the object; of one that is deleting, the name that it had."`
	CreatedAt     *time.Time `json:"created_at" doc:"When it was made, or adopted. Null for an object that is deleting."`
	CreatedBy     string     `json:"created_by" doc:"Id of the principal that made it. Empty for an object that is deleting."`
	CreatedByName string     `json:"created_by_name" doc:"The name of that principal."`
	RunID         string     `json:"run_id" doc:"The run that made it, or adopted it. Empty for an object that is deleting."`
	DeletingSince *time.Time `json:"deleting_since" doc:"When it was deleted while it was in use. Null for an object that is unclaimed."`
	DeletedBy     string     `json:"deleted_by" doc:"Id of the principal that deleted it. Empty for an object that is unclaimed."`
	DeletedByName string     `json:"deleted_by_name" doc:"The name of that principal."`
	InUseBy       []User     `json:"in_use_by" doc:"The objects that still refer to an object that is deleting, 20 at most. Null for an object that is unclaimed."`
	InUseCount    int        `json:"in_use_count" doc:"How many objects still refer to it."`
}
