package credentials

import (
	"sync"
	"time"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/store"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/txn"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/uses"
)

// maxRecorded is how many versions, networks, consumers and scopes are in memory at most, over all credentials. Each
// takes about 300 bytes.
const maxRecorded = 200_000

// sums are the uses of versions, by number.
type sums map[int64]*uses.Summary

// recorder adds up the uses of versions until they are written. No request waits for that.
type recorder struct {
	runner *txn.Runner
	flush  sync.RWMutex // is held while uses are written

	process string // this one, among those that record uses in the database

	// aliveAt is when it was noted last that uses are recorded. Only what writes them looks at it.
	aliveAt time.Time

	mu      sync.Mutex
	max     int
	size    int                // of what waits
	waits   map[store.Ref]sums // to be written
	writing map[store.Ref]sums // in a transaction now
	lost    int64              // uses that were not kept, or whose details were not
	failed  int64              // writes that failed
	late    window
	missing window
}

func newRecorder(runner *txn.Runner, most int) *recorder {
	return &recorder{
		runner: runner, max: most, waits: map[store.Ref]sums{},
		late: window{reason: store.UsesLate}, missing: window{reason: store.UsesLost},
	}
}

// note adds a use. Where there is no room, what can still be counted is counted.
func (r *recorder) note(ref store.Ref, number int64, u uses.Use) {
	r.mu.Lock()
	defer r.mu.Unlock()
	full := r.size >= r.max
	if full {
		r.lost++
		r.missing.extend(u.At, 1)
	}
	s := r.waits[ref][number]
	if s == nil {
		if full {
			return
		}
		s = r.begin(ref, number)
	}
	limits := uses.PerVersion
	if full {
		limits = uses.Limits{}
	}
	r.size += s.Add(u, limits)
}

// refuse adds a use that was refused. Where there is no room, it is not kept.
func (r *recorder) refuse(ref store.Ref, number int64, at time.Time) {
	r.mu.Lock()
	defer r.mu.Unlock()
	s := r.waits[ref][number]
	if s == nil {
		if r.size >= r.max {
			return
		}
		s = r.begin(ref, number)
	}
	s.Refuse(at)
}

func (r *recorder) begin(ref store.Ref, number int64) *uses.Summary {
	s := &uses.Summary{}
	if r.waits[ref] == nil {
		r.waits[ref] = sums{}
	}
	r.waits[ref][number] = s
	r.size++
	return s
}

// of returns what waits of one version or is being written, which is not among the stored uses.
func (r *recorder) of(ref store.Ref, number int64) *uses.Summary {
	r.mu.Lock()
	defer r.mu.Unlock()
	out := &uses.Summary{}
	for _, some := range []map[store.Ref]sums{r.writing, r.waits} {
		if s := some[ref][number]; s != nil {
			out.Merge(s, uses.PerVersion)
		}
	}
	return out
}

// show puts the last uses that are not written yet into a credential that was read.
func (r *recorder) show(ref store.Ref, c *store.Credential) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, some := range []map[store.Ref]sums{r.writing, r.waits} {
		numbers := some[ref]
		if len(numbers) == 0 {
			continue
		}
		for i, v := range c.Versions {
			if s := numbers[v.Number]; s != nil && s.Last.After(v.LastUsedAt) {
				c.Versions[i].LastUsedAt = s.Last
			}
		}
		for _, s := range numbers {
			if s.Last.After(c.LastUsedAt) {
				c.LastUsedAt = s.Last
			}
		}
	}
}

// take takes the uses of some credentials to write them. They are shown until they are written or given back.
func (r *recorder) take(most int) map[store.Ref]sums {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.writing = map[store.Ref]sums{}
	for ref, numbers := range r.waits {
		if len(r.writing) == most {
			break
		}
		r.writing[ref] = numbers
		delete(r.waits, ref)
	}
	return r.writing
}

// written forgets what was taken.
func (r *recorder) written() {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, numbers := range r.writing {
		for _, s := range numbers {
			r.size -= 1 + s.Size()
		}
	}
	r.writing = nil
}

// giveBack lets what was taken wait again, because it could not be written.
func (r *recorder) giveBack() {
	r.mu.Lock()
	defer r.mu.Unlock()
	for ref, numbers := range r.writing {
		for number, s := range numbers {
			r.size -= 1 + s.Size()
			to := r.waits[ref][number]
			if to == nil {
				to = r.begin(ref, number)
			}
			r.size += to.Merge(s, uses.PerVersion)
		}
	}
	r.writing = nil
}

// delayed notes that uses could not be written now. Where none wait, nothing is late.
func (r *recorder) delayed(now time.Time) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if len(r.waits) > 0 {
		r.failed++
		r.late.extend(now, 0)
	}
}

// impaired returns the windows that are not stored as they are.
func (r *recorder) impaired() (out []store.UseImpairment) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, w := range []*window{&r.late, &r.missing} {
		if w.changed {
			out = append(out, store.UseImpairment{From: w.from, Until: w.until, Reason: w.reason, Lost: w.lost})
		}
	}
	return out
}

// stored notes that windows were stored. One that went on meanwhile has to be stored again.
func (r *recorder) stored(all []store.UseImpairment) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, i := range all {
		for _, w := range []*window{&r.late, &r.missing} {
			if w.reason == i.Reason && w.until.Equal(i.Until) && w.lost == i.Lost {
				w.changed = false
			}
		}
	}
}

// counts returns how many versions have uses that wait, how many uses were lost, and how often a write failed.
func (r *recorder) counts() (waiting int, lost, failed int64) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, some := range []map[store.Ref]sums{r.writing, r.waits} {
		for _, numbers := range some {
			waiting += len(numbers)
		}
	}
	return waiting, r.lost, r.failed
}
