package webhook_test

import (
	"encoding/base64"
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/webhook"
)

func TestVerifySignatureHeader(t *testing.T) {
	value := strings.TrimPrefix(vectorV1, "v1,")
	raw, err := base64.StdEncoding.DecodeString(value)
	if err != nil {
		t.Fatal(err)
	}
	long := append(slices.Clone(raw), 0)
	last := strings.TrimSuffix(value, "E=") // E has no bits beyond the end; F has one
	tests := map[string]struct {
		header string
		want   error
	}{
		"published":              {vectorV1, nil},
		"match first":            {strings.Join([]string{vectorV1, wrongV1, v2, wrongV1}, " "), nil},
		"match second":           {strings.Join([]string{wrongV1, vectorV1, v2, wrongV1}, " "), nil},
		"match third":            {strings.Join([]string{wrongV1, v2, vectorV1, wrongV1}, " "), nil},
		"match last":             {strings.Join([]string{v2, wrongV1, wrongV1, vectorV1}, " "), nil},
		"match last of 32":       {strings.Repeat(wrongV1+" ", webhook.MaxKeys-1) + vectorV1, nil},
		"a long unknown one":     {"v9," + strings.Repeat("x", 5000) + " " + vectorV1, nil},
		"an unknown one, commas": {"v9,a,b,c " + vectorV1, nil},
		"of the other algorithm": {vectorV1a, webhook.ErrNoMatchingSignature},
		"right bytes as v2":      {"v2," + value, webhook.ErrUnknownVersions},
		"right bytes as V1":      {"V1," + value, webhook.ErrUnknownVersions},
		"only wrong ones":        {wrongV1 + " " + wrongV1, webhook.ErrNoMatchingSignature},
		"nothing":                {"", webhook.ErrSignatureMalformed},
		"v1, alone":              {"v1,", webhook.ErrSignatureMalformed},
		"v1 alone":               {"v1", webhook.ErrSignatureMalformed},
		"no version":             {"," + value, webhook.ErrSignatureMalformed},
		"v1, beside a right one": {"v1, " + vectorV1, webhook.ErrSignatureMalformed},
		"v2, beside a right one": {"v2, " + vectorV1, webhook.ErrSignatureMalformed},
		"one word too many":      {vectorV1 + " x", webhook.ErrSignatureMalformed},
		"space before":           {" " + vectorV1, webhook.ErrSignatureMalformed},
		"space after":            {vectorV1 + " ", webhook.ErrSignatureMalformed},
		"two spaces":             {wrongV1 + "  " + vectorV1, webhook.ErrSignatureMalformed},
		"a tab":                  {wrongV1 + "\t" + vectorV1, webhook.ErrSignatureMalformed},
		"joined by a comma":      {wrongV1 + ", " + vectorV1, webhook.ErrSignatureEncoding},
		"line end":               {"v1,\n" + value, webhook.ErrSignatureMalformed},
		"no padding":             {strings.TrimSuffix(vectorV1, "="), webhook.ErrSignatureEncoding},
		"bits beyond the end":    {"v1," + last + "F=", webhook.ErrSignatureEncoding},
		"base64url":              {"v1," + base64.URLEncoding.EncodeToString(raw), webhook.ErrSignatureEncoding},
		"hex":                    {"v1,8348", webhook.ErrSignatureMalformed},
		"a byte short":           {"v1," + base64.StdEncoding.EncodeToString(raw[:31]), webhook.ErrSignatureMalformed},
		"a byte long":            {"v1," + base64.StdEncoding.EncodeToString(long), webhook.ErrSignatureMalformed},
		"v1a with 32 bytes":      {"v1a," + value, webhook.ErrSignatureMalformed},
		"33 signatures":          {strings.Repeat(wrongV1+" ", webhook.MaxKeys) + vectorV1, webhook.ErrTooManySignatures},
		"33 of unknown versions": {strings.Repeat(v2+" ", webhook.MaxKeys) + vectorV1, webhook.ErrTooManySignatures},
		"thousands":              {strings.Repeat(wrongV1+" ", 5000) + vectorV1, webhook.ErrTooManySignatures},
		"thousands of spaces":    {strings.Repeat(" ", 1<<20), webhook.ErrTooManySignatures},
		"a megabyte in one":      {"v2," + strings.Repeat("x", 1<<20) + " " + vectorV1, webhook.ErrSignatureTooLong},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			err := webhook.Verify(parse(t, vectorSecret), vector(tt.header), []byte(vectorBody), vectorTime,
				webhook.DefaultTolerance)
			if !errors.Is(err, tt.want) {
				t.Errorf("got %v, want %v", err, tt.want)
			}
		})
	}
}
