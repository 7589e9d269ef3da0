package platform_test

import (
	"encoding/json"
	"testing"
	"time"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
)

// certification is what an object and an entry of the inventory say of it.
type certification struct {
	Etag  string
	Until *string `json:"certified_until"`
	Ended bool    `json:"certification_ended"`
}

// certified fails the test unless an object, and the inventory, say until when it is certified and whether that ended.
func (w *world) certified(id, until string, ended bool) certification {
	w.t.Helper()
	var got certification
	if err := json.Unmarshal(w.do("GET", pathOf(id), nil).want(200).body, &got); err != nil {
		w.t.Fatal(err)
	}
	_, all := w.inventory("", "1000")
	selected, _ := w.inventory("certification_ended=true", "1000")
	listed := all[id]
	same := func(at *time.Time) bool {
		if at == nil || until == "" {
			return at == nil && until == ""
		}
		want, err := time.Parse(time.RFC3339, until)
		return err == nil && at.Equal(want)
	}
	if got.Ended != ended || listed.CertificationEnded != ended || (len(selected) == 1) != ended {
		w.t.Errorf("%s: ended %t, %t in the inventory, selected %v; want %t", id, got.Ended, listed.CertificationEnded,
			selected, ended)
	}
	if (got.Until == nil) != (until == "") || got.Until != nil && *got.Until != until || !same(listed.CertifiedUntil) {
		w.t.Errorf("%s: certified until %v, %v in the inventory; want %q", id, got.Until, listed.CertifiedUntil, until)
	}
	return got
}

// A certification is kept as given, shown as ended from its moment on, and ends nothing. A change of it changes no
// version.
func TestCertifiedUntil(t *testing.T) {
	for name, create := range map[string]func(w *world, more object) string{
		"connector": func(w *world, more object) string {
			more["credentials"] = object{"api_key": "correct-horse-battery-staple"}
			return w.newConnector("chat", more).ID
		},
		"scoped token": func(w *world, more object) string {
			return w.create(api.ScopedTokens, "notifier", w.newPolicy("p", nil).ID, more).ID
		},
		"signing secret": func(w *world, more object) string {
			return w.create(api.SigningSecrets, "signer", w.newPolicy("p", nil).ID, more).ID
		},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			at := w.clock.Now().Add(30 * day)
			given := at.In(time.FixedZone("", 2*60*60)).Format(time.RFC3339)
			id := create(w, object{"certified_until": given})
			versions := func() string { return string(w.do("GET", pathOf(id)+"/versions", nil).want(200).body) }
			before := versions()
			first := w.certified(id, given, false)
			w.clock.Advance(30*day - time.Microsecond)
			w.certified(id, given, false)
			w.clock.Advance(time.Microsecond)
			if got := w.certified(id, given, true); got.Etag != first.Etag {
				t.Errorf("the end of a certification is a change: etag %s, before %s", got.Etag, first.Etag)
			}
			change := func(v any) *reply { return w.do("PATCH", pathOf(id), object{"certified_until": v}) }
			later := w.clock.Now().Add(90 * day).UTC().Format(time.RFC3339)
			change(later).want(200)
			w.certified(id, later, false)
			w.do("PATCH", pathOf(id), object{"owner": "team-b"}).want(200)
			w.certified(id, later, false)
			change("soon").problem(api.CodeInvalid, "/certified_until")
			change("0001-01-01T00:00:00Z").problem(api.CodeInvalid, "/certified_until")
			change("2020-01-01T00:00:00Z").want(200) // a configuration that is applied anew must not fail because of it
			w.certified(id, "2020-01-01T00:00:00Z", true)
			change(nil).want(200)
			w.certified(id, "", false)
			if after := versions(); after != before {
				t.Errorf("the versions changed:\n%s\n%s", before, after)
			}
		})
	}
}

// While the clock is in doubt, a certification goes by the clock as everything does that only says something.
func TestCertifiedUntilWhileTheClockIsInDoubt(t *testing.T) {
	w := newWorld(t)
	until := w.clock.Now().Add(time.Hour).UTC().Format(time.RFC3339)
	id := w.create(api.ScopedTokens, "notifier", w.newPolicy("p", nil).ID, object{"certified_until": until}).ID
	w.clock.Jump(2 * time.Hour)
	w.certified(id, until, true)
	w.wantClock(2 * time.Hour)
	w.clock.Jump(-2 * time.Hour)
	w.certified(id, until, false)
}
