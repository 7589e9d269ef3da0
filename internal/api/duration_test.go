package api_test

import (
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
)

func TestParseDuration(t *testing.T) {
	good := map[string]time.Duration{
		"90d":    90 * 24 * time.Hour,
		"12h":    12 * time.Hour,
		"90s":    90 * time.Second,
		"1m30s":  90 * time.Second,
		"1y":     365 * 24 * time.Hour,
		"1w":     7 * 24 * time.Hour,
		"1d12h":  36 * time.Hour,
		"0s":     0,
		"0y0s":   0,
		"007d":   7 * 24 * time.Hour,
		"100y":   100 * 365 * 24 * time.Hour,
		"1w2d3s": 9*24*time.Hour + 3*time.Second,
	}
	for in, want := range good {
		if got, err := api.ParseDuration(in); err != nil || got != want {
			t.Errorf("ParseDuration(%q) = %v, %v; want %v", in, got, err, want)
		}
	}
	for _, in := range []string{
		"", "0", "90", "90 days", "1h1d", "1d1d", "-1d", "1.5h", "5ms", "1h5ms", " 1h", "101y", "100y1s", "300y",
		"99999999999999999999s", "1H", "d", "1month",
	} {
		if got, err := api.ParseDuration(in); err == nil {
			t.Errorf("ParseDuration(%q) = %v; want an error", in, got)
		}
	}
}

func TestFormatDurationRoundTrips(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		d := time.Duration(rapid.Int64Range(0, int64(100*365*24*time.Hour/time.Second)).Draw(t, "seconds")) * time.Second
		if got, err := api.ParseDuration(api.FormatDuration(d)); err != nil || got != d {
			t.Fatalf("%v was written %q and read %v, %v", d, api.FormatDuration(d), got, err)
		}
	})
}
