package api

import "testing"

func TestEventTypesOfThePlatformAreNamed(t *testing.T) {
	for name, tc := range map[string]struct {
		types []string
		want  bool
	}{
		"every type":        {nil, false},
		"everything stored": {[]string{"*"}, false},
		"another family":    {[]string{"message.*"}, false},
		"all of them":       {[]string{"message.*", "quickconnect.*"}, true},
		"a family":          {[]string{"quickconnect.rotation.*"}, true},
		"another one":       {[]string{"quickconnect.leak.*"}, false},
		"itself":            {[]string{NotifyRotationDue}, true},
		"its sibling":       {[]string{NotifyRotationOverdue}, false},
	} {
		if got := Takes(tc.types, NotifyRotationDue); got != tc.want {
			t.Errorf("%s: %v, want %v", name, got, tc.want)
		}
	}
	if !Takes(nil, "message.delivered") || CheckEventType(NotifyLeakReported) == nil ||
		CheckEventTypes("quickconnect.leak.*") != nil || CheckEventTypes("quickconnect.leaks.*") == nil {
		t.Error("other types, or the checks, are wrong")
	}
}
