package webhook_test

import (
	"encoding/base64"
	"errors"
	"net/http"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/webhook"
)

func TestVerifyHeaders(t *testing.T) {
	set := func(name string, values ...string) http.Header {
		h := vector(vectorV1)
		delete(h, http.CanonicalHeaderKey(name))
		if values != nil {
			h[name] = values
		}
		return h
	}
	id, timestamp, signature := webhook.HeaderID, webhook.HeaderTimestamp, webhook.HeaderSignature
	with := func(name string, values ...string) http.Header {
		h := vector(vectorV1)
		h[name] = values
		return h
	}
	tests := map[string]struct {
		headers map[string][]string
		want    error
		names   string // the header that the error names
	}{
		"as sent": {vector(vectorV1), nil, ""},
		"in small letters": {map[string][]string{
			id: {vectorID}, timestamp: {"1614265330"},
			signature: {vectorV1},
		}, nil, ""},
		"in capitals": {map[string][]string{
			"WEBHOOK-ID": {vectorID}, "WEBHOOK-TIMESTAMP": {"1614265330"},
			"WEBHOOK-SIGNATURE": {vectorV1},
		}, nil, ""},
		"others beside them":            {with("X-Webhook-Id", "a", "b"), nil, ""},
		"none at all":                   {nil, webhook.ErrHeaderMissing, id},
		"no id":                         {set(id), webhook.ErrHeaderMissing, id},
		"no timestamp":                  {set(timestamp), webhook.ErrHeaderMissing, timestamp},
		"no signature":                  {set(signature), webhook.ErrHeaderMissing, signature},
		"an id without values":          {set(id, []string{}...), webhook.ErrHeaderMissing, id},
		"two ids":                       {set(id, vectorID, "msg_2"), webhook.ErrHeaderDoubled, id},
		"the same id twice":             {set(id, vectorID, vectorID), webhook.ErrHeaderDoubled, id},
		"id twice, in two ways":         {with("webhook-id", vectorID), webhook.ErrHeaderDoubled, id},
		"two timestamps":                {set(timestamp, "1614265330", "1614265330"), webhook.ErrHeaderDoubled, timestamp},
		"two signatures":                {set(signature, vectorV1, wrongV1), webhook.ErrHeaderDoubled, signature},
		"empty id":                      {set(id, ""), webhook.ErrIDEmpty, id},
		"id with a dot":                 {set(id, "msg.1"), webhook.ErrIDDot, id},
		"ids that a proxy joined":       {set(id, vectorID+", "+vectorID), webhook.ErrIDCharacter, id},
		"id with a space after":         {set(id, vectorID+" "), webhook.ErrIDCharacter, id},
		"id with a zero byte":           {set(id, "msg\x00"), webhook.ErrIDCharacter, id},
		"id of 257 bytes":               {set(id, strings.Repeat("a", 257)), webhook.ErrIDLength, id},
		"another id":                    {set(id, "msg_2"), webhook.ErrNoMatchingSignature, ""},
		"empty timestamp":               {set(timestamp, ""), webhook.ErrTimestamp, timestamp},
		"timestamp with a plus":         {set(timestamp, "+1614265330"), webhook.ErrTimestamp, timestamp},
		"timestamp with a minus":        {set(timestamp, "-1614265330"), webhook.ErrTimestamp, timestamp},
		"minus zero":                    {set(timestamp, "-0"), webhook.ErrTimestamp, timestamp},
		"timestamp, space before":       {set(timestamp, " 1614265330"), webhook.ErrTimestamp, timestamp},
		"timestamp, space after":        {set(timestamp, "1614265330 "), webhook.ErrTimestamp, timestamp},
		"timestamp with a fraction":     {set(timestamp, "1614265330.0"), webhook.ErrTimestamp, timestamp},
		"timestamp with an exponent":    {set(timestamp, "1614265330e0"), webhook.ErrTimestamp, timestamp},
		"timestamp with a leading zero": {set(timestamp, "01614265330"), webhook.ErrTimestamp, timestamp},
		"timestamp in hex":              {set(timestamp, "0x6037BB72"), webhook.ErrTimestamp, timestamp},
		"timestamp with underscores":    {set(timestamp, "1_614_265_330"), webhook.ErrTimestamp, timestamp},
		"timestamp as a date":           {set(timestamp, "2021-02-25T15:02:10Z"), webhook.ErrTimestamp, timestamp},
		"Arabic digits":                 {set(timestamp, "١٦١٤٢٦٥٣٣٠"), webhook.ErrTimestamp, timestamp},
		"timestamps joined":             {set(timestamp, "1614265330, 1614265330"), webhook.ErrTimestamp, timestamp},
		"year 10000":                    {set(timestamp, "253402300800"), webhook.ErrTimestamp, timestamp},
		"int64":                         {set(timestamp, "9223372036854775807"), webhook.ErrTimestamp, timestamp},
		"beyond int64":                  {set(timestamp, "9223372036854775808"), webhook.ErrTimestamp, timestamp},
		"milliseconds":                  {set(timestamp, "1614265330000"), webhook.ErrTimestamp, timestamp},
		"another second":                {set(timestamp, "1614265331"), webhook.ErrNoMatchingSignature, ""},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			err := webhook.Verify(parse(t, vectorSecret), tt.headers, []byte(vectorBody), vectorTime, webhook.DefaultTolerance)
			if !errors.Is(err, tt.want) {
				t.Fatalf("got %v, want %v", err, tt.want)
			}
			if tt.names != "" && !strings.Contains(err.Error(), tt.names) {
				t.Errorf("%v does not name %s", err, tt.names)
			}
		})
	}
}

