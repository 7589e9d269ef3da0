package oauth

import (
	"errors"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/egress"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/store"
)

var now = time.Date(2026, 5, 1, 12, 0, 0, 0, time.UTC)

func TestDecide(t *testing.T) {
	for name, tc := range map[string]struct {
		row       store.Refresh
		refreshes bool
		want      action
		lost      int64
	}{
		"due":                             {store.Refresh{NextAt: now}, true, actRequest, 0},
		"later":                           {store.Refresh{NextAt: now.Add(1)}, true, actNothing, 0},
		"failed":                          {store.Refresh{Status: api.RefreshFailed, NextAt: now}, true, actFailed, 0},
		"failed, and an open intent":      {store.Refresh{Status: api.RefreshFailed, IntentAt: now}, true, actFailed, 1},
		"an open intent":                  {store.Refresh{NextAt: now, IntentAt: now}, true, actRequest, 1},
		"an open intent after a loss":     {store.Refresh{NextAt: now, IntentAt: now, Lost: 1}, true, actLost, 2},
		"the one more try":                {store.Refresh{NextAt: now, Lost: 1}, true, actRequest, 1},
		"an open intent without a token":  {store.Refresh{NextAt: now, IntentAt: now}, false, actRequest, 0},
		"open intents without a token":    {store.Refresh{NextAt: now, IntentAt: now, Lost: 0}, false, actRequest, 0},
		"a loss, and the pause goes on":   {store.Refresh{NextAt: now.Add(1), Lost: 1}, true, actNothing, 1},
		"an open intent, and a new token": {store.Refresh{NextAt: now}, true, actRequest, 0},
	} {
		next, got := decide(tc.row, tc.refreshes, now)
		if got != tc.want || next.Lost != tc.lost {
			t.Errorf("%s: %s, %d lost; want %s, %d", name, got, next.Lost, tc.want, tc.lost)
		}
		if open := !next.IntentAt.IsZero(); open != (got == actRequest) {
			t.Errorf("%s: the intent is open: %v", name, open)
		}
		if failed := next.Status == api.RefreshFailed; failed != (got == actFailed || got == actLost) {
			t.Errorf("%s: the status is %s", name, next.Status)
		}
	}
}

