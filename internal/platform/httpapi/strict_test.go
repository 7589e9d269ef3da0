package httpapi

import "testing"

func TestStrictUnmarshal(t *testing.T) {
	for body, want := range map[string]string{
		`{"a":1,"b":{"a":[1,{"a":2}]}}`: "",
		`[{"a":1},{"a":1}]`:             "",
		`{"a":1,"a":1}`:                 "a member twice: /a",
		`{"a":1,"\u0061":1}`:            "a member twice: /a",
		`{"x":[{}, {"a/b":1,"a/b":2}]}`: "a member twice: /x/1/a~1b",
		"{\"a\":\"\xff\"}":              "not UTF-8",
	} {
		var v any
		err := strictUnmarshal([]byte(body), &v)
		got := ""
		if err != nil {
			got = err.Error()
		}
		if got != want {
			t.Errorf("%q: error %q, want %q", body, got, want)
		}
	}
	for _, body := range []string{``, `{`, `{"a"`, `{"a":1,`, `[1,`, `{"a":}`, `{1:2}`, `nul`, `{}{}`} {
		var v any
		if err := strictUnmarshal([]byte(body), &v); err == nil {
			t.Errorf("%q: no error", body)
		}
	}
}
