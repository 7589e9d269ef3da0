package view

import (
	"strconv"
	"strings"
	"time"
)

// Sizes of a drawing, in units of its viewBox.
const (
	drawingWidth = 960
	labelWidth   = 220
	edgeWidth    = 40 // for half a date at the right
	laneHeight   = 26
	barHeight    = 16
	axisHeight   = 28
	legendHeight = 34
	maxLabel     = 30 // characters of a label that fit
)

// Drawing is where everything of a timeline is drawn. The template only writes it.
type Drawing struct {
	ID            string
	Width, Height int
	Title, Desc   string
	Ticks         []Tick
	Lanes         []DrawnLane
	Legend        []LegendItem
	Now           int
	AxisY, NowY   int // where the line of now ends, and where its word is
}

// LegendItem is a sample and its word.
type LegendItem struct {
	Bar          *Bar
	Due          string // the points of the mark, where the sample is that
	TextX, TextY int
	Text         string
}

// Tick is a word at a place.
type Tick struct {
	X    int
	Text string
}

// DrawnLane is a lane: its words, its bars, and where it falls due.
type DrawnLane struct {
	Y, TextY int
	Label    string
	Bars     []Bar
	Due      string // the points of the mark; empty for none
}

// Bar is a section of a lane.
type Bar struct {
	Kind        Kind
	X, Y, Width int
	Fill        string // the pattern of the kind; empty where the stylesheet has its colour
	Words       string
}

// Draw places a timeline.
func (t Timeline) Draw() Drawing {
	d := Drawing{
		ID: t.ID, Width: drawingWidth, Title: t.Title, Desc: t.Desc(), Now: t.x(t.Now), Ticks: t.ticks(),
		AxisY: axisHeight + len(t.Lanes)*laneHeight,
	}
	d.NowY = d.AxisY + 12
	d.Height = d.NowY + legendHeight
	for i := range t.Lanes {
		d.Lanes = append(d.Lanes, t.drawLane(&t.Lanes[i], axisHeight+i*laneHeight))
	}
	d.Legend = t.legend(d.NowY + 12)
	return d
}

// words has what a kind of section is called in the drawing.
var words = map[Kind]string{
	Valid: "valid", Overlap: "two are valid", Due: "rotation is due", Overdue: "overdue", Planned: "from now on",
}

const (
	sampleWidth = 28
	itemWidth   = 150
)

// legend has a sample of each kind of section, and of the mark.
func (t Timeline) legend(y int) (out []LegendItem) {
	x := 0
	for _, kind := range []Kind{Valid, Overlap, Due, Overdue, Planned} {
		out = append(out, LegendItem{
			Bar:   &Bar{Kind: kind, X: x, Y: y, Width: sampleWidth, Fill: t.fill(kind)},
			TextX: x + sampleWidth + 6, TextY: y + 13, Text: words[kind],
		})
		x += itemWidth
	}
	return append(out, LegendItem{
		Due: diamond(x+10, y+barHeight/2), TextX: x + 22, TextY: y + 13, Text: "rotation falls due",
	})
}

// fill is the pattern of a kind: no kind is told by its colour alone.
func (t Timeline) fill(kind Kind) string {
	if kind == Overlap || kind == Due || kind == Overdue {
		return "url(#" + t.ID + "-" + string(kind) + ")"
	}
	return ""
}

func (t Timeline) drawLane(l *Lane, y int) DrawnLane {
	out := DrawnLane{Y: y, TextY: y + laneHeight - 9, Label: shorten(l.Label)}
	for _, s := range l.Sections {
		x := t.x(s.From)
		out.Bars = append(out.Bars, Bar{
			Kind: s.Kind, Fill: t.fill(s.Kind), X: x, Y: y + (laneHeight-barHeight)/2, Width: max(1, t.x(s.Until)-x),
			Words: l.Label + ": " + words[s.Kind] + ", " + Day(s.From) + " to " + Day(s.Until),
		})
	}
	if l.Due != nil && !l.Due.Before(t.From) && l.Due.Before(t.Until) {
		out.Due = diamond(t.x(*l.Due), y+laneHeight/2)
	}
	return out
}

// x is where a time is drawn.
func (t Timeline) x(at time.Time) int {
	const room = drawingWidth - labelWidth - edgeWidth
	return labelWidth + int(float64(room)*float64(at.Sub(t.From))/float64(t.Until.Sub(t.From)))
}

// steps are what may be between two ticks.
var steps = []time.Duration{
	6 * time.Hour, 24 * time.Hour, 7 * 24 * time.Hour, 30 * 24 * time.Hour, 90 * 24 * time.Hour, 180 * 24 * time.Hour,
}

// maxTicks is how many dates fit below each other's side.
const maxTicks = 8

// ticks are the dates of the axis: at most maxTicks, at full steps.
func (t Timeline) ticks() (out []Tick) {
	step := steps[len(steps)-1]
	for _, s := range steps {
		if t.Until.Sub(t.From)/s < maxTicks {
			step = s
			break
		}
	}
	format := time.DateOnly
	if step < 24*time.Hour {
		format = "01-02 15:04"
	}
	for at := t.From.UTC().Truncate(step); at.Before(t.Until); at = at.Add(step) {
		if !at.Before(t.From) {
			out = append(out, Tick{X: t.x(at), Text: at.Format(format)})
		}
	}
	return out
}

// shorten is a label as far as it fits; the table below has all of it.
func shorten(label string) string {
	letters := []rune(label)
	if len(letters) <= maxLabel {
		return label
	}
	return strings.TrimSpace(string(letters[:maxLabel-1])) + "…"
}

// diamond returns the points of a mark around a place.
func diamond(x, y int) string {
	const half = 6
	points := [][2]int{{x, y - half}, {x + half, y}, {x, y + half}, {x - half, y}}
	words := make([]string, len(points))
	for i, p := range points {
		words[i] = strconv.Itoa(p[0]) + "," + strconv.Itoa(p[1])
	}
	return strings.Join(words, " ")
}
