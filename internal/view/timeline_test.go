package view

import (
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
)

var update = flag.Bool("update", false, "write the drawings that the tests compare")

var now = time.Date(2026, 5, 1, 12, 0, 0, 0, time.UTC)

func day(n int) time.Time { return now.Add(time.Duration(n) * 24 * time.Hour) }

func on(n int) *time.Time { at := day(n); return &at }

// said is what a timeline draws of each lane, with days counted from now on.
func said(t Timeline) string {
	var lanes []string
	for _, l := range t.Lanes {
		words := l.Label + ":"
		for _, s := range l.Sections {
			words += " " + string(s.Kind) + " " + days(s.From) + ".." + days(s.Until)
		}
		lanes = append(lanes, words)
	}
	return strings.Join(lanes, "; ")
}

func days(at time.Time) string { return Number(int(at.Sub(now) / (24 * time.Hour))) }

func TestVersionsTimeline(t *testing.T) {
	t.Parallel()
	current := api.Version{Version: 1, State: "current", IssuedAt: day(-100)}
	for name, tc := range map[string]struct {
		versions []api.Version
		due      *time.Time
		overdue  bool
		want     string
	}{
		"one valid version, due later": {[]api.Version{current}, on(20), false, "version 1: valid -100..0 planned 0..26"},
		"due and not overdue": {
			[]api.Version{current}, on(-10), false, "version 1: valid -100..-10 due -10..0 planned 0..6",
		},
		"overdue": {
			[]api.Version{current}, on(-40), true, "version 1: valid -100..-40 overdue -40..0 planned 0..6",
		},
		"two valid versions": {
			[]api.Version{current, {Version: 2, State: "pending", IssuedAt: day(-5), ExpiresAt: on(2)}},
			nil, false,
			"version 2: overlap -5..0 planned 0..2; version 1: valid -100..-5 overlap -5..0 planned 0..7",
		},
		"an ended version": {
			[]api.Version{
				{Version: 1, State: "retired", IssuedAt: day(-100), EndedAt: on(-50), EndReason: "retired"},
				{Version: 2, State: "current", IssuedAt: day(-60)},
			},
			nil, false,
			"version 2: overlap -60..-50 valid -50..0 planned 0..6; version 1: valid -100..-60 overlap -60..-50",
		},
		"older than what is drawn": {
			[]api.Version{{Version: 1, State: "current", IssuedAt: day(-2000)}},
			on(-1900), true,
			"version 1: overdue -400..0 planned 0..21",
		},
		"revoked: nothing is valid": {
			[]api.Version{{Version: 7, State: "revoked", IssuedAt: day(-3), EndedAt: on(-2)}},
			nil, false,
			"version 7: valid -3..-2",
		},
		"no version": {nil, nil, false, ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got := VersionsTimeline("t", "notifier", tc.versions, tc.due, tc.overdue, now)
			if said(got) != tc.want {
				t.Errorf("got  %s\nwant %s", said(got), tc.want)
			}
			if rows := len(got.Table().Rows); rows != len(tc.versions) {
				t.Errorf("the table has %d rows", rows)
			}
		})
	}
}

// Versions of two credentials do not overlap with each other.
func TestEntriesTimeline(t *testing.T) {
	t.Parallel()
	got := EntriesTimeline("t", "All", []api.InventoryEntry{
		{Name: "a", DueAt: on(9), Versions: []api.InventoryVersion{{Version: 3, State: "current", IssuedAt: day(-20)}}},
		{Name: "b", DueAt: on(-1), Overdue: true, Versions: []api.InventoryVersion{
			{Version: 1, State: "previous", IssuedAt: day(-30), ExpiresAt: on(1)},
			{Version: 2, State: "current", IssuedAt: day(-10)},
		}},
		{Name: "without versions"},
	}, now)
	want := "a 3: valid -20..0 planned 0..10; b 1: valid -30..-10 overlap -10..0 planned 0..1; " +
		"b 2: overlap -10..-1 overdue -1..0 planned 0..10"
	if said(got) != want {
		t.Errorf("got  %s\nwant %s", said(got), want)
	}
}

// golden compares what a template makes with a file.
func golden(t *testing.T, name, template string, data any) string {
	t.Helper()
	var b strings.Builder
	if err := MustParse(`{{define "main"}}{{end}}`).parsed.ExecuteTemplate(&b, template, data); err != nil {
		t.Fatal(err)
	}
	path := filepath.Join("testdata", name)
	if *update {
		if err := os.WriteFile(path, []byte(b.String()), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if b.String() != string(want) {
		t.Errorf("%s differs; look at what changed with: go test ./internal/view -update, and git diff\n%s", path, b.String())
	}
	return b.String()
}

func TestDrawing(t *testing.T) {
	t.Parallel()
	versions := []api.Version{
		{Version: 1, State: "retired", IssuedAt: day(-200), EndedAt: on(-95), EndReason: "retired"},
		{Version: 2, State: "current", IssuedAt: day(-100)},
		{Version: 3, State: "pending", IssuedAt: day(-3), ExpiresAt: on(4)},
	}
	due := VersionsTimeline("line", "notifier", versions, on(-10), true, now)
	svg := golden(t, "timeline.html", "timeline", due)
	for _, want := range []string{
		`role="img"`, `aria-labelledby="line-title line-desc"`, "<desc", "3 versions, 1 overdue, 3 with",
	} {
		if !strings.Contains(svg, want) {
			t.Errorf("the drawing lacks %s", want)
		}
	}
}

// A drawing has at most eight dates, whatever its span.
func TestTicks(t *testing.T) {
	t.Parallel()
	for _, age := range []int{0, 1, 3, 10, 40, 100, 300, 5000} {
		versions := []api.Version{{Version: 1, State: "current", IssuedAt: day(-age)}}
		line := VersionsTimeline("t", "n", versions, on(age), false, now)
		ticks := line.ticks()
		if len(ticks) < 1 || len(ticks) > maxTicks {
			t.Errorf("of %d days, there are %d ticks", age, len(ticks))
		}
		for _, tick := range ticks {
			if tick.X < labelWidth || tick.X > drawingWidth {
				t.Errorf("of %d days, a tick is at %d", age, tick.X)
			}
		}
	}
}
