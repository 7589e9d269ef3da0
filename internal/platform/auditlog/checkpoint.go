package auditlog

import (
	"crypto/ed25519"
	"encoding/base64"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

// Checkpoint says what a log was at one time. A signed one is a note of golang.org/x/mod/sumdb/note, whose text has
// the lines of a tlog-checkpoint: origin, size, root, and two lines of our own.
type Checkpoint struct {
	Origin string
	Size   int64
	Root   tlog.Hash
	At     time.Time
	Chain  Chain
}

// Chain is the hash chain of older builds, whose events are the first leaves. It is empty where there was none.
type Chain struct {
	Size int64
	Head []byte // the hash of its last event
}

// Origin names the log of an environment.
func Origin(platform, tenant, environment string) string {
	return platform + "/" + tenant + "/" + environment
}

const (
	timeLine  = "time "
	chainLine = "chain "
)

// Text returns the text that is signed.
func (c Checkpoint) Text() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s\n%d\n%s\n", c.Origin, c.Size, c.Root)
	fmt.Fprintf(&b, "%s%s\n", timeLine, c.At.UTC().Format(time.RFC3339Nano))
	if c.Chain.Size > 0 {
		fmt.Fprintf(&b, "%s%d %s\n", chainLine, c.Chain.Size, base64.StdEncoding.EncodeToString(c.Chain.Head))
	}
	return b.String()
}

// Sign returns the note of a checkpoint.
func (c Checkpoint) Sign(signer note.Signer) (string, error) {
	signed, err := note.Sign(&note.Note{Text: c.Text()}, signer)
	return string(signed), err
}

// OpenCheckpoint returns the checkpoint of a note whose signature verifies.
func OpenCheckpoint(signed string, verifier note.Verifier) (Checkpoint, error) {
	n, err := note.Open([]byte(signed), note.VerifierList(verifier))
	if err != nil && !isSignature(err) {
		return Checkpoint{}, errors.New("this is not a checkpoint: it must be what quickconnectd audit checkpoint or " +
			"GET /v1/audit-checkpoint printed, unchanged")
	}
	if err != nil {
		return Checkpoint{}, fmt.Errorf("the signature of the checkpoint does not verify with the public key %s: it was "+
			"changed, or another platform has signed it: %w", verifier.Name(), err)
	}
	return parse(n.Text)
}

// isSignature reports whether a text is a note, and only its signature is not what it must be.
func isSignature(err error) bool {
	var unknown *note.UnverifiedNoteError
	var bad *note.InvalidSignatureError
	return errors.As(err, &unknown) || errors.As(err, &bad)
}

var errNoCheckpoint = errors.New("it is signed, but it is not the checkpoint of an audit log")

func parse(text string) (c Checkpoint, err error) {
	lines := strings.Split(strings.TrimSuffix(text, "\n"), "\n")
	if len(lines) < 4 || !strings.HasPrefix(lines[3], timeLine) {
		return c, errNoCheckpoint
	}
	c.Origin = lines[0]
	if c.Size, err = strconv.ParseInt(lines[1], 10, 64); err != nil || c.Size < 0 {
		return c, errNoCheckpoint
	}
	if c.Root, err = tlog.ParseHash(lines[2]); err != nil {
		return c, errNoCheckpoint
	}
	if c.At, err = time.Parse(time.RFC3339Nano, lines[3][len(timeLine):]); err != nil {
		return c, errNoCheckpoint
	}
	for _, line := range lines[4:] {
		size, head, ok := strings.Cut(strings.TrimPrefix(line, chainLine), " ")
		if !ok || !strings.HasPrefix(line, chainLine) {
			continue // a line of a later build
		}
		if c.Chain.Size, err = strconv.ParseInt(size, 10, 64); err != nil {
			return c, errNoCheckpoint
		}
		if c.Chain.Head, err = base64.StdEncoding.DecodeString(head); err != nil {
			return c, errNoCheckpoint
		}
	}
	return c, nil
}

// algorithmEd25519 is the number of the algorithm in the keys of package note.
const algorithmEd25519 = 1

// Signer returns what signs the checkpoints of a platform with an Ed25519 seed, and the public key that verifies them.
func Signer(platform string, seed []byte) (signer note.Signer, publicKey string, err error) {
	if len(seed) != ed25519.SeedSize {
		return nil, "", fmt.Errorf("the key of checkpoints has %d bytes, and must have %d", len(seed), ed25519.SeedSize)
	}
	public, ok := ed25519.NewKeyFromSeed(seed).Public().(ed25519.PublicKey)
	if !ok {
		return nil, "", errors.New("the key of checkpoints has no public key")
	}
	publicKey, err = note.NewEd25519VerifierKey(platform, public)
	if err != nil {
		return nil, "", err
	}
	// The private key of package note has the same name and the same hash as the public one: NAME+HASH+KEY, where the
	// hash has 8 digits.
	id := publicKey[:len(platform)+len("+00000000")]
	private := append([]byte{algorithmEd25519}, seed...)
	signer, err = note.NewSigner("PRIVATE+KEY+" + id + "+" + base64.StdEncoding.EncodeToString(private))
	return signer, publicKey, err
}
