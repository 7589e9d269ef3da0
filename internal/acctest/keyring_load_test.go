package acctest_test

import (
	"fmt"
	"regexp"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/acctest"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/client"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/secret"
)

// TestKeyringRotationUnderLoad rotates the key of the keyring and the lookup key, seals everything again, and retires
// the older key, while others introspect, reveal, create and revoke without a pause. No request fails, no token is
// refused, and in the end every value opens.
func TestKeyringRotationUnderLoad(t *testing.T) {
	values := sized(500, 20_000)
	onEngines(t, func(t *testing.T, url string) {
		t.Helper()
		m := acctest.NewManyValues(t, url, values, false)
		p := m.Start()
		token := strings.TrimSpace(succeeds(t, command(t, p, m,
			"token create --tenant acme --environment staging --role runtime")))
		l := &load{runtime: p.Client(token), by: p.Client(m.Deployer), values: m.Values, connector: "con_1"}
		l.begin(t)
		for _, words := range []string{
			"keyring rotate --rewrap", "keyring retire 1", "keyring rotate --lookup --rewrap",
		} {
			succeeds(t, command(t, p, m, words))
		}
		counts := l.end()
		list := succeeds(t, command(t, p, m, "keyring list"))
		if !newestLookup.MatchString(list) || olderLookup.MatchString(list) {
			t.Errorf("values are found by the older lookup key, or none by the newer one:\n%s", list)
		}
		m.WantAll(2)
		t.Logf("%d values; beside the commands: %s", values, counts)
	})
}

// These match the lines of keyring list of a lookup key by which values are found that have not ended.
var (
	newestLookup = regexp.MustCompile(`(?m)^lookup +2 .* current .*[ ,] values: \d`)
	olderLookup  = regexp.MustCompile(`(?m)^lookup +1 .* older .*[ ,] values: \d`)
)

// load is what is asked without a pause.
type load struct {
	runtime   *client.Client
	by        *client.Client
	values    map[string]secret.Value // of the tokens that are there from the beginning
	connector string                  // of those that are made

	t       *testing.T
	ids     []string
	stop    chan struct{}
	workers sync.WaitGroup
	counts  [5]atomic.Int64 // introspections, reveals, creates, revocations, events
}

// begin asks until end.
func (l *load) begin(t *testing.T) {
	t.Helper()
	l.t, l.stop = t, make(chan struct{})
	for id := range l.values {
		l.ids = append(l.ids, id)
	}
	for what, ask := range []func(worker, i int) error{l.introspect, l.reveal, l.write} {
		for worker := range 2 {
			l.workers.Go(func() { l.repeat(what, worker, ask) })
		}
	}
}

// repeat asks until the end, or until a request fails.
func (l *load) repeat(what, worker int, ask func(worker, i int) error) {
	for i := 0; ; i++ {
		select {
		case <-l.stop:
			return
		default:
		}
		if err := ask(worker, i); err != nil {
			l.t.Errorf("a request failed: %v", err)
			return
		}
		l.counts[what].Add(1)
	}
}

func (l *load) end() string {
	close(l.stop)
	l.workers.Wait()
	for i, what := range []string{"introspections", "reveals", "creates"} {
		if l.counts[i].Load() == 0 {
			l.t.Errorf("there were no %s", what)
		}
	}
	return fmt.Sprintf("%d introspections, %d reveals, %d creates, %d revocations, none failed", l.counts[0].Load(),
		l.counts[1].Load(), l.counts[2].Load(), l.counts[3].Load())
}

// at is one of the tokens that are there from the beginning, each worker in its own order.
func (l *load) at(worker, i int) string { return l.ids[(i*7+worker*len(l.ids)/2)%len(l.ids)] }

func (l *load) introspect(worker, i int) error {
	id := l.at(worker, i)
	answer, err := l.runtime.Introspect(l.t.Context(), l.values[id], client.Presented{})
	if err == nil && !answer.Active {
		return fmt.Errorf("the token %s is refused", id)
	}
	return err
}

func (l *load) reveal(worker, i int) error {
	id := l.at(worker, i)
	revealed, err := l.by.ScopedTokens().Reveal(l.t.Context(), id, 1)
	if err == nil && !revealed.Value.Equal(l.values[id]) {
		return fmt.Errorf("the token %s has another value", id)
	}
	return err
}

// write makes a token, uses it, and revokes every second one.
func (l *load) write(worker, i int) error {
	ctx, end := l.t.Context(), "2076-05-01T12:00:00Z"
	made, err := l.by.ScopedTokens().Create(ctx, api.ScopedTokenCreate{
		RotatedCreate: api.RotatedCreate{Name: fmt.Sprintf("made-%d-%d", worker, i), Owner: "team"},
		ConnectorID:   l.connector, Scopes: []string{"messages:send"}, ExpiresAt: &end,
	})
	if err != nil {
		return err
	}
	revealed, err := l.by.ScopedTokens().Reveal(ctx, made.ID, 1)
	if err != nil {
		return err
	}
	answer, err := l.runtime.Introspect(ctx, revealed.Value, client.Presented{})
	if err == nil && !answer.Active {
		return fmt.Errorf("the new token %s is refused", made.ID)
	}
	if err != nil || i%2 == 0 {
		return err
	}
	if _, err := l.by.RevokeValue(ctx, revealed.Value); err != nil {
		return err
	}
	if answer, err = l.runtime.Introspect(ctx, revealed.Value, client.Presented{}); err == nil && answer.Active {
		return fmt.Errorf("the token %s is accepted after its revocation", made.ID)
	}
	l.counts[3].Add(1)
	return err
}
