package main

import (
	"bytes"
	"strings"
	"testing"
)

func read(t *testing.T, lines ...string) (string, bool) {
	t.Helper()
	var out bytes.Buffer
	r := newResults(&out)
	if err := r.read(strings.NewReader(strings.Join(lines, "\n") + "\n")); err != nil {
		t.Fatal(err)
	}
	ok := r.sum()
	return out.String(), ok
}

func TestResults(t *testing.T) {
	const pass = `{"Action":"pass","Package":"m/a","Test":"TestOne","Elapsed":1}`
	for name, x := range map[string]struct {
		lines []string
		ok    bool
		want  []string
	}{
		"all pass": {
			[]string{pass, `{"Action":"pass","Package":"m/a","Elapsed":1.5}`}, true,
			[]string{"ok    m/a  1.5s\n", "1 passed, 0 failed, 0 skipped"},
		},
		"cached": {
			[]string{
				pass, `{"Action":"output","Package":"m/a","Output":"ok  \tm/a\t(cached)\n"}`, `{"Action":"pass","Package":"m/a","Elapsed":0}`,
			}, true, []string{"ok    m/a  (cached)\n"},
		},
		"a test fails": {
			[]string{
				`{"Action":"output","Package":"m/a","Test":"TestOne","Output":"    a_test.go:3: it is wrong\n"}`,
				`{"Action":"fail","Package":"m/a","Test":"TestOne"}`, `{"Action":"fail","Package":"m/a","Elapsed":2}`,
			}, false, []string{"FAIL m/a TestOne\n    a_test.go:3: it is wrong", "FAIL  m/a  2.0s", "0 passed, 1 failed"},
		},
		"a package does not build": {
			[]string{
				pass, `{"Action":"build-output","ImportPath":"m/b","Output":"b.go:1: syntax error\n"}`,
				`{"Action":"fail","Package":"m/b","Elapsed":0,"FailedBuild":"m/b"}`,
			}, false, []string{"b.go:1: syntax error", "FAIL  m/b", "1 passed, 1 failed"},
		},
		"a test is skipped": {
			[]string{
				pass, `{"Action":"output","Package":"m/a","Test":"TestTwo","Output":"    a_test.go:9: node is not on the PATH: not tested\n"}`,
				`{"Action":"skip","Package":"m/a","Test":"TestTwo"}`,
			}, true, []string{"m/a TestTwo: node is not on the PATH: not tested", "1 passed, 0 failed, 1 skipped"},
		},
		"a package does not end": {
			[]string{pass, `{"Action":"start","Package":"m/b"}`}, false, []string{"FAIL  m/b  has not ended", "1 passed, 1 failed"},
		},
		"nothing ran":         {[]string{`go: no such thing`}, false, []string{"go: no such thing", "0 passed"}},
		"a package's own end": {[]string{pass, `{"Action":"output","Package":"m/a","Output":"panic: oh\n"}`, `{"Action":"fail","Package":"m/a"}`}, false, []string{"panic: oh", "1 failed"}},
	} {
		t.Run(name, func(t *testing.T) {
			got, ok := read(t, x.lines...)
			if ok != x.ok {
				t.Errorf("all is well: %t, want %t", ok, x.ok)
			}
			for _, want := range x.want {
				if !strings.Contains(got, want) {
					t.Errorf("%q is not in:\n%s", want, got)
				}
			}
		})
	}
}
