package problem

import "testing"

func TestPointer(t *testing.T) {
	if got := Pointer("settings", "a/b~c"); got != "/settings/a~1b~0c" {
		t.Error(got)
	}
}
