package client

import (
	"crypto/rand"
	"crypto/sha256"
	"regexp"
	"strings"
	"sync"
	"unicode"
)

const (
	// maxDetail is how many bytes of a foreign text reach a diagnostic.
	maxDetail = 1024
	// maxSearched is how many bytes of a foreign text are searched, and maxForms how many of all its forms. The platform
	// sends far less. More is not printed.
	maxSearched, maxForms = 4 << 10, 256 << 10
	// windowBytes is how much of an issued value betrays it.
	windowBytes = 12
	// minWhole and minLine are how long a supplied value, and a line of one, must be to count: anything shorter would
	// withhold every text.
	minWhole, minLine = 4, 8
)

const withheld = "(text withheld: it repeated a secret)"

// known has the secrets of this run, as keyed hashes of their parts. It is safe for concurrent use; nil knows none.
type known struct {
	key [16]byte

	mu    sync.Mutex
	parts map[int]map[[sha256.Size]byte]bool // by length
}

func newKnown() *known {
	k := &known{parts: map[int]map[[sha256.Size]byte]bool{}}
	_, _ = rand.Read(k.key[:]) // never fails
	return k
}

// supplied remembers a value that the platform was sent: the whole, and each of its longer lines.
func (k *known) supplied(value string) {
	if len(value) >= minWhole {
		k.add(value)
	}
	if trimmed := strings.TrimSpace(value); len(trimmed) >= minWhole {
		k.add(trimmed)
	}
	for line := range strings.Lines(value) {
		if line = strings.TrimRight(line, "\r\n"); len(line) >= minLine {
			k.add(line)
		}
	}
}

// issued remembers a value that the platform made: any part of it.
func (k *known) issued(value string) {
	if len(value) < windowBytes {
		k.supplied(value)
		return
	}
	for i := range len(value) - windowBytes + 1 {
		k.add(value[i : i+windowBytes])
	}
}

func (k *known) add(part string) {
	k.mu.Lock()
	defer k.mu.Unlock()
	of := k.parts[len(part)]
	if of == nil {
		of = map[[sha256.Size]byte]bool{}
		k.parts[len(part)] = of
	}
	of[k.hash(part)] = true
}

func (k *known) hash(part string) [sha256.Size]byte {
	return sha256.Sum256(append(k.key[:len(k.key):len(k.key)], part...))
}

// in reports whether a text has a secret in it.
func (k *known) in(text string) bool {
	if k == nil {
		return false
	}
	k.mu.Lock()
	defer k.mu.Unlock()
	for n, of := range k.parts {
		for i := range len(text) - n + 1 {
			if of[k.hash(text[i:i+n])] {
				return true
			}
		}
	}
	return false
}

// ourTokens is what the values look like that the platform issues. A prefix alone is none: messages name prefixes.
var ourTokens = regexp.MustCompile(`(?:qct|qca|qcp)_[0-9A-Za-z]{6}|(?:whsec|whsk)_[0-9A-Za-z+/_-]{6}`)

// clean makes a foreign text fit to print. A text that repeats a secret, in clear or encoded, is withheld as a whole.
func (k *known) clean(text string) string {
	text = k.search(text)
	if len(text) > maxDetail {
		text = strings.ToValidUTF8(text[:maxDetail], "") + " …"
	}
	return text
}

// search is clean without a limit of the length.
func (k *known) search(text string) string {
	if text == "" {
		return ""
	}
	if len(text) > maxSearched {
		return "(text withheld: it is longer than any text of the platform)"
	}
	forms, all := formsOf(text)
	if !all {
		return withheld
	}
	for _, form := range forms {
		if ourTokens.MatchString(form) || k.in(form) {
			return withheld
		}
	}
	return strings.Map(func(r rune) rune {
		if unicode.IsControl(r) {
			return ' '
		}
		return r
	}, text)
}
