package uses

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"
)

// Span is the first use and the last one of several, and their number.
type Span struct {
	First, Last time.Time
	Count       int64
}

// And returns the span over both.
func (s Span) And(o Span) Span {
	out := Span{First: s.First, Last: s.Last, Count: s.Count + o.Count}
	if out.First.IsZero() || !o.First.IsZero() && o.First.Before(out.First) {
		out.First = o.First
	}
	if o.Last.After(out.Last) {
		out.Last = o.Last
	}
	return out
}

// Counts are the uses by each network, consumer or scope.
type Counts[K comparable] map[K]Span

// add adds uses by a key. Where the key is new and there is no room, it returns their number instead.
func (c *Counts[K]) add(k K, s Span, limit int) (beyond int64) {
	before, known := (*c)[k]
	if !known && len(*c) >= limit {
		return s.Count
	}
	if *c == nil {
		*c = Counts[K]{}
	}
	(*c)[k] = before.And(s)
	return 0
}

// merge adds other counts, in their order: which keys get the last room must not be a matter of chance.
func (c *Counts[K]) merge(from Counts[K], limit int) (beyond int64) {
	for _, k := range from.Keys() {
		beyond += c.add(k, from[k], limit)
	}
	return beyond
}

// Beyond returns the keys that others lack, in the order of Keys.
func (c Counts[K]) Beyond(others Counts[K]) []K {
	return slices.DeleteFunc(c.Keys(), func(k K) bool {
		_, known := others[k]
		return known
	})
}

// Keys returns the keys, those that were used first before the others.
func (c Counts[K]) Keys() []K {
	return slices.SortedFunc(maps.Keys(c), func(a, b K) int {
		if n := c[a].First.Compare(c[b].First); n != 0 {
			return n
		}
		return strings.Compare(fmt.Sprint(a), fmt.Sprint(b))
	})
}

// entry is how one key is stored, with its times in microseconds.
type entry[K comparable] struct {
	Key   K     `json:"of"`
	First int64 `json:"first"`
	Last  int64 `json:"last"`
	Count int64 `json:"count"`
}

// MarshalJSON writes a list.
func (c Counts[K]) MarshalJSON() ([]byte, error) {
	out := make([]entry[K], 0, len(c))
	for _, k := range c.Keys() {
		s := c[k]
		out = append(out, entry[K]{k, s.First.UnixMicro(), s.Last.UnixMicro(), s.Count})
	}
	return json.Marshal(out)
}

// UnmarshalJSON reads what MarshalJSON wrote.
func (c *Counts[K]) UnmarshalJSON(data []byte) error {
	var all []entry[K]
	if err := json.Unmarshal(data, &all); err != nil {
		return err
	}
	*c = nil
	for _, e := range all {
		c.add(e.Key, Span{time.UnixMicro(e.First).UTC(), time.UnixMicro(e.Last).UTC(), e.Count}, len(all))
	}
	return nil
}
