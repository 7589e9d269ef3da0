package httpapi

import "testing"

func TestIfMatchNames(t *testing.T) {
	for match, want := range map[string]bool{
		`"7"`: true, `*`: true, ` "7" `: true, `"6", "7"`: true, `"6"`: false, `7`: false, `W/"7"`: false, `"77"`: false,
		`""`: false,
	} {
		if got := Matches(match, 7); got != want {
			t.Errorf("%s: %v", match, got)
		}
	}
}
