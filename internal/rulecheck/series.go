package main

import (
	"context"
	"errors"
	"io"
	"math"

	"github.com/prometheus/prometheus/model/histogram"
	"github.com/prometheus/prometheus/model/labels"
	"github.com/prometheus/prometheus/model/textparse"
	"github.com/prometheus/prometheus/model/value"
	"github.com/prometheus/prometheus/storage"
	"github.com/prometheus/prometheus/tsdb/chunkenc"
	"github.com/prometheus/prometheus/tsdb/chunks"
)

// series has the samples of each metric in memory.
type series struct {
	storage.MockQuerier // its methods that find labels, which no rule needs

	all map[string]*storedSeries
}

type storedSeries struct {
	labels  labels.Labels
	samples []chunks.Sample
}

// store repeats each scrape at every step until the next one of the same target.
func store(r request) (*series, error) {
	s := &series{all: map[string]*storedSeries{}}
	for i, of := range r.Scrapes {
		until := r.Until + 1
		for _, later := range r.Scrapes[i+1:] {
			if later.Target == of.Target {
				until = later.At
				break
			}
		}
		found, err := parse(of)
		if err != nil {
			return nil, err
		}
		for _, have := range s.all { // what a target no longer has ends there
			if _, still := found[have.labels.String()]; have.labels.Get("instance") == of.Target && !still {
				have.samples = append(have.samples, sample{of.At * 1000, math.Float64frombits(value.StaleNaN)})
			}
		}
		for key, one := range found {
			if s.all[key] == nil {
				s.all[key] = &storedSeries{labels: one.labels}
			}
			for at := of.At; at < until; at += int64(step.Seconds()) {
				s.all[key].samples = append(s.all[key].samples, sample{at * 1000, one.value})
			}
		}
	}
	return s, nil
}

type parsed struct {
	labels labels.Labels
	value  float64
}

func parse(of scrape) (map[string]parsed, error) {
	up := 0.0
	if of.Text != "" {
		up = 1
	}
	found := map[string]parsed{}
	add := func(l labels.Labels, v float64) {
		b := labels.NewBuilder(l)
		l = b.Set("job", "quickconnect").Set("instance", of.Target).Labels()
		found[l.String()] = parsed{l, v}
	}
	add(labels.FromStrings("__name__", "up"), up)
	p := textparse.NewPromParser([]byte(of.Text), labels.NewSymbolTable(), false)
	for {
		entry, err := p.Next()
		if errors.Is(err, io.EOF) {
			return found, nil
		}
		if err != nil {
			return nil, err
		}
		if entry == textparse.EntrySeries {
			var l labels.Labels
			p.Labels(&l)
			_, _, v := p.Series()
			add(l, v)
		}
	}
}

// Querier implements storage.Queryable.
func (s *series) Querier(int64, int64) (storage.Querier, error) { return s, nil }

// Select implements storage.Querier.
func (s *series) Select(
	_ context.Context, _ bool, _ *storage.SelectHints, matchers ...*labels.Matcher,
) storage.SeriesSet {
	var found []storage.Series
	for _, one := range s.all {
		if matches(one.labels, matchers) {
			found = append(found, storage.NewListSeries(one.labels, one.samples))
		}
	}
	return &set{SeriesSet: storage.EmptySeriesSet(), all: found, at: -1}
}

func matches(l labels.Labels, matchers []*labels.Matcher) bool {
	for _, m := range matchers {
		if !m.Matches(l.Get(m.Name)) {
			return false
		}
	}
	return true
}

// set goes through series.
type set struct {
	storage.SeriesSet // empty: for its methods that never fail

	all []storage.Series
	at  int
}

func (s *set) Next() bool         { s.at++; return s.at < len(s.all) }
func (s *set) At() storage.Series { return s.all[s.at] }

type sample struct {
	at    int64
	value float64
}

func (s sample) T() int64                      { return s.at }
func (s sample) ST() int64                     { return 0 }
func (s sample) F() float64                    { return s.value }
func (s sample) H() *histogram.Histogram       { return nil }
func (s sample) FH() *histogram.FloatHistogram { return nil }
func (s sample) Type() chunkenc.ValueType      { return chunkenc.ValFloat }
func (s sample) Copy() chunks.Sample           { return s }
