package api

import (
	"strings"
	"testing"
)

func TestWellFormedToken(t *testing.T) {
	// A fixed example for the authors of scanners.
	const whole = "qcp_0123456789ABCDEFGHIJKLMNOPQRST1orz2V"
	if !WellFormedToken(PrefixPrincipal, whole) {
		t.Errorf("%s is refused: its checksum was computed by another program", whole)
	}
	for i := range whole {
		broken := []byte(whole)
		broken[i] ^= 1
		if WellFormedToken(PrefixPrincipal, string(broken)) {
			t.Errorf("%s is accepted", broken)
		}
	}
	for _, s := range []string{
		"", "qcp_", whole[1:], whole + "0", whole[:len(whole)-1], " " + whole,
		strings.ToUpper(whole),
	} {
		if WellFormedToken(PrefixPrincipal, s) {
			t.Errorf("%q is accepted", s)
		}
	}
	if WellFormedToken(PrefixScopedToken, whole) {
		t.Error("accepted under another prefix")
	}
}
