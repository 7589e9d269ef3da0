package api

import "testing"

func TestPlatformRef(t *testing.T) {
	const id = "plt_01ARZ3NDEKTSV4RRFFQ69G5FAV"
	want := PlatformRef{ID: id, Incarnation: 12}
	if got, ok := ParsePlatformRef(want.String()); !ok || got != want {
		t.Errorf("%q is read as %v, %v", want.String(), got, ok)
	}
	for _, s := range []string{
		"", "/", id, id + "/", id + "/0", id + "/-1", id + "/+1", id + "/01", id + "/1/1", id + "/1 ", " " + id + "/1",
		"plt_01/1", "tok_01ARZ3NDEKTSV4RRFFQ69G5FAV/1", id + "/99999999999999999999",
	} {
		if got, ok := ParsePlatformRef(s); ok {
			t.Errorf("%q is read as %v", s, got)
		}
	}
}
