package main

import (
	"os"
	"runtime/debug"
	"testing"
)

func TestTune(t *testing.T) {
	defer debug.SetGCPercent(debug.SetGCPercent(100))
	for name, c := range map[string]struct {
		environment []string
		sdk         string
		gc          int
	}{
		"no TF_LOG":        {[]string{"HOME=/root", "TF_LOG="}, "OFF", 400},
		"TF_LOG":           {[]string{"TF_LOG=TRACE"}, "", 400},
		"TF_LOG_SDK_PROTO": {[]string{"TF_LOG_SDK_PROTO=debug"}, "", 400},
		"GOGC":             {[]string{"TF_LOG=TRACE", "GOGC=50"}, "", 100},
		"empty GOGC":       {[]string{"TF_LOG=TRACE", "GOGC="}, "", 400},
	} {
		t.Run(name, func(t *testing.T) {
			t.Setenv("TF_LOG_SDK", "")
			debug.SetGCPercent(100)
			tune(c.environment)
			if got := os.Getenv("TF_LOG_SDK"); got != c.sdk {
				t.Errorf("TF_LOG_SDK is %q, want %q", got, c.sdk)
			}
			if got := debug.SetGCPercent(100); got != c.gc {
				t.Errorf("the garbage collector runs at %d percent, want %d", got, c.gc)
			}
		})
	}
}
