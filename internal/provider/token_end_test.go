package provider_test

import (
	"bytes"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/clock"
)

// A run warns before its token ends, early enough to replace it, and not for ever.
func TestWarnsBeforeItsTokenEnds(t *testing.T) {
	noEnvironment(t)
	const day = 24 * time.Hour
	for name, c := range map[string]struct {
		left  time.Duration
		warns bool
	}{
		"never":               {0, false},
		"in eight days":       {8 * day, false},
		"in six days":         {6 * day, true},
		"in a minute":         {time.Minute, true},
		"by our clock, ended": {-day, false},
	} {
		t.Run(name, func(t *testing.T) {
			ends := "null"
			if c.left != 0 {
				ends = fmt.Sprintf("%q", clock.System().Now().Add(c.left).UTC().Format(time.RFC3339))
			}
			p := newPlatform(t, func(w http.ResponseWriter, r *http.Request) {
				answer := httptest.NewRecorder()
				staging(answer, r)
				w.Header().Set("Content-Type", "application/json")
				_, _ = w.Write(bytes.Replace(answer.Body.Bytes(), []byte(`"expires_at":null`), []byte(`"expires_at":`+ends), 1))
			})
			got := configure(t, p.config())
			if errs := got.Errors(); errs != "" {
				t.Fatal(errs)
			}
			text := got.Warnings()
			for _, want := range []string{"Token of the provider ends soon", "prn_1", "token create", strings.Trim(ends, `"`)} {
				if strings.Contains(text, want) != c.warns {
					t.Errorf("%q: %s", want, text)
				}
			}
		})
	}
}

// A run on a platform whose restore is not confirmed says so, once, whatever the plan is about.
func TestWarnsOfARestore(t *testing.T) {
	noEnvironment(t)
	for _, confirmed := range []bool{true, false} {
		p := newPlatform(t, func(w http.ResponseWriter, r *http.Request) {
			answer := httptest.NewRecorder()
			staging(answer, r)
			w.Header().Set("Content-Type", "application/json")
			_, _ = w.Write(bytes.Replace(answer.Body.Bytes(), []byte(`"restore_confirmed":true`),
				fmt.Appendf(nil, `"restore_confirmed":%t`, confirmed), 1))
		})
		got := configure(t, p.config())
		if errs := got.Errors(); errs != "" {
			t.Fatal(errs)
		}
		text := got.Warnings()
		for _, want := range []string{
			"Platform restored, and not confirmed", "incarnation 1", "quickconnectd restore confirm",
		} {
			if strings.Contains(text, want) == confirmed {
				t.Errorf("confirmed %t, %q: %s", confirmed, want, text)
			}
		}
	}
}
