package platform

import "sync"

// busy has the keys of what this process is doing, so that it does nothing twice at a time.
type busy struct {
	mu   sync.Mutex
	keys map[string]struct{}
}

func newBusy() *busy { return &busy{keys: map[string]struct{}{}} }

// begin tells whether it may be done now; who has been told so calls end.
func (b *busy) begin(key string) bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	if _, ok := b.keys[key]; ok {
		return false
	}
	b.keys[key] = struct{}{}
	return true
}

func (b *busy) end(key string) {
	b.mu.Lock()
	defer b.mu.Unlock()
	delete(b.keys, key)
}