func TestVerifySignatureHeader(t *testing.T) {
	value := strings.TrimPrefix(vectorV1, "v1,")
	raw, err := base64.StdEncoding.DecodeString(value)
	if err != nil {
		t.Fatal(err)
	}
	last := strings.TrimSuffix(value, "E=") // E has no bits beyond the end; F has one
	tests := map[string]struct {
		header string
		want   error
	}{
		"published":                 {vectorV1, nil},
		"right one first":           {strings.Join([]string{vectorV1, wrongV1, v2, wrongV1}, " "), nil},
		"right one second":          {strings.Join([]string{wrongV1, vectorV1, v2, wrongV1}, " "), nil},
		"right one third":           {strings.Join([]string{wrongV1, v2, vectorV1, wrongV1}, " "), nil},
		"right one last":            {strings.Join([]string{v2, wrongV1, wrongV1, vectorV1}, " "), nil},
		"right one as often as can": {strings.Repeat(wrongV1+" ", webhook.MaxKeys-1) + vectorV1, nil},
		"a long unknown one":        {"v9," + strings.Repeat("x", 5000) + " " + vectorV1, nil},
		"an unknown one, commas":    {"v9,a,b,c " + vectorV1, nil},
		"of the other algorithm":    {vectorV1a, webhook.ErrNoMatchingSignature},
		"right bytes as v2":         {"v2," + value, webhook.ErrUnknownVersions},
		"right bytes as V1":         {"V1," + value, webhook.ErrUnknownVersions},
		"only wrong ones":           {wrongV1 + " " + wrongV1, webhook.ErrNoMatchingSignature},
		"nothing":                   {"", webhook.ErrSignatureMalformed},
		"v1, alone":                 {"v1,", webhook.ErrSignatureMalformed},
		"v1 alone":                  {"v1", webhook.ErrSignatureMalformed},
		"no version":                {"," + value, webhook.ErrSignatureMalformed},
		"v1, beside a right one":    {"v1, " + vectorV1, webhook.ErrSignatureMalformed},
		"v2, beside a right one":    {"v2, " + vectorV1, webhook.ErrSignatureMalformed},
		"one word too many":         {vectorV1 + " x", webhook.ErrSignatureMalformed},
		"space before":              {" " + vectorV1, webhook.ErrSignatureMalformed},
		"space after":               {vectorV1 + " ", webhook.ErrSignatureMalformed},
		"two spaces":                {wrongV1 + "  " + vectorV1, webhook.ErrSignatureMalformed},
		"a tab":                     {wrongV1 + "\t" + vectorV1, webhook.ErrSignatureMalformed},
		"joined by a comma":         {wrongV1 + ", " + vectorV1, webhook.ErrSignatureEncoding},
		"line end":                  {"v1,\n" + value, webhook.ErrSignatureMalformed},
		"no padding":                {strings.TrimSuffix(vectorV1, "="), webhook.ErrSignatureEncoding},
		"bits beyond the end":       {"v1," + last + "F=", webhook.ErrSignatureEncoding},
		"base64url":                 {"v1," + base64.URLEncoding.EncodeToString(raw), webhook.ErrSignatureEncoding},
		"hex":                       {"v1,8348", webhook.ErrSignatureMalformed},
		"a byte short":              {"v1," + base64.StdEncoding.EncodeToString(raw[:31]), webhook.ErrSignatureMalformed},
		"a byte long": {
			"v1," + base64.StdEncoding.EncodeToString(append(slices.Clone(raw), 0)),
			webhook.ErrSignatureMalformed,
		},
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

func TestVerifyTolerance(t *testing.T) {
	tests := map[string]struct {
		after     time.Duration // now, seen from the timestamp
		tolerance time.Duration
		want      error
	}{
		"at once":                       {0, webhook.DefaultTolerance, nil},
		"5m old":                        {5 * time.Minute, webhook.DefaultTolerance, nil},
		"a bit more than 5m old":        {5*time.Minute + 1, webhook.DefaultTolerance, webhook.ErrTooOld},
		"6m old":                        {6 * time.Minute, webhook.DefaultTolerance, webhook.ErrTooOld},
		"5m ahead":                      {-5 * time.Minute, webhook.DefaultTolerance, nil},
		"a bit more than 5m ahead":      {-5*time.Minute - 1, webhook.DefaultTolerance, webhook.ErrTooNew},
		"6m ahead":                      {-6 * time.Minute, webhook.DefaultTolerance, webhook.ErrTooNew},
		"7m old where 10m are allowed":  {7 * time.Minute, 10 * time.Minute, nil},
		"200 years old":                 {200 * 365 * 24 * time.Hour, webhook.DefaultTolerance, webhook.ErrTooOld},
		"200 years ahead":               {-200 * 365 * 24 * time.Hour, webhook.DefaultTolerance, webhook.ErrTooNew},
		"no tolerance":                  {0, 0, webhook.ErrTolerance},
		"less than no tolerance":        {0, -time.Minute, webhook.ErrTolerance},
		"the least there is of it":      {0, 1, nil},
		"as much as there can be of it": {200 * 365 * 24 * time.Hour, 1<<63 - 1, nil},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			err := webhook.Verify(parse(t, vectorSecret), vector(vectorV1), []byte(vectorBody), vectorTime.Add(tt.after),
				tt.tolerance)
			if !errors.Is(err, tt.want) {
				t.Errorf("got %v, want %v", err, tt.want)
			}
		})
	}
	// Times so far apart that their distance is no Duration.
	for want, now := range map[error]time.Time{
		webhook.ErrTooNew: {},
		webhook.ErrTooOld: time.Date(9999, 1, 1, 0, 0, 0, 0, time.UTC),
	} {
		if err := webhook.Verify(parse(t, vectorSecret), vector(vectorV1), []byte(vectorBody), now,
			webhook.DefaultTolerance); !errors.Is(err, want) {
			t.Errorf("got %v, want %v", err, want)
		}
	}
}

