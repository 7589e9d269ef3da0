package api

import (
	"regexp"
	"strconv"
	"strings"
)

// HeaderPlatform is in every answer of a platform: its id and its incarnation, such as
// plt_01ARZ3NDEKTSV4RRFFQ69G5FAV/3.
const HeaderPlatform = "Quickconnect-Platform"

// PlatformIDPrefix is of the id of every platform.
const PlatformIDPrefix = "plt_"

// PlatformRef says which platform answers, and from which life of its database. A platform keeps its id, in its backups
// too. The incarnation is 1 at first, and a new one at every restore of a backup.
type PlatformRef struct {
	ID          string `json:"id"`
	Incarnation int64  `json:"incarnation"`
}

// String returns the reference as HeaderPlatform has it.
func (p PlatformRef) String() string { return p.ID + "/" + strconv.FormatInt(p.Incarnation, 10) }

var platformIDPattern = regexp.MustCompile(`^` + PlatformIDPrefix + ulidPattern + `$`)

// ulidPattern is of the part of an id that the platform makes after the prefix.
const ulidPattern = `[0-7][0-9A-HJKMNP-TV-Z]{25}`

// IsPlatformID reports whether a text has the form of a platform's id.
func IsPlatformID(s string) bool { return platformIDPattern.MatchString(s) }

// ParsePlatformRef reads a reference in the form that HeaderPlatform has; ok is false for anything else.
func ParsePlatformRef(s string) (ref PlatformRef, ok bool) {
	id, number, _ := strings.Cut(s, "/")
	n, err := strconv.ParseInt(number, 10, 64)
	if err != nil || n < 1 || strconv.FormatInt(n, 10) != number || !IsPlatformID(id) {
		return PlatformRef{}, false
	}
	return PlatformRef{ID: id, Incarnation: n}, true
}
