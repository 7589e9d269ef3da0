package acctest

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/acctest/sink"
)

// Sink is the file of a sink_secret: what a configuration handed over.
type Sink struct {
	// Path is the value of the resource's `path`.
	Path string

	t testing.TB
}

// NewSink returns a sink outside every work directory, so that a search for leaked secrets does not find what was
// handed over on purpose.
func NewSink(tb testing.TB) *Sink {
	tb.Helper()
	return &Sink{Path: filepath.Join(tb.TempDir(), "delivered.jsonl"), t: tb}
}

// Refuse makes the sink refuse every write until Accept.
func (s *Sink) Refuse() {
	s.t.Helper()
	writeFile(s.t, sink.RefusedBy(s.Path), "")
}

// Accept ends Refuse.
func (s *Sink) Accept() {
	s.t.Helper()
	if err := os.Remove(sink.RefusedBy(s.Path)); err != nil {
		s.t.Fatal(err)
	}
}

// All returns every delivery, oldest first.
func (s *Sink) All() []sink.Delivery {
	s.t.Helper()
	all, err := sink.Deliveries(s.Path)
	if err != nil {
		s.t.Fatal(err)
	}
	return all
}

// Last returns the version and the value that were delivered last. There must have been a value.
func (s *Sink) Last() (version int64, value string) {
	s.t.Helper()
	all := s.All()
	if len(all) == 0 {
		s.t.Fatal("nothing was delivered to the sink")
	}
	last := all[len(all)-1]
	if last.Value == nil {
		s.t.Fatalf("the last delivery, with version %d, was null", last.Version)
	}
	return last.Version, *last.Value
}