func TestVerifyKeys(t *testing.T) {
	public := parse(t, parse(t, vectorPrivate)[0].Public())[0]
	hmac, private := parse(t, vectorSecret)[0], parse(t, vectorPrivate)[0]
	other, otherPrivate := parse(t, secretOf("x"))[0], parse(t, privateOf("x"))[0]
	// Whoever knows a public key must not be able to sign with it: here it is used as an HMAC secret.
	confused, err := webhook.Sign(parse(t, "whsec_"+strings.TrimPrefix(public.Public(), "whpk_")), vectorID, vectorTime,
		[]byte(vectorBody))
	if err != nil {
		t.Fatal(err)
	}
	tests := map[string]struct {
		keys   []webhook.Key
		header string
		body   string
		want   error
	}{
		"the secret":                 {[]webhook.Key{hmac}, vectorV1, vectorBody, nil},
		"the secret, second":         {[]webhook.Key{other, hmac}, vectorV1, vectorBody, nil},
		"the private key":            {[]webhook.Key{private}, vectorV1a, vectorBody, nil},
		"the public key":             {[]webhook.Key{public}, vectorV1a, vectorBody, nil},
		"the public key, last":       {[]webhook.Key{other, otherPrivate, hmac, public}, vectorV1a, vectorBody, nil},
		"both, old receiver":         {[]webhook.Key{hmac}, vectorV1a + " " + vectorV1, vectorBody, nil},
		"another secret":             {[]webhook.Key{other}, vectorV1, vectorBody, webhook.ErrNoMatchingSignature},
		"another public key":         {[]webhook.Key{otherPrivate}, vectorV1a, vectorBody, webhook.ErrNoMatchingSignature},
		"public key as HMAC secret":  {[]webhook.Key{public}, confused, vectorBody, webhook.ErrNoMatchingSignature},
		"private key as HMAC secret": {[]webhook.Key{private}, confused, vectorBody, webhook.ErrNoMatchingSignature},
		"another body": {
			[]webhook.Key{hmac, public},
			vectorV1 + " " + vectorV1a, `{"test":2432232314}`,
			webhook.ErrNoMatchingSignature,
		},
		"no body": {
			[]webhook.Key{hmac, public},
			vectorV1 + " " + vectorV1a, "",
			webhook.ErrNoMatchingSignature,
		},
		"no keys":                {nil, vectorV1, vectorBody, webhook.ErrNoKeys},
		"the zero key":           {[]webhook.Key{{}}, vectorV1, vectorBody, webhook.ErrSecretEmpty},
		"the zero key beside it": {[]webhook.Key{hmac, {}}, vectorV1, vectorBody, webhook.ErrSecretEmpty},
		"too many": {
			slices.Repeat([]webhook.Key{hmac}, webhook.MaxKeys+1), vectorV1, vectorBody,
			webhook.ErrTooManyKeys,
		},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			err := webhook.Verify(tt.keys, vector(tt.header), []byte(tt.body), vectorTime, webhook.DefaultTolerance)
			if !errors.Is(err, tt.want) {
				t.Errorf("got %v, want %v", err, tt.want)
			}
		})
	}
}

