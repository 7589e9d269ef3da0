package transit

import (
	"strings"
	"testing"
	"time"
)

func TestParse(t *testing.T) {
	for uri, want := range map[string]Key{
		"hcvault://vault.example.com:8200/transit/quickconnect?token-file=/run/token": {
			Host: "vault.example.com:8200", Mount: "transit", Name: "quickconnect",
			Login: Login{Method: "token", File: "/run/token"},
		},
		"hcvault://vault/team/transit/k?auth=kubernetes&role=r&namespace=a/b&ca-file=/ca.pem": {
			Host: "vault", Mount: "team/transit", Name: "k", Namespace: "a/b", CAFile: "/ca.pem",
			Login: Login{Method: "kubernetes", File: serviceAccountToken, Role: "r", Mount: "kubernetes"},
		},
		"hcvault+http://127.0.0.1:8200/transit/k?auth=jwt&role=r&jwt-file=/jwt&auth-mount=ci": {
			Host: "127.0.0.1:8200", Plain: true, Mount: "transit", Name: "k",
			Login: Login{Method: "jwt", File: "/jwt", Role: "r", Mount: "ci"},
		},
	} {
		got, err := Parse(uri)
		if err != nil || got != want {
			t.Errorf("%s: %+v, %v", uri, got, err)
		}
		if again, err := Parse(got.String()); err != nil || again != got {
			t.Errorf("%s is written as %s, which is %+v, %v", uri, got, again, err)
		}
	}
}

func TestParseRefuses(t *testing.T) {
	const file = "?token-file=/token"
	for uri, says := range map[string]string{
		"https://vault/transit/k" + file:                                         "must begin with hcvault://",
		"hcvault+http://vault.example.com/transit/k" + file:                      "localhost",
		"hcvault://root:hunter2@vault/transit/k" + file:                          "without a password",
		"hcvault:///transit/k" + file:                                            "host is missing",
		"hcvault://vault/k" + file:                                               "/MOUNT/KEY",
		"hcvault://vault/transit/../sys/k" + file:                                "/MOUNT/KEY",
		"hcvault://vault/transit/k":                                              "needs token-file",
		"hcvault://vault/transit/k?token-file=token":                             "absolute",
		"hcvault://vault/transit/k?token=hunter2":                                "parameters are",
		"hcvault://vault/transit/k?token-file=/a&token-file=/b":                  "at most once",
		"hcvault://vault/transit/k?auth=userpass&role=r":                         "auth must be",
		"hcvault://vault/transit/k?auth=jwt&role=r":                              "needs role and jwt-file",
		"hcvault://vault/transit/k?auth=kubernetes":                              "needs role",
		"hcvault://vault/transit/k?auth=jwt&role=r&jwt-file=/j&auth-mount=a%20b": "auth-mount",
	} {
		_, err := Parse(uri)
		if err == nil || !strings.Contains(err.Error(), says) {
			t.Errorf("%s: got %v, want %q", uri, err, says)
		} else if strings.Contains(err.Error(), "hunter2") {
			t.Errorf("%s: the error repeats it: %v", uri, err)
		}
	}
}

// TestLease: two thirds of a lease pass before it is renewed; what cannot be renewed any more is got anew.
func TestLease(t *testing.T) {
	start := time.Date(2026, 5, 1, 12, 0, 0, 0, time.UTC)
	whole := lease{granted: start, ttl: 30 * time.Minute, longest: 30 * time.Minute, renewable: true}
	fixed, cut, endless := whole, whole, lease{granted: start}
	fixed.renewable, cut.ttl = false, 10*time.Minute
	for name, test := range map[string]struct {
		lease lease
		after time.Duration
		want  step
	}{
		"new":                      {whole, 0, stepNone},
		"before two thirds":        {whole, 20*time.Minute - 1, stepNone},
		"at two thirds":            {whole, 20 * time.Minute, stepRenew},
		"ended":                    {whole, 30 * time.Minute, stepLogin},
		"not renewable":            {fixed, 20 * time.Minute, stepLogin},
		"at its longest life":      {cut, 7 * time.Minute, stepLogin},
		"without an end":           {endless, 1000 * time.Hour, stepNone},
		"after the clock was back": {whole, -time.Hour, stepLogin},
	} {
		if got := test.lease.next(start.Add(test.after)); got != test.want {
			t.Errorf("%s: %s, want %s", name, got, test.want)
		}
	}
}
