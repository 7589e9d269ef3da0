package acctest_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"math/rand/v2"
	"os/exec"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/acctest"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/client"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/clock"
)

// What a history has besides the steps of a rotation.
const (
	stepRelease = "release"
	stepRead    = "read"
)

// numbers are the versions of a credential by their states; 0 for none.
type numbers struct{ Current, Pending, Previous, Next int64 }

// stepAsked is one request about one credential, as the program historycheck reads it.
type stepAsked struct {
	Credential   string
	Call, Return time.Duration // Return is 0 where it is not known what became of it
	Step         string
	Refused      string `json:",omitempty"`
	After        numbers
	Held         *bool `json:",omitempty"`
}

// history is what many callers asked for and were answered.
type history struct {
	mu  sync.Mutex
	all []stepAsked
}

func (h *history) add(o stepAsked) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.all = append(h.all, o)
}

// counts returns how many operations were done, were refused, and have no answer.
func (h *history) counts() (done, refused, open int) {
	h.mu.Lock()
	defer h.mu.Unlock()
	for _, o := range h.all {
		switch {
		case o.Return == 0:
			open++
		case o.Refused != "":
			refused++
		default:
			done++
		}
	}
	return done, refused, open
}

// linearizable returns an error if no order of the operations explains their answers.
func (h *history) linearizable(t *testing.T) error {
	t.Helper()
	text, err := json.Marshal(h.all)
	ok(t, err)
	cmd := exec.CommandContext(t.Context(), acctest.Historycheck(t))
	cmd.Stdin = bytes.NewReader(text)
	if out, err := cmd.CombinedOutput(); err != nil {
		return errors.New(strings.TrimSpace(string(out)))
	}
	return nil
}

// take asks for one step, and notes it. A fault that may pass leaves it open; any other one is returned.
func (h *history) take(t *testing.T, c *client.Client, id, step string) error {
	t.Helper()
	o := stepAsked{Credential: id, Step: step, Call: clock.System().Read().Monotonic}
	var now *api.ScopedToken
	var err error
	switch step {
	case stepRead:
		now, err = c.ScopedTokens().Get(t.Context(), id)
	case stepRelease:
		now, err = c.ScopedTokens().Release(t.Context(), id, api.HoldRequest{Reason: "test"}, client.Write{})
	default:
		var in api.StepRequest
		if step == api.StepPromote || step == api.StepRetire {
			in = api.StepRequest{Force: true, Reason: "test"}
		}
		now, err = c.ScopedTokens().Step(t.Context(), id, step, in, client.Write{})
	}
	end := clock.System().Read().Monotonic
	var refused *client.Error
	switch {
	case err == nil:
		o.Return, o.After = end, numbersOf(now.Rotation)
		if held := now.Hold != nil; step == stepRead {
			o.Held = &held
		}
	case client.HasCode(err, api.CodeConflict), client.HasCode(err, api.CodeHeld):
		errors.As(err, &refused)
		if refused.Attempts > 1 { // one that was sent before may be on its way still, and a refusal is not kept for it
			h.add(o)
		}
		o.Return, o.Refused = end, refused.Code
	case client.Passes(err):
		if step == stepRead {
			return nil // it has changed nothing, and nobody has seen it
		}
	default:
		return err
	}
	h.add(o)
	return nil
}

// anyStep returns a step, those more often that let a rotation go on.
func anyStep(r *rand.Rand) string {
	all := []string{
		api.StepBegin, api.StepBegin, api.StepRotate, api.StepPromote, api.StepPromote, api.StepRetire, api.StepRetire,
		api.StepCancel, api.StepRollback, stepRelease, stepRelease, stepRead, stepRead,
	}
	return all[r.IntN(len(all))]
}

func numbersOf(r api.Rotation) numbers {
	number := func(n *int64) int64 {
		if n == nil {
			return 0
		}
		return *n
	}
	return numbers{number(r.CurrentVersion), number(r.PendingVersion), number(r.PreviousVersion), r.NextVersion}
}

// TestHistoriesAreChecked: a history that one order explains passes, and a doctored one is refused.
func TestHistoriesAreChecked(t *testing.T) {
	t.Parallel()
	isHeld := true
	for name, tc := range map[string]struct {
		history []stepAsked
		refused bool
	}{
		"one after another": {history: []stepAsked{
			{Call: 1, Return: 2, Step: "begin", After: numbers{1, 2, 0, 3}},
			{Call: 3, Return: 4, Step: "promote", After: numbers{2, 0, 1, 3}},
			{Call: 5, Return: 6, Step: "rollback", After: numbers{1, 2, 0, 3}},
			{Call: 7, Return: 8, Step: "promote", Refused: "held"},
			{Call: 9, Return: 10, Step: "read", After: numbers{1, 2, 0, 3}, Held: &isHeld},
		}},
		"at the same time": {history: []stepAsked{
			{Call: 1, Return: 9, Step: "promote", After: numbers{2, 0, 1, 3}},
			{Call: 2, Return: 8, Step: "begin", After: numbers{1, 2, 0, 3}},
			{Call: 3, Return: 7, Step: "begin", Refused: "conflict"},
		}},
		"one without an answer was done": {history: []stepAsked{
			{Call: 1, Step: "rotate"},
			{Call: 2, Return: 3, Step: "read", After: numbers{1, 0, 0, 2}},
			{Call: 4, Return: 5, Step: "read", After: numbers{2, 0, 1, 3}},
		}},
		"one without an answer was done twice": {refused: true, history: []stepAsked{
			{Call: 1, Step: "rotate"},
			{Call: 2, Return: 3, Step: "retire", After: numbers{2, 0, 0, 3}},
			{Call: 4, Return: 5, Step: "read", After: numbers{3, 0, 2, 4}},
		}},
		"a step that was answered is lost": {refused: true, history: []stepAsked{
			{Call: 1, Return: 2, Step: "begin", After: numbers{1, 2, 0, 3}},
			{Call: 3, Return: 4, Step: "read", After: numbers{1, 0, 0, 2}},
		}},
		"two begin at the same time": {refused: true, history: []stepAsked{
			{Call: 1, Return: 4, Step: "begin", After: numbers{1, 2, 0, 3}},
			{Call: 2, Return: 3, Step: "begin", After: numbers{1, 2, 0, 3}},
		}},
		"an older state is read": {refused: true, history: []stepAsked{
			{Call: 1, Return: 2, Step: "rotate", After: numbers{2, 0, 1, 3}},
			{Call: 3, Return: 4, Step: "begin", After: numbers{1, 2, 0, 3}},
		}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			h := &history{all: tc.history}
			if err := h.linearizable(t); (err != nil) != tc.refused {
				t.Errorf("refused is %v, want %v: %v", err != nil, tc.refused, err)
			}
		})
	}
}
