package client

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"sync"
	"testing"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
)

// item is an object of the model, whose etag counts its changes.
type item struct{ id, etag string }

func (i item) AsObject() api.Object { return api.Object{ID: i.id, Etag: i.etag} }

const (
	modelIDs  = 12
	modelPage = 4
)

func modelID(n int) string { return fmt.Sprintf("tok_%02d", n) }

// model is a list of objects that this process and others change, and the reads of one kind above it. It checks what
// read promises after each step.
type model struct {
	t      *testing.T
	seed   uint64
	writes *writes
	reads  *reads[item]

	mu      sync.Mutex // the walk goes on beside the reads
	random  *rand.Rand
	now     int            // counts the changes of all objects
	objects map[string]int // the change that each was last changed by; absent: it does not exist
	changed map[string]int // the same, with deletions
	least   int            // what a read must show at least: everything up to the last end of a write of ours
	open    []func()       // ends of the writes that are in flight
	refresh map[string]bool
	start   int // now at the start of the refresh
	served  int // reads without a request of their own
}

// change changes an object, or makes or deletes it.
func (m *model) change() {
	id := modelID(m.random.IntN(modelIDs))
	m.now++
	m.changed[id] = m.now
	if _, here := m.objects[id]; here && m.random.IntN(4) == 0 {
		delete(m.objects, id)
		return
	}
	m.objects[id] = m.now
}

// pages is the list of the model. In between, others change objects, and so does this process.
func (m *model) pages(_ context.Context, visit func([]item)) error {
	for first := 0; first < modelIDs; first += modelPage {
		page, ok := m.page(first)
		if !ok {
			return errors.New("the page breaks")
		}
		visit(page)
	}
	return nil
}

func (m *model) page(first int) (page []item, ok bool) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.random.IntN(4) == 0 {
		m.disturb()
	}
	for n := first; n < first+modelPage; n++ {
		if at, here := m.objects[modelID(n)]; here {
			page = append(page, item{modelID(n), fmt.Sprint(at)})
		}
	}
	if m.random.IntN(4) == 0 {
		m.disturb()
	}
	return page, m.random.IntN(12) > 0
}

// disturb takes a step of a write of ours, or changes something behind our back.
func (m *model) disturb() {
	switch m.random.IntN(4) {
	case 0:
		m.open = append(m.open, m.writes.begin())
		m.change()
	case 1:
		m.endWrite()
	case 2:
		m.write()
	default:
		m.change()
	}
}

// sometimes disturbs between two reads.
func (m *model) sometimes() {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.random.IntN(6) == 0 {
		m.disturb()
	}
}

func (m *model) write() {
	end := m.writes.begin()
	m.change()
	end()
	m.least = m.now
}

func (m *model) endWrite() {
	if len(m.open) == 0 {
		return
	}
	m.open[0]()
	m.open = m.open[1:]
	m.least = m.now
}

// read reads an object as refreshed does, and checks the answer: it is the object, it shows every write of ours that
// ended before the read began, and every change from before the refresh.
func (m *model) read(id string) {
	m.mu.Lock()
	if m.refresh[id] { // the caller began another refresh
		m.refresh, m.start = map[string]bool{}, m.now
	}
	m.refresh[id] = true
	least := max(m.least, m.start)
	changed := m.changed[id]
	m.mu.Unlock()
	found := m.reads.read(m.t.Context(), id, m.pages)
	if found == nil {
		return // a GET says what is true now
	}
	m.served++
	var at int
	if _, err := fmt.Sscan(found.etag, &at); err != nil {
		m.t.Fatal(err)
	}
	if found.id != id {
		m.t.Fatalf("seed %d: asked for %s, got %s", m.seed, id, found.id)
	}
	if changed <= least && at < changed {
		m.t.Fatalf("seed %d: %s is as of change %d, and change %d came before the read", m.seed, id, at, changed)
	}
}

func newModel(t *testing.T, seed uint64) *model {
	t.Helper()
	w := &writes{}
	m := &model{
		t: t, seed: seed, random: rand.New(rand.NewPCG(seed, 0)), writes: w, objects: map[string]int{},
		changed: map[string]int{}, refresh: map[string]bool{},
	}
	m.reads = newReads[item](1+m.random.IntN(4), w)
	for n := range modelIDs {
		m.now++
		m.objects[modelID(n)], m.changed[modelID(n)] = m.now, m.now
	}
	m.least, m.start = m.now, m.now
	return m
}

// TestRandomReadsAndWrites takes 20,000 random sequences of reads, of writes of this process, and of changes of others,
// which also happen between the pages of a list and while a write is in flight.
func TestRandomReadsAndWrites(t *testing.T) {
	served := 0
	for seed := range uint64(20_000) {
		m, order := newModel(t, seed), rand.New(rand.NewPCG(seed, 1))
		for range 2 {
			for _, n := range order.Perm(modelIDs) {
				m.read(modelID(n))
				m.sometimes()
			}
		}
		served += m.served
	}
	if served < 50_000 {
		t.Errorf("%d reads were served without a request: the sequences do not test the walk", served)
	}
}

// Without a write the reads of a refresh cost their first ones and the pages, in whatever order they come.
func TestReadsOfARefreshAreCollapsed(t *testing.T) {
	for seed := range uint64(200) {
		m := newModel(t, seed)
		m.reads.first = 3
		pages := 0
		quiet := func(_ context.Context, visit func([]item)) error {
			for first := 0; first < modelIDs; first += modelPage {
				pages++
				var page []item
				for n := first; n < first+modelPage; n++ {
					page = append(page, item{id: modelID(n)})
				}
				visit(page)
			}
			return nil
		}
		single := 0
		for _, n := range m.random.Perm(modelIDs) {
			if m.reads.read(t.Context(), modelID(n), quiet) == nil {
				single++
			}
		}
		if single != 3 || pages != modelIDs/modelPage {
			t.Fatalf("seed %d: %d single reads and %d pages", seed, single, pages)
		}
	}
}

// A list that was read before a write serves no read that waits for it meanwhile.
func TestWriteDuringAWalk(t *testing.T) {
	w := &writes{}
	r := newReads[item](0, w)
	pages := func(_ context.Context, visit func([]item)) error {
		page := []item{{id: modelID(1)}}
		w.begin()()
		visit(page)
		return nil
	}
	if found := r.read(t.Context(), modelID(1), pages); found != nil {
		t.Errorf("got %+v from before the write", found)
	}
}
