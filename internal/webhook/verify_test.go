package webhook_test

import (
	"errors"
	"net/http"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/webhook"
)

// setHeader is the published delivery with other values of one header, or without it.
func setHeader(name string, values ...string) http.Header {
	h := vector(vectorV1)
	delete(h, http.CanonicalHeaderKey(name))
	if values != nil {
		h[name] = values
	}
	return h
}

func TestVerifyHeaders(t *testing.T) {
	set := setHeader
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
		"lower case": {map[string][]string{
			id: {vectorID}, timestamp: {"1614265330"},
			signature: {vectorV1},
		}, nil, ""},
		"upper case": {map[string][]string{
			"WEBHOOK-ID": {vectorID}, "WEBHOOK-TIMESTAMP": {"1614265330"},
			"WEBHOOK-SIGNATURE": {vectorV1},
		}, nil, ""},
		"other headers":           {with("X-Webhook-Id", "a", "b"), nil, ""},
		"no headers":              {nil, webhook.ErrHeaderMissing, id},
		"no id":                   {set(id), webhook.ErrHeaderMissing, id},
		"no timestamp":            {set(timestamp), webhook.ErrHeaderMissing, timestamp},
		"no signature":            {set(signature), webhook.ErrHeaderMissing, signature},
		"an id without values":    {set(id, []string{}...), webhook.ErrHeaderMissing, id},
		"two ids":                 {set(id, vectorID, "msg_2"), webhook.ErrHeaderDoubled, id},
		"the same id twice":       {set(id, vectorID, vectorID), webhook.ErrHeaderDoubled, id},
		"id twice, in two ways":   {with("webhook-id", vectorID), webhook.ErrHeaderDoubled, id},
		"two timestamps":          {set(timestamp, "1614265330", "1614265330"), webhook.ErrHeaderDoubled, timestamp},
		"two signatures":          {set(signature, vectorV1, wrongV1), webhook.ErrHeaderDoubled, signature},
		"empty id":                {set(id, ""), webhook.ErrIDEmpty, id},
		"id with a dot":           {set(id, "msg.1"), webhook.ErrIDDot, id},
		"ids that a proxy joined": {set(id, vectorID+", "+vectorID), webhook.ErrIDCharacter, id},
		"id with a space after":   {set(id, vectorID+" "), webhook.ErrIDCharacter, id},
		"id with a zero byte":     {set(id, "msg\x00"), webhook.ErrIDCharacter, id},
		"id of 257 bytes":         {set(id, strings.Repeat("a", 257)), webhook.ErrIDLength, id},
		"another id":              {set(id, "msg_2"), webhook.ErrNoMatchingSignature, ""},
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

func TestVerifyTimestamp(t *testing.T) {
	for name, tt := range map[string]struct {
		timestamp string
		want      error
	}{
		"empty timestamp":               {"", webhook.ErrTimestamp},
		"timestamp with a plus":         {"+1614265330", webhook.ErrTimestamp},
		"timestamp with a minus":        {"-1614265330", webhook.ErrTimestamp},
		"minus zero":                    {"-0", webhook.ErrTimestamp},
		"timestamp, space before":       {" 1614265330", webhook.ErrTimestamp},
		"timestamp, space after":        {"1614265330 ", webhook.ErrTimestamp},
		"timestamp with a fraction":     {"1614265330.0", webhook.ErrTimestamp},
		"timestamp with an exponent":    {"1614265330e0", webhook.ErrTimestamp},
		"timestamp with a leading zero": {"01614265330", webhook.ErrTimestamp},
		"timestamp in hex":              {"0x6037BB72", webhook.ErrTimestamp},
		"timestamp with underscores":    {"1_614_265_330", webhook.ErrTimestamp},
		"timestamp as a date":           {"2021-02-25T15:02:10Z", webhook.ErrTimestamp},
		"Arabic digits":                 {"١٦١٤٢٦٥٣٣٠", webhook.ErrTimestamp},
		"timestamps joined":             {"1614265330, 1614265330", webhook.ErrTimestamp},
		"year 10000":                    {"253402300800", webhook.ErrTimestamp},
		"int64":                         {"9223372036854775807", webhook.ErrTimestamp},
		"beyond int64":                  {"9223372036854775808", webhook.ErrTimestamp},
		"milliseconds":                  {"1614265330000", webhook.ErrTimestamp},
		"another second":                {"1614265331", webhook.ErrNoMatchingSignature},
	} {
		t.Run(name, func(t *testing.T) {
			headers := setHeader(webhook.HeaderTimestamp, tt.timestamp)
			err := webhook.Verify(parse(t, vectorSecret), headers, []byte(vectorBody), vectorTime,
				webhook.DefaultTolerance)
			if !errors.Is(err, tt.want) {
				t.Fatalf("got %v, want %v", err, tt.want)
			}
			if errors.Is(err, webhook.ErrTimestamp) && !strings.Contains(err.Error(), webhook.HeaderTimestamp) {
				t.Errorf("%v does not name the header", err)
			}
		})
	}
}

func TestVerifyTolerance(t *testing.T) {
	tests := map[string]struct {
		after     time.Duration // from the timestamp to now
		tolerance time.Duration
		want      error
	}{
		"no age":                       {0, webhook.DefaultTolerance, nil},
		"5m old":                       {5 * time.Minute, webhook.DefaultTolerance, nil},
		"just over 5m old":             {5*time.Minute + 1, webhook.DefaultTolerance, webhook.ErrTooOld},
		"6m old":                       {6 * time.Minute, webhook.DefaultTolerance, webhook.ErrTooOld},
		"5m ahead":                     {-5 * time.Minute, webhook.DefaultTolerance, nil},
		"just over 5m ahead":           {-5*time.Minute - 1, webhook.DefaultTolerance, webhook.ErrTooNew},
		"6m ahead":                     {-6 * time.Minute, webhook.DefaultTolerance, webhook.ErrTooNew},
		"7m old where 10m are allowed": {7 * time.Minute, 10 * time.Minute, nil},
		"200 years old":                {200 * 365 * 24 * time.Hour, webhook.DefaultTolerance, webhook.ErrTooOld},
		"200 years ahead":              {-200 * 365 * 24 * time.Hour, webhook.DefaultTolerance, webhook.ErrTooNew},
		"no tolerance":                 {0, 0, webhook.ErrTolerance},
		"negative tolerance":           {0, -time.Minute, webhook.ErrTolerance},
		"least tolerance":              {0, 1, nil},
		"greatest tolerance":           {200 * 365 * 24 * time.Hour, 1<<63 - 1, nil},
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
	// The distance of these times exceeds a Duration.
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
	// Nobody may sign with a public key. Here the public key is used as an HMAC secret.
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

// Verify reports a malformed delivery first: webhook_verify returns an error for it, and false for one that is not
// genuine.
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

// No error repeats a part of the input.
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

// A header of any length costs no more memory than its own size.
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
