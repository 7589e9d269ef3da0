package keys

import (
	"bytes"
	"crypto/rand"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
)

func TestTokens(t *testing.T) {
	random := NewRandom(rand.Reader)
	seen := map[string]bool{}
	letters := map[rune]int{}
	for range 2000 {
		token, err := NewToken(api.PrefixScopedToken, random)
		if err != nil {
			t.Fatal(err)
		}
		s := token.Expose()
		if len(s) != 40 || !strings.HasPrefix(s, "qct_") || !api.WellFormedToken(api.PrefixScopedToken, s) || seen[s] {
			t.Fatalf("token %s", s)
		}
		seen[s] = true
		for _, c := range s[4:34] {
			letters[c]++
		}
	}
	// 60,000 characters over 62 letters are 968 each, with a standard deviation of 31. The limits are eight deviations
	// away.
	for _, c := range api.TokenAlphabet {
		if n := letters[c]; n < 720 || n > 1220 {
			t.Errorf("%c is %d times in 60,000", c, n)
		}
	}
}

func TestTooLittleRandomness(t *testing.T) {
	random := NewRandom(bytes.NewReader(make([]byte, 10)))
	if _, err := NewToken(api.PrefixPrincipal, random); err == nil {
		t.Error("a token from too little randomness")
	}
	if _, err := NewRandom(io.LimitReader(rand.Reader, 3)).ID(IDRequest, time.Unix(0, 0)); err == nil {
		t.Error("an id from too little randomness")
	}
}

// TestCharsAreUnbiased skips the bytes that would make some letters more likely.
func TestCharsAreUnbiased(t *testing.T) {
	random := NewRandom(io.MultiReader(bytes.NewReader(bytes.Repeat([]byte{248, 255}, 20)),
		bytes.NewReader(make([]byte, 100))))
	s, err := random.chars(api.TokenAlphabet, 5)
	if err != nil || s != "00000" {
		t.Errorf("%q, %v", s, err)
	}
}

// TestSampleTokensOfTheGuide shows that the values in the guide have the form that the guide describes.
func TestSampleTokensOfTheGuide(t *testing.T) {
	guide, err := os.ReadFile(filepath.Join("..", "..", "..", "templates", "guides", "concepts.md"))
	if err != nil {
		t.Fatal(err)
	}
	samples := regexp.MustCompile(`(?m)^qc[a-z]_\w+$`).FindAllString(string(guide), -1)
	if len(samples) != 2 {
		t.Fatalf("samples: %q", samples)
	}
	for _, sample := range samples {
		if !api.WellFormedToken(sample[:4], sample) {
			t.Errorf("%s has a wrong checksum", sample)
		}
	}
}
