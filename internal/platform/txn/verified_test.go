package txn

import "testing"

// TestVerified: a value counts at the state at which it was kept, and at no other.
func TestVerified(t *testing.T) {
	first, second := State{changes: 1, usable: true}, State{changes: 2, usable: true}
	var v Verified[string]
	v.Keep("a", State{changes: 1}, "in doubt")
	if _, ok := v.Find("a", first); ok {
		t.Error("a value of an unusable state was kept")
	}
	v.Keep("a", first, "of 1")
	if got, ok := v.Find("a", first); !ok || got != "of 1" {
		t.Errorf("found %q", got)
	}
	if _, ok := v.Find("a", State{changes: 1}); ok {
		t.Error("a value was found at an unusable state")
	}
	if _, ok := v.Find("a", second); ok {
		t.Error("a value was found after a change")
	}
	v.Keep("b", second, "of 2")
	v.Keep("a", first, "too late")
	if _, ok := v.Find("a", second); ok {
		t.Error("a value of an earlier state counts at a later one")
	}
	if got, ok := v.Find("b", second); !ok || got != "of 2" {
		t.Errorf("found %q", got)
	}
}

// TestVerifiedIsBounded: values that nobody asks for again do not fill the memory.
func TestVerifiedIsBounded(t *testing.T) {
	var v Verified[int]
	at := State{changes: 1, usable: true}
	for i := range maxVerified + 1 {
		v.Keep(string(rune(i)), at, i)
	}
	if n := len(v.values); n != 1 {
		t.Errorf("%d values are kept, want the last one", n)
	}
}
