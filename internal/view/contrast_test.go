package view

import (
	"math"
	"regexp"
	"strconv"
	"strings"
	"testing"
)

var color = regexp.MustCompile(`--([a-z]+): #([0-9a-f]{6});`)

// Every colour of a text has a contrast of at least 4.5 with what is under it, and every other one of at least 3, in
// light and dark (WCAG 2.2).
func TestContrast(t *testing.T) {
	t.Parallel()
	light, dark, ok := strings.Cut(Stylesheet(), "prefers-color-scheme: dark")
	if !ok {
		t.Fatal("the stylesheet has no dark colours")
	}
	for scheme, text := range map[string]string{"light": light, "dark": dark} {
		colors := map[string]string{}
		for _, m := range color.FindAllStringSubmatch(text, -1) {
			colors[m[1]] = m[2]
		}
		for _, ground := range []string{"ground", "raised"} {
			for _, name := range []string{"text", "quiet", "link", "fine", "attention", "bad"} {
				if c := contrast(t, colors[name], colors[ground]); c < 4.5 {
					t.Errorf("%s: the contrast of %s on %s is %.2f", scheme, name, ground, c)
				}
			}
			if c := contrast(t, colors["focus"], colors[ground]); c < 3 {
				t.Errorf("%s: the contrast of focus on %s is %.2f", scheme, ground, c)
			}
		}
		for _, fill := range []string{"overlap", "due", "overdue", "ground"} {
			if c := contrast(t, colors["stroke"], colors[fill]); c < 3 {
				t.Errorf("%s: the contrast of the pattern on %s is %.2f", scheme, fill, c)
			}
		}
	}
}

func contrast(t *testing.T, a, b string) float64 {
	t.Helper()
	x, y := luminance(t, a), luminance(t, b)
	return (max(x, y) + 0.05) / (min(x, y) + 0.05)
}

func luminance(t *testing.T, hex string) float64 {
	t.Helper()
	n, err := strconv.ParseUint(hex, 16, 32)
	if err != nil {
		t.Fatalf("no colour: %v", err)
	}
	linear := func(part uint64) float64 {
		c := float64(part&0xff) / 255
		if c <= 0.03928 {
			return c / 12.92
		}
		return math.Pow((c+0.055)/1.055, 2.4)
	}
	return 0.2126*linear(n>>16) + 0.7152*linear(n>>8) + 0.0722*linear(n)
}