// What is malformed is said first, whatever else is wrong: webhook_verify makes errors of the one and false of the
// other.
func TestMalformedIsReportedFirst(t *testing.T) {
	err := webhook.Verify(parse(t, secretOf("x")), vector("v1,"), []byte(vectorBody), vectorTime.Add(time.Hour),
		webhook.DefaultTolerance)
	if !errors.Is(err, webhook.ErrSignatureMalformed) {
		t.Errorf("got %v", err)
	}
	err = webhook.Verify(parse(t, secretOf("x")), vector(v2), []byte(vectorBody), vectorTime.Add(time.Hour),
		webhook.DefaultTolerance)
	if !errors.Is(err, webhook.ErrTooOld) {
		t.Errorf("got %v", err)
	}
}

// No error, whatever is wrong, has anything of what was handed in.
func TestErrorsDoNotRepeatInput(t *testing.T) {
	const canary = "CANARY4711CANARY"
	for _, h := range []http.Header{
		delivery(canary+".", "1614265330", vectorV1), delivery(canary+" ", "1614265330", vectorV1),
		delivery(vectorID, canary, vectorV1),
		vector(canary), vector("v1," + canary), vector("v1," + canary + "="), vector(canary + "," + canary),
		{"Webhook-Id": {canary, canary}},
		{canary: {canary}},
	} {
		err := webhook.Verify(parse(t, vectorSecret), h, []byte(canary), vectorTime, webhook.DefaultTolerance)
		if err == nil || strings.Contains(err.Error(), "CANARY") || strings.Contains(err.Error(), "MfKQ") {
			t.Errorf("got %v", err)
		}
	}
}

// A header as long as a stranger likes costs no memory beyond itself.
func TestWorkIsBounded(t *testing.T) {
	keys, headers := parse(t, vectorSecret), vector(strings.Repeat(" ", 8<<20))
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	err := webhook.Verify(keys, headers, []byte(vectorBody), vectorTime, webhook.DefaultTolerance)
	runtime.ReadMemStats(&after)
	if !errors.Is(err, webhook.ErrTooManySignatures) {
		t.Fatalf("got %v", err)
	}
	if used := after.TotalAlloc - before.TotalAlloc; used > 1<<20 {
		t.Errorf("%d bytes were allocated to refuse a header", used)
	}
}