func TestAfter(t *testing.T) {
	r := store.Refresh{IntentAt: now, Lost: 1, Failures: 2, Status: api.RefreshRetrying, Reason: "x"}
	got := after(r, outcome{kind: outcomeRefreshed, life: 100 * time.Second}, true, now)
	want := store.Refresh{
		Status: api.RefreshCurrent, RefreshedAt: now, RenewAt: now.Add(80 * time.Second),
		NextAt: now.Add(80 * time.Second), ExpiresAt: now.Add(100 * time.Second),
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	const retrying, failed = api.RefreshRetrying, api.RefreshFailed
	lost, outage := outcome{kind: outcomeLost}, outcome{kind: outcomeOutage}
	asked := func(wait time.Duration) outcome { return outcome{kind: outcomeOutage, wait: wait} }
	for name, tc := range map[string]struct {
		before    store.Refresh
		outcome   outcome
		refreshes bool
		status    string
		next      time.Duration // 0: never
	}{
		"refused":                       {store.Refresh{}, outcome{kind: outcomeRefused}, true, failed, 0},
		"the first loss":                {store.Refresh{}, lost, true, retrying, firstWait},
		"the second loss":               {store.Refresh{Lost: 1}, lost, true, failed, 0},
		"a loss of nothing":             {store.Refresh{Lost: 1}, lost, false, retrying, firstWait},
		"the first outage":              {store.Refresh{}, outage, true, retrying, firstWait},
		"the third outage":              {store.Refresh{Failures: 2}, outage, true, retrying, 20 * time.Second},
		"the hundredth outage":          {store.Refresh{Failures: 99}, outage, true, retrying, longestWait},
		"an outage after a loss":        {store.Refresh{Lost: 1}, outage, true, retrying, firstWait},
		"an outage with a Retry-After":  {store.Refresh{}, asked(time.Minute), true, retrying, time.Minute},
		"an outage with a short repeat": {store.Refresh{}, asked(1), true, retrying, firstWait},
	} {
		got := after(tc.before, tc.outcome, tc.refreshes, now)
		next := time.Duration(0)
		if !got.NextAt.IsZero() {
			next = got.NextAt.Sub(now)
		}
		if got.Status != tc.status || next != tc.next || !got.IntentAt.IsZero() {
			t.Errorf("%s: %+v", name, got)
		}
	}
}

func TestFetchAgain(t *testing.T) {
	r := &store.Refresh{RenewAt: now.Add(80 * time.Second), ExpiresAt: now.Add(100 * time.Second)}
	for _, tc := range []struct{ at, want time.Duration }{
		{0, 80 * time.Second},
		{79 * time.Second, 80 * time.Second},
		{80 * time.Second, 90 * time.Second},
		{96 * time.Second, 98 * time.Second},
	} {
		at := now.Add(tc.at)
		if got := FetchAgain(r, at, at.Add(5*time.Minute)); got.Sub(now) != tc.want {
			t.Errorf("after %s: again after %s, want %s", tc.at, got.Sub(now), tc.want)
		}
	}
	if got := FetchAgain(r, now, now.Add(time.Second)); got.Sub(now) != time.Second {
		t.Errorf("a consumer that comes sooner is told %s", got.Sub(now))
	}
}

func TestAnswers(t *testing.T) {
	const media = "application/json"
	for name, tc := range map[string]struct {
		status int
		media  string
		body   string
		kind   string
		life   time.Duration
	}{
		"a token": {200, media, `{"access_token":"a","expires_in":60}`, outcomeRefreshed, time.Minute},
		"a charset": {
			200, media + ";charset=UTF-8", `{"access_token":"a","expires_in":"60"}`, outcomeRefreshed, time.Minute,
		},
		"no end":              {200, media, `{"access_token":"a"}`, outcomeRefreshed, unknownLife},
		"a negative end":      {200, media, `{"access_token":"a","expires_in":-1}`, outcomeRefreshed, unknownLife},
		"a far end":           {200, media, `{"access_token":"a","expires_in":99999999999}`, outcomeRefreshed, longestLife},
		"an empty token":      {200, media, `{"access_token":""}`, outcomeLost, 0},
		"a number for it":     {200, media, `{"access_token":1}`, outcomeLost, 0},
		"a form":              {200, "application/x-www-form-urlencoded", `access_token=a`, outcomeLost, 0},
		"invalid_grant":       {400, media, `{"error":"invalid_grant"}`, outcomeRefused, 0},
		"invalid_client":      {401, media, `{"error":"invalid_client"}`, outcomeRefused, 0},
		"an unknown error":    {400, media, `{"error":"canary"}`, outcomeOutage, 0},
		"a server error":      {500, media, `{"error":"invalid_grant"}`, outcomeOutage, 0},
		"a redirect":          {302, "text/html", ``, outcomeOutage, 0},
		"no content":          {204, "", ``, outcomeOutage, 0},
		"too many requests":   {429, "", ``, outcomeOutage, 0},
		"not a token at all":  {404, "text/html", `<h1>canary</h1>`, outcomeOutage, 0},
		"an error as success": {200, media, `{"error":"bad_refresh_token"}`, outcomeLost, 0},
	} {
		resp := &http.Response{StatusCode: tc.status, Header: http.Header{"Content-Type": {tc.media}}}
		granted, got := answered(resp, []byte(tc.body), now)
		if got.kind != tc.kind || got.life != tc.life || (granted != nil) != (tc.kind == outcomeRefreshed) {
			t.Errorf("%s: %+v", name, got)
		}
		if strings.Contains(got.reason, "canary") || (got.reason == "") != (tc.kind == outcomeRefreshed) {
			t.Errorf("%s: the reason is %q", name, got.reason)
		}
	}
}

func TestUnanswered(t *testing.T) {
	for name, tc := range map[string]struct {
		err  error
		want string
	}{
		"refused":     {&egress.Refused{Reason: "its address is loopback"}, outcomeOutage},
		"timed out":   {&egress.Failure{Kind: egress.TimedOut}, outcomeOutage},
		"unresolved":  {&egress.Failure{Kind: egress.Unresolved}, outcomeOutage},
		"unconnected": {&egress.Failure{Kind: egress.Unconnected}, outcomeOutage},
		"untrusted":   {&egress.Failure{Kind: egress.Untrusted}, outcomeOutage},
		"broken":      {&egress.Failure{Kind: egress.Broken}, outcomeLost},
		"cut off":     {errors.Join(io.ErrUnexpectedEOF), outcomeLost},
	} {
		if got := unanswered(tc.err); got.kind != tc.want || got.reason == "" {
			t.Errorf("%s: %+v", name, got)
		}
	}
}
