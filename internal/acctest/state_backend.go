package acctest

import (
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"sync"
	"testing"
)

// StateBackend keeps a state for the CLI's backend "http", and can be late with it.
type StateBackend struct {
	url string

	mu      sync.Mutex
	state   []byte
	arrived chan struct{}   // closed by the first write after Hold
	release <-chan struct{} // nil: writes are stored at once
	drop    bool
}

// StartStateBackend starts a backend without a state. It ends with the test.
func StartStateBackend(tb testing.TB) *StateBackend {
	tb.Helper()
	b := &StateBackend{}
	s := httptest.NewServer(b)
	tb.Cleanup(s.Close)
	b.url = s.URL
	return b
}

// Config is the block of a configuration that keeps its state here.
func (b *StateBackend) Config() string {
	return fmt.Sprintf("terraform {\n  backend \"http\" {\n    address = %q\n  }\n}\n", b.url)
}

// Hold makes every write wait for release. A dropped write is not stored then; any other one is, also where nobody
// waits for it any more. The channel that Hold returns is closed when the first write arrives.
func (b *StateBackend) Hold(release <-chan struct{}, drop bool) <-chan struct{} {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.release, b.drop, b.arrived = release, drop, make(chan struct{})
	return b.arrived
}

// Go ends what Hold began, for the writes that come.
func (b *StateBackend) Go() {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.release, b.drop = nil, false
}

func (b *StateBackend) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	switch r.Method {
	case http.MethodGet:
		b.mu.Lock()
		defer b.mu.Unlock()
		if b.state == nil {
			w.WriteHeader(http.StatusNotFound)
			return
		}
		_, _ = w.Write(b.state)
	case http.MethodPost:
		state, err := io.ReadAll(r.Body)
		if err != nil {
			panic(http.ErrAbortHandler)
		}
		b.write(state)
	default:
		w.WriteHeader(http.StatusMethodNotAllowed)
	}
}

func (b *StateBackend) write(state []byte) {
	b.mu.Lock()
	release, drop := b.release, b.drop
	if release != nil && b.arrived != nil {
		close(b.arrived)
		b.arrived = nil
	}
	b.mu.Unlock()
	if release != nil {
		<-release
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	if !drop {
		b.state = state
	}
}
